"""Scalers whose inverse works on any shape or on one column alone.

A scaler that can only undo the exact shape it was fitted on is of no use to a generator: these
undo any array whose last axis is the columns asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError

OUTERMOST = (0.01, 0.99)  # quantiles that the robust scaler stretches to 0 and 1

Columns = str | int | Sequence[str | int] | None  # which of a scaler's; None is all of them


class Scaler:
    """Shared by all: `scaled = (values - offset_) / scale_`, column by column, NaN kept.

    Once fitted: `names_`, the F columns'; `offset_` and `scale_`, float64 (F,).
    """

    names_: tuple[str, ...]
    offset_: np.ndarray
    scale_: np.ndarray

    def fit(self, values: ArrayLike, names: Iterable[str] | None = None) -> Self:
        """Learn from `values`, float (n_rows, F); `names` are the F columns' own.

        A constant column gets scale 1, so that it survives the round trip. Returns self. Raises
        DataError when a column holds no number at all.
        """
        values = np.asarray(values, np.float64)
        names = [str(i) for i in range(values.shape[1])] if names is None else list(names)
        empty = [n for n, column in zip(names, values.T, strict=True) if np.isnan(column).all()]
        if empty:
            raise DataError(
                f"Cannot scale columns without a single number: {', '.join(empty)}. "
                "Remove them from the input."
            )
        self.names_ = tuple(names)
        self.offset_, scale = self._statistics(values)
        self.scale_ = np.where(scale == 0, 1.0, scale)
        return self

    def content(self) -> dict[str, Any]:
        """Names and numbers, what `of` makes the scaler of again."""
        return {
            "names": list(self.names_),
            "offset": self.offset_.tolist(),
            "scale": self.scale_.tolist(),
        }

    def known(self, recorded: np.ndarray) -> np.ndarray:
        """Which scaled cells are no bridge, of which are `recorded`, 1 or 0: both (n_rows, F)."""
        return recorded

    def told(self) -> str:
        """What a user should know of how columns are scaled; mostly nothing."""
        return ""

    @classmethod
    def of(cls, names: Iterable[str], offset: ArrayLike, scale: ArrayLike) -> Self:
        """Return the scaler that was fitted to columns `names` with these statistics, (F,) each.

        Raises ValueError or TypeError when they are no statistics of F columns.
        """
        scaler = cls()
        scaler.names_ = tuple(names)
        scaler.offset_, scaler.scale_ = np.array(offset, np.float64), np.array(scale, np.float64)
        if not all(isinstance(name, str) for name in scaler.names_):
            raise TypeError("names must be text")
        if not scaler.offset_.shape == scaler.scale_.shape == (len(scaler.names_),) != (0,):
            raise ValueError("one offset and one scale per column are needed")
        if not (np.isfinite(scaler.offset_).all() and np.isfinite(scaler.scale_).all()):
            raise ValueError("offset and scale must be finite")
        if not (scaler.scale_ > 0).all():
            raise ValueError("scale must be positive")
        return scaler

    def transform(self, values: ArrayLike, columns: Columns = None) -> np.ndarray:
        """Return `values` scaled, same shape; last axis as in `inverse_transform`."""
        offset, scale = self._of(columns)
        return (np.asarray(values) - offset) / scale

    def inverse_transform(self, scaled: ArrayLike, columns: Columns = None) -> np.ndarray:
        """Undo `transform` on an array of any shape.

        `columns`: None for all, the last axis then being F; a list of names or numbers, the last
        axis then being those; or one name or number, for an array of that column alone.

        >>> scaler = MinMaxScaler().fit([[0, 10], [4, 30]], names=["WindSpeed", "ActivePower"])
        >>> scaler.inverse_transform(np.array([0.0, 0.5, 1.0]), columns="ActivePower")
        array([10., 20., 30.])
        """
        offset, scale = self._of(columns)
        return np.asarray(scaled) * scale + offset

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Offset and scale, (F,) each, of `values`, float64 (n_rows, F)."""
        raise NotImplementedError

    def _of(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        if not hasattr(self, "offset_"):
            raise DataError(f"This {type(self).__name__} has not been fitted: call `fit` first.")
        if columns is None:
            return self.offset_, self.scale_
        index: int | list[int]
        if isinstance(columns, str | int | np.integer):
            index = self._index(columns)
        else:
            index = [self._index(column) for column in columns]
        return self.offset_[index], self.scale_[index]

    def _index(self, column: str | int) -> int:
        if isinstance(column, str) and column in self.names_:
            return self.names_.index(column)
        if not isinstance(column, str) and 0 <= column < len(self.names_):
            return int(column)
        raise DataError(
            f"The scaler has no column {column!r}. It was fitted on: {', '.join(self.names_)}."
        )


class MinMaxScaler(Scaler):
    """Each column to 0...1 between its smallest and largest value."""

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.nanmin(values, 0), np.nanmax(values, 0)
        return low, high - low


class RobustScaler(Scaler):
    """Each column to 0...1 between its 1st and 99th percentile; the outermost lie beyond.

    A few outliers then do not squeeze what a column usually does into a corner, where no loss
    would see it. A column that is constant in between is scaled by its smallest and largest value.
    """

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Column by column: a copy is sorted.
        low, high = np.transpose([np.nanquantile(column, OUTERMOST) for column in values.T])
        is_flat = low == high
        low = np.where(is_flat, np.nanmin(values, 0), low)
        return low, np.where(is_flat, np.nanmax(values, 0), high) - low


class StandardScaler(Scaler):
    """Each column to mean 0 and (population) standard deviation 1."""

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.nanmean(values, 0), np.nanstd(values, 0)
