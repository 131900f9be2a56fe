"""Where tables go: a folder or a file, in which format, whole and with room."""

import pandas as pd
import pyarrow.parquet
import pytest

from modules.errors import RunError, SettingsError
from modules.runs import output
from modules.runs.output import check_place, write_table, write_tables


def test_tables_are_written_under_each_other(tmp_path):
    tables = (pd.DataFrame({"a": [i, i + 1]}) for i in (0, 2))
    path = write_tables("Rows", tables, 4, str(tmp_path / "rows.csv"))
    assert path.read_bytes() == b"a\n0\n1\n2\n3\n"


def test_parquet_holds_the_tables_under_each_other_in_one_set_of_types(tmp_path):
    tables = [pd.DataFrame({"=a": [0, 1]}), pd.DataFrame({"=a": [2.0, 3.0]})]
    path = write_tables("Rows", iter(tables), 4, str(tmp_path), "parquet")
    assert path.suffix == ".parquet" and path.parent == tmp_path
    assert pyarrow.parquet.read_table(path).to_pydict() == {"=a": [0, 1, 2, 3]}


def test_the_name_of_a_file_says_its_format(tmp_path):
    path = write_table("Rows", pd.DataFrame({"a": [1.5]}), str(tmp_path / "rows.parquet"))
    assert path == tmp_path / "rows.parquet"
    assert pd.read_parquet(path)["a"].tolist() == [1.5]


@pytest.mark.parametrize(("name", "kind"), [("rows.csv", "parquet"), ("rows.parquet", "csv")])
def test_a_name_of_one_format_and_the_word_for_another_are_refused(tmp_path, name, kind):
    with pytest.raises(SettingsError, match=rf"two formats\. Received: .*format='{kind}'"):
        check_place(str(tmp_path / name), kind)
    check_place(str(tmp_path / name), name.split(".")[1])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_more_rows_than_the_disk_has_room_for_are_refused_before_they_are_made(
    tmp_path, monkeypatch, kind
):
    monkeypatch.setattr(output.files, "free_bytes", lambda _: 10**9)
    made = []

    def tables():
        for i in range(2):
            made.append(i)
            yield pd.DataFrame({"a": [1.5] * 1000})

    with pytest.raises(RunError, match=r"1,000,000,000 rows take about .* GB, and 1\.0 GB"):
        write_tables("Rows", tables(), 10**9, str(tmp_path), kind)
    assert made == [0] and not list(tmp_path.iterdir())
