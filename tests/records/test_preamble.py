"""Where the header of a text is, seen through what is read of it."""

import pytest

from modules.errors import DataError
from modules.records.readers import read_table

ROWS = "2021-03-01 00:00,7.5,573\n2021-03-01 00:10,7.7,662\n2021-03-01 00:20,8.2,868\n"


def table_of(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read_table(path)


def refused(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        table_of(tmp_path, text)


@pytest.mark.parametrize(
    "above",
    [
        "# Exported by Greenbyte\n#\n# Turbine: WT 1\n# Time, zone: UTC\n# t,ws,power\n",
        "# Turbine: WT 1\nt,ws,power\n",
        "#\nt,ws,power\n",
        "Wind farm export\nPeriod 2021-03-01 - 2021-03-02\n\nt,ws,power\n",
        "Wind farm export,,\nFrom:,2021-03-01,\n,,\nt,ws,power\n",
        "sep=,\nt,ws,power\n",
        "\n\nt,ws,power\n",
        '"t",ws,power\n',
    ],
)
def test_what_stands_above_the_header_is_skipped(tmp_path, above):
    table = table_of(tmp_path, above + ROWS)
    assert list(table) == ["t", "ws", "power"]
    assert table["power"].tolist() == [573, 662, 868]
    assert table.attrs.get("turbine") == ("WT 1" if "WT 1" in above else None)


def test_what_was_skipped_is_logged(tmp_path, caplog):
    with caplog.at_level("INFO"):
        table_of(tmp_path, "# one\n# two\n# t,ws,power\n" + ROWS)
    assert "a.csv: lines skipped above the header: 2" in caplog.text


def test_a_named_separator_is_taken(tmp_path):
    table = table_of(tmp_path, "sep=|\na|b, of c\n1|2\n")
    assert list(table) == ["a", "b, of c"]


def test_the_separator_is_the_one_that_header_and_rows_share(tmp_path):
    table = table_of(tmp_path, "Zeit, UTC;Wind;Leistung, kW\n1;7,5;573,3\n2;7,7;662,5\n")
    assert list(table) == ["Zeit, UTC", "Wind", "Leistung, kW"]
    assert table["Wind"].tolist() == [7.5, 7.7]


@pytest.mark.parametrize(
    ("row", "units"),
    [
        (",m/s,kW", {"ws": "m/s", "power": "kW"}),
        ("yyyy-mm-dd hh:mm,[m/s],(kW)", {"ws": "m/s", "power": "kW"}),
        ("UTC,m/s,-", {"ws": "m/s", "power": "-"}),
    ],
)
def test_a_row_of_units_is_no_record(tmp_path, row, units):
    table = table_of(tmp_path, f"t,ws,power\n{row}\n{ROWS}")
    assert len(table) == 3 and table["ws"].tolist() == [7.5, 7.7, 8.2]
    assert table.attrs["units"] == units


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (",ws,ws\n,mean,max\nt,,\n", ["t", "ws mean", "ws max"]),
        ("t,WT01,\n,ws,power\n", ["t", "WT01 ws", "WT01 power"]),
        ("t,wind,power\nstamp,speed,active\n,m/s,kW\n", ["t stamp", "wind speed", "power active"]),
        (",ws,power\nt,,\n", ["t", "ws", "power"]),
    ],
)
def test_rows_of_names_are_joined(tmp_path, rows, names):
    table = table_of(tmp_path, rows + ROWS)
    assert list(table) == names and len(table) == 3


def test_a_first_record_of_words_is_no_row_of_names(tmp_path):
    long = "turbine,status,ws\nA,run,\nA,stop,7.5\nB,run,7.7\n"
    assert table_of(tmp_path, long)["turbine"].tolist() == ["A", "A", "B"]
    assert table_of(tmp_path, "ws,power\nBad,No Data\n7.5,3\n")["ws"].isna().tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "0,1\n7.5,573.3\n7.7,662.5\n",
        "1,2,3\n7,573,12\n8,662,13\n",
        ",0,1\n0,7.5,573.3\n1,7.7,662.5\n",
        ",0\n2021-03-01,7.5\n2021-03-02,7.7\n",
    ],
)
def test_numbers_that_count_the_columns_are_their_names(tmp_path, text):
    table = table_of(tmp_path, text)
    assert list(table) == text.split("\n")[0].split(",") and len(table) == 2


