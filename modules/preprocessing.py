"""Scalers whose inverse works on any shape or on one column alone, and angles as (sin, cos).

A scaler that can only undo the exact shape it was fitted on is of no use to a generator: these
undo any array whose last axis is the columns asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError
from modules.records.columns import ANGLE, Column, wrap_angle
from modules.remainders import kinds
from modules.remainders.finding import found
from modules.remainders.kinds import Remainder, apart, together

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


class RelativeScaler(MinMaxScaler):
    """In place of some columns what others leave of them; then as `minmax`.

    `remainders_`: these columns, in order, see `modules.remainders`.
    """

    remainders_: tuple[Remainder, ...] = ()

    def known(self, recorded: np.ndarray) -> np.ndarray:
        """As `Scaler.known`: what a bridged leader leaves of a column is not."""
        made = recorded.copy() if self.remainders_ else recorded
        for remainder in self.remainders_:
            at = [*remainder.columns, *remainder.leaders]
            made[:, remainder.columns] = recorded[:, at].min(1, keepdims=True)
        return made

    def told(self) -> str:
        given = [r for r in self.remainders_ if r.leaders]
        alone = [r for r in self.remainders_ if not r.leaders]
        said = {
            "Nearly given by others": "; ".join(
                f"{self._called(r)} by {self._called(r, *r.leaders)}" for r in given
            ),
            "Far readings drawn in": ", ".join(map(self._called, alone)),
        }
        return ". ".join(f"{head}: {what}" for head, what in said.items() if what)

    def _called(self, remainder: Remainder, *columns: int) -> str:
        """The names of `columns`, of the remainder's own by default; an angle's without `_sin`."""
        suffix = "_sin" if len(remainder.columns) > 1 else ""
        names = (self.names_[i].removesuffix(suffix) for i in columns or (remainder.column,))
        return ", ".join(names)

    def content(self) -> dict[str, Any]:
        return super().content() | {
            "remainders": [remainder.model_dump(mode="json") for remainder in self.remainders_]
        }

    @classmethod
    def of(
        cls, names: Iterable[str], offset: ArrayLike, scale: ArrayLike, remainders: Any = ()
    ) -> Self:
        """As `Scaler.of`, with what `content` says of its remainders."""
        scaler = super().of(names, offset, scale)
        scaler.remainders_ = kinds.of(remainders, len(scaler.names_))
        with np.errstate(over="ignore", invalid="ignore"):
            ends = scaler.inverse_transform(np.array([[0.0], [1.0]]) * np.ones(len(scaler.names_)))
        if not np.isfinite(ends).all():
            raise ValueError("what remainders give back must be finite")
        return scaler

    def transform(self, values: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.transform`. Raises DataError for a column that stands for what is left."""
        if columns is None:
            values = apart(np.asarray(values, np.float64), self.remainders_)
        return super().transform(values, self._themselves(columns))

    def inverse_transform(self, scaled: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.inverse_transform`. Raises DataError as `transform` does."""
        values = super().inverse_transform(scaled, self._themselves(columns))
        return together(values, self.remainders_) if columns is None else values

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, width = super()._statistics(values)
        self.remainders_ = found(values, self.names_)
        for remainder in self.remainders_:
            left = remainder.left(values)
            low[remainder.columns] = np.nanmin(left, 0)
            width[remainder.columns] = np.nanmax(left, 0) - np.nanmin(left, 0)
        return low, width

    def _themselves(self, columns: Columns) -> Columns:
        """`columns`, none of which stands for what others leave of it."""
        asked = [columns] if isinstance(columns, str | int | np.integer) else columns
        others = {i for remainder in self.remainders_ for i in remainder.columns}
        for column in map(self._index, () if asked is None else asked):
            if column in others:
                raise DataError(
                    f"{self.names_[column]} is scaled by what other columns say of it: give all "
                    "columns."
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
