"""Quantile mapping: what a model makes, brought to the distribution its training data had.

A monotone function per column sets how often each value occurs and leaves the ranks, and with
them the order in time and the dependence between columns, as the model made them. Windows that
share no row, each an event with a beginning of its own, have such a function per value instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from modules.records.columns import CIRCLE, LARGEST_NUMBER, wrap_angle
from modules.windows.cut import windows_at

LEVELS = 1001
STEEPEST = 3.0  # slope of a fitted map, in units of the ratio of the spreads
SPARSE = 0.01  # of the spread, the least between two quantiles in which few values are made
TINY = np.finfo(np.float32).tiny
N_CUTS = 72  # places tried for where the circle of the generated angles is cut

Flags = Sequence[bool]  # which of the variables are angles


@dataclass(frozen=True, eq=False)
class QuantileMapping:
    """One fixed function per feature, the same whatever number of windows or rows it is given.

    `names`: the V variables'. `generated`, `training`: float64 (V, K), the quantiles at K evenly
    spaced levels from 0 to 1, in the variables' units; (T * V, K) of windows that share no row.
    `circular`: which variables are angles, in degrees. Their quantiles begin at a cut of the
    circle, the training's where it holds nothing, and may reach beyond 360.
    """

    FILE: ClassVar[str] = "quantiles.json"

    names: tuple[str, ...]
    generated: np.ndarray
    training: np.ndarray
    circular: tuple[bool, ...]

    @classmethod
    def fit(
        cls, names: Sequence[str], generated: np.ndarray, wanted: np.ndarray, circular: Flags
    ) -> "QuantileMapping":
        """Learn from windows `generated` (..., V), physical, and the `wanted_quantiles`.

        A column of which none are known stays as it is made.
        """
        generated = generated.reshape(-1, len(wanted))
        before = quantiles_of(generated)
        is_known = np.isfinite(wanted).all(axis=1)
        angles = np.tile(circular, len(wanted) // len(names))
        for place in np.flatnonzero(angles & is_known):
            before[place] = _cut_like(generated[:, place], wanted[place])
        after = np.where(is_known[:, None], wanted, before)
        return cls.of(names, before, no_steeper(before, after), circular)

    @classmethod
    def of(
        cls, names: Any, generated: Any, training: Any, circular: Any = None
    ) -> "QuantileMapping":
        """Return the mapping of the variables `names` with these quantiles, (V, K) each.

        Raises ValueError or TypeError when they are no quantiles of V variables.
        """
        names = tuple(names)
        circular = (False,) * len(names) if circular is None else tuple(circular)
        generated, training = np.array(generated, np.float64), np.array(training, np.float64)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("names must be text")
        if not generated.ndim == 2 or not generated.shape == training.shape:
            raise ValueError("as many generated as training quantiles are needed")
        if not names or len(generated) % len(names) or generated.shape[1] < 2:
            raise ValueError("two or more quantiles per feature are needed")
        both = np.stack([generated, training])
        if not (np.abs(both) <= LARGEST_NUMBER).all():
            raise ValueError("quantiles must be finite")
        if not (np.diff(both) >= 0).all():
            raise ValueError("quantiles must not decrease")
        if len(circular) != len(names) or not all(isinstance(flag, bool) for flag in circular):
            raise ValueError("whether a variable is an angle is needed of each")
        return cls(names, generated, training, circular)

    def __call__(self, scaled: np.ndarray) -> np.ndarray:
        """Map physical windows (..., T, V) to float64 (..., T, V), in the training rows' range.

        Angles come back anywhere on the circle's many turns. Linear between quantiles. A value that
        is several generated quantiles at once goes to the training quantile in the middle of
        theirs, and one beyond all of them to the nearest's.

        >>> mapping = QuantileMapping.of(["Power"], [[0, 0, 0, 1, 2]], [[5, 6, 7, 20, 40]])
        >>> mapping(np.array([[-1.0], [0.0], [0.5], [1.5], [3.0]]))[:, 0]
        array([ 6.,  6., 13., 30., 40.])
        """
        n_steps, n_values = scaled.shape[-2], len(self.generated)
        n_rows = n_values // len(self.names)
        whole = [(0, 0)] * (scaled.ndim - 2) + [(0, -n_steps % n_rows), (0, 0)]
        padded = np.pad(scaled, whole)
        rows = padded.reshape(-1, n_values).astype(np.float64)
        for i in np.flatnonzero(np.tile(self.circular, n_rows)):
            rows[:, i] = wrap_angle(rows[:, i], self.generated[i, 0])
        rows = mapped(rows, self.generated, self.training)
        return rows.reshape(padded.shape)[..., :n_steps, :]


def wanted_quantiles(
    training: np.ndarray, weights: np.ndarray | None, circular: Flags
) -> np.ndarray:
    """The quantiles that each column of rows `training` (n_rows, V) has: float64 (V, LEVELS).

    `training` is (n_windows, T * V) where windows of T rows share none, see `as_rows`. NaN in it
    does not count, and is what a column of nothing else has. `weights`: int (n_rows,), how often
    each row counts; None is once. Quantiles are values that occurred, so that a point mass such as
    0 kW stays one.
    """
    wanted = np.full((training.shape[-1], LEVELS), np.nan)
    for place, column in enumerate(training.T):
        is_there, counts = np.isfinite(column), weights
        if not is_there.any():
            continue
        if not is_there.all():
            column, counts = column[is_there], None if weights is None else weights[is_there]
        if circular[place % len(circular)]:
            column = wrap_angle(column, _emptiest(column))
        wanted[place] = _quantiles(column, counts)
    return wanted


def quantiles_of(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the quantiles of every column at `LEVELS` even levels: float64 (F, LEVELS).

    `rows`: scaled (..., F). `weights`: int (n_rows,), how often each row counts; None is once.
    """
    rows = rows.reshape(-1, rows.shape[-1])
    return np.stack([_quantiles(column, weights) for column in rows.T])


