"""Kinds guessed from names, units and readings."""

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.columns import WIND_SPEED, Column
from modules.records.identity import chosen
from modules.records.kinds import guess, unit_of
from modules.records.suspicions import is_radians, suspicions
from tests.wind_files import cleaned, settings_for, write

N = 300
RANDOM = np.random.default_rng(0)
DEGREES = RANDOM.uniform(0, 359, N).round(1)
SPEEDS = RANDOM.uniform(1, 15, N).round(2)
POWERS = RANDOM.uniform(0, 2000, N).round(1)
WALK = np.cumsum(RANDOM.normal(0, 8, N))


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Wind direction (°)", DEGREES, "angle"),
        ("WindDirection", DEGREES, "angle"),
        ("Wdir", DEGREES, "angle"),
        ("wd_1", DEGREES, "angle"),
        ("풍향", DEGREES, "angle"),
        ("Windrichtung [Grad]", DEGREES, "angle"),
        ("Nacelle position (°)", DEGREES, "angle"),
        ("Rüzgar Yönü (°)", 200 + DEGREES / 8, "angle"),
        ("dirección del viento", DEGREES, "angle"),
        ("windrichting", DEGREES, "angle"),
        ("something (deg)", DEGREES, "angle"),
        ("wind_direction_std", DEGREES / 30, "linear"),
        ("direction", np.sign(WALK), "linear"),
        ("direction", SPEEDS * 100, "linear"),
        ("Wind speed (m/s)", SPEEDS, "speed"),
        ("ws", SPEEDS, "speed"),
        ("풍속", SPEEDS, "speed"),
        ("Power (kW)", POWERS, "power"),
        ("Leistung [kW]", POWERS, "power"),
        ("유효전력", POWERS, "power"),
        ("출력", POWERS, "power"),
        ("power_factor", SPEEDS / 15, "linear"),
        ("Reactive power (kvar)", POWERS, "linear"),
        ("battery power (kW)", POWERS - 1000, "linear"),
        ("Blade angle (pitch position) A (°)", SPEEDS, "pitch"),
        ("Pab1", SPEEDS, "pitch"),
        ("Nacelle ambient temperature (°C)", SPEEDS, "temperature"),
        ("외기온도", SPEEDS, "temperature"),
        ("Generator RPM (RPM)", POWERS, "speed"),
        ("status", RANDOM.integers(0, 5, N), "code"),
        ("on", RANDOM.integers(0, 2, N), "code"),
        ("error", RANDOM.choice([0, 17, 309, 1001], N), "code"),
        ("state_of_charge", RANDOM.integers(20, 90, N), "linear"),
        ("yaw_error", RANDOM.integers(-30, 30, N), "angle"),
        ("error [deg]", RANDOM.integers(-5, 5, N), "linear"),
        ("alarm_count", RANDOM.poisson(1, N), "linear"),
        ("Open", SPEEDS, "linear"),
        ("Volume", POWERS, "linear"),
    ],
)
def test_kinds_are_guessed(name, values, kind):
    assert guess(Column(name=name), np.asarray(values, float)).kind == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.linspace(0, 5 * 360, N) % 360, "angle"),
        (WALK % 360, "angle"),
        ((np.linspace(0, 5 * 360, N) + 180) % 360 - 180, "angle"),
        (DEGREES, "linear"),
        (np.linspace(0, 500, N) % 100, "linear"),
        (np.linspace(0, 359, N), "linear"),
    ],
)
def test_readings_that_go_round_are_a_direction_under_any_name(values, kind):
    assert guess(Column(name="Wa"), values).kind == kind


def test_the_wind_speed_is_the_mean_one():
    names = ("Wind speed, Maximum (m/s)", "Wind speed (m/s)")
    guessed = [guess(Column(name=name), SPEEDS) for name in names]
    assert [column.iec for column in guessed] == [None, WIND_SPEED]


@pytest.mark.parametrize(
    ("name", "unit"),
    [("P (MW)", "MW"), ("x_kW", "kW"), ("v [kn]", "kn"), ("d (rad)", "rad"), ("d°", "deg")],
)
def test_units_are_read_off_names(name, unit):
    assert unit_of(name) == unit


