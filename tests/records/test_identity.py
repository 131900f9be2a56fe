"""Long tables: whose a row is, and what merely counts."""

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.identity import counts, find_owners, identifies
from tests.wind_files import cleaned, settings_for, westsouth, write

N = 30


def long_table(name, ids, *, timed=True, by_time=False):
    """`N` rows of each of `ids`, one behind the other or time by time."""
    random = np.random.default_rng(0)
    parts = []
    for one in ids:
        table = pd.DataFrame({name: one, "ws": random.uniform(3, 12, N).round(2)}, index=range(N))
        table.insert(1, "time", pd.date_range("2021-01-01", periods=N, freq="10min").astype(str))
        parts.append(table)
    table = pd.concat(parts)
    table = table.sort_index(kind="stable") if by_time else table
    return table.reset_index(drop=True) if timed else table.drop(columns="time")


def turbines(path):
    found = load(settings_for(path, "generic"))
    names = [list(turbine.table.columns) for turbine in found.values()]
    return {name: turbine.n_read for name, turbine in found.items()}, names[0]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("TurbID", [1, 2, 3]),
        ("turbine_id", ["R1", "R2", "R3"]),
        ("WTG", [10, 20, 30]),
        ("Wind_turbine_name", ["a", "b", "c"]),
        ("asset_id", [7, 8, 9]),
        ("호기", [1, 2, 3]),
        ("example_id", [0, 1, 2]),
        ("sequence id", [5, 6, 4]),
        ("unit number", [1, 2, 3]),
    ],
)
def test_the_parts_of_a_long_table_stay_apart(tmp_path, name, ids, timed):
    path = write(long_table(name, ids, timed=timed), tmp_path / "all.csv")
    found, variables = turbines(path)
    assert found == {str(one): N for one in sorted(ids, key=str)}
    assert variables == ["ws"]


def test_times_that_restart_tell_an_owner_of_any_name(tmp_path):
    path = write(long_table("welche", ["x", "y"], by_time=True), tmp_path / "all.csv")
    assert turbines(path) == ({"x": N, "y": N}, ["ws"])


def test_owners_of_two_columns_are_both_told_apart(tmp_path):
    table = pd.concat([long_table("turbine", ["T1", "T2"]).assign(farm=farm) for farm in "ab"])
    path = write(table, tmp_path / "all.csv")
    assert turbines(path)[0] == {"T1/a": N, "T1/b": N, "T2/a": N, "T2/b": N}


def test_whole_numbers_that_only_look_like_owners_stay_variables():
    table = pd.DataFrame({"sample": [3, 1, 3, 2, 1, 3] * 5, "ws": np.linspace(3, 9, N)})
    assert find_owners(table, None, []) == ([], [])


def test_an_owner_is_missing_in_a_row(tmp_path):
    table = long_table("turbine", ["T1", "T2"])
    table.loc[4, "turbine"] = None
    with pytest.raises(DataError, match="column 'turbine' names no turbine in 1 rows"):
        load(settings_for(write(table, tmp_path / "all.csv"), "generic"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Day", [1, 1, 1, 2, 2, 3, 1, 1, 2]),
        ("id", [4, 5, 6, 7]),
        ("Unnamed: 0", [0, 1, 2, 0, 1, 2]),
        ("anything", list(range(100, 125))),
    ],
)
def test_counters_count(name, values):
    assert counts(pd.Series(values, name=name), None)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Day", [1.5, 2.0]),
        ("count", [4, 9, 2]),
        ("day", [0, 0, 1, 1, 0, 0, 1]),
        ("count", [1, 0, 0, 1, 1, 0]),
        ("anything", list(range(10))),
        ("anything", list(range(0, 60, 2))),
        ("t", [1, 1, 1]),
    ],
)
def test_readings_do_not_count(name, values):
    assert not counts(pd.Series(values, name=name), None)


@pytest.mark.parametrize("name", ["rec", "seconds", "elapsed_s", "t_ms", "No"])
def test_a_counter_by_its_name_may_go_up_by_any_number(name):
    assert counts(pd.Series(np.arange(17, 17 + 600 * 30, 600), name=name), None)
    assert not counts(pd.Series(np.arange(30) ** 2, name=name), None)


def test_a_counter_goes_on_or_begins_anew_with_the_owner():
    owner = pd.Series(["a"] * 15 + ["b"] * 15)
    for numbers in (np.arange(30), np.tile(np.arange(15), 2), np.r_[5:20, 90:105]):
        assert counts(pd.Series(numbers, name="k"), owner)


def test_what_is_left_out_as_a_counter_is_said(tmp_path):
    table = long_table("turbine", ["T1", "T2"]).assign(Day=1)
    table.loc[20:29, "Day"] = table.loc[50:59, "Day"] = 2
    notices = cleaned(write(table, tmp_path / "all.csv"), "generic").report.notices
    assert "Day counts rows, days or seconds and is no variable." in notices


def test_lists_in_the_cells_of_a_column_name_nobody():
    stamps = pd.date_range("2021-03-01", periods=20, freq="10min").repeat(2)
    table = pd.DataFrame({"turbine": [np.arange(i % 3) for i in range(40)]})
    assert find_owners(table, stamps, [], []) == ([], [])


SHUFFLED = np.random.default_rng(1).permutation(60)


@pytest.mark.parametrize(
    ("name", "values", "does"),
    [
        ("uid", SHUFFLED, True),
        ("record_id", 5000 + SHUFFLED, True),
        ("OBJECTID", SHUFFLED, True),
        ("uid", [7] * 60, True),
        ("uid", SHUFFLED % 12, False),
        ("uid", SHUFFLED / 7, False),
        ("power", SHUFFLED, False),
        ("humid", SHUFFLED, False),
    ],
)
def test_an_identifier_is_called_so_and_is_each_another_or_all_the_same(name, values, does):
    assert identifies(pd.Series(values, name=name)) is does


def test_an_identifier_is_left_out_and_said(tmp_path):
    table = westsouth(60)[["DateTime", "WindSpeed"]].assign(uid=SHUFFLED)
    (turbine,) = load(settings_for(write(table, tmp_path / "a.csv"), "generic")).values()
    assert [column.name for column in turbine.columns] == ["WindSpeed"]
    assert "uid is an identifier and no variable." in turbine.notices
    asked = settings_for(tmp_path / "a.csv", "generic", columns=("uid",))
    (turbine,) = load(asked).values()
    assert [column.name for column in turbine.columns] == ["uid"]
