"""The sites of public data sets, each on a small file of its layout."""

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from tests.wind_files import cleaned, westsouth, write

N = 60
RANDOM = np.random.default_rng(0)
TIMES = pd.date_range("2018-01-13", periods=N, freq="10min").strftime("%Y-%m-%d %H:%M:%S")
SPEED = RANDOM.uniform(4, 11, N).round(2)
TURN = (RANDOM.normal(0, 12, N) % 360).round(1)
SMALL = RANDOM.uniform(-1, 3, N).round(2)
POWER = (15 * SPEED**2).round(1)

GREENBYTE = {
    "# Date and time": TIMES,
    "Wind speed (m/s)": SPEED,
    "Wind speed, Maximum (m/s)": SPEED + 2,
    "Wind direction (°)": TURN,
    "Nacelle position (°)": TURN,
    "Power (kW)": POWER,
    "Blade angle (pitch position) A (°)": SMALL,
    "Rotor speed (RPM)": SPEED,
    "Generator RPM (RPM)": 100 * SPEED,
    "Nacelle ambient temperature (°C)": SMALL,
}
SDWPF = {
    "TurbID": 1,
    "Day": 1,
    "Tmstamp": TIMES,
    "Wspd": SPEED,
    "Wdir": TURN - 180,
    "Etmp": SMALL,
    "Itmp": SMALL + 20,
    "Ndir": np.linspace(-400, 500, N),
    "Pab1": SMALL,
    "Pab2": SMALL,
    "Pab3": SMALL,
    "Prtv": SMALL,
    "Patv": POWER / 2,
}
YALOVA = {
    "Date/Time": TIMES,
    "LV ActivePower (kW)": POWER,
    "Wind Speed (m/s)": SPEED,
    "Theoretical_Power_Curve (KWh)": POWER + 10,
    "Wind Direction (°)": TURN,
}


def kinds(data):
    return {column.name: column.kind for column in data.columns}


@pytest.mark.parametrize("farm", ["kelmarsh", "penmanshiel"])
@pytest.mark.parametrize("time", ["# Date and time", "Date and time"])
def test_greenbyte_s_columns(tmp_path, farm, time):
    table = pd.DataFrame(GREENBYTE).rename(columns={"# Date and time": time})
    data = cleaned(write(table, tmp_path / "Turbine_Data_1.csv"), farm)
    assert kinds(data) == {
        "Wind speed (m/s)": "speed",
        "Wind direction (°)": "angle",
        "Nacelle position (°)": "angle",
        "Blade angle (pitch position) A (°)": "pitch",
        "Rotor speed (RPM)": "speed",
        "Generator RPM (RPM)": "speed",
        "Nacelle ambient temperature (°C)": "temperature",
        "Power (kW)": "power",
    }
    assert data.time_zone == "UTC"


def test_sdwpf_s_columns(tmp_path):
    parts = [pd.DataFrame(SDWPF | {"TurbID": turbine}) for turbine in (1, 2)]
    data = cleaned(write(pd.concat(parts), tmp_path / "wtb.csv"), "sdwpf")
    assert list(data.tables) == ["1", "2"]
    found = kinds(data)
    assert len(found) == 10 and "Day" not in found
    assert (found["Wdir"], found["Pab1"], found["Patv"]) == ("angle", "pitch", "power")
    # A nacelle that has turned more than once is on no circle.
    assert data.tables["1"]["Ndir"].tolist() == pytest.approx(SDWPF["Ndir"].tolist())


def test_yalova_s_columns(tmp_path):
    data = cleaned(write(pd.DataFrame(YALOVA), tmp_path / "T1.csv"), "yalova")
    assert list(kinds(data).values()) == ["speed", "linear", "angle", "power"]
    assert data.time_zone == "Europe/Istanbul"


def test_flasc_s_wide_table_is_split_into_turbines(tmp_path):
    table = {"time": TIMES}
    for number in range(3):
        names = {"ws": SPEED + number, "wd": TURN, "pow": POWER + number, "ti": SMALL / 10 + 0.2}
        table |= {f"{name}_{number:03d}": values for name, values in names.items()}
    data = cleaned(write(pd.DataFrame(table), tmp_path / "df_scada.csv"), "flasc")
    assert list(data.tables) == ["000", "001", "002"]
    assert kinds(data) == {"ws": "speed", "wd": "angle", "ti": "linear", "pow": "power"}
    assert data.tables["002"]["pow"].tolist() == pytest.approx((POWER + 2).tolist())


class TestByPosition:
    def unknown(self, tmp_path, **changes):
        table = westsouth(200).assign(**changes)
        return write(table.set_axis([f"c{i}" for i in range(11)], axis=1), tmp_path / "WT01.csv")

    def test_columns_that_fit_are_taken(self, tmp_path):
        assert len(cleaned(self.unknown(tmp_path)).columns) == 9

    @pytest.mark.parametrize(
        ("name", "values", "said"),
        [
            ("WindD1", np.linspace(0, 20, 200), "'c1' as WindD1 goes from 0 to 20"),
            ("WindSpeed", np.linspace(0, 359, 200), "'c4' as WindSpeed goes from 0 to 359"),
            (
                "ActivePower",
                np.linspace(0, 9e5, 200),
                "'c3' as ActivePower goes .* -150 to 3300 kW",
            ),
            ("BladePitchP2", np.linspace(300, 900, 200), "'c7' as BladePitchP2 goes"),
            ("ActivePower", np.linspace(2500, 100, 200), "power does not rise with the wind"),
            ("DateTime", np.linspace(3, 9, 200), "'c0' as DateTime holds no time stamps"),
        ],
    )
    def test_columns_that_do_not_fit_are_refused(self, tmp_path, name, values, said):
        changes = {name: values}
        if "rise" in said:
            changes["WindSpeed"] = np.linspace(3, 12, 200)
        with pytest.raises(DataError, match=f"do not fit by position: .*{said}"):
            cleaned(self.unknown(tmp_path, **changes))
