"""Scalers whose inverse works on any shape or on one column alone, and angles as (sin, cos).

A scaler that can only undo the exact shape it was fitted on is of no use to a generator: these
undo any array whose last axis is the columns asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError
from modules.followers import Follower, apart, found, together
from modules.records.columns import ANGLE, Column, wrap_angle

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


class RelativeScaler(MinMaxScaler):
    """A column that columns before it nearly give counts by what is left of it; then as `minmax`.

    `followers_`: these columns, in order, see `modules.followers`.
    """

    followers_: tuple[Follower, ...] = ()

    def told(self) -> str:
        said = (
            f"{self.names_[f.column]} by {', '.join(self.names_[i] for i in f.leaders)}"
            for f in self.followers_
        )
        return f"Nearly given by others: {'; '.join(said)}." if self.followers_ else ""

    def content(self) -> dict[str, Any]:
        return super().content() | {
            "followers": [follower.model_dump(mode="json") for follower in self.followers_]
        }

    @classmethod
    def of(
        cls,
        names: Iterable[str],
        offset: ArrayLike,
        scale: ArrayLike,
        followers: Iterable[dict[str, Any]] = (),
    ) -> Self:
        """As `Scaler.of`, with what `content` says of its followers."""
        scaler = super().of(names, offset, scale)
        scaler.followers_ = tuple(Follower.model_validate(known) for known in followers)
        columns = [follower.column for follower in scaler.followers_]
        if columns != sorted(set(columns)) or max(columns, default=0) >= len(scaler.names_):
            raise ValueError("followers must be columns of its own, in their order")
        return scaler

    def transform(self, values: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.transform`. Raises DataError for a follower without its leaders."""
        if columns is None:
            values = apart(np.asarray(values, np.float64), self.followers_)
        return super().transform(values, self._without_followers(columns))

    def inverse_transform(self, scaled: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.inverse_transform`. Raises DataError for a follower without its leaders."""
        values = super().inverse_transform(scaled, self._without_followers(columns))
        return together(values, self.followers_) if columns is None else values

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, width = super()._statistics(values)
        self.followers_ = found(values, self.names_)
        for follower in self.followers_:
            left = follower.left(values)
            low[follower.column] = np.nanmin(left)
            width[follower.column] = np.nanmax(left) - low[follower.column]
        return low, width

    def _without_followers(self, columns: Columns) -> Columns:
        asked = [columns] if isinstance(columns, str | int | np.integer) else columns or ()
        for follower in self.followers_:
            if follower.column in map(self._index, asked):
                raise DataError(
                    f"{self.names_[follower.column]} is scaled by what other columns say of it: "
                    "give all columns."
                )
        return columns


SCALERS = {
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "standard": StandardScaler,
    "relative": RelativeScaler,
}


def feature_names(columns: Iterable[Column]) -> list[str]:
    """Return the names of `encode_angles`' columns: an angle `WindD1` is WindD1_sin, WindD1_cos."""
    pairs = ((f"{c.name}_sin", f"{c.name}_cos") if c.kind == ANGLE else (c.name,) for c in columns)
    return [name for names in pairs for name in names]


def encode_angles(series: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Replace each angle by its sine and cosine: (..., n_variables) -> (..., n_features).

    `columns`: in order, with `name` and `kind`; kind `angle` is in degrees. 359 and 1 degree lie
    side by side then, which no scaling of the degrees achieves.
    """
    if not any(column.kind == ANGLE for column in columns):
        return series[..., : len(columns)]
    encoded = []
    for i, column in enumerate(columns):
        values = series[..., i]
        if column.kind == ANGLE:
            radians = np.deg2rad(values)
            encoded += [np.sin(radians), np.cos(radians)]
        else:
            encoded.append(values)
    return np.stack(encoded, -1)


def decode_angles(features: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Undo `encode_angles`: (..., n_features) -> (..., n_variables).

    An angle comes back in [column.lower, column.lower + 360).
    """
    if not any(column.kind == ANGLE for column in columns):
        return features
    decoded, i = [], 0
    for column in columns:
        if column.kind == ANGLE:
            degrees = np.rad2deg(np.arctan2(features[..., i], features[..., i + 1]))
            decoded.append(wrap_angle(degrees, column.lower or 0.0))
            i += 2
        else:
            decoded.append(features[..., i])
            i += 1
    return np.stack(decoded, -1)


def written(values: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Physical (..., n_variables) with the decimals that each column is written with."""
    return np.stack([column.written(values[..., i]) for i, column in enumerate(columns)], -1)