@pytest.mark.parametrize(
    "text",
    [
        "0,1,2\n3,4,5\n6,7,8\n",
        "0,1\n1,0\n1,1\n",
        "0\n7.5\n7.7\n",
        "2,3,4\n7.5,8.5,9.5\n",
        "10,40,80\n7.5,8.5,9.5\n",
        "7.5,573.3\n7.7,662.5\n",
    ],
)
def test_numbers_that_may_be_the_first_record_are_refused(tmp_path, text):
    refused(tmp_path, text, "has no header: its first line is .*, replace them with words")


def test_ends_of_lines_inside_quotes_end_no_row(tmp_path):
    table = table_of(tmp_path, 't,"wind\nspeed",note\n1,7.5,"a\nb"\n2,7.7,"5"" x, y"\n')
    assert list(table) == ["t", "wind speed", "note"]
    assert table["note"].tolist() == ["a\nb", '5" x, y']
    refused(tmp_path, 't,"a\nb"\n1,2\n3\n', "line 4 has 1 fields where the header has 2")


def test_a_quote_inside_a_name_opens_nothing(tmp_path):
    assert list(table_of(tmp_path, 't,mast 5" high\n1,2\n3,4\n')) == ["t", 'mast 5" high']


@pytest.mark.parametrize("text", ["a,b\n1,2,\n3,4,\n", "a,b,\n1,2\n3,4\n", "a,b,,\n1,2,,\n3,4,,\n"])
def test_a_separator_at_the_end_makes_no_column_of_readings(tmp_path, text):
    table = table_of(tmp_path, text)
    assert table[["a", "b"]].to_numpy().tolist() == [[1, 2], [3, 4]]
    assert table.drop(columns=["a", "b"]).isna().all(axis=None)


def test_a_line_that_is_too_long_is_counted_from_the_top_of_the_file(tmp_path):
    refused(tmp_path, f"# one\n# t,ws,power\n{ROWS}1,2,3,4\n", "line 6 has 4 fields .* 3 columns")


def test_decimal_commas_between_commas_are_named_as_a_cause(tmp_path):
    refused(
        tmp_path, "t,ws\n2021-03-01,7,5\n", "line 2 has 3 fields .* decimal commas, .*semicolon"
    )


def test_comments_alone_are_no_table(tmp_path):
    refused(tmp_path, "# one\n# two\n", "has a header but no rows")


def test_an_empty_row_below_a_title_is_no_header(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Turbine:,WT 1,,\n\nws,power,a,b\n1,2,3,4\n2,3,4,5\n")
    assert list(read_table(path).columns) == ["ws", "power", "a", "b"]


@pytest.mark.parametrize("n_stated", [3, 8])
def test_a_campbell_logger_s_four_lines_are_read(tmp_path, n_stated):
    first = ['"TOA5"', *(f'"{i}"' for i in range(1, n_stated))]
    below = [
        '"TIMESTAMP","RECORD","ws_Avg","power_Max","n"',
        '"TS","RN","m/s","kW",""',
        '"","","Avg","Max","Smp"',
    ]
    rows = "".join(f'"2021-03-01 00:{i}0:00",{i},7.{i},5{i}.5,1\n' for i in range(6))
    table = table_of(tmp_path, "\n".join([",".join(first), *below, rows]))
    assert list(table) == ["TIMESTAMP", "RECORD", "ws_Avg", "power_Max", "n"]
    assert table["power_Max"].tolist() == [50.5, 51.5, 52.5, 53.5, 54.5, 55.5]
    assert table.attrs["units"] == {"ws_Avg": "m/s", "power_Max": "kW"}
