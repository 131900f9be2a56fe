"""The recurrences of an LSTM and a GRU as programs of XLA, with their gradients written out.

The inputs of the whole sequence come projected. The loops run time-major, one program per shape for
all networks; a backward loop holds one product per step, and the weight gradients are one product
after it.

Shape letters: B windows per batch, T time steps, H units.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from models.xla import xla_program

Tensors = tuple[tf.Tensor, ...]


def _sigmoid(x: tf.Tensor) -> tf.Tensor:
    # The same function; tanh is several times cheaper than XLA's sigmoid on CPU.
    return 0.5 * tf.tanh(0.5 * x) + 0.5


def _lstm_gates(x: tf.Tensor) -> tf.Tensor:
    """Sigmoid of the i, f and o blocks and tanh of the g block, as one tanh: (B, 4H) -> same."""
    is_g = tf.repeat([0.0, 0.0, 1.0, 0.0], x.shape[-1] // 4)
    scale = 0.5 + 0.5 * is_g
    return scale * tf.tanh(scale * x) + (1 - scale)


def _kernel_gradient(latent: tf.Tensor, d_product: tf.Tensor) -> tf.Tensor:
    """Sum over steps and windows of (latent one step earlier)' d_product: (H, M).

    `latent`: (T, B, H), zero before its first step. `d_product`: (T, B, M).
    """
    earlier = tf.reshape(latent[:-1], (-1, latent.shape[-1]))
    return tf.matmul(
        earlier, tf.reshape(d_product[1:], (-1, d_product.shape[-1])), transpose_a=True
    )


def _bias_gradient(d_sum: tf.Tensor) -> tf.Tensor:
    """Sum over steps and windows, as a product, which is quicker: (T, B, M) -> (M,)."""
    rows = tf.reshape(d_sum, (-1, d_sum.shape[-1]))
    return tf.matmul(tf.ones((1, rows.shape[0])), rows)[0]


def _shift(sequence: tf.Tensor) -> tf.Tensor:
    """The value one step earlier, zero before the first: (T, B, H) -> (T, B, H)."""
    return tf.concat([tf.zeros_like(sequence[:1]), sequence[:-1]], 0)


def _loop(
    step: Callable[..., tuple[Tensors, Tensors]],
    n_steps: int,
    carry: Tensors,
    n_outputs: int,
    reverse: bool = False,
) -> Tensors:
    """Run `step(t, *carry) -> (carry, outputs)` over time; stack each output to (T, B, ...)."""
    arrays = tuple(tf.TensorArray(tf.float32, n_steps) for _ in range(n_outputs))

    def body(i: tf.Tensor, carry: Tensors, arrays: tuple[tf.TensorArray, ...]) -> tuple[Any, ...]:
        t = n_steps - 1 - i if reverse else i
        carry, outputs = step(t, *carry)
        arrays = tuple(a.write(t, o) for a, o in zip(arrays, outputs, strict=True))
        return i + 1, carry, arrays

    _, _, arrays = tf.while_loop(
        lambda i, *_: i < n_steps, body, (0, carry, arrays), maximum_iterations=n_steps
    )
    return tuple(array.stack() for array in arrays)


@tf.custom_gradient
def lstm(
    projected: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Callable]:
    """Hochreiter & Schmidhuber 1997, gates in Keras' order i, f, g, o: (T, B, 4H) -> (T, B, H)."""
    # A tape that watched the loop itself would ask XLA for its tensor lists, which it cannot give.
    inputs = (tf.stop_gradient(x) for x in (projected, recurrent_kernel, bias))
    latent, cell_state, gates = _lstm_forward(*inputs)

    def gradient(upstream: tf.Tensor) -> Tensors:
        # Inside a tf.cond the incoming gradient has lost its static shape, which XLA needs.
        upstream = tf.ensure_shape(upstream, latent.shape)
        d_projected = _lstm_backward(upstream, cell_state, gates, recurrent_kernel)
        return d_projected, _kernel_gradient(latent, d_projected), _bias_gradient(d_projected)

    return latent, gradient


def _lstm_steps(
    projected: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor, *state: tf.Tensor
) -> Tensors:
    """Latent, cell state and gates of all steps, from `state` on, (B, H) of the first two, or 0."""
    n_steps, n_windows, _ = projected.shape
    zeros = tf.zeros((n_windows, recurrent_kernel.shape[0]))

    def step(t: tf.Tensor, latent: tf.Tensor, cell_state: tf.Tensor) -> tuple[Tensors, Tensors]:
        gates = _lstm_gates(projected[t] + tf.matmul(latent, recurrent_kernel) + bias)
        i, f, g, o = tf.split(gates, 4, 1)
        cell_state = f * cell_state + i * g
        latent = o * tf.tanh(cell_state)
        return (latent, cell_state), (latent, cell_state, gates)

    return _loop(step, n_steps, state or (zeros, zeros), 3)


_lstm_forward = xla_program(_lstm_steps)
# Without what a gradient would need, which XLA then never writes.
lstm_latent = xla_program(lambda *inputs: _lstm_steps(*inputs)[0])


