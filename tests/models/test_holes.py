"""Windows through holes: NumPy's interpolation, and nothing known of what lay in a hole."""

import numpy as np
import pytest
import tensorflow as tf

from models import holes

RANDOM = np.random.default_rng(4)


def windows(n_steps, n=6, n_features=3):
    return RANDOM.normal(size=(n, n_steps, n_features)).astype(np.float32)


def interpolated(values, recorded):
    """NumPy's `interp` of each column of each window, 0 where it has nothing."""
    steps, made = np.arange(values.shape[1]), np.zeros_like(values)
    for i, k in np.ndindex(values.shape[0], values.shape[2]):
        there = np.flatnonzero(recorded[i, :, k])
        if there.size:
            made[i, :, k] = np.interp(steps, there, values[i, there, k])
    return made


@pytest.mark.parametrize("n_steps", [2, 7, 24])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 1.0])
def test_a_bridge_is_the_straight_line_of_numpy(n_steps, share):
    values = windows(n_steps)
    recorded = (RANDOM.random(values.shape) < share).astype(np.float32)
    made = holes.bridged(tf.constant(values), tf.constant(recorded)).numpy()
    np.testing.assert_allclose(made, interpolated(values, recorded), atol=1e-6)
    np.testing.assert_array_equal(made[recorded > 0], values[recorded > 0])


def test_a_bridge_by_hand():
    column = tf.constant([9.0, 2.0, 9.0, 9.0, 8.0, 9.0])[None, :, None]
    recorded = tf.constant([0.0, 1.0, 0.0, 0.0, 1.0, 0.0])[None, :, None]
    assert holes.bridged(column, recorded)[0, :, 0].numpy().tolist() == [2, 2, 4, 6, 8, 8]


def test_what_lies_in_a_hole_does_not_matter_and_gets_no_gradient():
    values = windows(8)
    recorded = (RANDOM.random(values.shape) < 0.6).astype(np.float32)
    other = np.where(recorded > 0, values, np.nan).astype(np.float32)
    found = []
    for given in (values, other):
        with tf.GradientTape() as tape:
            x = tf.constant(given)
            tape.watch(x)
            made = holes.bridged(x, tf.constant(recorded))
            loss = tf.reduce_sum(made**2)
        found.append((made.numpy(), tape.gradient(loss, x).numpy()))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    for _, slope in found:
        assert (slope[recorded == 0] == 0).all()
        np.testing.assert_array_equal(slope, found[0][1])


def test_the_gradient_reaches_a_recorded_cell_through_its_bridges():
    column = tf.constant([1.0, 0.0, 0.0, 0.0, 5.0, 0.0])[None, :, None]
    recorded = tf.constant([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])[None, :, None]
    with tf.GradientTape() as tape:
        tape.watch(column)
        total = tf.reduce_sum(holes.bridged(column, recorded))
    slope = tape.gradient(total, column)[0, :, 0].numpy()
    np.testing.assert_allclose(slope, [2.5, 0, 0, 0, 3.5, 0])  # 1 + 3/4 + 1/2 + 1/4, the end +1
