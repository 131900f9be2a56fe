"""Arrays and tables too large for memory: they lie in a file that the system pages in and out.

The file has no name and is gone when nobody holds the array any more, however the program ends.
What lies there has the same values to the bit.
"""

import math
import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike

from modules import files

LARGE = 1 << 26  # bytes; what is smaller stays in memory
AT_ONCE = 1 << 23  # bytes of what is put aside that are copied at a time


def filled(shape: tuple[int, ...], dtype: DTypeLike, parts: Iterable[np.ndarray]) -> np.ndarray:
    """An array of `shape` and `dtype`, `parts` of it one after the other along the first axis.

    `parts` are asked for one at a time. Raises RunError where the disk is full.
    """
    if not is_large(math.prod(shape) * np.dtype(dtype).itemsize):
        made, at = np.empty(shape, dtype), 0
        for part in parts:
            made[at : at + len(part)] = part
            at += len(part)
        return made
    return _in_file(shape, dtype, parts)


def _in_file(shape: tuple[int, ...], dtype: DTypeLike, parts: Iterable[np.ndarray]) -> np.ndarray:
    with files.large_scratch() as file:
        for part in parts:
            for rows in _slices(len(part), part.nbytes):
                files.add_to_large_scratch(file, np.ascontiguousarray(part[rows], dtype).data)
        return np.memmap(file, dtype, "r+", shape=shape).view(np.ndarray)


def is_large(n_bytes: int) -> bool:
    """Whether so much is put aside."""
    return n_bytes >= LARGE


def slices_of(rows: np.ndarray) -> Iterator[slice]:
    """All of `rows`, (n, ...), at once; of large ones so many at a time that a copy is small."""
    return _slices(len(rows), rows.nbytes) if is_large(rows.nbytes) else iter([slice(None)])


def _slices(n_rows: int, n_bytes: int) -> Iterator[slice]:
    step = max(1, AT_ONCE * n_rows // max(n_bytes, 1))
    return (slice(first, first + step) for first in range(0, n_rows, step))


def lies_aside(array: np.ndarray) -> bool:
    """Whether `array` looks into a file."""
    holder: Any = array
    while isinstance(holder, np.ndarray) and not isinstance(holder, np.memmap):
        holder = holder.base
    return isinstance(holder, np.memmap | mmap.mmap)


def table_of(names: Sequence[str], columns: Iterable[np.ndarray], index: pd.Index) -> pd.DataFrame:
    """A table, float64 (n_rows, F), of `columns`, (n_rows,) each, asked for one at a time."""
    shape = len(names), len(index)
    values = filled(shape, np.float64, (np.asarray(column)[None] for column in columns))
    return pd.DataFrame(values.T, index=index, columns=list(names), copy=False)


def put_aside(items: Iterable[Any]) -> list[Any]:
    """`items`, dataclasses with a float64 `table`, whose tables leave memory where they are many.

    They are asked for one at a time, and lie in a file as soon as they are large together: a file
    each would be more than a system lets a program open.
    """
    kept: list[Any] = []
    first, n_bytes = 0, 0
    for item in items:
        kept.append(item)
        n_bytes += 8 * len(item.table) * _has_times(item.table)
        n_bytes += 8 * item.table.size * _has_values(item.table)
        if is_large(n_bytes):
            kept[first:] = _written(kept[first:])
            first, n_bytes = len(kept), 0
    return kept


def _has_values(table: pd.DataFrame) -> bool:
    """Whether the values of `table` lie in memory."""
    return bool(table.size) and not lies_aside(table.iloc[:, 0].to_numpy())


def _has_times(table: pd.DataFrame) -> bool:
    """Whether the time stamps of `table` lie in memory."""
    return isinstance(table.index, pd.DatetimeIndex) and not lies_aside(table.index.asi8)


def _written(items: list[Any]) -> list[Any]:
    tables = [item.table for item in items]
    held = [table for table in tables if _has_values(table)]
    columns = (table.iloc[:, i].to_numpy() for table in held for i in range(table.shape[1]))
    values = _in_file((sum(table.size for table in held),), np.float64, columns)
    timed = [table for table in tables if _has_times(table)]
    stamps = (table.index.asi8 for table in timed)
    times = _in_file((sum(map(len, timed)),), np.int64, stamps)
    written = []
    for item, table in zip(items, tables, strict=True):
        n_values, n_times = table.size * _has_values(table), len(table) * _has_times(table)
        index = _index_of(times[:n_times], table.index) if n_times else table.index
        if n_values:
            own = values[:n_values].reshape(table.shape[::-1]).T
            table = pd.DataFrame(own, columns=table.columns, copy=False)
        written.append(replace(item, table=table.set_axis(index, axis=0)))
        values, times = values[n_values:], times[n_times:]
    return written


def _index_of(times: np.ndarray, like: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """`times`, int64 (n,), as time stamps of the kind of `like`."""
    stamps = pd.DatetimeIndex(times.view(f"datetime64[{like.unit}]"), name=like.name, copy=False)
    if like.tz is not None:
        stamps = stamps.tz_localize("UTC").tz_convert(like.tz)
    return pd.DatetimeIndex(stamps, freq=like.freq, copy=False)
