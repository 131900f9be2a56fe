"""A fast CPU path through the weights of stock `keras.layers.LSTM` and `keras.layers.GRU`.

The layers stay what they are, so saved models hold nothing of this file. The inputs of the whole
sequence are projected in one product; the recurrence is a program of `models.recurrence`.

Shape letters: B windows per batch, T time steps, F features, H units.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf

from models.recurrence import (
    Tensors,
    gru,
    gru_carried,
    gru_latent,
    lstm,
    lstm_carried,
    lstm_latent,
)

RECURRENT = keras.layers.LSTM | keras.layers.GRU
FAST = RECURRENT | keras.layers.Bidirectional
ACROSS_WINDOWS = keras.layers.BatchNormalization
ANY_AXIS = keras.layers.Dense | ACROSS_WINDOWS
SMALLEST_SPLIT = 32  # windows


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


def forward_beside(
    networks: Sequence[keras.Sequential],
    inputs: tf.Tensor,
    conditions: tf.Tensor,
    *,
    training: bool,
) -> tf.Tensor:
    """Call networks one after the other, each with what it gets beside `conditions` (B, T, C)."""
    for network in networks:
        inputs = forward(network, tf.concat([inputs, conditions], -1), training=training)
    return inputs


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


def carried(
    layer: keras.layers.Layer, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    """As `recurrent`, from `state` on: also the state at the end. It has no gradient.

    A state is what the layer's `get_initial_state` returns: (B, H) once, of an LSTM twice.
    """
    call = lstm_carried if isinstance(layer, keras.layers.LSTM) else gru_carried
    latent, *state_after = call(*_projected(layer, _swap_time(inputs), False), *state)
    return _swap_time(latent), tuple(state_after)


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
    inputs = _projected(layer, sequence, go_backwards)
    if isinstance(layer, keras.layers.LSTM):
        return (lstm if training else lstm_latent)(*inputs)
    return (gru if training else gru_latent)(*inputs)


def _projected(layer: keras.layers.Layer, sequence: tf.Tensor, go_backwards: bool) -> Tensors:
    """What a recurrence takes: `sequence` (T, B, F) projected, the recurrent kernel, the biases."""
    _refuse_unsupported(layer, go_backwards)
    cell = layer.cell
    kernel, recurrent_kernel = cell.kernel.value, cell.recurrent_kernel.value
    projected = tf.tensordot(sequence, kernel, 1)
    if isinstance(layer, keras.layers.LSTM):
        return projected, recurrent_kernel, cell.bias.value
    return projected, recurrent_kernel, *tf.unstack(cell.bias.value)


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
