"""What a generator makes windows of: the kinds of noise, at any length."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import tensorflow as tf

from modules.timegan.copula import Copula
from modules.timegan.effects import ConditionedCopula
from modules.timegan.long_draw import drawn_in_pieces
from settings import TimeGANSettings

SHORTEST, LONGEST = 0.3, 16.0  # correlation times of `coloured` noise: in steps, and in windows


class Noise(Protocol):
    """Draws what a generator makes windows of, for `conditions` (B, T, C) where rows have some."""

    def __call__(
        self,
        random: tf.random.Generator,
        shape: tuple[int, int, int],
        conditions: tf.Tensor | None = None,
        /,
    ) -> tf.Tensor:
        """Noise of `shape` (B, T, Z), float32."""

    def pieces(
        self,
        random: tf.random.Generator,
        lengths: Iterable[int],
        width: int,
        conditions: tf.Tensor | None = None,
        /,
    ) -> Iterator[tf.Tensor]:
        """One window of noise in pieces (1, n, Z) of these `lengths`, as if drawn at once.

        All but the last hold whole windows as they were trained on, the first rows before as well.
        """


def fitted_noise(
    settings: TimeGANSettings,
    names: Sequence[str],
    scaled: np.ndarray,
    starts: np.ndarray,
    conditions: np.ndarray | None = None,
) -> Noise:
    """Return the noise that `settings` name, see `noise_maker`, or a `Copula` of the windows.

    `names`, `scaled`, float32 (n_rows, F), and `starts`, int (n_windows,): features, rows and
    where the training windows begin. `conditions`: float32 (n_rows, C), None without.
    """
    if settings.noise != "copula":
        return noise_maker(settings.noise, settings.seq_len)
    if conditions is None:
        return Copula.fit(names, scaled, starts, settings.seq_len)
    return ConditionedCopula.fit(names, scaled, starts, settings.seq_len, conditions)


def inputs(
    noise: Noise,
    random: tf.random.Generator,
    shape: tuple[int, int, int],
    conditions: tf.Tensor | None = None,
) -> tf.Tensor | list[tf.Tensor]:
    """What a synthetic model takes: noise of `shape`, or a list of it and `conditions`."""
    if conditions is None:
        return noise(random, shape)
    return [noise(random, shape, conditions), conditions]


def warmed_up(conditions: np.ndarray | None, n_rows: int) -> tf.Tensor | None:
    """`conditions` (B, T, C) with the first row's so many rows longer, to draw and cut off."""
    if conditions is None:
        return None
    return tf.concat([np.repeat(conditions[:, :1], n_rows, 1), conditions], 1)


def settled(noise: Noise, warm_up: int) -> int:
    """How many rows to draw before a window and cut off: `warm_up`, or none.

    Recurrent networks begin each window with an empty memory and need rows to settle. A window that
    is an event of its own begins where it begins.
    """
    return 0 if getattr(noise, "is_of_events", False) else warm_up


def noise_maker(kind: str, seq_len: int) -> Noise:
    """Return the noise of a `kind`: `uniform` in 0...1 or `normal`, both new at every step.

    Or `coloured`, normal with a memory of its own in each channel, from none to many windows of
    `seq_len` steps.
    """
    return Coloured(seq_len) if kind == "coloured" else White(kind)


@dataclass(frozen=True)
class White:
    """Noise that is new at every step: `kind` is `uniform` or `normal`."""

    kind: str

    def __call__(
        self, random: tf.random.Generator, shape: tuple[int, int, int], _: tf.Tensor | None = None
    ) -> tf.Tensor:
        return random.uniform(shape) if self.kind == "uniform" else random.normal(shape)

    def pieces(
        self,
        random: tf.random.Generator,
        lengths: Iterable[int],
        width: int,
        _: tf.Tensor | None = None,
    ) -> Iterator[tf.Tensor]:
        return drawn_in_pieces(self, random, lengths, width)


@dataclass(frozen=True)
class Coloured:
    """Noise whose channels remember, see `autocorrelations`."""

    seq_len: int

    def __call__(
        self, random: tf.random.Generator, shape: tuple[int, int, int], _: tf.Tensor | None = None
    ) -> tf.Tensor:
        return coloured(random.normal(shape), autocorrelations(shape[-1], self.seq_len))

    def pieces(
        self,
        random: tf.random.Generator,
        lengths: Iterable[int],
        width: int,
        _: tf.Tensor | None = None,
    ) -> Iterator[tf.Tensor]:
        last = tf.zeros((1, 0, width))
        for white in White("normal").pieces(random, lengths, width):
            known = last.shape[1]
            going_on = tf.concat([last, white], 1)
            piece = coloured(going_on, autocorrelations(width, self.seq_len))[:, known:]
            last = piece[:, -1:]
            yield piece


def autocorrelations(n_channels: int, seq_len: int) -> np.ndarray:
    """Lag-1 autocorrelation of each channel: float32 (n_channels,).

    Their correlation times lie between 0.3 steps and 16 windows, in equal ratios.
    """
    times = np.geomspace(SHORTEST, LONGEST * seq_len, n_channels)
    return np.exp(-1 / times).astype(np.float32)


def coloured(white: tf.Tensor, autocorrelation: np.ndarray) -> tf.Tensor:
    """Standard normal `white` (B, T, Z) -> stationary AR(1) of unit variance, same shape.

    x[0] = white[0]; x[t] = a x[t - 1] + sqrt(1 - a^2) white[t], with `autocorrelation` a (Z,).
    """
    driven = tf.sqrt(1 - tf.square(autocorrelation)) * white[:, 1:]
    series = tf.concat([white[:, :1], driven], 1)
    lag, factor = 1, tf.convert_to_tensor(autocorrelation)
    # Each pass doubles the number of earlier steps that are summed up: log2(T) in place of T.
    while lag < white.shape[1]:
        earlier = tf.pad(series[:, :-lag], ((0, 0), (lag, 0), (0, 0)))
        series, lag, factor = series + factor * earlier, 2 * lag, tf.square(factor)
    return series
