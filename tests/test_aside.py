"""What is too large for memory lies in a file: the same to the bit, and gone with its holder."""

import errno
import io
import os
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from modules import aside
from modules.aside import filled, lies_aside, put_aside, slices_of, table_of
from modules.errors import RunError

PARTS = [np.arange(6.0).reshape(3, 2), np.full((1, 2), np.nan), -np.ones((2, 2))]


@dataclass(frozen=True)
class Holder:
    table: pd.DataFrame


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The folder for temporary files; whatever is not empty is large."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(aside, "LARGE", 1)
    return tmp_path


def times(**how):
    return pd.date_range("2021", periods=3, freq="10min", unit="us", **how)


def test_parts_are_stacked_in_memory_where_they_are_few():
    made = filled((6, 2), np.float64, iter(PARTS))
    np.testing.assert_array_equal(made, np.concatenate(PARTS))
    assert not lies_aside(made)


@pytest.mark.parametrize("at_once", [1, 40, 1 << 23])
def test_parts_are_stacked_in_a_file_where_they_are_many(scratch, monkeypatch, at_once):
    monkeypatch.setattr(aside, "AT_ONCE", at_once)
    made = filled((6, 2), np.float32, (part[:, ::-1] for part in PARTS))
    np.testing.assert_array_equal(made, np.concatenate(PARTS)[:, ::-1].astype(np.float32))
    assert made.dtype == np.float32 and lies_aside(made) and lies_aside(made[2:, 0])


def test_parts_are_asked_for_one_at_a_time(scratch):
    asked = []
    filled((2, 1), np.float64, (asked.append(i) or np.full((1, 1), len(asked)) for i in range(2)))
    assert asked == [0, 1]


def test_few_rows_are_taken_at_once_and_many_in_pieces(monkeypatch):
    rows = np.zeros((10, 2))
    assert [rows[at].shape for at in slices_of(rows)] == [(10, 2)]
    monkeypatch.setattr(aside, "LARGE", 1)
    monkeypatch.setattr(aside, "AT_ONCE", 64)
    assert [rows[at].shape for at in slices_of(rows)] == [(4, 2), (4, 2), (2, 2)]


def test_a_table_of_columns_holds_them_by_name(scratch):
    table = table_of(["a", "b"], iter([np.arange(3), np.ones(3)]), times())
    expected = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": 1.0}, index=times())
    pd.testing.assert_frame_equal(table, expected)
    assert lies_aside(table["b"].to_numpy())


@pytest.mark.parametrize(
    "index", [times(), times(tz="UTC"), times()[[0, 1, 1]], pd.RangeIndex(3)], ids=str
)
def test_tables_that_are_put_aside_stay_the_same(scratch, index):
    table = pd.DataFrame({"a": [1.0, np.nan, -0.0], "b": [4.0, 5.0, 6.0]}, index=index)
    other = table.iloc[::-1]
    one, two = put_aside(map(Holder, [table, other]))
    pd.testing.assert_frame_equal(one.table, table)
    pd.testing.assert_frame_equal(two.table, other)
    assert lies_aside(one.table["a"].to_numpy())


def test_tables_of_many_turbines_share_a_file(scratch, monkeypatch):
    opened = []
    monkeypatch.setattr(aside, "LARGE", 7 * 24)
    monkeypatch.setattr(aside, "_in_file", lambda *given: opened.append(given) or in_file(*given))
    tables = [pd.DataFrame({"a": np.arange(3.0) + i}) for i in range(20)]
    for found, table in zip(put_aside(map(Holder, tables)), tables, strict=True):
        pd.testing.assert_frame_equal(found.table, table)
    assert [shape for shape, dtype, _ in opened if dtype is np.float64] == [(21,), (21,)]


in_file = aside._in_file


def test_few_tables_stay_where_they_are():
    holders = [Holder(pd.DataFrame({"a": [1.0]}))]
    assert put_aside(holders)[0] is holders[0]


def test_what_lies_aside_is_not_written_again(scratch, monkeypatch):
    held = put_aside([Holder(pd.DataFrame({"a": [1.0, 2.0]}, index=times()[:2]))])
    monkeypatch.setattr(aside, "_in_file", None)
    assert put_aside(held)[0] is held[0]


def test_no_file_is_left_of_an_array_that_is_gone(scratch):
    made = filled((6, 2), np.float64, PARTS)
    if os.name == "posix":  # elsewhere the file has a name while the array is held
        assert not list(scratch.iterdir())
    del made
    assert not list(scratch.iterdir())


def test_no_file_is_left_where_the_parts_fail(scratch):
    def parts():
        yield PARTS[0]
        raise OSError("a damaged file")

    with pytest.raises(OSError, match="a damaged file"):
        filled((6, 2), np.float64, parts())
    assert not list(scratch.iterdir())


def test_a_full_disk_is_told_with_its_folder_and_the_remedy(scratch, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _content):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_how: Full())
    with pytest.raises(RunError, match=r"No space left on device.*TMPDIR") as refusal:
        filled((6, 2), np.float64, PARTS)
    assert str(scratch) in str(refusal.value)


def test_a_large_farm_holds_more_files_than_a_system_usually_lets_a_program_open(scratch):
    resource = pytest.importorskip("resource")
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
    try:
        held = [filled((1,), np.float64, [np.full(1, i)]) for i in range(300)]
        assert [int(array[0]) for array in held] == list(range(300))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))
