"""A sequence in pieces against the whole."""

import numpy as np
import pytest
import tensorflow as tf

from models.carrying import carry_on, start
from tests.tiny import FEATURES, KINDS, WINDOWS, stirred, tiny_timegan

N_STEPS = 11


@pytest.mark.whole
@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize("batchnorm", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_pieces_are_the_whole_sequence(kind, batchnorm, is_fast):
    timegan = stirred(tiny_timegan(sel_rnn=kind, num_layers=2, batchnorm=batchnorm))
    inputs = tf.random.stateless_uniform((WINDOWS, N_STEPS, FEATURES), seed=(1, 2))
    states, made = start(timegan.generator, WINDOWS), []
    for piece in tf.split(inputs, [5, 1, 5], axis=1):
        outputs, states = carry_on(timegan.generator, piece, states, is_fast=is_fast)
        made.append(outputs)
    whole = timegan.generator(inputs, training=False)
    np.testing.assert_allclose(tf.concat(made, 1), whole, atol=1e-6)
    assert np.std(whole) > 0.01
