"""One long window, such as a year: drawn piece by piece, seamless, in the memory of a piece."""

from collections.abc import Callable, Iterator
from itertools import chain, repeat

import keras
import numpy as np
import tensorflow as tf

from models import carrying
from modules.timegan.noise import Noise, settled, warmed_up
from modules.training.device import Device

MOST_ROWS = 16_384  # at once


def rows_at_once(seq_len: int) -> int:
    """Rows of a piece: whole windows of `seq_len`, two at least, for one may be an event."""
    return max(2, MOST_ROWS // seq_len) * seq_len


def series_pieces(
    model: keras.Model,
    n_rows: int,
    seq_len: int,
    *,
    noise: Noise,
    seed: int,
    device: Device,
    warm_up: int = 0,
    conditions_at: Callable[[int, int], np.ndarray] | None = None,
) -> Iterator[np.ndarray]:
    """Yield `modules.timegan.synthesis.sample` of one window of `n_rows`, in pieces (1, n, F).

    The networks' states and the noise's memory are carried from piece to piece, so that the rows
    are the same to rounding errors, however long the pieces. `seq_len`: rows of a window that was
    trained on; there are more than `rows_at_once` of it. `conditions_at`: see
    `modules.timegan.synthesis.sample_blocks`.
    """
    warm_up = settled(noise, warm_up)
    random = tf.random.Generator.from_seed(seed, alg="philox")
    lengths = _lengths(n_rows, rows_at_once(seq_len))
    lengths = chain([warm_up + next(lengths)], lengths)
    going_on = tf.function(device.carry_on, autograph=False)
    states, n_drawn, given = carrying.start(model, 1), 0, None
    if conditions_at is not None:
        given = warmed_up(conditions_at(0, 1), warm_up)
    for noisy in noise.pieces(random, lengths, model.inputs[0].shape[-1], given):
        if given is not None:
            noisy = [noisy, given[:, n_drawn : n_drawn + noisy.shape[1]]]
            n_drawn += noisy[0].shape[1]
        piece, states = going_on(model, noisy, states)
        yield piece.numpy()[:, warm_up:]
        warm_up = 0


def _lengths(n_rows: int, most: int) -> Iterator[int]:
    """Lengths of two pieces or more: a last row alone would be too few, see `layout.to_tables`."""
    n_whole, rest = divmod(n_rows, most)
    if rest == 1:
        n_whole, rest = n_whole - 1, most + 1
    yield from repeat(most, n_whole)
    if rest:
        yield rest
