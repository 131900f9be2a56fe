"""Conditions: what each row of a window is made for, its turbine, its time or one of its columns.

All networks see them beside their inputs. A column that is a condition is not made but given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.preprocessing import RobustScaler, encode_angles
from modules.records.columns import ANGLE, LARGEST_NUMBER, Column
from modules.records.identity import chosen
from modules.records.site import SiteData
from modules.records.timestamps import freq_length, spell_step
from modules.windows.cut import cut, occurrences, owners_and_times

TURBINE, HOUR, MONTH = "turbine", "hour", "month"
DAY, YEAR = pd.Timedelta(days=1), pd.Timedelta(days=365.2425)


def settled(condition: Sequence[str], site_data: SiteData) -> tuple[str, ...]:
    """The words of the setting `condition`, columns spelt as the records have them.

    Raises DataError for one that these records cannot have, and where no column would be left.
    """
    names = [column.name for column in site_data.columns]
    words = tuple(dict.fromkeys(chosen(condition, [TURBINE, HOUR, MONTH, *names], "condition")))
    turbines = list(site_data.tables)
    if TURBINE in words and len(turbines) < 2:
        raise DataError(
            "`condition`: `turbine` needs records of two turbines or more. Received: one, "
            f"{turbines[0]}. Leave `turbine` out of `--condition`."
        )
    for word in (HOUR, MONTH):
        if word in words and site_data.freq is None:
            raise DataError(
                f"`condition`: `{word}` needs records with time stamps. These have none. Leave "
                f"`{word}` out of `--condition`, or name the time column in the site's entry."
            )
    if HOUR in words and site_data.freq and freq_length(site_data.freq) >= DAY:
        raise DataError(
            "`condition`: `hour` needs records of several times of day. Received: steps of "
            f"{spell_step(freq_length(site_data.freq))}. Leave `hour` out of `--condition`."
        )
    if set(names) <= set(words):
        raise DataError(
            "`condition` must leave a column to make. Received: all of "
            f"{', '.join(names)}. Take one out of `--condition`."
        )
    return words


@dataclass(frozen=True)
class Rows:
    """Whose and when n rows are, and their values in the K columns that are conditions.

    `turbines`: int (n,), numbers of the turbines' names. `times`: (n,), None where records have no
    stamps. `values`: float64 (n, K), in the columns' units.
    """

    turbines: np.ndarray
    times: pd.DatetimeIndex | None
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Occurred:
    """The conditions of the training rows, in runs that a window may begin in.

    `names`: the columns' that are made. `turbines`: names of all turbines, sorted. Of each run its
    turbine, a number, its first time stamp, ISO 8601, empty without stamps, and its length in rows.
    `values`: float64 (K, n_rows), the columns that are conditions, all runs one after the other.
    """

    FILE: ClassVar[str] = "conditions.json"

    names: tuple[str, ...]
    turbines: tuple[str, ...]
    owners: np.ndarray
    firsts: tuple[str, ...]
    lengths: np.ndarray
    values: np.ndarray

    @classmethod
    def of(
        cls, names: Any, turbines: Any, owners: Any, firsts: Any, lengths: Any, values: Any
    ) -> Self:
        """Return the table of these fields. Raises ValueError or TypeError for what is none."""
        names, turbines, firsts = tuple(names), tuple(turbines), tuple(firsts)
        if not all(isinstance(text, str) for text in (*names, *turbines, *firsts)):
            raise TypeError("names and stamps must be text")
        owners, lengths = np.array(owners), np.array(lengths)
        if owners.dtype.kind != "i" or lengths.dtype.kind != "i" or owners.ndim != 1:
            raise TypeError("owners and lengths must be whole numbers")
        if not len(firsts) == len(owners) == len(lengths) or (lengths < 1).any():
            raise ValueError("a turbine, a stamp and a length per run are needed")
        if ((owners < 0) | (owners >= len(turbines))).any():
            raise ValueError("a run is of no turbine")
        if len(set(turbines)) < len(turbines):
            raise ValueError("turbines must have names of their own")
        values = np.array(values, np.float64).reshape(-1, int(lengths.sum()))
        if not (np.abs(values) <= LARGEST_NUMBER).all():
            raise ValueError("values must be finite")
        return cls(names, turbines, owners, firsts, lengths, values)

    def rows(self, freq: str | None) -> Rows:
        """All rows, in steps of `freq`. Raises ValueError where their stamps do not fit."""
        times = None
        if freq is not None:
            runs = zip(self.firsts, self.lengths, strict=True)
            parts = [pd.date_range(first, periods=n, freq=freq, unit="us") for first, n in runs]
            times = parts[0].append(parts[1:]) if parts else pd.DatetimeIndex([])
            if not isinstance(times, pd.DatetimeIndex):
                raise ValueError("time stamps must all have one offset, or none")
        return Rows(np.repeat(self.owners, self.lengths), times, self.values.T)

    def starts(self, n_steps: int, owner: int | None = None) -> np.ndarray:
        """Rows from which `n_steps` follow in a run, int (n,), of all turbines or of one."""
        firsts = np.cumsum(self.lengths) - self.lengths
        fitting = [
            first + np.arange(n - n_steps + 1)
            for first, n, whose in zip(firsts, self.lengths, self.owners, strict=True)
            if n >= n_steps and owner in (None, whose)
        ]
        return np.concatenate(fitting) if fitting else np.arange(0)


@dataclass(frozen=True, eq=False)
class Conditions:
    """What rows are made for, and how networks see it.

    `words`: those of the setting. `columns`: the K columns that are conditions, in the records'
    order. `occurred`: the conditions of the training rows. `freq`: the records' step.
    """

    words: tuple[str, ...]
    columns: list[Column]
    occurred: Occurred
    freq: str | None

    @cached_property
    def pool(self) -> Rows:
        """The training rows."""
        return self.occurred.rows(self.freq)

    @property
    def is_clocked(self) -> bool:
        """Whether the time of day or the season is a condition."""
        return bool({HOUR, MONTH}.intersection(self.words))

    @classmethod
    def fit(
        cls, words: tuple[str, ...], site_data: SiteData, starts: np.ndarray, seq_len: int
    ) -> tuple[Self, np.ndarray]:
        """Return the conditions of records, and those of their rows: float32 (n_rows, C).

        `starts`: int (n_windows,), of the training windows of `seq_len` rows, see
        `modules.windows.cut.cut`.
        """
        columns = [column for column in site_data.columns if column.name in words]
        names = [column.name for column in site_data.columns if column.name not in words]
        series, _ = cut(site_data.tables, seq_len)
        is_given = [column.name in words for column in site_data.columns]
        owners, times = owners_and_times(site_data.tables, seq_len)
        rows = Rows(owners, times, series[:, is_given])
        n_rows = len(rows.turbines)
        is_trained = occurrences(starts, seq_len, n_rows) > 0
        goes_on = np.append(False, occurrences(starts, seq_len - 1, n_rows)[:-1] > 0)
        begins = np.flatnonzero(is_trained & ~goes_on)
        run = np.cumsum(is_trained & ~goes_on)[is_trained]
        occurred = Occurred(
            tuple(names),
            tuple(site_data.tables),
            rows.turbines[begins],
            tuple("" if rows.times is None else rows.times[i].isoformat() for i in begins),
            np.bincount(run)[1:],
            rows.values[is_trained].T,
        )
        made = cls(words, columns, occurred, site_data.freq)
        return made, made.encoded(rows)

    def encoded(self, rows: Rows) -> np.ndarray:
        """What networks see of `rows`: float32 (n, C).

        A turbine and a code are one of so many, a direction and a clock sine and cosine; a number
        is scaled by the training rows' 1st and 99th percentile.
        """
        parts = []
        if TURBINE in self.words:
            parts.append(_one_of(rows.turbines, np.arange(len(self.occurred.turbines))))
        if rows.times is not None:
            parts += [_on_circle(_turns(rows.times, w)) for w in (HOUR, MONTH) if w in self.words]
        for i, column in enumerate(self.columns):
            values = rows.values[:, i : i + 1]
            if column.kind == ANGLE:
                parts.append(encode_angles(values, [column]))
            elif column.codes:
                parts.append(_one_of(values[:, 0], np.array(column.codes)))
            else:
                scaler = RobustScaler().fit(self.occurred.values[i][:, None])
                parts.append(scaler.transform(values))
        return np.concatenate(parts, 1).astype(np.float32)

    def put_back(
        self, made: np.ndarray, given: np.ndarray, columns: Sequence[Column]
    ) -> np.ndarray:
        """Lay the columns made (..., V) and those given (..., K) in the order of all `columns`."""
        names = [column.name for column in self.columns]
        is_given = np.array([column.name in names for column in columns])
        whole = np.empty((*made.shape[:-1], len(columns)))
        whole[..., ~is_given], whole[..., is_given] = made, given
        return whole


def _turns(times: pd.DatetimeIndex, clock: str) -> np.ndarray:
    """How much of a day, or of a year for `month`, has gone by at `times`: float64 (n,)."""
    of_day = (times - times.normalize()) / DAY
    if clock == HOUR:
        return np.asarray(of_day)
    return np.asarray((times.day_of_year - 1 + of_day) * (DAY / YEAR))


def _on_circle(turns: np.ndarray) -> np.ndarray:
    """`turns` (n,) as sine and cosine, (n, 2)."""
    return np.stack([np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)], 1)


def _one_of(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which of `known` (m,) each of `values` (n,) is: (n, m) of 0 and 1."""
    return np.asarray(values[:, None] == known, float)