def _quantiles(column: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """NumPy's `inverted_cdf` of a `column`, (n,), in its own type: (LEVELS,).

    NumPy takes ten times the memory of the column, for its order and the sums of all weights. But
    nearly all rows weigh the same, so these need sorting alone.
    """
    levels = np.linspace(0, 1, LEVELS)
    if weights is None:
        return np.quantile(column, levels, method="inverted_cdf")
    usual = int(np.argmax(np.bincount(weights)[1:])) + 1  # what weighs nothing does not count
    many = column[weights == usual]
    many.sort()
    is_other = (weights != usual) & (weights > 0)
    few, sums = column[is_other], weights[is_other]
    order = np.argsort(few)
    few, sums = few[order], np.append(0, np.cumsum(sums[order]))

    def share(values: np.ndarray) -> np.ndarray:
        """How much of all weight lies at each of `values` or below."""
        n_many = np.searchsorted(many, values, side="right")
        n_few = np.searchsorted(few, values, side="right")
        return (usual * n_many + sums[n_few]) / (usual * len(many) + sums[-1])

    low, high = np.zeros(LEVELS, int), np.full(LEVELS, len(many))
    for _ in range(len(many).bit_length()):
        middle = (low + high) // 2
        is_reached = share(many[np.minimum(middle, len(many) - 1)]) >= levels
        low = np.where(is_reached, low, np.minimum(middle + 1, high))
        high = np.where(is_reached, middle, high)
    places = (low, many), (np.searchsorted(share(few), levels), few)
    return np.minimum(*(_at(place, values) for place, values in places))


def _at(place: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`values` (n,) at each `place`, infinite beyond their end."""
    inside = place < len(values)
    found = np.full(place.shape, np.inf, values.dtype)
    found[inside] = values[place[inside]]
    return found


def no_steeper(generated: np.ndarray, training: np.ndarray) -> np.ndarray:
    """`training` quantiles (F, K), from the median outwards no steeper than `STEEPEST`.

    Where a model makes few values, between a turning rotor's pitch and a feathered one's, say, a
    map of ranks tears apart columns that move as one. Where it makes many, any slope is right.
    """
    of_training, of_generated = (x.std(1, keepdims=True) for x in (training, generated))
    gaps = np.diff(generated, axis=1)
    furthest = STEEPEST * of_training / np.maximum(of_generated, TINY) * gaps
    is_dense = gaps <= SPARSE * of_generated
    furthest = np.where(is_dense, np.ptp(training, axis=1, keepdims=True), furthest)
    middle = training.shape[1] // 2
    shifts = training - np.cumsum(np.insert(furthest, 0, 0.0, axis=1), 1)
    above = np.minimum.accumulate(shifts[:, middle:], 1)
    below = np.maximum.accumulate(shifts[:, middle::-1], 1)[:, ::-1]
    reached = np.concatenate([below, above[:, 1:]], 1)
    # Added, not replaced: where nothing holds them back they stay as they are to the bit.
    return np.maximum.accumulate(training + (reached - shifts), 1)


def mapped(scaled: np.ndarray, generated: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Map windows (..., F) from quantiles `generated` to `training`, (F, K): `QuantileMapping`."""
    columns = zip(np.moveaxis(scaled, -1, 0), generated, training, strict=True)
    return np.stack([_map(*column) for column in columns], -1)


def _map(values: np.ndarray, generated: np.ndarray, training: np.ndarray) -> np.ndarray:
    knots, first, ties = np.unique(generated, return_index=True, return_counts=True)
    middle = first + (ties - 1) / 2
    targets = np.interp(middle, np.arange(len(training)), training)
    # On a steep piece, interpolation may pass its end by a rounding error.
    return np.clip(np.interp(values, knots, targets), targets[0], targets[-1])


def _emptiest(degrees: np.ndarray) -> float:
    """The middle of the widest gap between `degrees` (n,)."""
    ordered = np.sort(wrap_angle(degrees))
    gaps = np.diff(ordered, append=ordered[0] + CIRCLE)
    widest = int(np.argmax(gaps))
    return float(ordered[widest] + gaps[widest] / 2)


def _cut_like(degrees: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Quantiles (K,) of `degrees` from the cut that moves them least to those of `training` (K,).

    On a circle a monotone map may begin anywhere; the shortest is that of optimal transport.
    """
    nearest, least = training, np.inf
    for cut in np.quantile(wrap_angle(degrees), np.arange(N_CUTS) / N_CUTS):
        candidate = quantiles_of(wrap_angle(degrees, float(cut))[:, None])[0]
        turns = wrap_angle(training - candidate, -CIRCLE / 2)
        # Squared: by their mean sizes, a turn of all is as long as one half past the other.
        moved = np.square(turns).mean()
        if moved < least:
            nearest, least = candidate, moved
    return nearest


def as_rows(
    scaled: np.ndarray, starts: np.ndarray, seq_len: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return rows, starts and a length such that each column of the rows has one distribution.

    `scaled`: (n_rows, F). `starts`: int (n_windows,), of windows of `seq_len` rows. What is given,
    as a rule; but windows that share no row begin each at a time zero of its own, and where there
    are more of them than values in one, each becomes a single row (n_windows, seq_len * F).

    >>> as_rows(np.arange(12.0)[:, None], np.array([0, 2, 4]), seq_len=2)
    (array([[0., 1.],
           [2., 3.],
           [4., 5.]]), array([0, 1, 2]), 1)
    """
    n_windows = len(starts)
    apart = n_windows > 1 and np.diff(np.sort(starts)).min() >= seq_len
    if not apart or n_windows <= seq_len * scaled.shape[1]:
        return scaled, starts, seq_len
    return windows_at(scaled, starts, seq_len).reshape(n_windows, -1), np.arange(n_windows), 1
