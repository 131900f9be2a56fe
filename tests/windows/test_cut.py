import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.timestamps import stretches
from modules.windows.cut import cut, occurrences, window_starts, windows_at


def grid(values, start="2021-01-01") -> pd.DataFrame:
    index = pd.date_range(start, periods=len(values), freq="10min")
    return pd.DataFrame({"a": np.asarray(values, dtype=float), "b": 1.0}, index=index)


def test_ten_rows_give_seven_windows_of_four_with_the_last_one():
    series, starts = cut({"WT01": grid(np.arange(10))}, 4)
    assert starts.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert series[starts[-1] : starts[-1] + 4, 0].tolist() == [6, 7, 8, 9]
    assert series.dtype == np.float64 and starts.dtype == np.int64


def test_windows_are_so_many_rows_from_each_start():
    windows = windows_at(np.arange(20).reshape(10, 2), np.array([0, 7]), 3)
    assert windows.tolist() == [[[0, 1], [2, 3], [4, 5]], [[14, 15], [16, 17], [18, 19]]]


def test_no_window_crosses_a_removed_row():
    table = grid(np.arange(20))
    table.iloc[7, 1] = np.nan
    series, starts = cut({"WT01": table}, 5)
    firsts, lasts = series[starts, 0], series[starts + 4, 0]
    assert (lasts - firsts == 4).all()
    assert len(starts) == (7 - 5 + 1) + (12 - 5 + 1)


def test_no_window_mixes_two_turbines():
    tables = {"WT01": grid(np.arange(6)), "WT02": grid(np.arange(100, 106))}
    series, starts = cut(tables, 4)
    windows = series[starts[:, None] + np.arange(4), 0]
    assert len(starts) == 6
    assert (np.diff(windows, axis=1) == 1).all()


def test_series_holds_only_stretches_as_long_as_a_window():
    series, starts = cut({"WT01": grid([0, 1, np.nan, 3, 4, 5, np.nan])}, 3)
    assert series[:, 0].tolist() == [3, 4, 5]
    assert starts.tolist() == [0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([np.nan, np.nan], []),
        ([1, 2, 3], [(0, 3)]),
        ([np.nan, 1, np.nan, 2, 3], [(1, 2), (3, 5)]),
        ([1, np.inf, 2], [(0, 1), (2, 3)]),
    ],
)
def test_stretches_are_the_runs_of_complete_rows(values, expected):
    assert stretches(grid(values)) == expected


def test_too_short_stretches_are_refused_with_the_longest_one_and_its_span():
    table = grid([0, 1, 2, np.nan, 4, 5])
    with pytest.raises(DataError) as refusal:
        cut({"WT01": table}, 5)
    message = str(refusal.value)
    assert (
        "seq_len=5; the longest is 3 rows (WT01, 2021-01-01 00:00:00 to 2021-01-01 00:20:00)"
        in (message)
    )
    assert "Lower `--seq_len`" in message


def test_a_table_without_complete_rows_is_refused():
    with pytest.raises(DataError, match="no complete row at all"):
        cut({"WT01": grid([np.nan] * 4)}, 2)


def test_window_starts_are_those_of_the_windows():
    tables = {"WT01": grid([1, 2, np.nan, 4, 5, 6]), "WT02": grid(np.arange(4))}
    np.testing.assert_array_equal(window_starts(tables, 2), cut(tables, 2)[1])


@pytest.mark.parametrize("seq_len", [1, 3, 12])
def test_a_row_stands_in_as_many_windows_as_cover_it(seq_len):
    starts = np.array([0, 1, 2, 5, 17])
    covered = (starts[:, None] + np.arange(seq_len)).ravel()
    found = occurrences(starts, seq_len, n_rows=30)
    np.testing.assert_array_equal(found, np.bincount(covered, minlength=30))
