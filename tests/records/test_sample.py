"""The bundled sample: its files, its physics, its statistics, its defects."""

import filecmp
import shutil

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records import sample as sample_data
from modules.records.sample import COLUMNS, make_sample, simulate

HEADER = (
    "DateTime,WindD1,WindD2,ActivePower,WindSpeed,RotorPosition,"
    "BladePitchP1,BladePitchP2,BladePitchP3,GeneratorTR,GeneratorTRD"
)


@pytest.fixture(scope="module")
def year():
    return simulate(seed=0, days=365)


@pytest.fixture(scope="module")
def clean_year():
    return simulate(seed=0, days=365, defects=False)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("made") / "data")


def on_generation(table):
    """Rows in which the turbine generated for the whole ten minutes."""
    return table[(table.BladePitchP1 < 40) & (table.RotorPosition > 4.7)]


def test_sample_holds_one_file_per_turbine_with_the_exact_header(sample):
    assert [path.name for path in sample] == ["WT01.csv", "WT02.csv"]
    for path in sample:
        with path.open(encoding="utf-8") as file:
            assert file.readline() == HEADER + "\n"
            assert file.readline().startswith("2021-01-01 00:00:00,")


def test_file_reads_back_as_the_simulated_table(sample):
    for turbine, path in enumerate(sample):
        read = pd.read_csv(path, parse_dates=["DateTime"])
        made = simulate(seed=0, days=365, turbine=turbine)
        assert (read.DateTime == made.DateTime).all()
        np.testing.assert_allclose(read[list(COLUMNS[1:])], made[list(COLUMNS[1:])], atol=1e-9)


def test_text_has_no_negative_zero_and_at_most_two_decimals(sample):
    text = pd.read_csv(sample[0], dtype=str)[list(COLUMNS[1:])]
    for name in text:
        assert text[name].str.fullmatch(r"-?\d+(\.\d{1,2})?").all(), name
        assert not text[name].str.fullmatch(r"-0(\.0+)?").any(), name


def test_same_seed_gives_same_bytes_and_another_seed_does_not(tmp_path):
    first, second = (make_sample(tmp_path / name, seed=3, days=20) for name in "ab")
    other = make_sample(tmp_path / "c", seed=4, days=20)
    for one, same, different in zip(first, second, other, strict=True):
        assert one.read_bytes() == same.read_bytes() != different.read_bytes()
    assert first[0].read_bytes() != first[1].read_bytes()


def test_global_random_state_neither_matters_nor_moves():
    np.random.seed(1)
    first = simulate(seed=5, days=3)
    follows = np.random.random()
    np.random.seed(1)
    assert np.random.random() == follows
    pd.testing.assert_frame_equal(first, simulate(seed=5, days=3))


@pytest.mark.parametrize(("n_turbines", "days"), [(1, 1), (3, 30)])
def test_counts_of_turbines_and_days_are_followed(tmp_path, n_turbines, days):
    paths = make_sample(tmp_path / "data", n_turbines=n_turbines, days=days)
    assert len(paths) == n_turbines
    for path in paths:
        stamps = pd.to_datetime(pd.read_csv(path).DateTime)
        assert len(stamps) <= days * 144
        assert stamps.max() < pd.Timestamp("2021-01-01") + pd.Timedelta(days=days)


@pytest.mark.parametrize("bad", [{"seed": -1}, {"days": 0}, {"n_turbines": 0}])
def test_impossible_counts_are_refused_before_anything_is_written(tmp_path, bad):
    name, value = next(iter(bad.items()))
    with pytest.raises(ValueError, match=rf"Received: .*{name}={value}"):
        make_sample(tmp_path / "data", **bad)
    assert not list(tmp_path.iterdir())


