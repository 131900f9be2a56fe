"""Columns that others nearly give: which they are, and what is left of them.

A closing price follows the opening one. Scaled side by side, what parts the two is a hundredth of
their spread, finer than an autoencoder's errors; by itself it is a column like any other.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    FiniteFloat,
    NonNegativeFloat,
    NonNegativeInt,
    model_validator,
)
from scipy.stats import kurtosis

NEAR = 0.01  # of a column's variance, the most that may be left of one that follows
NOTHING = 1e-12  # the same, of one that others give wholly
GAIN = 1.3  # by which each further leader must lessen what is left
HEAVY_TAILS = (
    5.0  # kurtosis; the noise of a sensor, which is normal and has 3, is not worth a column
)
FEWEST_ROWS, MOST_ROWS = 200, 100_000
SMALLEST = 1e-9  # of a column's variance, where the others chosen already give it


class Follower(BaseModel):
    """A column that columns before it, its leaders, nearly give.

    What is left of it, `value - constant - weights @ leaders`, counts by its asinh in units of
    `spread`, its standard deviation: its tails are heavy. A `spread` of 0: nothing is left.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    column: NonNegativeInt
    leaders: tuple[NonNegativeInt, ...]
    weights: tuple[FiniteFloat, ...]
    constant: FiniteFloat
    spread: NonNegativeFloat

    @model_validator(mode="after")
    def _leaders_come_first(self) -> Self:
        if not self.leaders or len(self.leaders) != len(self.weights):
            raise ValueError("each leader needs its weight")
        if max(self.leaders) >= self.column:
            raise ValueError("leaders must stand before the column")
        return self

    def left(self, values: np.ndarray) -> np.ndarray:
        """What is left of the column in `values`, float64 (..., F): float64 (...)."""
        if not self.spread:
            return np.where(np.isnan(values[..., self.column]), np.nan, 0.0)
        return np.arcsinh((values[..., self.column] - self._said(values)) / self.spread)

    def restored(self, values: np.ndarray) -> np.ndarray:
        """The column of `values` (..., F), where it is what is left and its leaders are whole."""
        return self._said(values) + self.spread * np.sinh(values[..., self.column])

    def _said(self, values: np.ndarray) -> np.ndarray:
        return values[..., self.leaders] @ np.array(self.weights) + self.constant


def apart(values: np.ndarray, followers: Sequence[Follower]) -> np.ndarray:
    """`values`, float64 (..., F), with each follower's column as what is left of it."""
    if not followers:
        return values
    made = np.array(values, np.float64)
    for follower in followers:
        made[..., follower.column] = follower.left(values)
    return made


def together(values: np.ndarray, followers: Sequence[Follower]) -> np.ndarray:
    """Undo `apart`. `followers` in the order of their columns: one may lead the next."""
    if not followers:
        return values
    made = np.array(values, np.float64)
    for follower in followers:
        made[..., follower.column] = follower.restored(made)
    return made


def found(rows: np.ndarray, names: Sequence[str]) -> tuple[Follower, ...]:
    """The followers among the columns `names` of `rows`, float64 (n, F), NaN where not recorded.

    Of many rows some, spread evenly. The sine and cosine of an angle neither follow nor lead, nor
    does a column that stands still. Too few rows have none.
    """
    rows = rows[:: max(1, len(rows) // MOST_ROWS)]
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < FEWEST_ROWS:
        return ()
    means, scales = rows.mean(0), rows.std(0)
    of_angles = _of_angles(names)
    free = [i for i in range(len(names)) if scales[i] > 0 and i not in of_angles]
    standard = (rows[:, free] - means[free]) / scales[free]
    correlations = standard.T @ standard / len(standard)
    followers = []
    for i in range(1, len(free)):
        leaders = _leaders(correlations[: i + 1, : i + 1])
        if not leaders:
            continue
        weights = np.linalg.lstsq(standard[:, leaders], standard[:, i], rcond=None)[0]
        left = standard[:, i] - standard[:, leaders] @ weights
        variance = left.var()
        is_worth = variance <= NEAR and kurtosis(left, fisher=False) >= HEAVY_TAILS
        if variance > NOTHING and not is_worth:
            continue
        column, leading = free[i], [free[k] for k in leaders]
        weights = weights * scales[column] / scales[leading]
        followers.append(
            Follower(
                column=column,
                leaders=tuple(leading),
                weights=tuple(weights.tolist()),
                constant=float(means[column] - weights @ means[leading]),
                spread=float(left.std() * scales[column]) if variance > NOTHING else 0.0,
            )
        )
    return tuple(followers)


def _leaders(correlations: np.ndarray) -> list[int]:
    """Which of the first columns together give the last one, the best first, by (n, n)."""
    leaders: list[int] = []
    left = correlations.copy()
    while left[-1, -1] > SMALLEST:
        own = np.diag(left)[:-1]
        gain = np.divide(left[-1, :-1] ** 2, own, out=np.zeros_like(own), where=own > SMALLEST)
        best = int(gain.argmax())
        if left[-1, -1] - gain[best] > left[-1, -1] / GAIN:
            break
        leaders.append(best)
        left = left - np.outer(left[:, best], left[best]) / left[best, best]
    return leaders


def _of_angles(names: Sequence[str]) -> set[int]:
    """The positions of sines and of the cosines behind them."""
    pairs = enumerate(zip(names, names[1:], strict=False))
    sines = {
        i
        for i, (sine, cosine) in pairs
        if sine.endswith("_sin") and cosine == f"{sine.removesuffix('_sin')}_cos"
    }
    return sines | {i + 1 for i in sines}
