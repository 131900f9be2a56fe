import numpy as np
import pytest
import tensorflow as tf

from modules.fidelity import ts2vec


def surprise(likeness, partner):
    """-log softmax of the partner among all but the vector itself, by loops."""
    losses = []
    for i, row in enumerate(likeness):
        others = np.delete(row, i)
        losses.append(np.log(np.exp(others).sum()) - row[partner[i]])
    return np.mean(losses)


def twin_contrast(first, second):
    count = first.shape[1]
    partner = [(i + count) % (2 * count) for i in range(2 * count)]
    groups = [np.concatenate(pair) for pair in zip(first, second, strict=True)]
    return np.mean([surprise(group @ group.T, partner) for group in groups])


def twin_hierarchy(first, second):
    losses = []
    while True:
        loss = 0.5 * twin_contrast(first.swapaxes(0, 1), second.swapaxes(0, 1))
        if first.shape[1] > 1:
            loss += 0.5 * twin_contrast(first, second)
        losses.append(loss)
        if first.shape[1] == 1:
            return np.mean(losses)
        half = first.shape[1] // 2
        first, second = (
            x[:, : 2 * half].reshape(len(x), half, 2, -1).max(2) for x in (first, second)
        )


@pytest.mark.parametrize("length", [2, 5, 7, 12])
def test_loss_is_the_numpy_twin_on_the_overlap_alone(length):
    first, second = np.random.default_rng(0).normal(0, 0.5, (2, 3, 12, 4)).astype(np.float32)
    made = ts2vec.hierarchical_loss(tf.constant(first), tf.constant(second), tf.constant(length))
    assert float(made) == pytest.approx(twin_hierarchy(first[:, :length], second[:, :length]), 1e-4)


def test_loss_has_a_finite_gradient_where_levels_are_empty():
    views = tf.constant(np.random.default_rng(0).normal(size=(2, 3, 12, 4)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(views)
        loss = ts2vec.hierarchical_loss(views[0], views[1], tf.constant(2))
    gradient = tape.gradient(loss, views).numpy()
    assert np.isfinite(gradient).all()
    assert np.abs(gradient[:, :, :2]).max() > 0 and np.all(gradient[:, :, 2:] == 0)


def test_a_crop_is_encoded_as_if_the_window_ended_there():
    rng = np.random.default_rng(0)
    weights = ts2vec.initial_weights(3, 24, rng)
    window = rng.random((2, 24, 3), np.float32)
    inside = np.zeros((2, 24, 1), np.float32)
    inside[:, 5:17] = 1
    whole = ts2vec.representation(weights, tf.constant(window), tf.constant(inside))
    alone = ts2vec.representation(weights, tf.constant(window[:, 5:17]))
    assert whole.shape == (2, 24, 320)
    assert whole[:, 5:17].numpy() == pytest.approx(alone.numpy(), abs=1e-5)


def test_outer_taps_are_left_out_where_they_see_padding_alone():
    taps = [w.shape[0] for w in ts2vec.initial_weights(3, 24, np.random.default_rng(0))[2:-2:2]]
    assert taps == [3] * 10 + [1] * 12


def test_hidden_steps_do_not_reach_the_output():
    rng = np.random.default_rng(0)
    weights = ts2vec.initial_weights(3, 8, rng)
    shown = np.ones((1, 8, 1), np.float32)
    shown[:, 4] = 0
    first = rng.random((1, 8, 3), np.float32)
    second = first.copy()
    second[:, 4] += 1
    made = [ts2vec.representation(weights, tf.constant(x), shown=shown) for x in (first, second)]
    assert np.array_equal(*made)
