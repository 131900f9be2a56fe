"""What is left of a column when its leaders have said what they know of it: taken, and put back."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeFloat,
    NonNegativeInt,
    TypeAdapter,
    field_validator,
    model_validator,
)

from modules.records.columns import CIRCLE, wrap_angle


class Remainder(BaseModel, ABC):
    """A column in place of which stands what `leaders` before it leave of it.

    They say `constant + weights @ leaders`, the constant alone where there are none. What is left
    counts by its asinh in units of `spread`, for its tails are heavy. A `spread` of 0: nothing is
    left. `rests`: the column repeats its readings, or one of them, which what is left does not
    tell. Tables are float64 (..., F).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    column: NonNegativeInt
    leaders: tuple[NonNegativeInt, ...]
    weights: tuple[FiniteFloat, ...]
    constant: FiniteFloat
    spread: NonNegativeFloat
    rests: bool = False

    @property
    @abstractmethod
    def columns(self) -> list[int]:
        """The positions that it fills."""

    @abstractmethod
    def left(self, table: np.ndarray) -> np.ndarray:
        """What stands there in place of `table`'s: (..., len(columns))."""

    @abstractmethod
    def restored(self, table: np.ndarray) -> np.ndarray:
        """Undo `left`, the leaders of `table` being themselves again."""

    @model_validator(mode="after")
    def _leaders_come_first(self) -> Self:
        if len(self.leaders) != len(self.weights):
            raise ValueError("each leader needs its weight")
        if max(self.leaders, default=-1) >= self.column:
            raise ValueError("leaders must stand before the column")
        return self

    def _counted(self, left: np.ndarray) -> np.ndarray:
        return np.arcsinh(left / self.spread) if self.spread else left * 0.0

    def _meant(self, counted: np.ndarray) -> np.ndarray:
        return self.spread * np.sinh(counted)

    def _said(self, of_leaders: np.ndarray) -> np.ndarray:
        return of_leaders @ np.array(self.weights, np.float64) + self.constant


class Amount(Remainder):
    """A column that others add up to, or one whose tails are heavy."""

    kind: Literal["amount"] = "amount"

    @property
    def columns(self) -> list[int]:
        return [self.column]

    def left(self, table: np.ndarray) -> np.ndarray:
        return self._counted(table[..., self.columns] - self._of_others(table))

    def restored(self, table: np.ndarray) -> np.ndarray:
        return self._of_others(table) + self._meant(table[..., self.columns])

    def _of_others(self, table: np.ndarray) -> np.ndarray:
        return self._said(table[..., np.array(self.leaders, int)])[..., None]


class Direction(Remainder):
    """An angle, sine and cosine, that the angles of others give, added or taken off.

    `column` and `leaders` are the sines', each with the cosine behind it; `constant` and `spread`
    in degrees. The second column is left empty, 0.
    """

    kind: Literal["direction"] = "direction"

    @field_validator("weights")
    @classmethod
    def _whole_turns(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        if any(abs(weight) != 1 for weight in weights):
            raise ValueError("angles are added or taken off: weights of 1 or -1")
        return weights

    @property
    def columns(self) -> list[int]:
        return [self.column, self.column + 1]

    def left(self, table: np.ndarray) -> np.ndarray:
        left = degrees(table, self.column) - self._said(degrees(table, self.leaders))
        counted = self._counted(wrap_angle(left, -CIRCLE / 2))
        return np.stack([counted, counted * 0.0], -1)

    def restored(self, table: np.ndarray) -> np.ndarray:
        left = self._meant(table[..., self.column])
        angle = np.deg2rad(self._said(degrees(table, self.leaders)) + left)
        return np.stack([np.sin(angle), np.cos(angle)], -1)


def degrees(table: np.ndarray, sine: int | Sequence[int]) -> np.ndarray:
    """The angles whose sines stand at `sine` of `table` (..., F), their cosines behind them."""
    at = np.array(sine, int)
    return np.rad2deg(np.arctan2(table[..., at], table[..., at + 1]))


def apart(table: np.ndarray, remainders: Sequence[Remainder]) -> np.ndarray:
    """`table`, float64 (..., F), with what is left of each of `remainders` in its place.

    `remainders` in the order of their columns: one may lead the next.
    """
    return _replaced(table, remainders[::-1], lambda one, made: one.left(made))


def together(table: np.ndarray, remainders: Sequence[Remainder]) -> np.ndarray:
    """Undo `apart`."""
    return _replaced(table, remainders, lambda one, made: one.restored(made))


def _replaced(
    table: np.ndarray,
    remainders: Sequence[Remainder],
    by: Callable[[Remainder, np.ndarray], np.ndarray],
) -> np.ndarray:
    if not remainders:
        return table
    made = np.array(table, np.float64)
    for one in remainders:
        made[..., one.columns] = by(one, made)
    return made


def read(content: Any, n_columns: int) -> tuple[Remainder, ...]:
    """The remainders that `content`, a list of dicts, says. Raises ValueError for what is none."""
    remainders = TypeAdapter(tuple[Kind, ...]).validate_python(content)
    filled = [column for remainder in remainders for column in remainder.columns]
    if filled != sorted(set(filled)) or max(filled, default=0) >= n_columns:
        raise ValueError("remainders must be columns of the scaler's, in their order")
    return remainders


Kind = Annotated[Amount | Direction, Field(discriminator="kind")]
