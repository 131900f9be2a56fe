"""Files that hold different columns of the same turbines."""

import pytest

from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import cleaned, settings_for, westsouth, write

WIND, POWER = ["DateTime", "WindSpeed"], ["DateTime", "ActivePower"]


def halves(folder, names, n_rows=60, more=(), **fields):
    """A turbine's wind and power in two files."""
    table = westsouth(n_rows, **fields).assign(WTG="T1")
    for name, columns in zip(names, (WIND, POWER), strict=True):
        write(table[[*columns, *more]], folder / name)
    return table


@pytest.mark.parametrize(
    ("names", "turbine"),
    [
        (("WT01_wind.csv", "WT01_power.csv"), "WT01"),
        (("wind/WT01.csv", "power/WT01.csv"), "WT01"),
        (("WT01/wind.csv", "WT01/power.csv"), "WT01"),
        (("wind_WT01_2021-04.csv", "power_WT01_2021-04.csv"), "WT01"),
        (("wind.csv", "power.csv"), "data"),
    ],
)
def test_the_files_of_one_turbine_are_joined_on_time_and_named(tmp_path, names, turbine):
    table = halves(tmp_path / "data", names)
    data = cleaned(tmp_path / "data", "generic")
    (name,) = data.tables
    assert name == turbine
    assert data.tables[name]["WindSpeed"].to_list() == table["WindSpeed"].to_list()
    assert data.tables[name]["ActivePower"].to_list() == table["ActivePower"].to_list()
    assert any(
        "joined on time" in said and all(each in said for each in names)
        for said in data.report.notices
    )


def test_several_turbines_over_months_are_joined_each_with_its_own(tmp_path):
    tables = {}
    for turbine in ("T1", "T2"):
        for month in ("04", "05"):
            names = [f"{turbine}_{kind}_2021-{month}.csv" for kind in ("wind", "power")]
            table = halves(tmp_path, names, start=f"2021-{month}-01", seed=int(turbine[1]))
            tables.setdefault(turbine, []).append(table)
    found = load(settings_for(tmp_path, "generic"))
    assert {name: turbine.n_read for name, turbine in found.items()} == {"T1": 120, "T2": 120}
    assert len(found["T1"].files) == 4
    powers = found["T2"].table["ActivePower"].to_list()
    assert powers == [power for table in tables["T2"] for power in table["ActivePower"]]


def test_a_turbine_column_pairs_the_rows(tmp_path):
    halves(tmp_path, ("wind.csv", "power.csv"), more=["WTG"])
    found = load(settings_for(tmp_path, "generic"))
    assert {name: turbine.n_read for name, turbine in found.items()} == {"T1": 60}


@pytest.mark.parametrize(
    "names", [("WT01.csv", "WT02.csv"), ("WT01_wind.csv", "WT02_power.csv"), ("a.csv", "b.csv")]
)
def test_different_columns_of_different_turbines_are_refused(tmp_path, names):
    halves(tmp_path, names)
    with pytest.raises(DataError, match="differ in their columns.*join those of one turbine"):
        load(settings_for(tmp_path, "generic"))


def test_columns_that_both_files_have_are_refused(tmp_path):
    halves(tmp_path, ("WT01_wind.csv", "WT01_power.csv"))
    write(westsouth()[[*WIND, "WindD1"]], tmp_path / "WT01_wind.csv")
    write(westsouth()[[*POWER, "WindD1"]], tmp_path / "WT01_power.csv")
    with pytest.raises(DataError, match="differ in their columns"):
        load(settings_for(tmp_path, "generic"))


def test_files_that_do_not_share_their_times_are_refused(tmp_path):
    write(westsouth()[WIND], tmp_path / "WT01_wind.csv")
    write(westsouth(start="2022-04-01")[POWER], tmp_path / "WT01_power.csv")
    with pytest.raises(DataError, match="different columns of WT01, and share only 0 of 60 times"):
        load(settings_for(tmp_path, "generic"))


def test_files_of_two_steps_are_refused(tmp_path):
    write(westsouth()[WIND], tmp_path / "WT01_wind.csv")
    write(westsouth(600, freq="1min")[POWER], tmp_path / "WT01_power.csv")
    with pytest.raises(DataError, match="WT01, one record every 1 min and 10 min"):
        load(settings_for(tmp_path, "generic"))


SITE = """time_columns = ["DateTime"]
[[columns]]
name = "WindSpeed"
[[columns]]
name = "ActivePower"
"""


def test_a_site_of_one_s_own_is_complete_once_its_files_are_joined(tmp_path):
    site = tmp_path / "farm.toml"
    site.write_text(SITE)
    halves(tmp_path / "data", ("WT01_wind.csv", "WT01_power.csv"))
    (found,) = load(settings_for(tmp_path / "data", str(site))).values()
    assert list(found.table) == ["WindSpeed", "ActivePower"]
    (tmp_path / "data" / "WT01_wind.csv").rename(tmp_path / "data" / "WT02_wind.csv")
    with pytest.raises(DataError, match="WT01_power.csv lacks 1 of 3 columns of location 'farm'"):
        load(settings_for(tmp_path / "data", str(site)))