def test_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "WT01.csv").write_text("mine")
    with pytest.raises(DataError, match="new or empty folder. Received: .*data"):
        make_sample(tmp_path / "data", days=2)
    assert (tmp_path / "data" / "WT01.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "data").write_text("mine")
    with pytest.raises(DataError, match="new or empty folder"):
        make_sample(tmp_path / "data", days=2)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_finished_sample_is_kept_and_empty_or_deep_folders_are_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    first = make_sample(tmp_path / "empty", days=2)
    before = first[0].stat().st_mtime_ns
    assert make_sample(str(tmp_path / "empty"), days=2) == first
    assert first[0].stat().st_mtime_ns == before
    deep = make_sample(tmp_path / "a" / "b", days=2)
    assert filecmp.cmp(first[1], deep[1], shallow=False)


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_interrupted_writing_leaves_nothing(tmp_path, monkeypatch, failure):
    write, calls = sample_data.pyarrow.csv.write_csv, []

    def second_file_fails(*args):
        calls.append(args)
        if len(calls) == 2:
            raise failure
        write(*args)

    monkeypatch.setattr(sample_data.pyarrow.csv, "write_csv", second_file_fails)
    with pytest.raises(type(failure)):
        make_sample(tmp_path / "data", days=2)
    assert not list(tmp_path.iterdir())


def test_year_without_defects_is_a_full_ten_minute_grid(clean_year):
    assert tuple(clean_year) == COLUMNS
    stamps = pd.date_range("2021-01-01", periods=52_560, freq="10min")
    assert (clean_year.DateTime == stamps).all()
    assert clean_year.DateTime.dt.tz is None
    assert np.isfinite(clean_year[list(COLUMNS[1:])].to_numpy()).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_values_keep_their_physical_limits(seed):
    table = simulate(seed=seed, days=365)
    limits = {
        "WindD1": (0, 359.99),
        "WindD2": (0, 359.99),
        "ActivePower": (-60, 3000),
        "WindSpeed": (0, 50),
        "RotorPosition": (0, 12.3),
        "BladePitchP1": (-2, 90.2),
        "BladePitchP2": (-2, 90.2),
        "BladePitchP3": (-2, 90.2),
        "GeneratorTR": (0, 1300),
        "GeneratorTRD": (0, 25),
    }
    for name, (low, high) in limits.items():
        assert table[name].between(low, high).all(), name


def test_wind_speed_is_weibull_distributed(clean_year):
    # Rayleigh (shape 2) of scale 8: median 8 sqrt(ln 2), quartiles 8 sqrt(-ln(1 - q)).
    for share in (0.25, 0.5, 0.75):
        expected = 8 * np.sqrt(-np.log(1 - share))
        assert clean_year.WindSpeed.quantile(share) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("name", "lag", "low", "high"),
    [
        ("WindSpeed", 1, 0.945, 0.975),
        ("WindSpeed", 6, 0.83, 0.90),
        ("WindSpeed", 144, 0.12, 0.40),
        ("ActivePower", 1, 0.935, 0.976),
        ("ActivePower", 6, 0.80, 0.89),
        ("BladePitchP1", 1, 0.87, 0.94),
    ],
)
def test_autocorrelation_lies_in_the_measured_band(clean_year, name, lag, low, high):
    assert low < clean_year[name].autocorr(lag) < high


def test_wind_direction_drifts_slowly_and_vanes_differ_by_their_offset(clean_year):
    def difference(values):
        return (np.asarray(values) + 180) % 360 - 180

    steps = difference(np.diff(clean_year.WindD1))
    assert 6 < np.quantile(steps, 0.95) < 14
    assert -14 < np.quantile(steps, 0.05) < -6
    vanes = difference(clean_year.WindD2 - clean_year.WindD1)
    assert vanes.mean() == pytest.approx(2.5, abs=0.05)
    assert vanes.std() == pytest.approx(np.sqrt(2), abs=0.05)


def test_power_curve_rises_to_a_plateau(year):
    table = on_generation(year)
    medians = table.ActivePower.groupby((table.WindSpeed / 0.5).round() * 0.5).median()
    assert (medians.loc[3:11].diff().dropna() > 0).all()
    assert medians.loc[12:20].between(2990, 3000).all()
    assert 0.90 < year.WindSpeed.corr(year.ActivePower) < 0.96


def test_power_curve_stays_below_the_betz_limit(year):
    table = on_generation(year)
    table = table[table.WindSpeed > 5]
    in_wind = 0.5 * 1.225 * np.pi * 67**2 * table.WindSpeed**3 / 1000
    assert 0.35 < (table.ActivePower / in_wind)[table.WindSpeed < 8].median() < 0.48
    assert (table.ActivePower / in_wind).quantile(0.99) < 16 / 27


