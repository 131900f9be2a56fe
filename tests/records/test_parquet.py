"""A large Parquet file is read by columns and row groups: the same table as read whole."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from modules import aside
from modules.aside import lies_aside
from modules.records import parquet
from modules.records.readers import read_table

TABLES = {
    "numbers": {"a": [1.5, np.nan, 3.0, 4.0, 5.0], "b": np.arange(5)},
    "narrow": {"a": np.arange(5, dtype=np.float32), "b": np.arange(5, dtype=np.int16)},
    "missing": {"a": pd.array([1, 2, 3, 4, None], dtype="Int64"), "b": [True] * 5},
    "text": {"a": ["x", None, "y", "z", "z"], "b": pd.Categorical(list("aabba"))},
    "times": {"a": pd.date_range("2021", periods=5, tz="UTC"), "b": [None] * 5},
}


def written(table, path):
    """`table` in row groups of two rows."""
    pa.parquet.write_table(pa.Table.from_pandas(table), path, row_group_size=2)
    return path


def both(monkeypatch, path):
    """The table in parts and whole."""
    whole = read_table(path)
    monkeypatch.setattr(aside, "LARGE", 1)
    return read_table(path), whole


@pytest.mark.parametrize("columns", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("index", [None, "time", "nameless"])
def test_a_table_in_parts_is_the_whole_one(tmp_path, monkeypatch, columns, index):
    table = pd.DataFrame(columns)
    if index is not None:
        table.index = pd.Index(
            [3.0, 1.0, 4.0, 1.5, 9.0], name=index.replace("nameless", "") or None
        )
    found, expected = both(monkeypatch, written(table, tmp_path / "a.parquet"))
    pd.testing.assert_frame_equal(found, expected)


def test_whole_numbers_of_which_one_is_missing_are_floats_in_all_row_groups(tmp_path, monkeypatch):
    table = pa.table({"a": pa.array([1, 2, 3, None], pa.int64())})
    pa.parquet.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    found, expected = both(monkeypatch, tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(found, expected)
    assert found["a"].dtype == np.float64


def test_numbers_of_a_large_file_lie_aside(tmp_path, monkeypatch):
    found, _ = both(monkeypatch, written(pd.DataFrame(TABLES["numbers"]), tmp_path / "a.parquet"))
    assert all(lies_aside(found[name].to_numpy()) for name in found)


def test_a_row_group_is_read_at_a_time(tmp_path, monkeypatch):
    path = written(pd.DataFrame(TABLES["numbers"]), tmp_path / "a.parquet")
    with path.open("rb") as file:
        found = pa.parquet.ParquetFile(file)
        lengths = [len(part) for part in parquet._parts(found, ["a", "b"])]
    assert lengths == [2, 2, 1, 2, 2, 1]


def test_columns_within_columns_are_read_whole(tmp_path, monkeypatch):
    table = pa.table({"a": [{"x": 1.0, "y": 2.0}] * 3, "b": [1.0, 2.0, 3.0]})
    pa.parquet.write_table(table, tmp_path / "a.parquet")
    found, expected = both(monkeypatch, tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(found, expected)
