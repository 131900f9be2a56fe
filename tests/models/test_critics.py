"""What discriminators and generators learn by, against NumPy and values worked out by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import critics

RANDOM = np.random.default_rng(0)
REAL_LOGIT, FAKE_LOGIT = RANDOM.normal(0, 3, (2, 6, 1)).astype(np.float32)
REAL, FAKE = tf.unstack(tf.constant(RANDOM.uniform(size=(2, 6, 4, 5, 3)).astype(np.float32)))
SHARES = RANDOM.uniform(size=(6, 1, 1, 1)).astype(np.float32)


def softplus(x):
    return np.logaddexp(0, x.astype(np.float64)).mean()


EXPECTED = {
    "vanila": (softplus(-REAL_LOGIT) + softplus(FAKE_LOGIT), softplus(-FAKE_LOGIT)),
    "wgan": (FAKE_LOGIT.mean() - REAL_LOGIT.mean(), -FAKE_LOGIT.mean()),
    "wgangp": (FAKE_LOGIT.mean() - REAL_LOGIT.mean(), -FAKE_LOGIT.mean()),
    "r3gan": (softplus(FAKE_LOGIT - REAL_LOGIT), softplus(REAL_LOGIT - FAKE_LOGIT)),
}


@pytest.mark.parametrize("mode", EXPECTED)
def test_losses_equal_their_numpy_twins(mode):
    ours = [
        float(loss(mode, REAL_LOGIT, FAKE_LOGIT))
        for loss in (critics.discriminator_loss, critics.generator_loss)
    ]
    assert ours == pytest.approx(EXPECTED[mode], rel=1e-5)


def test_a_critic_sees_values_and_steps_in_units_of_the_real_ones():
    real = np.array([[[0.0], [2.0], [0.0]], [[2.0], [0.0], [2.0]]], np.float32)  # deviation 1
    made = np.array([[[1.0], [4.0], [4.0]]], np.float32)
    view = critics.window_view(made, real)
    expected = [[3.0, np.arcsinh(1.5)], [3.0, 0.0]]  # real steps are of size 2
    assert view.numpy()[0] == pytest.approx(np.array(expected), abs=1e-5)


def test_a_critic_sees_the_conditions_of_each_step_beside():
    windows = RANDOM.uniform(size=(4, 5, 3)).astype(np.float32)
    given = RANDOM.uniform(size=(4, 5, 2)).astype(np.float32)
    view = critics.window_view(windows, windows, given)
    assert view.shape == (4, 4, 8)
    np.testing.assert_array_equal(view[..., 6:], given[:, 1:])


def linear_critic(n_outputs=1):
    """A critic w . x + b on images (4, 5, 3), with its weights (60, n_outputs)."""
    critic = keras.Sequential(
        [keras.Input((4, 5, 3)), keras.layers.Flatten(), keras.layers.Dense(n_outputs)]
    )
    weights = RANDOM.normal(size=(60, n_outputs)).astype(np.float32)
    critic.layers[-1].kernel.assign(weights)
    return critic, weights


def test_penalties_of_a_linear_critic_are_those_of_its_weights():
    critic, weights = linear_critic()
    length = np.linalg.norm(weights)
    ours = critics.lipschitz_penalty(critic, REAL, FAKE, SHARES)
    assert float(ours) == pytest.approx((length - 1) ** 2, rel=1e-5)
    assert float(critics.flatness_penalty(critic, REAL, FAKE)) == (
        pytest.approx(length**2, rel=1e-5)
    )


def test_several_logits_are_penalised_as_their_mean():
    critic, weights = linear_critic(n_outputs=3)
    slopes = critics.squared_slopes(critic, REAL)
    np.testing.assert_allclose(slopes, np.full(6, (weights.mean(1) ** 2).sum()), rtol=1e-5)


def test_second_order_gradients_of_a_linear_critic_are_right():
    critic, weights = linear_critic()
    with tf.GradientTape() as tape:
        penalty = critics.lipschitz_penalty(critic, REAL, FAKE, SHARES)
    kernel, bias = tape.gradient(penalty, critic.trainable_variables)
    length = np.linalg.norm(weights)
    np.testing.assert_allclose(kernel, 2 * (length - 1) * weights / length, rtol=1e-4, atol=1e-6)
    assert bias is None or not np.any(bias)


def test_the_slope_is_looked_at_between_real_and_fake():
    def critic(images):  # slope 2 x: the squared slope tells where it was looked at
        return tf.reduce_sum(tf.square(images), (1, 2, 3))[:, None]

    between = REAL + SHARES * (FAKE - REAL)
    length = np.sqrt(4 * (between.numpy() ** 2).sum((1, 2, 3)))
    ours = critics.lipschitz_penalty(critic, REAL, FAKE, SHARES)
    assert float(ours) == pytest.approx(((length - 1) ** 2).mean(), rel=1e-4)


def test_clipping_holds_weights_and_leaves_the_gains_of_a_normalisation():
    network = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.LayerNormalization()]
    )
    critics.clip_weights(network, 0.01)
    kernel, bias, gain, shift = (keras.ops.convert_to_numpy(v) for v in network.weights)
    assert np.abs(kernel).max() == pytest.approx(0.01)
    assert (gain == 1).all() and not bias.any() and not shift.any()


def test_a_pair_that_cannot_be_told_apart_costs_log_two():
    for loss in (critics.discriminator_loss, critics.generator_loss):
        assert float(loss("r3gan", REAL_LOGIT, REAL_LOGIT)) == pytest.approx(np.log(2))
