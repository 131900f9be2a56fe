"""What a GAN's discriminator and generator learn by, and how a Wasserstein critic is held in.

Shape letters: B samples per batch, O logits of each. Logits are of paired samples: row by row the
real and the generated one share their conditions.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from models import losses

WASSERSTEIN = ("wgan", "wgangp")

Critic = Callable[[tf.Tensor], tf.Tensor]


def discriminator_loss(mode: str, real_logit: tf.Tensor, fake_logit: tf.Tensor) -> tf.Tensor:
    """What the discriminator brings down, a scalar. Both logits (B, O).

    `mode`: `vanila` cross-entropy (Goodfellow 2014), `wgan` and `wgangp` minus the Wasserstein
    estimate (Arjovsky 2017), `r3gan` cross-entropy of the pairs' differences (Huang 2024).
    """
    if mode == "r3gan":
        return losses.adversarial_loss(real_logit - fake_logit)
    if mode in WASSERSTEIN:
        return tf.reduce_mean(fake_logit) - tf.reduce_mean(real_logit)
    return losses.discriminator_loss(real_logit, fake_logit)


def generator_loss(mode: str, real_logit: tf.Tensor, fake_logit: tf.Tensor) -> tf.Tensor:
    """What the generator brings down, see `discriminator_loss`; only `r3gan` needs real logits."""
    if mode == "r3gan":
        return losses.adversarial_loss(fake_logit - real_logit)
    if mode in WASSERSTEIN:
        return -tf.reduce_mean(fake_logit)
    return losses.adversarial_loss(fake_logit)


def squared_slopes(critic: Critic, samples: tf.Tensor) -> tf.Tensor:
    """Squared length of the critic's gradient at each of `samples` (B, ...): (B,).

    `critic`: samples -> logits (B, O), whose mean is the score. Each row must depend on its own
    sample alone.
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        score = tf.reduce_sum(tf.reduce_mean(critic(samples), -1))
    slope = tape.gradient(score, samples)
    return tf.reduce_sum(tf.square(slope), range(1, slope.shape.rank))


def lipschitz_penalty(
    critic: Critic, real: tf.Tensor, fake: tf.Tensor, shares: tf.Tensor
) -> tf.Tensor:
    """Mean squared distance of the slope from 1 between real and fake (WGAN-GP, Gulrajani 2017).

    `shares`: (B, 1, ...) in 0...1, where between the two each pair is looked at.
    """
    slopes = squared_slopes(critic, real + shares * (fake - real))
    return tf.reduce_mean(tf.square(tf.sqrt(slopes + losses.EPSILON) - 1))


def flatness_penalty(critic: Critic, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """R1 and R2: half the mean squared slope at real and at generated samples (Mescheder 2018)."""
    return 0.5 * tf.reduce_mean(slopes_at_both(critic, real, fake))


def slopes_at_both(critic: Critic, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """The `squared_slopes` at a real and at a generated sample of each pair, added up: (B,)."""
    return squared_slopes(critic, real) + squared_slopes(critic, fake)


def window_view(windows: tf.Tensor, real: tf.Tensor, given: tf.Tensor | None = None) -> tf.Tensor:
    """What a critic of windows (B, T, F) sees at each step but the first: (B, T - 1, 2 F).

    Values, and changes from row to row, in units of those of the windows `real` (N, T, F). Changes
    many times as large count by their logarithm. The conditions `given` (B, T, C) stand beside.
    """
    mean, variance = tf.nn.moments(real, (0, 1))
    usual = tf.reduce_mean(tf.square(real[:, 1:] - real[:, :-1]), (0, 1))
    values = (windows[:, 1:] - mean) / tf.sqrt(variance + losses.SMALLEST_VARIANCE)
    steps = (windows[:, 1:] - windows[:, :-1]) / tf.sqrt(usual + losses.EPSILON)
    seen = [values, tf.asinh(steps)]
    return tf.concat(seen if given is None else [*seen, given[:, 1:]], -1)


def clip_weights(network: keras.Model, largest: float) -> None:
    """Hold kernels and biases within +-`largest` (WGAN, algorithm 1).

    The gains of a layer normalisation are left: clipped, they would switch it off.
    """
    for variable in network.trainable_variables:
        if not variable.path.endswith("gamma"):
            variable.assign(tf.clip_by_value(variable, -largest, largest))
