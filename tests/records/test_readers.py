import gzip

import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.packages import is_data_file
from modules.records.readers import first_line_where, read_table

TEXT = "DateTime,풍속,ActivePower\n2021-04-01 00:00:00,5.5,100\n2021-04-01 00:10:00,,200\n"


def saved(path, content: bytes):
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_headers_read_in_every_encoding_of_theirs(tmp_path, encoding):
    table = read_table(saved(tmp_path / "a.csv", TEXT.encode(encoding)))
    assert list(table.columns) == ["DateTime", "풍속", "ActivePower"]
    assert table["ActivePower"].tolist() == [100, 200]
    assert table["풍속"].isna().tolist() == [False, True]


def test_reading_as_cp949_is_logged(tmp_path, caplog):
    with caplog.at_level("INFO"):
        read_table(saved(tmp_path / "a.csv", TEXT.encode("cp949")))
    assert "a.csv: read as cp949" in caplog.text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_and_tab_all_separate(tmp_path, separator):
    path = saved(tmp_path / "a.csv", "t,a,b\n1,2.5,3\n".replace(",", separator).encode())
    assert read_table(path).iloc[0].tolist() == [1, 2.5, 3]


def test_compressed_csv_and_parquet_hold_the_same(tmp_path):
    saved(tmp_path / "a.csv.gz", gzip.compress(b"a,b\n1,2\n3,4\n"))
    pd.DataFrame({"a": [1, 3], "b": [2, 4]}).to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "a.csv.gz"), read_table(tmp_path / "a.parquet")
    )


def test_a_named_parquet_index_becomes_a_column(tmp_path):
    index = pd.DatetimeIndex(["2021-01-01"], name="time")
    pd.DataFrame({"a": [1.0]}, index=index).to_parquet(tmp_path / "a.parquet")
    assert list(read_table(tmp_path / "a.parquet").columns) == ["time", "a"]


def test_text_in_parquet_is_read_as_in_a_csv(tmp_path, caplog):
    table = pd.DataFrame({"a": ["7,5", "Bad"], "b": [1.5, 2.25], "c": [[1], None]})
    table.to_parquet(tmp_path / "a.parquet")
    with caplog.at_level("INFO"):
        table = read_table(tmp_path / "a.parquet")
    assert table["a"][0] == 7.5 and table["b"].tolist() == [1.5, 2.25]
    assert "decimal commas in a; a is missing where it says 'Bad' (1)" in caplog.text


def test_columns_of_one_name_are_told_apart(tmp_path):
    assert list(read_table(saved(tmp_path / "a.csv", b"a,a,b\n1,2,3\n")).columns) == [
        "a",
        "a.1",
        "b",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \n\n", "is empty"),
        ("a.csv", b"a,b\n", "has a header but no rows"),
        ("a.csv", b"a,b\n1,2\n3\n", "line 3 has 1 fields where the header has 2 columns: '3'"),
        ("a.csv", b"a,b\n1,2,9\n", "line 2 has 3 fields where the header has 2"),
        ("a.csv", b"a,b\n1,2\n\0\0\n", "holds NUL bytes, first in line 3"),
        ("a.csv", b"a,b\n\xff\xff\xff,1\n", "text in none of UTF-8, UTF-16, cp949"),
        ("a.csv", b"1.5,2.5\n1,2\n", "has no header: its first line is '1.5,2.5'"),
        ("a.csv", b"2021-04-01 00:00:00,5\n2021-04-01 00:10:00,6\n", "has no header"),
        ("a.csv", b"2021-04-01 00:00:00,5,OK\n2021-04-01 00:10:00,6,OK\n", "has no header"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-12], "not a whole gzip file"),
        ("a.csv.gz", b"a,b\n1,2\n", "not a whole gzip file"),
        ("a.parquet", b"PAR1 nothing", "not a whole Parquet file"),
    ],
)
def test_a_damaged_file_is_refused_by_name_and_fault(tmp_path, name, content, message):
    path = saved(tmp_path / name, content)
    with pytest.raises(DataError, match=message) as refusal:
        read_table(path)
    assert str(path) in str(refusal.value)


def test_the_line_of_a_cell_counts_the_header_and_blank_lines(tmp_path):
    path = saved(tmp_path / "a.csv", b"a,b\n1,2\n\n3,x\n")
    assert first_line_where(path, 1, lambda cell: cell == "x") == ", line 4"
    assert first_line_where(path, 0, lambda cell: cell == "x") == ""


def test_dates_stay_as_they_are_written_for_a_whole_format(tmp_path):
    path = saved(tmp_path / "a.csv", b"time,ws\n2021-01-03,7.5\n2021-02-03,8.5\n")
    assert list(read_table(path, "%Y-%d-%m")["time"]) == ["2021-01-03", "2021-02-03"]
    for no_format in (None, "DMY"):
        assert read_table(path, no_format)["time"][0] == pd.Timestamp("2021-01-03")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.CSV", True),
        ("a.csv.gz", True),
        ("a.parquet", True),
        ("a.txt", True),
        ("a.tsv.gz", True),
        ("a.doc", False),
        ("a.gz", False),
    ],
)
def test_only_known_names_are_data_files(tmp_path, name, expected):
    assert is_data_file(tmp_path / name) == expected
