"""What conditions say of the copula's normal scores, so that noise itself has the day's cycle."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from modules.records.columns import LARGEST_NUMBER
from modules.timegan.copula import FITTED_WINDOWS, Copula, normal_scores
from modules.timegan.correlations import explained, regressed
from modules.windows.cut import windows_at
from modules.windows.splits import thinned

SMALLEST_LEFT = 1e-3  # of a variance of 1


@dataclass(frozen=True, eq=False)
class Effects:
    """A linear regression of the F features' normal scores on the C conditions.

    `names`: the features'. `slopes`: float64 (1 + C, F), the first of a constant. `left`: float64
    (F,), the deviation of what the conditions do not say, of scores with a deviation of 1.
    """

    FILE: ClassVar[str] = "effects.json"

    names: tuple[str, ...]
    slopes: np.ndarray
    left: np.ndarray

    @classmethod
    def of(cls, names: Any, slopes: Any, left: Any) -> "Effects":
        """Return the effects of these numbers. Raises ValueError or TypeError for what is none."""
        names, slopes, left = tuple(names), np.array(slopes, float), np.array(left, float)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("names must be text")
        if slopes.ndim != 2 or slopes.shape[1] != len(names) or left.shape != (len(names),):
            raise ValueError("slopes and a deviation per feature are needed")
        if not (np.abs(slopes) <= LARGEST_NUMBER).all() or not ((left > 0) & (left <= 1)).all():
            raise ValueError("slopes must be finite, deviations in 0...1")
        return cls(names, slopes, left)

    def __call__(self, scores: tf.Tensor, conditions: tf.Tensor) -> tf.Tensor:
        """Scores (B, T, F) without conditions -> those of rows with `conditions` (B, T, C)."""
        slopes = self.slopes.astype(np.float32)
        return (
            scores * self.left.astype(np.float32)
            + slopes[0]
            + tf.tensordot(conditions, slopes[1:], 1)
        )


@dataclass(frozen=True, eq=False)
class ConditionedCopula:
    """A copula of what conditions leave open, and what they say.

    Of windows that are events of their own, whose values have a distribution each, the conditions
    are left to the networks.
    """

    copula: Copula
    effects: Effects

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        scaled: np.ndarray,
        starts: np.ndarray,
        seq_len: int,
        conditions: np.ndarray,
    ) -> "ConditionedCopula":
        """As `Copula.fit`; `conditions`: float32 (n_rows, C), of the rows of `scaled`."""
        copula = Copula.fit(names, scaled, starts, seq_len, conditions)
        n_conditions = conditions.shape[1]
        if copula.is_of_events:
            slopes, left = np.zeros((1 + n_conditions, len(names))), np.ones(len(names))
        else:
            begins = thinned(starts, FITTED_WINDOWS)
            given = windows_at(conditions, begins, seq_len)
            scores = normal_scores(windows_at(scaled, begins, seq_len), copula.quantiles)
            slopes = regressed(scores, given)
            # Of all rows together a deviation of 1 is left, so that each column keeps its values.
            said = explained(slopes, given)
            slopes[0] -= said.mean((0, 1))
            left = np.sqrt(np.maximum(1 - said.var((0, 1)), SMALLEST_LEFT))
        return cls(copula, Effects(tuple(names), slopes, left))

    @property
    def is_of_events(self) -> bool:
        return self.copula.is_of_events

    def __call__(
        self,
        random: tf.random.Generator,
        shape: tuple[int, int, int],
        conditions: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Draw scaled windows, float32 of `shape` (B, T, F), for `conditions` (B, T, C)."""
        if self.is_of_events or conditions is None:
            return self.copula(random, shape)
        return self.copula.rows(self.effects(self.copula.scores(random, shape), conditions))

    def pieces(
        self,
        random: tf.random.Generator,
        lengths: Iterable[int],
        width: int,
        conditions: tf.Tensor | None = None,
    ) -> Iterator[tf.Tensor]:
        """As `Copula.pieces`, of a window with `conditions` (1, T, C)."""
        if self.is_of_events or conditions is None:
            yield from self.copula.pieces(random, lengths, width)
            return
        first = 0
        for scores in self.copula.score_pieces(random, lengths, width):
            given = conditions[:, first : first + scores.shape[1]]
            first += scores.shape[1]
            yield self.copula.rows(self.effects(scores, given))
