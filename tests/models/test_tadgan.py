"""TadGAN's networks and losses: sizes, shapes, penalties against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import tadgan

RANDOM = np.random.default_rng(5)


def normal(*shape):
    return tf.constant(RANDOM.normal(size=shape), tf.float32)


def linear_critic(slope):
    """A critic u -> w . u, whose gradient is `slope`, w, everywhere."""
    network = keras.Sequential(
        [keras.Input(slope.shape), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    network.layers[-1].kernel.assign(np.reshape(slope, (-1, 1)))
    return network


@pytest.mark.parametrize(
    ("network", "n_weights"),
    [
        (tadgan.encoder(100, 1, 20), 481_620),
        (tadgan.generator(100, 1, 20), 133_787),
        (tadgan.critic_x(100, 1), 67_393),
        (tadgan.critic_z(20), 861),
    ],
)
def test_networks_have_the_weights_of_orion(network, n_weights):
    assert network.count_params() == n_weights


@pytest.mark.whole
@pytest.mark.parametrize("seq_len", [tadgan.SHORTEST_WINDOW, 24, 31])
def test_any_window_comes_back_as_long_and_as_wide(seq_len):
    windows = normal(2, seq_len, 3)
    encoder = tadgan.encoder(seq_len, 3, 7)
    assert encoder(windows).shape == (2, 7)
    assert tadgan.generator(seq_len, 3, 7)(encoder(windows)).shape == (2, seq_len, 3)
    assert tadgan.critic_x(seq_len, 3)(windows).shape == (2, 1)


@pytest.mark.parametrize(("dropout", "is_noisy"), [(0.0, False), (0.5, True)])
def test_the_generator_drops_inputs_in_training_where_it_is_told_to(dropout, is_noisy):
    generator = tadgan.generator(18, 2, 4, dropout=dropout)
    latent = np.ones((8, 4), np.float32)
    made = np.asarray(generator(latent, training=True))
    assert (np.ptp(made, axis=0).max() > 1e-6) == is_noisy


def test_a_window_of_16_steps_is_too_short_for_the_critic():
    with pytest.raises(ValueError):
        tadgan.critic_x(tadgan.SHORTEST_WINDOW - 1, 1)


def test_the_scoring_model_is_the_networks_one_after_the_other():
    encoder, generator = tadgan.encoder(18, 2, 4), tadgan.generator(18, 2, 4)
    critic_x, windows = tadgan.critic_x(18, 2), normal(3, 18, 2)
    model = tadgan.scoring_model(encoder, generator, critic_x, name="scoring")
    recovered, values = model(windows)
    np.testing.assert_allclose(recovered, generator(encoder(windows)), atol=1e-6)
    np.testing.assert_allclose(values, critic_x(windows), atol=1e-6)


def test_the_critic_s_loss_is_low_where_reals_are_valued_higher():
    loss = tadgan.critic_loss(tf.constant([[3.0], [5.0]]), tf.constant([[1.0], [2.0]]))
    assert float(loss) == pytest.approx(1.5 - 4.0)


def test_the_penalty_of_a_linear_critic_and_its_gradient_equal_numpy():
    slope = RANDOM.normal(size=(5, 2)).astype(np.float32)
    critic = linear_critic(slope)
    with tf.GradientTape() as tape:
        penalty = tadgan.gradient_penalty(critic, normal(4, 5, 2))
    norm = np.linalg.norm(slope)
    assert float(penalty) == pytest.approx((norm - 1) ** 2, rel=1e-5)
    gradient = tape.gradient(penalty, critic.layers[-1].kernel.value)
    np.testing.assert_allclose(gradient[:, 0], (2 * (norm - 1) * slope / norm).ravel(), rtol=1e-4)


def test_the_penalty_moves_every_weight_that_the_slope_depends_on():
    critic = tadgan.critic_x(18, 2)
    with tf.GradientTape() as tape:
        penalty = tadgan.gradient_penalty(critic, normal(4, 18, 2))
    kernels = [w for w in critic.trainable_variables if "kernel" in w.path]
    gradients = tape.gradient(penalty, [kernel.value for kernel in kernels])
    assert len(gradients) == 5 and all(np.abs(g).max() > 0 for g in gradients)


def test_the_document_s_penalty_is_the_norm_of_the_values():
    critic, mixed = linear_critic(np.ones((5, 2), np.float32)), normal(4, 5, 2)
    values = mixed.numpy().sum((1, 2))
    expected = np.sqrt((values**2).sum())
    assert float(tadgan.value_penalty(critic, mixed)) == pytest.approx(expected, rel=1e-5)


def test_every_window_is_mixed_by_its_own_share():
    real, fake = tf.ones((3, 2, 1)), tf.zeros((3, 2, 1))
    mixed = tadgan.mixture(real, fake, tf.constant([0.0, 0.25, 1.0]))
    np.testing.assert_allclose(mixed[:, :, 0], [[0, 0], [0.25, 0.25], [1, 1]])