def test_radians_are_told_from_degrees():
    assert is_radians(np.deg2rad(DEGREES)) == (True, True)
    assert is_radians(np.linspace(-0.2, 0.2, N)) == (True, False)
    assert is_radians(DEGREES) == (False, False)
    assert is_radians(np.arange(N) % 7.0) == (False, False)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        (Column(name="a", kind="angle", unit="deg"), np.linspace(-0.2, 0.2, N), "radians"),
        (Column(name="v", kind="speed", unit="m/s", iec=WIND_SPEED), 2 * SPEEDS, "knots or km/h"),
        (Column(name="P", kind="power", unit="kW"), 1000 * POWERS, "W"),
        (Column(name="P", kind="power", unit="kW"), POWERS / 1000, "MW"),
        (Column(name="d", kind="angle", unit="rad"), DEGREES, "degrees"),
        (Column(name="P", kind="power"), 1000 * POWERS, "W"),
        (Column(name="P", kind="power"), POWERS / 1000, "MW"),
        (Column(name="T", kind="temperature", unit="degC"), 273 + SPEEDS, "kelvin"),
        (Column(name="b", kind="pitch", unit="deg"), SPEEDS / 10, "radians"),
    ],
)
def test_readings_of_another_unit_are_noticed(column, values, said):
    (notice,) = suspicions([column], {column.name: values}, None)
    assert f"{column.name} looks like {said}, not {column.unit or 'its usual unit'}:" in notice
    assert suspicions([column], {column.name: values[:10]}, None) == []


@pytest.fixture
def file(tmp_path):
    def make(n_rows=N, freq="1min", **columns):
        times = pd.date_range("2021-03-01", periods=n_rows, freq=freq).astype(str)
        return write(pd.DataFrame({"time": times} | columns), tmp_path / "wt.csv")

    return make


NORTH = (RANDOM.normal(0, 10, N) % 360).round(1)


def test_a_guessed_direction_is_averaged_on_the_circle_and_said(file):
    data = cleaned(file(**{"Wind direction (°)": NORTH, "v": SPEEDS}), "generic")
    table = next(iter(data.tables.values()))
    assert ((table["Wind direction (°)"] + 45) % 360 < 90).all()
    assert any("direction: Wind direction (°)" in notice for notice in data.report.notices)


def test_a_direction_is_known_by_its_turns_in_a_long_table_by_time(tmp_path):
    times = pd.date_range("2021-03-01", periods=N, freq="10min").astype(str)
    parts = [
        pd.DataFrame({"turbine": who, "time": times, "Wa": (np.linspace(0, 1800, N) + at) % 360})
        for who, at in (("A", 0), ("B", 130))
    ]
    table = pd.concat(parts).sort_index(kind="stable").assign(v=np.tile(SPEEDS, 2))
    data = cleaned(write(table, tmp_path / "all.csv"), "generic")
    assert [column.kind for column in data.columns] == ["angle", "linear"]


def test_marks_of_a_missing_reading_do_not_hide_a_kind_nor_become_power(file):
    speeds, powers = SPEEDS.copy(), POWERS.copy()
    speeds[::25], powers[::25] = -999, -999
    data = cleaned(file(ws=speeds, power=powers), "generic", freq="1min", min_fraction=0)
    assert [column.kind for column in data.columns] == ["speed", "power"]
    assert data.report.columns[1].blanked["sentinel"] == 12


def test_directions_are_settled_by_hand(file):
    path = file(x=NORTH, wd=NORTH, v=SPEEDS)
    kinds = {
        angles: [c.kind for c in cleaned(path, "generic", angles=angles).columns]
        for angles in (("x",), ("X", "wd"), ("none",))
    }
    assert kinds == {
        ("x",): ["angle", "linear", "linear"],
        ("X", "wd"): ["angle", "angle", "linear"],
        ("none",): ["linear", "linear", "linear"],
    }


def test_an_angle_that_is_no_column_is_refused(file):
    with pytest.raises(DataError, match="`angles` must name .* Received: 'y'. There is: x, v"):
        load(settings_for(file(x=NORTH, v=SPEEDS), "generic", angles=("y",)))


