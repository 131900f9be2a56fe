"""What windows are made for: whose and when each row is, and what networks see of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.errors import SettingsError
from modules.fidelity.labels import Labels
from modules.records.timestamps import freq_length
from modules.timegan.conditions import DAY, HOUR, MONTH, TURBINE, Conditions, Rows
from modules.windows.cut import windows_at


@dataclass(frozen=True, eq=False)
class Wanted:
    """What windows of `n_steps` rows are made for.

    `rows`: n rows, and `encoded`, float32 (n, C), what networks see of them. `starts`: int
    (n_windows,), the first of each window. `tells_time`: whether the rows' times are those that
    windows show. `names`: the turbines', None where no turbine was a condition.
    """

    rows: Rows
    encoded: np.ndarray
    starts: np.ndarray
    n_steps: int
    tells_time: bool
    names: tuple[str, ...] | None

    def conditions(self, first: int, last: int) -> np.ndarray:
        """Of the windows from number `first` up to `last`: float32 (n, T, C)."""
        return windows_at(self.encoded, self.starts[first:last], self.n_steps)

    def given(self, first: int, n_rows: int) -> np.ndarray:
        """The columns that were conditions, in their units, float64 (n_rows, K): see `times`."""
        return self.rows.values[self._places(first, n_rows)]

    def times(self, first: int, n_rows: int) -> pd.DatetimeIndex:
        """Of `n_rows` rows of all windows under each other, from row `first` on."""
        if self.rows.times is None:
            raise ValueError("these rows have no times")
        return self.rows.times[self._places(first, n_rows)]

    def turbines(self, first: int, n_rows: int) -> np.ndarray:
        """The turbines' names of these rows, (n_rows,)."""
        return np.array(self.names, object)[self.rows.turbines[self._places(first, n_rows)]]

    def owners(self) -> np.ndarray | None:
        """The turbine's name of each window, (n_windows,), None where none was a condition."""
        return np.array(self.names, object)[self.rows.turbines[self.starts]] if self.names else None

    def labels(self, by: tuple[str, ...], n_rows: int) -> Labels:
        """Whose and when the first `n_rows` rows are, made for the conditions `by`."""
        return Labels(
            self.turbines(0, n_rows) if self.names else None,
            self.times(0, n_rows) if self.rows.times is not None else None,
            by,
        )

    def _places(self, first: int, n_rows: int) -> np.ndarray:
        number = np.arange(first, first + n_rows)
        return self.starts[number // self.n_steps] + number % self.n_steps


def as_occurred(
    conditions: Conditions,
    n_windows: int,
    n_steps: int,
    seed: int,
    owner: int | None = None,
    *,
    is_series: bool = False,
) -> Wanted:
    """The conditions of `n_windows` training windows, drawn by `seed`; of one turbine or all."""
    starts = conditions.occurred.starts(n_steps, owner)
    if not starts.size:
        longest = conditions.occurred.lengths.max()
        names = ", ".join(column.name for column in conditions.columns)
        raise SettingsError(
            f"`length`: {n_steps:,} rows of {names or 'conditions'} in a row did not occur, the "
            f"longest stretch that was trained on is {longest:,}. Lower it"
            f"{', or pass the columns by `--given`' if names else ''}."
        )
    drawn = np.random.default_rng([seed, 11]).permutation(starts)
    starts = np.resize(drawn, n_windows)
    return made_for(conditions, conditions.pool, starts, n_steps, is_series=is_series)


def made_for(
    conditions: Conditions, rows: Rows, starts: np.ndarray, n_steps: int, *, is_series: bool
) -> Wanted:
    """Windows of `n_steps` of `rows`, from each of `starts`; one of its own, or a series.

    A series has its times; a window only where its time of day was a condition.
    """
    names = conditions.occurred.turbines if TURBINE in conditions.words else None
    is_clocked = HOUR in conditions.words or (
        MONTH in conditions.words
        and conditions.freq is not None
        and freq_length(conditions.freq) >= DAY
    )
    tells_time = rows.times is not None and (is_clocked or is_series)
    return Wanted(rows, conditions.encoded(rows), starts, n_steps, tells_time, names)
