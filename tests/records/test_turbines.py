"""Which turbine a file belongs to, by its path, its times and its readings."""

import pandas as pd
import pytest

from modules.dataLoader import load
from tests.wind_files import cleaned, settings_for, westsouth, write


def rows(path, location="westsouth", **fields):
    """Rows read by turbine."""
    turbines = load(settings_for(path, location, **fields))
    return {name: turbine.n_read for name, turbine in turbines.items()}


def series(n_rows=40, seed=0):
    return westsouth(n_rows, seed=seed)[["WindSpeed", "ActivePower"]]


def test_equal_names_in_nested_folders_never_overwrite_each_other(tmp_path):
    for seed in range(12):
        folder = tmp_path / f"subj{seed // 3}" / "trial" / f"day{seed % 3}"
        write(series(seed=seed), folder / "rec.csv")
    found = rows(tmp_path, "generic")
    assert len(found) == 12 and set(found.values()) == {40}
    assert "subj2/trial/day1" in found


def test_a_folder_and_a_file_of_one_name_do_not_overwrite_each_other(tmp_path):
    for seed, name in enumerate(("a/b.csv", "a/c.csv", "a/b/x.csv")):
        write(westsouth(seed=seed), tmp_path / name)
    assert list(rows(tmp_path).values()) == [60, 60, 60]


def test_files_without_times_stay_apart_though_they_are_equal(tmp_path):
    for name in ("a/x.csv", "b/x.csv", "b/y.csv"):
        write(series(), tmp_path / name)
    assert list(rows(tmp_path, "generic")) == ["a", "b/x", "b/y"]


def test_an_equal_name_with_another_ending_is_no_other_file_s(tmp_path):
    write(series(seed=1), tmp_path / "x.csv")
    write(series(seed=2), tmp_path / "x.csv.gz")
    assert rows(tmp_path, "generic") == {"x.csv": 40, "x.csv.gz": 40}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("WT01/2021.csv", "WT01/2022.csv"),
        ("batch1/WT01.csv", "batch2/WT01.csv"),
        ("a/2021/WT01.csv", "a/2022/WT01.csv"),
        (
            "Farm_2021_30/Turbine_Data_1_2021-04-01_-_2021-05-01_7.csv",
            "Farm_2022_31/Turbine_Data_1_2021-05-01_-_2021-06-01_8.csv",
        ),
    ],
)
def test_one_turbine_over_years_and_folders_is_joined(tmp_path, first, second):
    write(westsouth(start="2021-04-01"), tmp_path / first)
    write(westsouth(start="2021-05-01"), tmp_path / second)
    assert list(rows(tmp_path).values()) == [120]


def test_several_turbines_over_years_are_joined_each(tmp_path):
    for year in (2021, 2022):
        for turbine in (1, 2):
            name = f"Farm_SCADA_{year}_30{turbine}/Data_Farm_{turbine}_{year}-01-01_{turbine}8.csv"
            write(westsouth(start=f"{year}-01-01", seed=turbine), tmp_path / name)
    assert list(rows(tmp_path).values()) == [120, 120]


def test_overlapping_exports_of_one_turbine_are_counted_once(tmp_path):
    table = westsouth(100)
    write(table[:70], tmp_path / "WT01_2021-04.csv")
    write(table[40:], tmp_path / "WT01_2021-05.csv")
    turbine = cleaned(tmp_path).report.turbines[0]
    assert (turbine.name, turbine.rows, turbine.duplicates, turbine.conflicts) == (
        "WT01",
        100,
        30,
        0,
    )


@pytest.mark.parametrize("copy", ["backup/WT01.csv", "WT01 (1).csv", "WT01_copy.csv"])
def test_a_copy_is_counted_once_and_named(tmp_path, copy):
    for name in ("WT01.csv", copy):
        write(westsouth(), tmp_path / name)
    assert rows(tmp_path) == {"WT01": 60}
    assert any("counted once" in notice for notice in cleaned(tmp_path).report.notices)


def test_one_name_with_other_readings_at_the_same_time_is_two_turbines(tmp_path):
    write(westsouth(seed=1), tmp_path / "north" / "WT01.csv")
    write(westsouth(seed=2), tmp_path / "south" / "WT01.csv")
    assert rows(tmp_path) == {"north": 60, "south": 60}


def test_turbines_of_one_folder_stay_apart_though_they_follow_each_other(tmp_path):
    write(westsouth(start="2021-04-01"), tmp_path / "farm" / "WT01.csv")
    write(westsouth(start="2022-04-01"), tmp_path / "farm" / "WT02.csv")
    assert rows(tmp_path) == {"farm/WT01": 60, "farm/WT02": 60}


def test_a_file_that_fills_a_gap_of_another_is_of_the_same_turbine(tmp_path):
    table = westsouth(100)
    write(pd.concat([table[:40], table[60:]]), tmp_path / "WT01" / "a.csv")
    write(table[40:60], tmp_path / "WT01" / "b.csv")
    assert rows(tmp_path) == {"WT01": 100}


def test_equal_ids_of_two_files_that_disagree_are_different_turbines(tmp_path):
    for seed, name in enumerate(("north", "south")):
        table = westsouth(seed=seed)[["DateTime", "WindSpeed"]].assign(turbine="T1")
        write(table, tmp_path / f"{name}.csv")
    assert rows(tmp_path, "generic") == {"north/T1": 60, "south/T1": 60}