def test_columns_are_chosen_by_hand(file):
    path = file(k=np.arange(N), x=NORTH, note=["a"] * N, v=SPEEDS)
    data = cleaned(path, "generic", columns=("v", "k"))
    assert [column.name for column in data.columns] == ["k", "v"]
    with pytest.raises(DataError, match="`columns` must name columns .* 'z'. There is: k, x, note"):
        cleaned(path, "generic", columns=("z",))


def test_a_name_with_a_comma_comes_in_parts():
    names = ["Wind speed, Maximum (m/s)", "v"]
    assert chosen(("Wind speed", " Maximum (m/s)", "v"), names, "columns") == names


def test_radians_that_fill_the_circle_become_degrees(file):
    angles = np.deg2rad(np.linspace(0, 1079, N) % 360).round(4)
    data = cleaned(file(**{"wd (rad)": angles, "v": SPEEDS}), "generic", freq="1min")
    assert [(c.name, c.kind, c.unit) for c in data.columns][0] == ("wd (deg)", "angle", "deg")
    assert data.columns[0].observed_max > 300
    assert any("wd (rad) is in radians, and converted" in said for said in data.report.notices)


def test_states_and_truths_keep_the_most_frequent_of_a_step(file):
    state = np.tile([1, 1, 1, 1, 1, 1, 7, 7, 7, 7], N // 10)
    state[10:20] = 3
    truth = np.tile([True, False, True, True, True, False, True, True, True, True], N // 10)
    truth[:10] = False
    data = cleaned(file(status=state, on=truth, v=SPEEDS), "generic")
    table = next(iter(data.tables.values()))
    assert table["status"].tolist()[:3] == [1, 3, 1]
    assert table["on"].tolist()[:2] == [0, 1]
    assert data.columns[0].codes == (1, 3)
    assert [column.unit for column in data.columns] == ["", "bool", ""]


def test_units_of_a_row_below_the_header_count_like_those_of_names(tmp_path):
    angles = np.linspace(0.2, 6.0, N)
    head = "DateTime,WS,P,WD\nyyyy-mm-dd,m/s,MW,rad\n"
    stamps = pd.date_range("2021-03-01", periods=N, freq="10min")
    rows = [
        f"{t},{v:.3f},{p / 1000:.4f},{a:.4f}"
        for t, v, p, a in zip(stamps, SPEEDS, POWERS, angles, strict=True)
    ]
    path = tmp_path / "a.csv"
    path.write_text(head + "\n".join(rows))
    columns = cleaned(path, "generic").columns
    assert [(c.kind, c.unit) for c in columns] == [
        ("speed", "m/s"),
        ("power", "MW"),
        ("angle", "deg"),
    ]
    assert columns[2].observed_max > 300


def test_a_turbine_whose_name_has_a_blank_behind_it_is_the_same(tmp_path):
    stamps = pd.date_range("2021-03-01", periods=N, freq="10min")
    who = np.where(np.arange(N) < N // 2, "WT1", "WT1 ")
    table = pd.DataFrame({"turbine": who, "time": stamps, "ws": SPEEDS})
    assert list(cleaned(write(table, tmp_path / "all.csv"), "generic").tables) == ["WT1"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Temp (F)", "degF"),
        ("temp_f", "degF"),
        ("Ambient temperature [°F]", "degF"),
        ("Temp (Fahrenheit)", "degF"),
        ("Temp (C)", "degC"),
        ("Gearbox Temp C", "degC"),
        ("Temp (K)", "K"),
        ("Temp", ""),
    ],
)
def test_the_scale_of_a_temperature_is_kept(name, unit):
    column = guess(Column(name=name), np.array([280.0, 281.5, 290.0]))
    assert (column.kind, column.unit) == ("temperature", unit)


def test_a_letter_is_no_scale_beside_other_names():
    assert guess(Column(name="Phase (C)"), np.array([1.5, 2.5])).unit == ""


def test_fahrenheit_is_told(file):
    path = file(60, **{"Temp (F)": 50 + np.sin(np.arange(60.0)), "ws": 5 + np.cos(np.arange(60.0))})
    notices = cleaned(path, "generic", freq=None).report.notices
    assert "Temp (F) is in degrees Fahrenheit, and stays so." in notices


@pytest.mark.parametrize(("name", "told"), [("Wind direction", True), ("Yaw rate", False)])
def test_what_is_called_a_direction_and_is_none_is_told(file, name, told):
    path = file(60, **{name: np.arange(60.0) * 7 % 401, "ws": 5 + np.cos(np.arange(60.0))})
    data = cleaned(path, "generic", freq=None)
    notice = f"{name} is called a direction, but goes from 0 to 399: it is averaged as a plain"
    assert data.columns[0].kind == "linear"
    assert any(notice in said for said in data.report.notices) == told


def test_directions_to_either_side_of_north_are_averaged_on_their_circle(file):
    turns = 180 + 10 * np.sin(np.arange(120.0) / 15)
    path = file(120, wd=np.where(turns > 180, turns - 360, turns), ws=5 + np.cos(np.arange(120.0)))
    wd = cleaned(path, "generic", freq="10min").tables["wt"]["wd"]
    assert (wd.abs() > 169).all() and (wd < 0).any() and (wd > 0).any()


CODES = np.array([0, 1, 2, 5, 13])
RAIN = np.where(RANDOM.random(3 * N) < 0.9, 0, RANDOM.integers(1, 20, 3 * N))
TURNS = np.where(RANDOM.random(3 * N) < 0.2, 0, RANDOM.integers(6, 18, 3 * N))
SWAYING = np.sin(np.arange(2 * N) / 40)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("x", np.repeat(CODES[RANDOM.integers(0, 5, N)], 5), "code"),
        ("x", CODES[RANDOM.integers(0, 5, N)], "code"),
        ("x", 100 * RANDOM.integers(0, 2, N), "code"),
        ("x", np.repeat(CODES, N), "linear"),  # it goes up: no code is passed over
        ("x", CODES[RANDOM.integers(0, 5, N)] + 0.5, "linear"),
        ("x", CODES[RANDOM.integers(0, 5, 40)], "linear"),  # too few to tell
        ("x", RANDOM.poisson(1.2, N), "linear"),
        ("x", 10 * RANDOM.integers(0, 9, N), "linear"),
        ("x", RANDOM.choice([0, 50, 100], N), "linear"),
        ("x", RAIN, "linear"),
        ("Drehzahl", TURNS, "linear"),
        ("x", np.round(15 + 3 * SWAYING + RANDOM.normal(0, 1, 2 * N)), "linear"),
        ("x", np.round(RANDOM.gamma(2, 200, N)), "linear"),
        ("count", CODES[RANDOM.integers(0, 5, N)], "linear"),
        ("Power", CODES[RANDOM.integers(0, 5, N)], "power"),
        ("x (°C)", CODES[RANDOM.integers(0, 5, N)], "temperature"),
    ],
)
def test_whole_numbers_under_an_unknown_name_are_codes_where_they_leave_out_others(
    name, values, kind
):
    assert guess(Column(name=name), np.asarray(values, float)).kind == kind


@pytest.mark.parametrize("stray", [9999.0, 1e6, -1e5])
@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Wind direction", WALK % 360, "angle"),
        ("any", WALK % 360, "angle"),
        ("Wind speed", SPEEDS, "speed"),
        ("temperature", SPEEDS, "temperature"),
        ("direction", np.cumsum(np.abs(WALK)), "linear"),
    ],
)
def test_a_kind_follows_the_bulk_of_the_readings(name, values, kind, stray):
    values = np.array(values, float)
    values[5 :: N // 3] = stray
    assert guess(Column(name=name), values).kind == kind


@pytest.mark.parametrize(
    ("faults", "kind"), [((777.0, -2000.0, 3600.0), "angle"), ((380.0, 390.0, 400.0), "linear")]
)
def test_faults_among_directions_to_either_side_of_north_leave_them_directions(faults, kind):
    values = (np.arange(N) * 1.0 % 40 + 340) % 360
    values[[5, 90, 200]] = faults
    assert guess(Column(name="wd"), values).kind == kind
