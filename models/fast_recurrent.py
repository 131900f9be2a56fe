"""A fast CPU path through the weights of stock `keras.layers.LSTM` and `keras.layers.GRU`.

The layers stay what they are, so saved models hold nothing of this file. The inputs of the whole
sequence are projected in one product; the recurrence runs time-major in a loop compiled by XLA,
one program per shape for all networks; its gradient is written out, so that the backward loop
holds one product per step and the weight gradients are one product after it.

Shape letters: B windows per batch, T time steps, F features, H units.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from models.xla import xla_program

RECURRENT = keras.layers.LSTM | keras.layers.GRU
FAST = RECURRENT | keras.layers.Bidirectional
ACROSS_WINDOWS = keras.layers.BatchNormalization
ANY_AXIS = keras.layers.Dense | ACROSS_WINDOWS
SMALLEST_SPLIT = 32  # windows

Tensors = tuple[tf.Tensor, ...]


def forward(network: keras.Sequential, inputs: tf.Tensor, *, training: bool) -> tf.Tensor:
    """Call a `keras.Sequential` of stock layers, its recurrent layers the fast way.

    `inputs`: float32 (B, T, F), or (B, F) before the layer that makes a sequence, with static
    shape. Returns what `network(inputs)` returns; without `training` it has no gradient.
    """
    parts, is_swapped = _split(inputs, 0), False  # (T, B, F) from one recurrent layer to the next
    for layer in network.layers:
        is_fast = isinstance(layer, FAST)
        # Another layer, a convolution, say, needs to know which axis is time.
        if is_fast != is_swapped and not isinstance(layer, ANY_AXIS):
            parts, is_swapped = [_swap_time(part) for part in parts], is_fast
        axis = int(is_swapped)
        if is_fast:
            parts = [_either_way(layer, part, training) for part in parts]
        elif isinstance(layer, ACROSS_WINDOWS):
            parts = _split(layer(tf.concat(parts, axis), training=training), axis)
        else:
            parts = [layer(part, training=training) for part in parts]
    tensor = tf.concat(parts, int(is_swapped))
    return _swap_time(tensor) if is_swapped else tensor


def _split(windows: tf.Tensor, axis: int) -> list[tf.Tensor]:
    """Two halves of the windows, for two cores; all of them where they are few or odd."""
    n_windows = windows.shape[axis]
    if n_windows is None or n_windows % 2 or n_windows < SMALLEST_SPLIT:
        return [windows]
    return tf.split(windows, 2, axis)


def is_recurrent(network: keras.Model) -> bool:
    """Whether a network of Keras' has a layer that `forward` calls the fast way."""
    return any(isinstance(layer, FAST) for layer in network.layers)


def recurrent(layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """Return what `layer(inputs)` returns, computed the fast way.

    `layer`: a built `keras.layers.LSTM`, or `GRU` with `reset_after=True`, with the default
    activations, `return_sequences=True`, no recurrent dropout and no mask. `inputs`: float32
    (B, T, F). Returns float32 (B, T, H). Raises ValueError for any other layer.
    """
    return _swap_time(_recurrent(layer, _swap_time(inputs), training=True))


def _swap_time(sequence: tf.Tensor) -> tf.Tensor:
    return tf.transpose(sequence, (1, 0, 2))


def _either_way(layer: keras.layers.Layer, sequence: tf.Tensor, training: bool) -> tf.Tensor:
    """A recurrent layer over (T, B, F), or the two of a `keras.layers.Bidirectional`."""
    if isinstance(layer, RECURRENT):
        return _recurrent(layer, _dropped(layer, sequence, training), training)
    if layer.merge_mode != "concat":
        raise ValueError(
            "The fast path takes a Bidirectional that concatenates. Received: "
            f"merge_mode={layer.merge_mode!r}. Call the layer itself."
        )
    ahead, back = layer.forward_layer, layer.backward_layer
    of_ahead = _recurrent(ahead, _dropped(ahead, sequence, training), training)
    backwards = tf.reverse(_dropped(back, sequence, training), [0])
    of_back = _recurrent(back, backwards, training, go_backwards=True)
    return tf.concat([of_ahead, tf.reverse(of_back, [0])], -1)


def _dropped(layer: keras.layers.Layer, sequence: tf.Tensor, training: bool) -> tf.Tensor:
    """`sequence` (T, B, F) through the layer's `dropout`, which is one draw for all steps."""
    if not (training and layer.dropout):
        return sequence
    kept = tf.ones(sequence.shape[1:])
    return sequence * keras.random.dropout(kept, layer.dropout, seed=layer.cell.seed_generator)


def _recurrent(
    layer: keras.layers.Layer, sequence: tf.Tensor, training: bool, go_backwards: bool = False
) -> tf.Tensor:
    _refuse_unsupported(layer, go_backwards)
    cell = layer.cell
    kernel, recurrent_kernel = cell.kernel.value, cell.recurrent_kernel.value
    projected = tf.tensordot(sequence, kernel, 1)
    if isinstance(layer, keras.layers.LSTM):
        call, biases = (_lstm if training else _lstm_latent), [cell.bias.value]
    else:
        call, biases = (_gru if training else _gru_latent), tf.unstack(cell.bias.value)
    return call(projected, recurrent_kernel, *biases)


def _refuse_unsupported(layer: keras.layers.Layer, go_backwards: bool) -> None:
    plain = (
        isinstance(layer, RECURRENT)
        and layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and layer.return_sequences
        and layer.go_backwards == go_backwards
        and not layer.recurrent_dropout
        and layer.use_bias
        and getattr(layer, "reset_after", True)
    )
    if not plain:
        raise ValueError(
            "The fast path takes an LSTM, or a GRU with reset_after=True, with default "
            f"activations, biases and return_sequences=True. Received: layer={layer}. "
            "Call the layer itself."
        )


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
def _lstm(
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


def _lstm_steps(projected: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor) -> Tensors:
    n_steps, n_windows, _ = projected.shape
    zeros = tf.zeros((n_windows, recurrent_kernel.shape[0]))

    def step(t: tf.Tensor, latent: tf.Tensor, cell_state: tf.Tensor) -> tuple[Tensors, Tensors]:
        gates = _lstm_gates(projected[t] + tf.matmul(latent, recurrent_kernel) + bias)
        i, f, g, o = tf.split(gates, 4, 1)
        cell_state = f * cell_state + i * g
        latent = o * tf.tanh(cell_state)
        return (latent, cell_state), (latent, cell_state, gates)

    return _loop(step, n_steps, (zeros, zeros), 3)


_lstm_forward = xla_program(_lstm_steps)
# Without what a gradient would need, which XLA then never writes.
_lstm_latent = xla_program(lambda *inputs: _lstm_steps(*inputs)[0])


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
def _gru(
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
) -> Tensors:
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

    return _loop(step, n_steps, (zeros,), 3)


_gru_forward = xla_program(_gru_steps)
_gru_latent = xla_program(lambda *inputs: _gru_steps(*inputs)[0])


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
