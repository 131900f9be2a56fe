"""A network over a sequence too long to hold: piece by piece, its memory carried on."""

import keras
import tensorflow as tf

from models.fast_recurrent import RECURRENT, carried
from models.recurrence import Tensors


def start(network: keras.Sequential, n_windows: int) -> list[Tensors]:
    """The state before the first step of each recurrent layer, in order, for `n_windows`."""
    layers = [layer for layer in network.layers if isinstance(layer, RECURRENT)]
    return [tuple(layer.get_initial_state(n_windows)) for layer in layers]


def carry_on(
    network: keras.Sequential, piece: tf.Tensor, states: list[Tensors], *, is_fast: bool
) -> tuple[tf.Tensor, list[Tensors]]:
    """What `network`, not in training, makes of a `piece` that follows others, and the new states.

    `network`: of stock layers, those with a memory LSTM or GRU that return sequences. `piece`:
    float32 (B, T, F). `states`: see `start`. `is_fast`: recurrent layers as on a CPU, see
    `models.fast_recurrent`.
    """
    waiting, after = iter(states), list[Tensors]()
    for layer in network.layers:
        if not isinstance(layer, RECURRENT):
            piece = layer(piece, training=False)
        elif is_fast:
            piece, state = carried(layer, piece, next(waiting))
            after.append(state)
        else:  # what the layer calls itself: as a whole it returns no state
            _, piece, state = layer.inner_loop(piece, next(waiting), mask=None, training=False)
            after.append(tuple(state))
    return piece, after
