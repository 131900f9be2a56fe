"""What a generator makes windows of: the kinds of noise, at any length."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from modules.timegan.copula import Copula
from settings import TimeGANSettings

Noise = Callable[[tf.random.Generator, tuple[int, int, int]], tf.Tensor]

SHORTEST, LONGEST = 0.3, 16.0  # correlation times of `coloured` noise: in steps, and in windows


def fitted_noise(
    settings: TimeGANSettings, names: Sequence[str], scaled: np.ndarray, starts: np.ndarray
) -> Noise:
    """Return the noise that `settings` name, see `noise_maker`, or a `Copula` of the windows.

    `names`, `scaled`, float32 (n_rows, F), and `starts`, int (n_windows,): features, rows and
    where the training windows begin.
    """
    if settings.noise == "copula":
        return Copula.fit(names, scaled, starts, settings.seq_len)
    return noise_maker(settings.noise, settings.seq_len)


def settled(noise: Noise, warm_up: int) -> int:
    """How many rows to draw before a window and cut off: `warm_up`, or none.

    Recurrent networks begin each window with an empty memory and need rows to settle. A window that
    is an event of its own begins where it begins.
    """
    is_of_events = isinstance(noise, Copula) and noise.is_of_events
    return 0 if is_of_events else warm_up


def noise_maker(kind: str, seq_len: int) -> Noise:
    """Return a function of (`tf.random.Generator`, shape (B, T, Z)) -> float32 noise.

    `kind`: `uniform` in 0...1 or `normal`, both new at every step; or `coloured`, normal with a
    memory of its own in each channel, from none to many windows of `seq_len` steps.
    """
    if kind == "uniform":
        return lambda random, shape: random.uniform(shape)
    if kind == "normal":
        return lambda random, shape: random.normal(shape)
    return lambda random, shape: coloured(
        random.normal(shape), autocorrelations(shape[-1], seq_len)
    )


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
