"""Excel workbooks and zip archives, as people send them."""

import gzip
import io
import zipfile
from pathlib import PurePath

import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.readers import first_line_where, read_table

TEXT = b"t,ws\n2021-03-01 00:00,7.5\n2021-03-01 00:10,7.7\n"


def zipped(path, contents):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def workbook(path, sheets, **options):
    with pd.ExcelWriter(path) as writer:
        for name, table in sheets.items():
            table.to_excel(writer, sheet_name=name, **({"index": False} | options))
    return path


def records():
    times = pd.date_range("2021-03-01", periods=3, freq="10min")
    return pd.DataFrame({"t": times, "ws": [7.5, None, 8.25], "n": [1, 2, 3], "%": "85 %"})


def packed_parquet():
    content = io.BytesIO()
    pd.DataFrame({"t": ["2021"], "ws": [7.5]}).to_parquet(content)
    return content.getvalue()


@pytest.mark.parametrize("name", ["WT01.csv", "in/WT01.CSV.gz", "WT01.parquet"])
def test_the_one_table_of_an_archive_is_read(tmp_path, name):
    contents = {".csv": TEXT, ".gz": gzip.compress(TEXT), ".parquet": packed_parquet()}
    others = {"readme.txt": "hello", "__MACOSX/._WT01.csv": "x", "in/.hidden.csv": "x"}
    path = zipped(tmp_path / "a.zip", others | {name: contents[PurePath(name).suffix]})
    assert read_table(path)["ws"][0] == 7.5


def test_lines_are_counted_inside_an_archive(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.csv": "# note\na,b\n1,2\n1,x\n"})
    assert first_line_where(path, 1, lambda cell: cell == "x") == ", line 4"


@pytest.mark.parametrize(
    ("contents", "found"),
    [({"a.csv": TEXT, "b.xlsx": b""}, "a.csv, b.xlsx"), ({"readme.md": b""}, "none")],
)
def test_an_archive_of_several_tables_or_none_is_refused(tmp_path, contents, found):
    path = zipped(tmp_path / "a.zip", contents)
    with pytest.raises(DataError, match=f"a.zip must hold one table. Found: {found}. Unpack it"):
        read_table(path)


@pytest.mark.parametrize("name", ["a.zip", "a.xlsx"])
def test_a_package_that_is_cut_off_is_refused(tmp_path, name):
    path = workbook(tmp_path / "whole.xlsx", {"data": records()})
    (tmp_path / name).write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=f"{name} is not a whole (zip archive|Excel workbook)"):
        read_table(tmp_path / name)


def test_a_workbook_reads_as_its_csv_does(tmp_path):
    table = read_table(workbook(tmp_path / "a.xlsx", {"data": records()}))
    assert table["ws"].isna().tolist() == [False, True, False] and table["ws"][2] == 8.25
    assert table["t"].tolist() == records()["t"].tolist()
    assert table["n"].tolist() == [1, 2, 3] and table["%"].tolist() == [85, 85, 85]
    assert table.attrs["units"] == {"%": "%"}


def test_notes_above_the_header_of_a_sheet_are_skipped(tmp_path):
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        records().to_excel(writer, sheet_name="data", startrow=3, index=False)
        writer.sheets["data"].cell(1, 1, "Wind farm export")
        writer.sheets["data"].cell(2, 1, "Turbine:")
        writer.sheets["data"].cell(2, 2, "WT01")
    assert list(read_table(path)) == ["t", "ws", "n", "%"]


def test_the_sheet_with_a_table_is_taken(tmp_path):
    cover = pd.DataFrame({"Wind farm export": ["made by", "for"], "": ["us", "you"]})
    path = workbook(tmp_path / "a.xlsx", {"cover": cover, "data": records(), "no": pd.DataFrame()})
    assert list(read_table(path)) == ["t", "ws", "n", "%"]


def test_several_sheets_with_a_table_are_refused_by_name(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"WT01": records(), "WT02": records()})
    with pytest.raises(DataError, match="one sheet with a table of records. Found: WT01, WT02"):
        read_table(path)
