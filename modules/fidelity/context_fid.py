"""Context-FID: the Fréchet distance between real and synthetic windows in a learned space.

The idea is of Jeha et al., PSA-GAN (ICLR 2022); encoder and settings are those of the published
tables of Yuan and Qiao, Diffusion-TS (ICLR 2024): TS2Vec, trained on the real windows alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from modules.fidelity import ts2vec

BATCH_SIZE, LEARNING_RATE, WEIGHT_DECAY = 8, 1e-3, 0.01
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
SHORT_TRAINING, LONG_TRAINING, SHORT_SIZE = 200, 600, 100_000  # steps, steps, numbers
STEPS_PER_CALL = 25
WINDOWS_PER_CALL = 512

Weights = list[tf.Tensor]


class Crops(NamedTuple):
    """Two overlapping views of a window, per step: int32 (steps,), `offset` int32 (steps, B).

    The first view is `early` to `right`, the second `left` to `late`; they share `left` to
    `right`. `offset` moves both within each window.
    """

    left: np.ndarray
    right: np.ndarray
    early: np.ndarray
    late: np.ndarray
    offset: np.ndarray


def train_encoder(windows: np.ndarray, *, seed: int, steps: int | None = None) -> Weights:
    """Weights of a TS2Vec encoder: the average of the initial ones and those after every step.

    `windows`: float32 (n, T, F), scaled to 0...1. `steps`: None gives 200 or, above 100,000
    numbers, 600. Returns a list of float32 tensors.
    """
    steps = steps or (SHORT_TRAINING if windows.size <= SHORT_SIZE else LONG_TRAINING)
    rng = np.random.default_rng([seed, 4])
    batch, length = min(BATCH_SIZE, len(windows)), windows.shape[1]
    rows = _rows(len(windows), batch, steps, rng)
    crops = draw_crops(length, batch, steps, rng)
    weights = ts2vec.initial_weights(windows.shape[2], length, rng)
    weights = [tf.constant(w) for w in weights]
    state = [weights, *([tf.zeros_like(w) for w in weights] for _ in range(2)), weights]
    for done in range(0, steps, STEPS_PER_CALL):
        count = min(STEPS_PER_CALL, steps - done)
        chunk = [_padded(x[done : done + count], STEPS_PER_CALL) for x in (rows, *crops)]
        batches, chunk = tf.constant(windows[chunk[0]]), [tf.constant(c) for c in chunk[1:]]
        # NumPy's generator: XLA's own takes longer on a CPU than the rest of the step.
        chance = rng.random((STEPS_PER_CALL, *_chance_shape(batch, length)), np.float32)
        state = _steps(*state, batches, chunk, chance, tf.constant(done), tf.constant(count))
    return state[3]


def encode(weights: Weights, windows: np.ndarray) -> np.ndarray:
    """Encodings float32 (n, 320) of `windows` float32 (n, T, F): the maximum over their steps."""
    outputs = []
    size = min(WINDOWS_PER_CALL, len(windows))
    for start in range(0, len(windows), size):
        chunk = windows[start : start + size]
        made = _encodings(weights, tf.constant(_padded(chunk, size)))
        outputs.append(made.numpy()[: len(chunk)])
    return np.concatenate(outputs)


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Fréchet distance between the Gaussians fitted to two sets of vectors, float (n, C).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), Dowson and Landau (1982). The last trace is taken
    from the symmetric C1^1/2 C2 C1^1/2, whose eigenvalues are the same and stay real.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    covariance_1, covariance_2 = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (first, second))
    values, vectors = np.linalg.eigh(covariance_1)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    product = np.linalg.eigvalsh(root @ covariance_2 @ root)
    shift = first.mean(axis=0) - second.mean(axis=0)
    overlap = np.sqrt(np.clip(product, 0, None)).sum()
    return float(shift @ shift + np.trace(covariance_1) + np.trace(covariance_2) - 2 * overlap)


def draw_crops(length: int, batch: int, steps: int, rng: np.random.Generator) -> Crops:
    """Crops of windows of `length` steps; every overlap has at least two."""
    span = rng.integers(2, length + 1, steps)
    left = rng.integers(0, length - span + 1)
    right = left + span
    early, late = rng.integers(0, left + 1), rng.integers(right, length + 1)
    offset = rng.integers(-early[:, None], length - late[:, None] + 1, (steps, batch))
    return Crops(*(x.astype(np.int32) for x in (left, right, early, late, offset)))


def _rows(count: int, batch: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Windows of each step, int (steps, B): shuffled anew each time all were seen."""
    per_epoch = count // batch
    epochs = [rng.permutation(count)[: per_epoch * batch] for _ in range(-(-steps // per_epoch))]
    return np.concatenate(epochs).reshape(-1, batch)[:steps]


def _padded(x: np.ndarray, size: int) -> np.ndarray:
    # Padded, so that a last, shorter call needs no second compilation.
    return np.pad(x, [(0, size - len(x))] + [(0, 0)] * (x.ndim - 1))


@tf.function(jit_compile=True)
def _encodings(weights: Weights, windows: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(ts2vec.representation(weights, windows), axis=1)


def _chance_shape(batch: int, length: int) -> tuple[int, int, int]:
    return 2 * batch, length, 1 + ts2vec.OUTPUT


def _views(
    weights: Weights, windows: tf.Tensor, crop: Sequence[tf.Tensor], chance: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """What both views say of the steps they share, (B, T, C) each, from the first step on.

    `chance`: (2 B, T, 1 + C), uniform, decides which steps are hidden and which outputs dropped.
    """
    left, right, early, late, offset = crop
    batch, length = windows.shape[:2]
    steps = tf.range(length)
    rows = tf.clip_by_value(steps[None] + offset[:, None], 0, length - 1)
    moved = tf.gather(windows, rows, batch_dims=1)
    inside = [(steps >= start) & (steps < end) for start, end in ((early, right), (left, late))]
    inside = tf.repeat(tf.cast(tf.stack(inside), tf.float32)[..., None], batch, axis=0)
    shown = tf.cast(chance[..., :1] < ts2vec.MASK_SHARE, tf.float32)
    kept = tf.cast(chance[..., 1:] >= ts2vec.DROPOUT, tf.float32) / (1 - ts2vec.DROPOUT)
    both = ts2vec.representation(weights, tf.concat([moved, moved], 0), inside, shown) * kept
    shared = tf.gather(both, tf.minimum(steps + left, length - 1), axis=1)
    return shared[:batch], shared[batch:]


@tf.function(jit_compile=True)
def _steps(
    weights: Weights,
    mean: Weights,
    square: Weights,
    average: Weights,
    batches: tf.Tensor,
    crops: Sequence[tf.Tensor],
    chance: tf.Tensor,
    done: tf.Tensor,
    count: tf.Tensor,
) -> list[Weights]:
    """`count` steps of AdamW on `batches` (K, B, T, F); `average` follows the weights."""

    def step(
        i: tf.Tensor, weights: Weights, mean: Weights, square: Weights, average: Weights
    ) -> tuple[tf.Tensor, Weights, Weights, Weights, Weights]:
        crop = [c[i] for c in crops]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            views = _views(weights, batches[i], crop, chance[i])
            loss = ts2vec.hierarchical_loss(*views, crop[1] - crop[0])
        gradient = tape.gradient(loss, weights)
        t = tf.cast(done + i + 1, tf.float32)
        mean = [BETA_1 * m + (1 - BETA_1) * g for m, g in zip(mean, gradient, strict=True)]
        square = [BETA_2 * s + (1 - BETA_2) * g**2 for s, g in zip(square, gradient, strict=True)]
        weights = [_adamw(*wms, t) for wms in zip(weights, mean, square, strict=True)]
        average = [a + (w - a) / (t + 1) for a, w in zip(average, weights, strict=True)]
        return i + 1, weights, mean, square, average

    state = (0, weights, mean, square, average)
    return tf.while_loop(lambda i, *_: i < count, step, state)[1:]


def _adamw(weight: tf.Tensor, mean: tf.Tensor, square: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
    mean, square = mean / (1 - BETA_1**t), square / (1 - BETA_2**t)
    decayed = weight * (1 - LEARNING_RATE * WEIGHT_DECAY)
    return decayed - LEARNING_RATE * mean / (tf.sqrt(square) + EPSILON)
