"""Windows that lie inside a contiguous stretch of one turbine."""

import numpy as np
import pandas as pd

from modules.errors import DataError


def stretches(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Runs of rows without a missing value, as [start, stop) positions in time order.

    `table`: float (n_rows, F) on a regular grid, NaN where missing.

    >>> stretches(pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0]}))
    [(0, 2), (3, 4)]
    """
    complete = np.isfinite(table.to_numpy(dtype=float)).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], complete, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def cut(tables: dict[str, pd.DataFrame], seq_len: int) -> tuple[np.ndarray, np.ndarray]:
    """Stack the stretches of all turbines and say where a window of `seq_len` rows may begin.

    `tables`: turbine -> float (n_rows, F). Returns `series`, float64 (n_rows, F), the rows of the
    stretches that hold a window, and `starts`, int64 (n_windows,): window i is
    `series[starts[i] : starts[i] + seq_len]`. A stretch of n rows gives n - seq_len + 1 windows,
    the last one included; none crosses a gap or a turbine. The windows are not materialised.
    Ten rows and `seq_len` 4 give windows 0-3, 1-4 ... 6-9: seven.

    Raises DataError when no stretch is as long as a window.
    """
    pieces, starts, n_rows = [], [], 0
    for table in tables.values():
        values = table.to_numpy(dtype=np.float64)
        for start, stop in stretches(table):
            n_windows = stop - start - seq_len + 1
            if n_windows > 0:
                pieces.append(values[start:stop])
                starts.append(np.arange(n_rows, n_rows + n_windows, dtype=np.int64))
                n_rows += stop - start
    if not pieces:
        raise DataError(_too_short(tables, seq_len))
    return np.concatenate(pieces), np.concatenate(starts)


def _too_short(tables: dict[str, pd.DataFrame], seq_len: int) -> str:
    found = [
        (stop - start, turbine, table.index[start], table.index[stop - 1])
        for turbine, table in tables.items()
        for start, stop in stretches(table)
    ]
    longest = "there is no complete row at all"
    if found:
        length, turbine, first, last = max(found, key=lambda stretch: stretch[0])
        longest = f"the longest is {length} rows ({turbine}, {first} to {last})"
    return (
        "`seq_len` must be at most the longest stretch without a gap or a missing value. "
        f"Received: seq_len={seq_len}; {longest}. "
        "Lower `--seq_len`, lower `--min_fraction`, or fill the gaps in the files."
    )
