"""The small recurrent judges behind the discriminative and the predictive score.

Both are the single-layer GRU of Yoon, Jarrett and van der Schaar (NeurIPS 2019), with the reset
gate before the product (Keras: `reset_after=False`). The judges of several seeds are trained side
by side, as one leading axis of every array, since networks of 2 to 60 units leave a processor idle.

Shape letters: **S** seeds, **B** windows per batch, **T** steps, **D** inputs, **H** units.
The windows of a batch lie on the last axis, where a vector unit can take them together.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf

BATCH_SIZE = 128
LEARNING_RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8  # Adam, as the original trains
GATE_BIAS = 1.0
BYTES_PER_CALL = 32 * 2**20
STEPS_PER_CALL = 50
WINDOWS_PER_CALL = 1024

Kind = Literal["discriminator", "predictor"]


class Judge(NamedTuple):
    """Trained judges: `weights` float32 (S, P) holds the networks of S seeds, one a row."""

    weights: tf.Tensor
    inputs: int
    hidden: int


def train_discriminators(
    real: np.ndarray,
    synthetic: np.ndarray,
    real_rows: Sequence[np.ndarray],
    synthetic_rows: Sequence[np.ndarray],
    *,
    hidden: int,
    seeds: Sequence[int],
    steps: int,
) -> Judge:
    """Judges that tell real windows (logit above 0) from synthetic ones.

    `real`, `synthetic`: float32 (n, T, D). `real_rows`, `synthetic_rows`: for each seed the int
    indices of the windows it may learn from. Loss: the sum of both sets' mean cross-entropies.
    """
    batch = min(BATCH_SIZE, *map(len, real_rows), *map(len, synthetic_rows))
    draws = [
        np.concatenate(
            [
                draw_batches(real_rows[i], batch, steps, [seed, 1]),
                draw_batches(synthetic_rows[i], batch, steps, [seed, 2]) + len(real),
            ],
            axis=1,
        )
        for i, seed in enumerate(seeds)
    ]
    pool = np.concatenate([real, synthetic])
    weights = initial_weights(real.shape[-1], hidden, seeds)
    weights = _train(weights, pool, np.stack(draws, 1), hidden, "discriminator")
    return Judge(weights, real.shape[-1], hidden)


def train_predictors(
    windows: np.ndarray, *, hidden: int, seeds: Sequence[int], steps: int
) -> Judge:
    """Judges that tell the last column at t+1 from the other columns at t.

    `windows`: float32 (n, T, F), scaled to 0...1. Loss: the mean absolute error of every step.
    """
    batch = min(BATCH_SIZE, len(windows))
    rows = np.arange(len(windows))
    draws = [draw_batches(rows, batch, steps, [seed, 3]) for seed in seeds]
    inputs = windows.shape[-1] - 1
    weights = initial_weights(inputs, hidden, seeds)
    weights = _train(weights, windows, np.stack(draws, 1), hidden, "predictor")
    return Judge(weights, inputs, hidden)


def discriminator_logits(judge: Judge, windows: np.ndarray) -> np.ndarray:
    """Logits float32 (S, n) of `windows` float32 (n, T, D)."""
    return _apply(judge, windows, "discriminator")


def predictions(judge: Judge, windows: np.ndarray) -> np.ndarray:
    """Predicted last column at t = 1...T-1, float32 (S, T-1, n), of `windows` (n, T, F)."""
    return _apply(judge, windows, "predictor")


def draw_batches(rows: np.ndarray, batch: int, steps: int, seed: int | Sequence[int]) -> np.ndarray:
    """Indices int32 (steps, batch) out of `rows`, int (n,); within a step none comes twice."""
    rng = np.random.default_rng(seed)
    picks = [rng.choice(len(rows), batch, replace=False, shuffle=False) for _ in range(steps)]
    return np.asarray(rows, np.int32)[np.stack(picks)]


def initial_weights(inputs: int, hidden: int, seeds: Sequence[int]) -> np.ndarray:
    """Glorot-uniform kernels, gate biases of 1, other biases of 0: float32 (S, P)."""
    return np.stack([_one_judge(inputs, hidden, np.random.default_rng([s, 0])) for s in seeds])


def _one_judge(inputs: int, hidden: int, rng: np.random.Generator) -> np.ndarray:
    parts = []
    for (fan_in, fan_out), bias in zip(_kernels(inputs, hidden), (GATE_BIAS, 0, 0), strict=True):
        limit = np.sqrt(6 / (fan_in + fan_out))
        parts += [rng.uniform(-limit, limit, fan_in * fan_out), np.full(fan_out, bias)]
    return np.concatenate(parts).astype(np.float32)


def _kernels(inputs: int, hidden: int) -> tuple[tuple[int, int], ...]:
    return (inputs + hidden, 2 * hidden), (inputs + hidden, hidden), (hidden, 1)


def _unpack(weights: tf.Tensor, inputs: int, hidden: int) -> list[tf.Tensor]:
    """Kernels (S, out, in) and biases (S, out, 1) of gates, candidate and output."""
    parts, start = [], 0
    for fan_in, fan_out in _kernels(inputs, hidden):
        kernel = weights[:, start : start + fan_in * fan_out]
        bias = weights[:, start + fan_in * fan_out : start + (fan_in + 1) * fan_out]
        kernel = tf.reshape(kernel, (-1, fan_in, fan_out))
        parts += [tf.transpose(kernel, (0, 2, 1)), bias[..., None]]
        start += (fan_in + 1) * fan_out
    return parts


def _forward(weights: tf.Tensor, series: tf.Tensor, hidden: int, kind: Kind) -> tf.Tensor:
    """Logits of `series` (T, S, D, B): (S, B) at the end, or (T, S, B) for a predictor."""
    length, seeds, inputs, batch = series.shape
    gates, gate_bias, candidate, candidate_bias, output, output_bias = _unpack(
        weights, inputs, hidden
    )
    from_input = tf.concat([gates[..., :inputs], candidate[..., :inputs]], 1)
    from_input = tf.matmul(from_input, series) + tf.concat([gate_bias, candidate_bias], 1)
    gates, candidate = gates[..., inputs:], candidate[..., inputs:]
    pulses = tf.TensorArray(tf.float32, length).unstack(from_input)

    def step(
        t: tf.Tensor, state: tf.Tensor, outputs: tf.TensorArray
    ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
        pulse = pulses.read(t)
        opened = tf.sigmoid(pulse[:, : 2 * hidden] + tf.matmul(gates, state))
        reset, keep = opened[:, :hidden], opened[:, hidden:]
        fresh = tf.tanh(pulse[:, 2 * hidden :] + tf.matmul(candidate, reset * state))
        state = keep * state + (1 - keep) * fresh
        if kind == "predictor":
            outputs = outputs.write(t, state)
        return t + 1, state, outputs

    start = tf.zeros((seeds, hidden, batch))
    outputs = tf.TensorArray(tf.float32, length, element_shape=start.shape)
    _, state, outputs = tf.while_loop(
        lambda t, *_: t < length, step, (0, start, outputs), maximum_iterations=length
    )
    states = outputs.stack() if kind == "predictor" else state
    return (tf.matmul(output, states) + output_bias)[..., 0, :]


def _loss(weights: tf.Tensor, windows: tf.Tensor, hidden: int, kind: Kind) -> tf.Tensor:
    """Sum over the seeds of their losses; `windows`: (T, S, D or F, B)."""
    if kind == "predictor":
        predicted = tf.sigmoid(_forward(weights, windows[:-1, :, :-1], hidden, kind))
        error = tf.abs(predicted - windows[1:, :, -1])
        return tf.reduce_sum(tf.reduce_mean(error, (0, 2)))
    logits = _forward(weights, windows, hidden, kind)
    half = logits.shape[1] // 2
    of_real, of_synthetic = tf.nn.softplus(-logits[:, :half]), tf.nn.softplus(logits[:, half:])
    return tf.reduce_sum(tf.reduce_mean(of_real, 1) + tf.reduce_mean(of_synthetic, 1))


@tf.function(jit_compile=True)
def _steps(
    weights: tf.Tensor,
    mean: tf.Tensor,
    square: tf.Tensor,
    done: tf.Tensor,
    count: tf.Tensor,
    batches: tf.Tensor,
    hidden: int,
    kind: Kind,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """`count` steps of Adam on `batches` (K, T, S, F, B), after `done` earlier ones."""

    def step(
        i: tf.Tensor, weights: tf.Tensor, mean: tf.Tensor, square: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = _loss(weights, batches[i], hidden, kind)
        gradient = tape.gradient(loss, weights)
        mean = BETA_1 * mean + (1 - BETA_1) * gradient
        square = BETA_2 * square + (1 - BETA_2) * gradient**2
        t = tf.cast(done + i + 1, tf.float32)
        rate = LEARNING_RATE * tf.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        return i + 1, weights - rate * mean / (tf.sqrt(square) + EPSILON), mean, square

    state = (0, weights, mean, square)
    return tf.while_loop(lambda i, *_: i < count, step, state)[1:]


@tf.function
def _gather(windows: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    return tf.transpose(tf.gather(windows, rows), (0, 3, 1, 4, 2))  # (K, T, S, F, B)


def _train(
    weights: np.ndarray, windows: np.ndarray, draws: np.ndarray, hidden: int, kind: Kind
) -> tf.Tensor:
    """`draws`: int32 (steps, S, B), the windows of each step."""
    windows = tf.constant(windows)
    weights = tf.constant(weights)
    mean, square = tf.zeros_like(weights), tf.zeros_like(weights)
    step_bytes = 4 * draws[0].size * windows.shape[1] * windows.shape[2]
    per_call = int(np.clip(BYTES_PER_CALL // step_bytes, 1, STEPS_PER_CALL))
    for done in range(0, len(draws), per_call):
        chunk = draws[done : done + per_call]
        # Padded, so that the last call needs no second compilation.
        padded = np.concatenate([chunk, np.repeat(draws[:1], per_call - len(chunk), axis=0)])
        weights, mean, square = _steps(
            weights,
            mean,
            square,
            tf.constant(done),
            tf.constant(len(chunk)),
            _gather(windows, tf.constant(padded)),
            hidden,
            kind,
        )
    return weights


@tf.function(jit_compile=True)
def _outputs(weights: tf.Tensor, windows: tf.Tensor, hidden: int, kind: Kind) -> tf.Tensor:
    series = tf.transpose(windows, (1, 2, 0))[:, None]  # (T, 1, F, B)
    series = tf.repeat(series, weights.shape[0], axis=1)
    if kind == "predictor":
        logits = _forward(weights, series[:-1, :, :-1], hidden, kind)
        return tf.sigmoid(tf.transpose(logits, (1, 0, 2)))
    return _forward(weights, series, hidden, kind)


def _apply(judge: Judge, windows: np.ndarray, kind: Kind) -> np.ndarray:
    outputs = []
    size = min(WINDOWS_PER_CALL, len(windows))
    for start in range(0, len(windows), size):
        chunk = windows[start : start + size]
        padded = np.zeros((size, *windows.shape[1:]), np.float32)
        padded[: len(chunk)] = chunk
        made = _outputs(judge.weights, tf.constant(padded), judge.hidden, kind)
        outputs.append(made.numpy()[..., : len(chunk)])
    return np.concatenate(outputs, axis=-1)
