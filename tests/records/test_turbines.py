"""Which turbine a file belongs to, by its path, its times and its readings."""

import numpy as np
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


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        (
            "2A_scada_2019-01-01_2019-01-03_export.csv",
            "2A_scada_2019-01-03_2019-01-05_export.csv",
            "2A_scada",
        ),
        ("2021-04-01_WT01.csv", "2021-05-01_WT01.csv", "WT01"),
        ("WT01_202104_raw.csv", "WT01_202105_raw.csv", "WT01"),
        ("Q2_2021_WT01.csv", "Q3_2021_WT01.csv", "WT01"),
        ("WT01_part1.csv", "WT01_part2.csv", "WT01"),
        ("farm_01.04.2021_T1.csv", "farm_01.05.2021_T1.csv", "farm_T1"),
        ("WT01_Apr2021.csv", "WT01_May2021.csv", "WT01"),
        ("WT01 (2021-04-01 to 2021-05-01).csv", "WT01 (2021-05-01 to 2021-06-01).csv", "WT01"),
        ("WT01_20210401T000000_20210501T000000.csv", "WT01_20210501T000000_20210601.csv", "WT01"),
        ("2021년 4월 WT01.csv", "2021년 5월 WT01.csv", "WT01"),
    ],
)
def test_periods_anywhere_in_the_names_of_files_do_not_part_a_turbine(
    tmp_path, first, second, name
):
    write(westsouth(start="2021-04-01"), tmp_path / first)
    write(westsouth(start="2021-05-01"), tmp_path / second)
    assert rows(tmp_path) == {name: 120}


@pytest.mark.parametrize(
    ("first", "second"),
    [("WT2019.csv", "WT2020.csv"), ("2021_T01.csv", "2021_T02.csv"), ("WT1_1.csv", "WT1_2.csv")],
)
def test_what_is_no_period_parts_turbines_that_follow_each_other(tmp_path, first, second):
    write(westsouth(start="2021-04-01"), tmp_path / first)
    write(westsouth(start="2021-05-01"), tmp_path / second)
    assert len(rows(tmp_path)) == 2


def test_a_period_in_the_name_does_not_join_turbines_of_the_same_time(tmp_path):
    for seed, name in enumerate(("WT_2001_a.csv", "WT_2002_a.csv")):
        write(westsouth(seed=seed), tmp_path / name)
    assert len(rows(tmp_path)) == 2


def test_numbered_parts_of_a_turbine_that_follow_at_once_are_joined_and_named(tmp_path):
    table = westsouth(120)
    write(table[:60], tmp_path / "WT01_1.csv")
    write(table[60:], tmp_path / "WT01_2.csv")
    assert rows(tmp_path) == {"WT01": 120}
    assert any("WT01_1, WT01_2 follow" in said for said in cleaned(tmp_path).report.notices)


@pytest.mark.parametrize("other", ["wt1", "WT1 ", "WT01"])
def test_names_of_files_that_differ_in_spelling_are_one_turbine_and_told(tmp_path, other):
    write(westsouth(start="2021-04-01"), tmp_path / "WT1.csv")
    write(westsouth(80, start="2021-05-01"), tmp_path / f"{other}.csv")
    assert list(rows(tmp_path).values()) == [140]
    assert any(f"{other!r}" in said for said in cleaned(tmp_path).report.notices)


@pytest.mark.parametrize("ids", [("WT1", "wt1 "), ("01", "1"), ("WT01", "WT1")])
@pytest.mark.parametrize("seed", [0, 1])
def test_ids_that_differ_in_spelling_are_one_where_their_records_may_be(tmp_path, ids, seed):
    tables = [
        westsouth(start=f"2021-0{4 + (1 - seed) * place}-01", seed=seed * place).assign(WTG=name)
        for place, name in enumerate(ids)
    ]
    write(pd.concat(tables)[["DateTime", "WindSpeed", "WTG"]], tmp_path / "x.csv")
    data = cleaned(tmp_path, "generic", freq=None)
    notice = next(said for said in data.report.notices if repr(ids[0]) in said)
    assert len(data.tables) == 1 + seed
    assert ("stay apart" if seed else "Taken for one turbine") in notice


def test_ids_keep_the_zeros_that_they_are_written_with(tmp_path):
    tables = [westsouth(seed=place).assign(WTG=f"0{place}") for place in (1, 2)]
    write(pd.concat(tables)[["DateTime", "WindSpeed", "WTG"]], tmp_path / "x.csv")
    assert rows(tmp_path, "generic") == {"01": 60, "02": 60}


def test_overlapping_exports_under_two_names_are_one_turbine_and_told(tmp_path):
    table = westsouth(100)
    write(table[:70], tmp_path / "WT01_a.csv")
    write(table[40:], tmp_path / "WT01_b.csv")
    data = cleaned(tmp_path)
    assert [turbine.rows for turbine in data.report.turbines] == [100]
    assert any("WT01_a and WT01_b hold the same readings" in said for said in data.report.notices)


@pytest.mark.parametrize("names", [("WT01", "WT02"), ("rec1", "rec2")])
def test_equal_readings_under_other_numbers_stay_apart(tmp_path, names):
    for name in names:
        write(westsouth(100)[: 70 + 30 * (name == names[1])], tmp_path / f"{name}.csv")
    assert len(rows(tmp_path)) == 2


def test_turbines_that_stand_still_together_stay_apart(tmp_path):
    for place, name in enumerate(("north", "south")):
        table = westsouth(100)
        table.loc[:, table.columns != "DateTime"] = 0.0
        table.loc[60:, "WindSpeed"] = np.arange(40.0) + place
        write(table, tmp_path / f"{name}.csv")
    assert len(rows(tmp_path, "generic")) == 2
