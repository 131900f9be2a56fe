"""Columns that stand still and then move, such as a yaw drive: no smooth generator makes these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from modules.aside import slices_of
from modules.records.columns import CIRCLE, wrap_angle
from modules.scaling.finding import RESTING
from modules.windows.cut import occurrences

N_HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Standstill:
    """Holds each column until it has moved by more than its band, as a drive with a dead band does.

    `names`: the V variables'. `circular`: which of them are angles, in degrees. `bands`: float64
    (V,), in the columns' units; 0 lets a column move freely. Not in the paper.
    """

    FILE: ClassVar[str] = "standstill.json"

    names: tuple[str, ...]
    circular: tuple[bool, ...]
    bands: np.ndarray

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        circular: Sequence[bool],
        drawn: np.ndarray,
        shares: np.ndarray,
        made: np.ndarray | None = None,
    ) -> "Standstill":
        """Find the bands with which `drawn` (n, T, V) stands still as often as the records.

        `shares`: (V,), the share of rows that repeat the one before, see `repeated_shares`. A
        column whose records repeat less than a tenth, or that repeats as often already, is free.
        `made`: what comes of `drawn`, of which what is held is asked for; None is the same.
        """
        made = drawn if made is None else made
        bands = [
            _band(drawn[..., i], made[..., i], is_angle, share)
            for i, (is_angle, share) in enumerate(zip(circular, shares, strict=True))
        ]
        return cls.of(names, circular, bands)

    @classmethod
    def of(cls, names: Any, circular: Any, bands: Any) -> "Standstill":
        """Return the `Standstill` of the variables `names` with these bands, one each.

        Raises ValueError or TypeError when they are none.
        """
        names, circular = tuple(names), tuple(circular)
        bands = np.array(bands, np.float64)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("names must be text")
        if not all(isinstance(flag, bool) for flag in circular):
            raise TypeError("circular must be true or false")
        if not names or not len(names) == len(circular) == bands.size or bands.ndim != 1:
            raise ValueError("a band per variable is needed")
        if not (np.isfinite(bands) & (bands >= 0)).all():
            raise ValueError("bands must be finite and not below zero")
        return cls(names, circular, bands)

    def __call__(self, drawn: np.ndarray, made: np.ndarray | None = None) -> np.ndarray:
        """Hold the columns of `made`, physical (n, T, V), while those of `drawn` hardly move.

        `made` is what comes of `drawn`; None is the same. Where a column is read in whole degrees
        `made` does not move but by jumps, and only `drawn` says how near the next one is.

        >>> drive = Standstill.of(["Yaw"], [False], [2.0])
        >>> drive(np.array([[[0.0], [1.5], [3.0], [2.0], [0.5]]]))[0, :, 0].tolist()
        [0.0, 0.0, 3.0, 3.0, 0.5]
        """
        return np.take_along_axis(drawn if made is None else made, self.since(drawn), axis=1)

    def since(self, drawn: np.ndarray) -> np.ndarray:
        """Which row of `drawn` (n, T, V) each column is held from at each: int (n, T, V)."""
        since = np.arange(drawn.shape[1])[:, None] + np.zeros(drawn.shape, int)
        for i in np.flatnonzero(self.bands):
            since[..., i] = _since(drawn[..., i], self.bands[i], self.circular[i])
        return since


def repeated_shares(series: np.ndarray, starts: np.ndarray, seq_len: int) -> np.ndarray:
    """Share of rows inside windows that repeat the one before, per column: (V,).

    `series`: float (n_rows, V), NaN for what counts neither way. `starts`: int
    (n_windows,), of windows of `seq_len` rows.

    >>> repeated_shares(np.array([[1.0], [1.0], [2.0], [2.0]]), np.array([0, 1]), 3)
    array([0.66666667])
    """
    has_next = occurrences(starts, seq_len - 1, len(series))[:-1] > 0
    before, after = series[:-1], series[1:]
    repeated, compared = 0, 0
    for at in slices_of(before):
        earlier, later = before[at][has_next[at]], after[at][has_next[at]]
        repeated += np.sum(earlier == later, axis=0)
        compared += np.sum(np.isfinite(earlier) & np.isfinite(later), axis=0)
    return repeated / np.maximum(compared, 1)


def _band(drawn: np.ndarray, made: np.ndarray, is_angle: bool, share: float) -> float:
    if share < RESTING or _repeated(made) >= share:
        return 0.0
    free, stuck = 0.0, CIRCLE / 2 if is_angle else float(np.ptp(drawn))
    for _ in range(N_HALVINGS):
        middle = (free + stuck) / 2
        since = _since(drawn, middle, is_angle)
        if _repeated(np.take_along_axis(made, since, axis=1)) < share:
            free = middle
        else:
            stuck = middle
    return stuck


def _repeated(values: np.ndarray) -> float:
    return float(np.mean(values[:, 1:] == values[:, :-1]))


def _since(values: np.ndarray, band: float, is_angle: bool) -> np.ndarray:
    """Since which step `values` (n, T) lie within `band` of what they were then: int (n, T)."""
    since = np.zeros(values.shape, int)
    held = values[:, 0]
    for step in range(1, values.shape[1]):
        moved = values[:, step] - held
        if is_angle:
            moved = wrap_angle(moved, -CIRCLE / 2)
        has_moved = np.abs(moved) > band
        held = np.where(has_moved, values[:, step], held)
        since[:, step] = np.where(has_moved, step, since[:, step - 1])
    return since