@xla_program
def lstm_carried(*inputs: tf.Tensor) -> Tensors:
    """The latent of all steps, then the state at the end, as `_lstm_steps` takes it."""
    latent, cell_state, _ = _lstm_steps(*inputs)
    return latent, latent[-1], cell_state[-1]


@xla_program
def _lstm_backward(
    upstream: tf.Tensor, cell_state: tf.Tensor, gates: tf.Tensor, recurrent_kernel: tf.Tensor
) -> tf.Tensor:
    n_steps = upstream.shape[0]
    i, f, g, o = tf.split(gates, 4, 2)
    squashed = tf.tanh(cell_state)
    into_cell = o * (1 - squashed * squashed)
    of_gates = tf.concat(
        [
            g * i * (1 - i),
            _shift(cell_state) * f * (1 - f),
            i * (1 - g * g),
            squashed * o * (1 - o),
        ],
        2,
    )  # (T, B, 4H)
    zeros = tf.zeros_like(upstream[0])

    def step(t: tf.Tensor, d_latent: tf.Tensor, d_cell: tf.Tensor) -> tuple[Tensors, Tensors]:
        d_latent = upstream[t] + d_latent
        d_cell = d_latent * into_cell[t] + d_cell
        d_gates = tf.concat([d_cell, d_cell, d_cell, d_latent], 1) * of_gates[t]
        carry = tf.matmul(d_gates, recurrent_kernel, transpose_b=True), d_cell * f[t]
        return carry, (d_gates,)

    return _loop(step, n_steps, (zeros, zeros), 1, reverse=True)[0]


@tf.custom_gradient
def gru(
    projected: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    input_bias: tf.Tensor,
    recurrent_bias: tf.Tensor,
) -> tuple[tf.Tensor, Callable]:
    """Cho et al. 2014 in cuDNN's form, gates z, r, candidate: (T, B, 3H) -> (T, B, H)."""
    given = (projected, recurrent_kernel, input_bias, recurrent_bias)
    inputs = (tf.stop_gradient(x) for x in given)
    latent, gates, inner = _gru_forward(*inputs)

    def gradient(upstream: tf.Tensor) -> Tensors:
        upstream = tf.ensure_shape(upstream, latent.shape)
        d_projected, d_inner = _gru_backward(upstream, latent, gates, inner, recurrent_kernel)
        d_kernel = _kernel_gradient(latent, d_inner)
        return d_projected, d_kernel, _bias_gradient(d_projected), _bias_gradient(d_inner)

    return latent, gradient


def _gru_steps(
    projected: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    input_bias: tf.Tensor,
    recurrent_bias: tf.Tensor,
    *state: tf.Tensor,
) -> Tensors:
    """Latent, gates and inner product of all steps, from `state` on, a latent (B, H), or 0."""
    n_steps, n_windows, _ = projected.shape
    units = recurrent_kernel.shape[0]
    zeros = tf.zeros((n_windows, units))

    def step(t: tf.Tensor, latent: tf.Tensor) -> tuple[Tensors, Tensors]:
        outer = projected[t] + input_bias
        product = tf.matmul(latent, recurrent_kernel) + recurrent_bias
        z, r = tf.split(_sigmoid((outer + product)[:, : 2 * units]), 2, 1)
        inner = product[:, 2 * units :]
        candidate = tf.tanh(outer[:, 2 * units :] + r * inner)
        latent = z * latent + (1 - z) * candidate
        return (latent,), (latent, tf.concat([z, r, candidate], 1), inner)

    return _loop(step, n_steps, state or (zeros,), 3)


_gru_forward = xla_program(_gru_steps)
gru_latent = xla_program(lambda *inputs: _gru_steps(*inputs)[0])


@xla_program
def gru_carried(*inputs: tf.Tensor) -> Tensors:
    """The latent of all steps, then the state at the end, as `_gru_steps` takes it."""
    latent = _gru_steps(*inputs)[0]
    return latent, latent[-1]


@xla_program
def _gru_backward(
    upstream: tf.Tensor,
    latent: tf.Tensor,
    gates: tf.Tensor,
    inner: tf.Tensor,
    recurrent_kernel: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    z, r, candidate = tf.split(gates, 3, 2)
    of_z = (_shift(latent) - candidate) * z * (1 - z)
    of_candidate = (1 - z) * (1 - candidate * candidate)
    of_r = of_candidate * inner * r * (1 - r)
    of_inner = tf.concat([of_z, of_r, of_candidate * r], 2)  # (T, B, 3H)

    def step(t: tf.Tensor, d_latent: tf.Tensor) -> tuple[Tensors, Tensors]:
        d_latent = upstream[t] + d_latent
        d_inner = tf.concat([d_latent, d_latent, d_latent], 1) * of_inner[t]
        carry = d_latent * z[t] + tf.matmul(d_inner, recurrent_kernel, transpose_b=True)
        return (carry,), (d_latent,)

    (d_latent,) = _loop(step, upstream.shape[0], (tf.zeros_like(upstream[0]),), 1, reverse=True)
    d_projected = tf.concat([d_latent * of_z, d_latent * of_r, d_latent * of_candidate], 2)
    return d_projected, tf.concat([d_latent, d_latent, d_latent], 2) * of_inner