def test_idle_turbine_draws_a_little_and_feathers(clean_year):
    idle = clean_year[clean_year.BladePitchP1.between(44.9, 45.1)]
    assert 0.05 < len(idle) / len(clean_year) < 0.2
    assert idle.ActivePower.max() < 1
    assert -5 < idle.ActivePower.mean() < -1
    assert idle.RotorPosition.max() < 1
    assert idle.WindSpeed.median() < 3


def test_rotor_follows_the_wind_and_pitch_takes_over_at_rated(year):
    table = on_generation(year)
    rotor = table.RotorPosition.groupby(table.WindSpeed.round()).median()
    pitch = table.BladePitchP1.groupby(table.WindSpeed.round()).median()
    assert rotor.loc[3] == pytest.approx(5, abs=0.1)
    assert (rotor.loc[4:11].diff().dropna() > 0).all()
    assert rotor.loc[12:20].to_numpy() == pytest.approx(12, abs=0.1)
    assert pitch.loc[6:8].to_numpy() == pytest.approx(-1, abs=0.3)
    assert (pitch.loc[9:20].diff().dropna() > 0.8).all()


def test_generator_turns_with_the_rotor_and_torque_gives_the_power(year):
    assert (year.GeneratorTR - 105.4 * year.RotorPosition).abs().quantile(0.99) < 3
    table = on_generation(year)
    electric = 0.95 * table.GeneratorTRD * table.GeneratorTR * np.pi / 30
    np.testing.assert_allclose(electric, table.ActivePower.clip(lower=0), atol=1.5)


def test_turbines_share_the_weather_but_not_the_gusts(clean_year):
    neighbour = simulate(seed=0, days=365, turbine=1, defects=False)
    assert 0.91 < clean_year.WindSpeed.corr(neighbour.WindSpeed) < 0.955
    assert 0.88 < clean_year.ActivePower.corr(neighbour.ActivePower) < 0.95
    gusts = clean_year.WindSpeed.diff().corr(neighbour.WindSpeed.diff())
    assert 0 < gusts < 0.8


def test_defects_remove_rows_stop_the_turbine_and_freeze_the_anemometer(year, clean_year):
    assert 52_560 * 0.97 < len(year) < 52_560
    assert year.DateTime.is_monotonic_increasing and year.DateTime.is_unique
    assert set(year.DateTime) < set(clean_year.DateTime)

    kept = clean_year.set_index("DateTime").loc[year.DateTime]
    shown = year.set_index("DateTime")
    stopped = (shown.BladePitchP1 > 89.9) & (kept.BladePitchP1 < 85)
    assert 0 < stopped.mean() < 0.03
    assert (shown.ActivePower[stopped] <= 0).all()

    frozen = shown.WindSpeed != kept.WindSpeed
    assert 0.001 < frozen.mean() < 0.01
    repeats = year.WindSpeed.groupby((year.WindSpeed.diff() != 0).cumsum()).transform("size")
    assert (repeats[frozen.to_numpy()] >= 6).mean() > 0.9

    same = ~(frozen | (shown.BladePitchP1 - kept.BladePitchP1).abs().gt(0.001))
    assert same.mean() > 0.97
    pd.testing.assert_frame_equal(shown[same], kept[same])


def test_without_defects_nothing_stops_and_nothing_freezes(clean_year):
    calm_enough = clean_year.WindSpeed < 20
    assert (clean_year.BladePitchP1[calm_enough] < 85).all()
    moving = clean_year.WindSpeed[clean_year.WindSpeed > 0]
    repeats = moving.groupby((moving.diff() != 0).cumsum()).size()
    assert repeats.max() < 6


def test_storm_parks_the_turbine_until_the_wind_has_eased():
    speed = np.array([10.0, 24, 26, 24, 23, 21, 24])
    assert sample_data._latch(speed, 22, 25).tolist() == [0, 0, 1, 1, 1, 0, 0]


def test_sample_survives_a_move(sample, tmp_path):
    copy = shutil.copytree(sample[0].parent, tmp_path / "data")
    assert make_sample(copy) == [copy / path.name for path in sample]
