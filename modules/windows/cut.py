"""Windows that lie inside a contiguous stretch of one turbine."""

import numpy as np
import pandas as pd

from modules.aside import filled
from modules.errors import DataError
from modules.records.timestamps import stretches


def cut(
    tables: dict[str, pd.DataFrame],
    seq_len: int,
    *,
    ahead: int = 0,
    setting: str = "seq_len",
    part: str = "stretch",
) -> tuple[np.ndarray, np.ndarray]:
    """Stack the stretches of all turbines and say where a window of `seq_len` rows may begin.

    `tables`: turbine -> float (n_rows, F). Returns `series`, float64 (n_rows, F), the rows of the
    stretches that hold a window, and `starts`, int64 (n_windows,): window i is
    `series[starts[i] : starts[i] + seq_len]`. A stretch of n rows gives n - seq_len + 1 windows,
    the last one included; none crosses a gap or a turbine. The windows are not materialised.
    Ten rows and `seq_len` 4 give windows 0-3, 1-4 ... 6-9: seven. With `ahead` rows to follow
    each window inside its stretch there are so many fewer.

    Raises DataError, in the words of `setting` and `part`, when no stretch is as long as that.
    """
    pieces, starts = _cut(tables, seq_len, ahead, setting, part)
    shape = sum(map(len, pieces)), pieces[0].shape[1]
    return filled(shape, np.float64, pieces), starts


def window_starts(tables: dict[str, pd.DataFrame], seq_len: int) -> np.ndarray:
    """The `starts` of `cut` alone, without the rows."""
    return _cut(tables, seq_len, ahead=0, setting="seq_len", part="stretch")[1]


def n_windows(tables: dict[str, pd.DataFrame], seq_len: int) -> int:
    """How many windows of `seq_len` rows `cut` finds, 0 where it raises."""
    lengths = [stop - start for table in tables.values() for start, stop in stretches(table)]
    return sum(max(0, length - seq_len + 1) for length in lengths)


def _cut(
    tables: dict[str, pd.DataFrame], seq_len: int, ahead: int, setting: str, part: str
) -> tuple[list[np.ndarray], np.ndarray]:
    pieces: list[np.ndarray] = []
    starts: list[np.ndarray] = []
    n_rows = 0
    for table in tables.values():
        values = table.to_numpy(dtype=np.float64)
        for start, stop in stretches(table):
            n_windows = stop - start - seq_len - ahead + 1
            if n_windows > 0:
                pieces.append(values[start:stop])
                starts.append(np.arange(n_rows, n_rows + n_windows, dtype=np.int64))
                n_rows += stop - start
    if not pieces:
        raise DataError(_too_short(tables, seq_len, ahead, setting, part))
    return pieces, filled((sum(map(len, starts)),), np.int64, starts)


def owners_and_times(
    tables: dict[str, pd.DataFrame], seq_len: int
) -> tuple[np.ndarray, pd.DatetimeIndex | None]:
    """Whose and when each row is that `cut` stacks of the same tables.

    Returns the numbers of the turbines, int (n_rows,), in the tables' order, and the rows' times,
    (n_rows,), None of records without stamps.
    """
    labels, zone, timed = {}, None, False
    for number, (turbine, table) in enumerate(tables.items()):
        is_whole, when = np.isfinite(table.to_numpy(float)).all(1), np.arange(len(table))
        if isinstance(table.index, pd.DatetimeIndex):
            when, zone, timed = table.index.as_unit("us").asi8, table.index.tz, True
        told = {"turbine": np.where(is_whole, number, np.nan), "time": when.astype(float)}
        labels[turbine] = pd.DataFrame(told, table.index)
    rows = cut(labels, seq_len)[0].astype(np.int64)
    if not timed:
        return rows[:, 0], None
    times = pd.DatetimeIndex(rows[:, 1].astype("datetime64[us]"))
    return rows[:, 0], times if zone is None else times.tz_localize("UTC").tz_convert(zone)


def windows_at(series: np.ndarray, starts: np.ndarray, seq_len: int) -> np.ndarray:
    """Windows (n, seq_len, F) of `series` (n_rows, F) that begin at `starts` (n,)."""
    return series[starts[:, None] + np.arange(seq_len)]


def occurrences(starts: np.ndarray, seq_len: int, n_rows: int) -> np.ndarray:
    """Return in how many windows each row stands, int (n_rows,).

    >>> occurrences(np.array([0, 1, 4]), seq_len=2, n_rows=6)
    array([1, 2, 1, 0, 1, 1])
    """
    begun = np.cumsum(np.bincount(starts, minlength=n_rows))
    ended = begun[: max(0, n_rows - seq_len)].copy()
    begun[seq_len:] -= ended
    return begun


def _too_short(
    tables: dict[str, pd.DataFrame], seq_len: int, ahead: int, setting: str, part: str
) -> str:
    found = [
        (stop - start, turbine, table.index[start], table.index[stop - 1])
        for turbine, table in tables.items()
        for start, stop in stretches(table)
    ]
    longest = "there is no complete row at all"
    if found:
        length, turbine, first, last = max(found, key=lambda stretch: stretch[0])
        longest = f"the longest is {length} rows ({turbine}, {first} to {last})"
    beyond = f", and {ahead} to forecast" if ahead else ""
    timed = any(isinstance(table.index, pd.DatetimeIndex) for table in tables.values())
    remedy = " Or leave the time column out, to take the rows as they follow." if timed else ""
    return (
        f"`{setting}` must be at most the longest {part} without a gap or a missing value. "
        f"Received: {setting}={seq_len}{beyond}; {longest}. "
        f"Lower `--{setting}`, or fill the gaps in the files; where several records make a row, a "
        f"lower `--min_fraction` keeps rows with fewer of them.{remedy}"
    )
