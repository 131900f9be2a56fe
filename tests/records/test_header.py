from pathlib import Path

import pandas as pd
import pytest

from modules.errors import DataError
from modules.location_module import get_site
from modules.records.header import map_file
from tests.wind_files import westsouth

PATH = Path("data/WT03.csv")
NINE = [
    "WindD1",
    "WindD2",
    "WindSpeed",
    "RotorPosition",
    "BladePitchP1",
    "BladePitchP2",
    "BladePitchP3",
    "GeneratorTR",
    "ActivePower",
]


def mapped(table, location):
    return map_file(pd.DataFrame(table), PATH, get_site(location))


def stamps(count=3):
    return pd.date_range("2021-04-01", periods=count, freq="10min").astype(str)


def test_eleven_columns_in_and_nine_variables_out_with_power_last():
    records = mapped(westsouth(), "westsouth")
    assert list(records.table.columns) == NINE
    assert records.table["GeneratorTR"].equals(westsouth()["GenertorTR"].astype(float))


def test_the_right_spelling_of_generator_is_accepted_too():
    table = westsouth().rename(columns={"GenertorTR": "GeneratorTR", "GenertorTRD": "GeneratorTRD"})
    assert list(mapped(table, "westsouth").table.columns) == NINE


def test_known_names_in_another_order_are_mapped_by_name():
    table = westsouth()
    records = mapped(table[table.columns[::-1]], "westsouth")
    assert records.table["ActivePower"].equals(table["ActivePower"])


def test_unknown_names_are_mapped_by_position_when_there_are_eleven():
    table = westsouth()
    unknown = table.set_axis([f"항목{place}" for place in range(11)], axis=1)
    pd.testing.assert_frame_equal(
        mapped(unknown, "westsouth").table, mapped(table, "westsouth").table
    )


def test_ten_unknown_columns_are_refused_with_all_that_is_missing():
    table = westsouth().iloc[:, :10].set_axis([f"c{place}" for place in range(10)], axis=1)
    with pytest.raises(DataError) as refusal:
        mapped(table, "westsouth")
    message = str(refusal.value)
    assert "data/WT03.csv lacks 10 of 10 columns of location 'westsouth': a time column" in message
    assert "WindD1, WindD2, WindSpeed" in message and "Found: c0, c1" in message
    assert "Set `--location`" in message


def test_two_missing_columns_stand_in_one_message():
    with pytest.raises(DataError, match="lacks 2 of 10 .* WindSpeed, ActivePower. Found: DateTime"):
        mapped(westsouth().drop(columns=["WindSpeed", "ActivePower"]), "westsouth")


@pytest.mark.parametrize("time", ["datetime", "DATETIME", "//Datetime", "edate", "date", "index"])
@pytest.mark.parametrize(
    "power", ["INFO_POWER_ACTIVE", "info.power.active", "DB.HJ03.INFO.POWER.ACTIVE"]
)
def test_jeju_tags_are_known_in_every_spelling(time, power):
    table = {time: ["2021.04.01 23:50:00", "2021.04.01 24:00:00"], power: [10.0, 20.0]}
    records = mapped(table, "jeju")
    assert list(records.table.columns) == ["INFO_POWER_ACTIVE"]
    assert records.stamps[1] == pd.Timestamp("2021-04-02")


def test_jeju_takes_every_other_numeric_column_behind_its_own():
    table = {
        "edate": stamps(),
        "DB.HJ03.TEMP.OIL": [1.0, 2.0, 3.0],
        "DB.HJ03.INFO.SPEED.WIND": [5.0, 6.0, 7.0],
        "STATE": ["run", "run", "stop"],
    }
    records = mapped(table, "jeju")
    assert list(records.table.columns) == ["INFO_SPEED_WIND", "TEMP_OIL"]
    assert [column.kind for column in records.columns] == ["speed", "linear"]


def test_jeju_tags_of_two_turbines_in_one_file_are_refused():
    table = {
        "edate": stamps(),
        "DB.HJ03.INFO.SPEED.WIND": [5.0, 6.0, 7.0],
        "DB.HJ04.INFO.SPEED.WIND": [5.0, 6.0, 7.0],
    }
    with pytest.raises(DataError, match="more than once: DB.HJ03.*DB.HJ04.*a file of its own"):
        mapped(table, "jeju")


def test_generic_takes_numbers_and_leaves_row_numbers_names_and_dates():
    table = {
        "": [0, 1, 2],
        "Date": stamps(),
        "asset_id": ["T1", "T1", "T2"],
        "a": [1.0, 2.0, 3.0],
        "note": ["x", None, "y"],
        "b": [1, 2, None],
    }
    records = mapped(table, "generic")
    assert list(records.table.columns) == ["a", "b"]
    assert records.stamps is not None
    assert records.turbines.tolist() == ["T1", "T1", "T2"]


def test_generic_finds_the_only_date_column_under_any_name():
    records = mapped({"Zeitpunkt": stamps(), "a": [1.0, 2.0, 3.0]}, "generic")
    assert records.stamps[0] == pd.Timestamp("2021-04-01")


def test_generic_with_two_date_columns_is_refused():
    table = {"start": stamps(), "end": stamps(), "a": [1.0, 2.0, 3.0]}
    with pytest.raises(DataError, match="2 columns of dates.*start, end. Name the one to use"):
        mapped(table, "generic")


def test_generic_without_a_date_column_keeps_the_order_of_the_file():
    records = mapped({"index": [0, 1, 2], "a": [3.0, 1.0, 2.0]}, "generic")
    assert records.stamps is None
    assert records.table["a"].tolist() == [3.0, 1.0, 2.0]


def test_generic_without_numbers_is_refused():
    with pytest.raises(DataError, match="has no numeric column. Found: Date, note"):
        mapped({"Date": stamps(), "note": ["x", "y", "z"]}, "generic")


def test_rows_without_a_turbine_name_are_refused():
    table = {"Date": stamps(), "turbine": ["T1", None, "T1"], "a": [1.0, 2.0, 3.0]}
    with pytest.raises(DataError, match="column 'turbine' names no turbine in 1 rows"):
        mapped(table, "generic")
