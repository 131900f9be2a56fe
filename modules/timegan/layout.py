"""From scaled windows to a table in the site's own columns and units."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.preprocessing import Scaler, decode_angles
from modules.records.columns import (
    ANGLE,
    ATOM_WIDTH,
    LARGEST_WHOLE,
    TRUTH,
    Column,
    free_name,
    wrap_angle,
)

MOST_ROWS = 100_000  # of a table: a long series is laid out in several


def decoded(scaled: np.ndarray, scaler: Scaler, columns: Sequence[Column]) -> np.ndarray:
    """Scaled windows (..., n_features) -> physical units, float64 (..., n_variables)."""
    return decode_angles(scaler.inverse_transform(scaled.astype(np.float64)), columns)


def within_limits(values: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Physical windows (..., n_variables) as they are written: same shape.

    `columns`: list of `Column`. A value within 0.1 % of the range from an atom
    takes the atom's: a sigmoid gets near 0 kW and rated power but never reaches them. Values are
    then rounded as they will be written, and held within what the training data showed; an angle
    is wrapped last, for rounding can make 360 of 359.9999. Whole numbers come back whole, codes as
    the nearest that occurred.
    """
    made = [_within_limits(values[..., i], column) for i, column in enumerate(columns)]
    return np.stack(made, axis=-1) + 0.0  # no negative zeros


def _within_limits(values: np.ndarray, column: Column) -> np.ndarray:
    for atom in column.atoms:
        reach = ATOM_WIDTH * column.spread
        values = np.where(np.abs(values - atom.value) <= reach, atom.value, values)
    if column.codes:
        return _nearest(values, np.array(column.codes))
    if column.kind == ANGLE:  # before rounding: taking turns off leaves digits far behind the point
        values = wrap_angle(values, column.lower or 0.0)
    values = column.written(values)
    if column.kind == ANGLE:
        return wrap_angle(values, column.lower or 0.0)
    limits = np.array(column.observed)
    # Limits that were 32 bits, or stray, have more digits than they were written with.
    return np.clip(values, *(limits if column.digits is None else column.written(limits)))


def _nearest(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The one of the sorted `codes`, (n,), that lies nearest to each of `values`, any shape."""
    return codes[np.searchsorted((codes[1:] + codes[:-1]) / 2, values)]


@dataclass(frozen=True)
class Clock:
    """Times of rows that follow each other: the first's, ISO 8601, and the step between two."""

    start: str
    freq: str

    def times(self, first: int, n_rows: int) -> pd.DatetimeIndex:
        """The times of `n_rows` rows from row `first` on. Raises DataError beyond all calendars."""
        # Microseconds: nanoseconds, pandas 2's default, end in 2262, too soon for monthly records.
        try:
            start = pd.date_range(self.start, periods=1, freq=self.freq, unit="us")[0]
            start += first * pd.tseries.frequencies.to_offset(self.freq)
            return pd.date_range(start, periods=n_rows, freq=self.freq, unit="us")
        except (ValueError, OverflowError):
            raise DataError(
                f"Row {first + n_rows:,} from {self.start} in steps of {self.freq} lies beyond the "
                "calendar. Lower `--length` or `--n_windows`."
            ) from None


class Times(Protocol):
    """What knows the times of rows that lie under each other, such as a `Clock`."""

    def times(self, first: int, n_rows: int) -> pd.DatetimeIndex: ...


Owners = Callable[[int, int], np.ndarray]  # first row, n rows -> the turbines' names


def to_tables(
    blocks: Iterable[np.ndarray],
    columns: Sequence[Column],
    clock: Times | None,
    n_steps: int,
    owners: Owners | None = None,
) -> Iterator[pd.DataFrame]:
    """Lay blocks of windows (n, T, n_variables) under each other, as the CSV has them.

    `n_steps`: rows of a window, of which a block may be a piece (1, fewer, n_variables). NaN is an
    empty cell.

    Columns `window` (0, 1, ...), `step` (0, 1, ... in each window), then the variables; with a
    `clock`, `DateTime` in place of `step`, and with `owners` a `turbine`. Every table has two rows
    at least where there are as many, or the last could tell a midnight by its day alone.
    """
    first = 0
    for windows in blocks:
        rows = windows.reshape(-1, windows.shape[-1])
        for part in np.array_split(rows, math.ceil(len(rows) / MOST_ROWS)):
            yield _to_table(part, columns, clock, owners, first=first, n_steps=n_steps)
            first += len(part)


def _to_table(
    rows: np.ndarray,
    columns: Sequence[Column],
    clock: Times | None,
    owners: Owners | None,
    *,
    first: int,
    n_steps: int,
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[column.name for column in columns])
    for column in columns:
        values = table[column.name]
        if column.whole and not np.abs(values).max() >= LARGEST_WHOLE:  # NaN where all is a gap
            kinds = ("bool", "int64") if values.notna().all() else ("boolean", "Int64")
            table[column.name] = values.astype(kinds[column.unit != TRUTH])
    numbers = np.arange(first, first + len(rows))
    if owners is not None:
        table.insert(0, free_name("turbine", table.columns), owners(first, len(rows)))
    if clock is None:
        table.insert(0, free_name("step", table.columns), numbers % n_steps)
    else:
        table.insert(0, free_name("DateTime", table.columns), clock.times(first, len(rows)))
    table.insert(0, free_name("window", table.columns), numbers // n_steps)
    return table
