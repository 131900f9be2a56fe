"""A network over a sequence too long to hold: piece by piece, its memory carried on."""

import keras
import tensorflow as tf

from models.definemodel import links
from models.fast_recurrent import RECURRENT, carried
from models.recurrence import Tensors


def start(network: keras.Model, n_windows: int) -> list[Tensors]:
    """The state before the first step of each recurrent layer, in order, for `n_windows`."""
    inner = (layer for part in links(network) for layer in part.layers)
    layers = [layer for layer in inner if isinstance(layer, RECURRENT)]
    return [tuple(layer.get_initial_state(n_windows)) for layer in layers]


def carry_on(
    network: keras.Model,
    piece: tf.Tensor | list[tf.Tensor],
    states: list[Tensors],
    *,
    is_fast: bool,
) -> tuple[tf.Tensor, list[Tensors]]:
    """What `network`, not in training, makes of a `piece` that follows others, and the new states.

    `network`: of stock layers, those with a memory LSTM or GRU that return sequences. `piece`:
    float32 (B, T, F), or a list of it and conditions (B, T, C), see `models.definemodel.chain`.
    `states`: see `start`. `is_fast`: recurrent layers as on a CPU, see
    `models.fast_recurrent`.
    """
    waiting, after, conditions = iter(states), list[Tensors](), None
    if isinstance(piece, list):
        piece, conditions = piece
    for part in links(network):
        if conditions is not None:
            piece = tf.concat([piece, conditions], -1)
        for layer in part.layers:
            if not isinstance(layer, RECURRENT):
                piece = layer(piece, training=False)
            elif is_fast:
                piece, state = carried(layer, piece, next(waiting))
                after.append(state)
            else:  # what the layer calls itself: as a whole it returns no state
                _, piece, state = layer.inner_loop(piece, next(waiting), mask=None, training=False)
                after.append(tuple(state))
    return piece, after
