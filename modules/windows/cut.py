"""Windows that lie inside a contiguous stretch of one turbine."""

import numpy as np
import pandas as pd
import tensorflow as tf

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
    pieces, starts, n_rows = [], [], 0
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
    return np.concatenate(pieces), np.concatenate(starts)


def windows_at(series, starts, seq_len):
    """Windows (n, seq_len, F) of `series` (n_rows, F) that begin at `starts` (n,)."""
    return series[starts[:, None] + np.arange(seq_len)]


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
    return (
        f"`{setting}` must be at most the longest {part} without a gap or a missing value. "
        f"Received: {setting}={seq_len}{beyond}; {longest}. "
        f"Lower `--{setting}`, lower `--min_fraction`, or fill the gaps in the files."
    )


def windowed_dataset(
    series, window_size, batch_size, shuffle_buffer, shift=1, drop_remainder=True, seed=None
):
    """Batches of windows and of the same windows one row on, as in documents 001 and 004.

    `series`: (n_rows,) or (n_rows, F), NaN where missing. A window of `window_size` + 1 rows
    begins every `shift` rows of each gap-free stretch; its rows but the last are the inputs and
    its rows but the first the targets, both (B, window_size, F) in the series' own type. Without
    `drop_remainder` the shorter windows at the end of a stretch stay in, and a batch is ragged.
    With `shuffle_buffer` 1 the windows stay in time order.

    The batches are those of the documents' `window`, `flat_map`, `shuffle`, `map` and `batch`,
    but row numbers go through the pipeline in place of windows, which are gathered a batch at a
    time. `np.arange(6)` and `window_size` 3 give 0-2 -> 1-3, 1-3 -> 2-4 and 2-4 -> 3-5.

    Raises DataError when no stretch holds a window.
    """
    series = np.asarray(series)
    series = series[:, None] if series.ndim == 1 else series
    table = pd.DataFrame(series)
    shortest = window_size + 1 if drop_remainder else 1
    cut({"the series": table}, shortest - 1, ahead=1, setting="window_size")
    bounds = [
        (begins, np.minimum(begins + window_size + 1, stop))
        for start, stop in stretches(table)
        for begins in [np.arange(start, stop - shortest + 1, shift, dtype=np.int64)]
    ]
    values = tf.constant(series)

    def pair(begins, ends):
        if drop_remainder:
            rows = begins[:, None] + tf.range(window_size + 1, dtype=tf.int64)
        else:
            rows = tf.ragged.range(begins, ends)
        windows = tf.gather(values, rows)
        return windows[:, :-1], windows[:, 1:]

    bounds = tuple(np.concatenate(parts) for parts in zip(*bounds, strict=True))
    return drawn(bounds, shuffle_buffer, seed=seed).batch(batch_size).map(pair).prefetch(1)


def drawn(items, shuffle_buffer, *, seed):
    """A `tf.data.Dataset` of `items`, anew in every pass drawn from a buffer of that many."""
    dataset = tf.data.Dataset.from_tensor_slices(items)
    return dataset.shuffle(shuffle_buffer, seed=seed) if shuffle_buffer > 1 else dataset
