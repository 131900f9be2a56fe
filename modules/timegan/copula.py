"""Noise that has the training rows' distribution and correlations: a Gaussian copula in time.

Each feature is a monotone function of a normal one, and these are correlated over features and
steps (the vector-autoregressive-to-anything process of Biller and Nelson, ACM TOMACS 2003).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf
from scipy.special import ndtri

from modules.records.columns import LARGEST_NUMBER
from modules.timegan.correlations import (
    autoregression,
    block_toeplitz,
    explained,
    factor_of,
    lagged_correlation,
    normal_memory,
    regressed,
    with_memories,
)
from modules.timegan.long_draw import LongDraw, drawn_in_pieces
from modules.timegan.quantiles import LEVELS, as_rows, mapped, quantiles_of
from modules.windows.cut import occurrences, windows_at
from modules.windows.splits import thinned

FITTED_WINDOWS = 10000
MOST_AT_ONCE = 2500  # values of a window; the cost of their factor grows with the third power


@dataclass(frozen=True, eq=False)
class Copula:
    """Draws windows of any length that no network has made.

    `names`: the F features', in the scaler's order. `quantiles`: float64 (F, K), of the training
    rows, scaled, at K evenly spaced levels. `correlation`: float64 (T, F, F), of the normal scores;
    [k, i, j] is between feature i and feature j of k steps earlier.

    Of windows that share no rows, each an event with a beginning of its own, every value has a
    distribution of its own: `quantiles` are (T * F, K) then, and `correlation` (1, T * F, T * F).
    """

    FILE: ClassVar[str] = "copula.json"

    names: tuple[str, ...]
    quantiles: np.ndarray
    correlation: np.ndarray

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        scaled: np.ndarray,
        starts: np.ndarray,
        seq_len: int,
        conditions: np.ndarray | None = None,
    ) -> "Copula":
        """Learn from the windows of `seq_len` rows that begin at `starts`, int (n_windows,).

        `scaled`: float (n_rows, F). Dependence is measured by ranks, so that a rare extreme
        does not hide it; how long each feature remembers, by its values. Windows that share no rows
        get a distribution for each value where there are more of them than values in one. Where
        rows have `conditions`, float (n_rows, C), it is the dependence of what these do not say.
        """
        scaled, starts, seq_len = as_rows(scaled, starts, seq_len)
        quantiles = quantiles_of(scaled, occurrences(starts, seq_len, len(scaled)))
        begins = thinned(starts, FITTED_WINDOWS)
        windows = windows_at(scaled, begins, seq_len)
        scores = normal_scores(windows, quantiles)
        if conditions is not None and len(conditions) == len(scaled):
            given = windows_at(conditions, begins, seq_len)
            windows = windows.astype(np.float64)
            scores, windows = (x - explained(regressed(x, given), given) for x in (scores, windows))
        correlation = lagged_correlation(scores)
        del scores  # at 300 columns half a gigabyte
        memories = [
            normal_memory(
                lagged_correlation(windows[..., [i]].astype(float))[:, 0, 0], quantiles[i]
            )
            for i in range(windows.shape[-1])
        ]
        return cls(tuple(names), quantiles, with_memories(correlation, np.transpose(memories)))

    @property
    def is_of_events(self) -> bool:
        """Whether it was fitted to windows that share no rows."""
        return len(self.quantiles) > len(self.names)

    @property
    def seq_len(self) -> int:
        """Rows of the windows that it was fitted to."""
        n_rows = len(self.quantiles) // len(self.names)
        return n_rows if self.is_of_events else len(self.correlation)

    @classmethod
    def of(cls, names: Any, quantiles: Any, correlation: Any) -> "Copula":
        """Return the copula of the features `names` with these numbers.

        Raises ValueError or TypeError when they are none of F features.
        """
        names = tuple(names)
        quantiles, correlation = np.array(quantiles, np.float64), np.array(correlation, np.float64)
        n_values = len(quantiles)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("names must be text")
        if quantiles.ndim != 2 or not names or n_values % len(names) or quantiles.shape[1] < 2:
            raise ValueError("two or more quantiles per feature are needed")
        if not (np.abs(quantiles) <= LARGEST_NUMBER).all() or not (np.diff(quantiles) >= 0).all():
            raise ValueError("quantiles must be finite and must not decrease")
        if correlation.ndim != 3 or correlation.shape[1:] != (n_values, n_values):
            raise ValueError("a correlation per step and pair of features is needed")
        if (len(correlation) == 1) != (n_values > len(names)) or not len(correlation):
            raise ValueError("correlations of two or more steps, or of whole windows, are needed")
        if not (np.abs(correlation) <= 1 + 1e-6).all():
            raise ValueError("correlations must lie in -1...1")
        return cls(names, quantiles, correlation)

    def __call__(
        self, random: tf.random.Generator, shape: tuple[int, int, int], _: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Draw scaled windows, float32 of `shape` (B, T, F), with the `tf.random.Generator`.

        Beyond the steps it was fitted to, each follows from those before it; windows that share no
        rows follow each other.
        """
        n_windows, n_steps, n_features = shape
        if (n_rows := len(self.quantiles) // n_features) > 1:
            n_drawn = n_windows * math.ceil(n_steps / n_rows)
            scores = self.scores(random, (n_drawn, 1, n_rows * n_features))
        else:
            scores = self.scores(random, shape)
        return tf.reshape(self.rows(scores), (n_windows, -1, n_features))[:, :n_steps]

    def pieces(
        self,
        random: tf.random.Generator,
        lengths: Iterable[int],
        width: int,
        _: tf.Tensor | None = None,
    ) -> Iterator[tf.Tensor]:
        """Draw one window (1, T, F) in pieces of these `lengths`: see `modules.timegan.noise`."""
        if self.is_of_events:
            yield from drawn_in_pieces(self, random, lengths, width)
            return
        yield from (self.rows(scores) for scores in self.score_pieces(random, lengths, width))

    def score_pieces(
        self, random: tf.random.Generator, lengths: Iterable[int], width: int
    ) -> Iterator[tf.Tensor]:
        """The normal scores of `pieces`, where windows are no events."""
        continued = tf.function(_continued, autograph=False)
        scores = waiting = self.scores(random, (1, len(self.correlation), width))
        white = LongDraw(random)
        for length in lengths:
            drawn = white.normal((length - waiting.shape[1], 1, width))
            piece = tf.concat([waiting, continued(scores, drawn, *self._recurrence)], 1)
            scores = tf.concat([scores, piece], 1)[:, -len(self.correlation) :]
            waiting = piece[:, :0]
            yield piece

    def scores(self, random: tf.random.Generator, shape: tuple[int, int, int]) -> tf.Tensor:
        """Draw normal scores of `shape` (B, T, F), correlated."""
        n_windows, n_steps, n_features = shape
        n_fitted = min(n_steps, len(self.correlation), max(1, MOST_AT_ONCE // n_features))
        factor = factor_of(block_toeplitz(self.correlation[:n_fitted])).astype(np.float32)
        white = random.normal((n_windows, n_fitted * n_features))
        scores = tf.matmul(white, factor, transpose_b=True)
        scores = tf.reshape(scores, (n_windows, n_fitted, n_features))
        if n_steps > n_fitted:
            white = random.normal((n_steps - n_fitted, n_windows, n_features))
            scores = tf.concat([scores, _continued(scores, white, *self._recurrence)], 1)
        return scores

    @cached_property
    def _recurrence(self) -> tuple[np.ndarray, np.ndarray]:
        """What a step beyond the first window is made with, float32, see `autoregression`."""
        coefficients, factor = autoregression(self.correlation)
        return coefficients.astype(np.float32), factor.astype(np.float32)

    def rows(self, scores: tf.Tensor) -> tf.Tensor:
        """Normal scores (..., F) -> scaled rows: the quantile of each, linear between two."""
        n_levels = self.quantiles.shape[1]
        level = 0.5 * (n_levels - 1) * (1 + tf.math.erf(scores / np.float32(np.sqrt(2))))
        below = tf.clip_by_value(tf.floor(level), 0, n_levels - 2)
        place = tf.cast(below, tf.int32) + n_levels * tf.range(scores.shape[-1])
        table = tf.constant(self.quantiles.ravel(), tf.float32)
        lower, upper = tf.gather(table, place), tf.gather(table, place + 1)
        return lower + (level - below) * (upper - lower)


def normal_scores(windows: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """The normal numbers that windows (n, T, F) stand for, by the `quantiles` (F, K) of theirs."""
    normal = np.broadcast_to(ndtri((np.arange(LEVELS) + 0.5) / LEVELS), quantiles.shape)
    return mapped(windows, quantiles, normal)


def _continued(
    scores: tf.Tensor, white: tf.Tensor, coefficients: np.ndarray, factor: np.ndarray
) -> tf.Tensor:
    """Let normal scores (B, T, F) go on for as many steps as `white` (n, B, F): (B, n, F).

    A vector autoregression over the last steps, whose coefficients the correlations give
    (Yule and Walker).
    """
    n_windows, _, n_features = scores.shape
    n_remembered = coefficients.shape[1]
    last = tf.reshape(scores, (n_windows, -1))[:, -n_remembered:]

    def step(carry: tuple[tf.Tensor, tf.Tensor], drawn: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        last, _ = carry
        row = tf.matmul(last, coefficients, transpose_b=True)
        row += tf.matmul(drawn, factor, transpose_b=True)
        return tf.concat([last[:, n_features:], row], 1), row

    _, rows = tf.scan(step, white, (last, scores[:, -1]))
    return tf.transpose(rows, (1, 0, 2))
