from pathlib import Path

import pandas as pd
import pytest

from modules.errors import DataError
from modules.location_module import get_site
from modules.records.header import map_file
from modules.records.readers import read_table
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


def read(tmp_path, text, location="generic"):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    return map_file(read_table(path), path, get_site(location))


@pytest.mark.parametrize(
    "index",
    [[*range(15)] * 2, [*range(3, 33, 2)] * 2, [*range(10, 40)], [""] * 30],
    ids=["joined", "filtered", "cut", "trailing"],
)
@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", ".1"])
def test_a_nameless_count_of_rows_is_no_variable(tmp_path, name, index):
    rows = [f"{i},{a**2}" for i, a in zip(index, range(30), strict=True)]
    assert list(read(tmp_path, "\n".join([f"{name},a", *rows])).table) == ["a"]


def test_a_count_that_is_left_out_is_logged(tmp_path, caplog):
    with caplog.at_level("INFO"):
        read(tmp_path, ",a\n0,5\n1,6\n")
    assert "column 1, '', counts rows and is left out" in caplog.text


@pytest.mark.parametrize(
    "cells", ["7.5 8.5 7.7", "5 3 4", "-1 0 1", "1617235200 1617235800 1617236400"]
)
def test_nameless_readings_are_refused(tmp_path, cells):
    first, second, third = cells.split()
    with pytest.raises(DataError, match="column 2 holds numbers and has no name. Name it"):
        read(tmp_path, f"a,\n1,{first}\n2,{second}\n4,{third}\n")


def test_units_of_cells_and_of_a_row_become_the_columns(tmp_path):
    records = read(tmp_path, "ws,power,rh\nm/s,kW,\n7.5,573,85 %\n8.5,600,86 %\n")
    assert [column.unit for column in records.columns] == ["m/s", "kW", "%"]


def test_a_unit_that_is_not_the_sites_is_refused(tmp_path):
    text = westsouth(6).astype(object)
    text["ActivePower"] = "1.5 MW"
    with pytest.raises(
        DataError, match="'ActivePower' is in MW, and ActivePower of the site in kW"
    ):
        read(tmp_path, text.to_csv(index=False), "westsouth")
    text["ActivePower"], text["WindD1"] = "1500 kW", "270 °"
    assert read(tmp_path, text.to_csv(index=False), "westsouth").table["ActivePower"][0] == 1500


def test_a_turbine_named_in_a_comment_counts_where_no_column_names_one(tmp_path):
    assert read(tmp_path, "# Turbine: WT 1\na\n1\n2\n").turbines.tolist() == ["WT 1"] * 2
    named = read(tmp_path, "# Turbine: WT 1\na,turbine\n1,T1\n2,T2\n")
    assert named.turbines.tolist() == ["T1", "T2"]


def test_a_column_of_numbers_and_missing_words_is_kept(tmp_path, caplog):
    with caplog.at_level("INFO"):
        records = read(tmp_path, "a,b\n1,Bad\n2,7.5\n3,No Data\n4,Bad\n")
    assert records.table["b"].isna().tolist() == [True, False, True, True]
    assert "b is missing where it says 'Bad' (2), 'No Data' (1)" in caplog.text


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("7,5 run 7,7", "line 3, column 'b' holds text among its numbers: 'run' .1 such"),
        ("1,234 2,345 12", "line 2, column 'b' holds numbers that can be read in two ways.*1,234"),
        ("7,5 7.5 8", "line 3, column 'b' holds numbers in two notations: '7.5'"),
        ("7m/s 8m/s 25km/h", "line 4, column 'b' holds several units .m/s, km/h.: '25km/h'"),
    ],
)
def test_a_column_that_is_mostly_numbers_is_read_or_refused(tmp_path, cells, message):
    rows = "\n".join(f"{i};{cell}" for i, cell in enumerate(cells.split()))
    with pytest.raises(DataError, match=message):
        read(tmp_path, f"a;b\n{rows}\n")


def test_points_in_a_file_of_decimal_commas_are_refused_where_they_may_be_thousands(tmp_path):
    with pytest.raises(DataError, match="line 2, column 'b' holds numbers that can be read in two"):
        read(tmp_path, "a;b\n7,5;1.234\n8,5;2.345\n")
    records = read(tmp_path, "a;b\n7,5;1.25\n8,5;2.345\n")
    assert records.table["b"].tolist() == [1.25, 2.345]


def test_a_column_of_text_is_named_with_an_example(tmp_path, caplog):
    read(tmp_path, "a,b\n1,run\n2,stop\n")
    assert "column b holds text and is left out: 'run'" in caplog.text
