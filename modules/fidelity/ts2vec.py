"""TS2Vec, the encoder behind Context-FID: its network and its loss.

Yue et al., TS2Vec: Towards Universal Representation of Time Series (AAAI 2022). Its random crops
are masks over the whole window here, so that one compiled step serves crops of every length.

Shape letters: **B** windows per batch, **T** steps, **F** features, **C** channels.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

HIDDEN, OUTPUT, DEPTH = 64, 320, 10
TAPS = 3
DROPOUT, MASK_SHARE = 0.1, 0.5
MINUS_INFINITY = -1e9


def blocks() -> list[tuple[int, int, int]]:
    """Inputs, outputs and dilation of each residual block: ten of 64 channels, one of 320."""
    widths = [HIDDEN] * (DEPTH + 1) + [OUTPUT]
    return [(widths[i], widths[i + 1], 2**i) for i in range(DEPTH + 1)]


def initial_weights(inputs: int, length: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Kernels (taps, in, out) and biases (out,), uniform within 1/sqrt(fan in).

    Where the dilation is at least `length`, the outer taps see padding alone: they are left out.
    """
    layers = [(1, 1, inputs, HIDDEN)]
    for wide_in, wide_out, dilation in blocks():
        taps = TAPS if dilation < length else 1
        layers += [(taps, TAPS, wide_in, wide_out), (taps, TAPS, wide_out, wide_out)]
    layers.append((1, 1, HIDDEN, OUTPUT))
    weights = []
    for taps, nominal_taps, wide_in, wide_out in layers:
        limit = 1 / np.sqrt(nominal_taps * wide_in)
        for shape in ((taps, wide_in, wide_out), (wide_out,)):
            weights.append(rng.uniform(-limit, limit, shape).astype(np.float32))
    return weights


def representation(
    weights: Sequence[tf.Tensor],
    windows: tf.Tensor,
    inside: tf.Tensor | None = None,
    shown: tf.Tensor | None = None,
) -> tf.Tensor:
    """A vector for each step, (B, T, 320), of `windows` (B, T, F).

    `inside` (B, T, 1) is 1 within the crop; all else counts as padding, in every layer.
    `shown` (B, T, 1) is 0 at the steps that training hides behind the first layer.
    """
    remaining = iter(weights)
    inside = tf.ones_like(windows[..., :1]) if inside is None else inside
    x = _convolve(windows, remaining)
    x = x if shown is None else x * shown
    for wide_in, wide_out, dilation in blocks():
        y = _convolve(tf.nn.gelu(x) * inside, remaining, dilation)
        y = _convolve(tf.nn.gelu(y) * inside, remaining, dilation)
        x = y + (x if wide_in == wide_out else _convolve(x, remaining))
    return x


def _convolve(x: tf.Tensor, remaining: Iterator[tf.Tensor], dilation: int = 1) -> tf.Tensor:
    """Zeros beyond the ends; takes its kernel and its bias from the iterator `remaining`."""
    kernel, bias = next(remaining), next(remaining)
    taps, length = kernel.shape[0], x.shape[1]
    if taps > 1:
        padded = tf.pad(x, [(0, 0), (dilation, dilation), (0, 0)])
        x = tf.concat([padded[:, i * dilation : i * dilation + length] for i in range(taps)], -1)
    # One product over all steps: a kernel that is broadcast over the windows is far slower.
    flat = tf.matmul(tf.reshape(x, (-1, x.shape[-1])), tf.reshape(kernel, (-1, kernel.shape[-1])))
    return tf.reshape(flat, (-1, length, kernel.shape[-1])) + bias


def hierarchical_loss(first: tf.Tensor, second: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Contrast over windows and over steps, at resolutions halved until one step is left.

    `first`, `second`: (B, T, C), two views of stretches that fill the first `length` steps; the
    rest is disregarded. Equations 1 to 3 and algorithm 1 of the paper, both terms halved.
    """
    total, levels = 0.0, 0.0
    while True:
        batch, steps = first.shape[:2]
        alive = tf.repeat(tf.cast(tf.range(steps) < length, tf.float32)[None], batch, 0)
        exists, has_neighbours = (tf.cast(length >= n, tf.float32) for n in (1, 2))
        over_windows = contrast(_by_step(first), _by_step(second), tf.transpose(alive))
        over_steps = contrast(first, second, alive) if steps > 1 else 0.0
        total += exists * 0.5 * over_windows + has_neighbours * 0.5 * over_steps
        levels += exists
        if steps == 1:
            return total / levels
        first, second, length = _halved(first), _halved(second), length // 2


def contrast(first: tf.Tensor, second: tf.Tensor, alive: tf.Tensor) -> tf.Tensor:
    """Mean surprise at finding a vector's partner among all others of its group.

    `first`, `second`: (G, M, C), partners at equal places. `alive`: (G, M), 0 for padding.
    """
    both, alive = tf.concat([first, second], 1), tf.concat([alive, alive], 1)
    barred = tf.maximum(tf.eye(both.shape[1])[None], 1 - alive[:, None])
    likeness = tf.matmul(both, both, transpose_b=True) + MINUS_INFINITY * barred
    partner = tf.reduce_sum(first * second, -1)
    surprise = tf.reduce_logsumexp(likeness, -1) - tf.concat([partner, partner], 1)
    return tf.reduce_sum(surprise * alive) / tf.maximum(tf.reduce_sum(alive), 1.0)


def _by_step(x: tf.Tensor) -> tf.Tensor:
    return tf.transpose(x, (1, 0, 2))


def _halved(x: tf.Tensor) -> tf.Tensor:
    pairs = tf.reshape(x[:, : x.shape[1] // 2 * 2], (x.shape[0], -1, 2, x.shape[2]))
    return tf.reduce_max(pairs, axis=2)
