"""Losses as pure functions of float32 tensors; each returns a scalar.

Shape letters: B windows per batch, T time steps, F features, H latent width.
"""

import tensorflow as tf

EPSILON = 1e-8  # under every square root: its gradient at zero is infinite


def reconstruction_loss(real, recovered):
    """Root of the mean squared error between windows (B, T, F) (TimeGAN, eq. 7)."""
    return tf.sqrt(tf.reduce_mean(tf.square(real - recovered)) + EPSILON)


def supervised_loss(latent, supervised):
    """Mean squared error of the next step: `latent[:, 1:]` against `supervised[:, :-1]`.

    Both (B, T, H); what the supervisor says at step t is about step t + 1 (TimeGAN, eq. 9).
    """
    return tf.reduce_mean(tf.square(latent[:, 1:] - supervised[:, :-1]))


def adversarial_loss(logit):
    """Cross-entropy of logits against the label `real`: low when the judge is fooled (eq. 8)."""
    return tf.reduce_mean(tf.nn.softplus(-logit))


def discriminator_loss(real_logit, *fake_logits):
    """Cross-entropy of real logits against `real` plus each fake's against `fake` (eq. 8)."""
    # Logits, not probabilities: a clipped probability has no gradient where the judge is sure.
    return adversarial_loss(real_logit) + tf.add_n(
        [tf.reduce_mean(tf.nn.softplus(logit)) for logit in fake_logits]
    )


def moment_loss(real, synthetic):
    """Mean absolute difference of batch means plus that of batch deviations, per step and feature.

    Both windows (B, T, F). From the authors' code (`G_loss_V`); not in the paper.
    """
    (real_mean, real_variance), (mean, variance) = (
        tf.nn.moments(windows, 0) for windows in (real, synthetic)
    )
    deviation_gap = tf.sqrt(real_variance + EPSILON) - tf.sqrt(variance + EPSILON)
    return tf.reduce_mean(tf.abs(real_mean - mean)) + tf.reduce_mean(tf.abs(deviation_gap))


def huber_loss(target, forecast, delta=1.0):
    """Mean of error^2 / 2 up to `delta`, of delta * (|error| - delta / 2) beyond (Huber 1964).

    Both tensors of one shape, in the target's unit.
    """
    error = tf.abs(target - forecast)
    return tf.reduce_mean(
        tf.where(error <= delta, 0.5 * tf.square(error), delta * (error - 0.5 * delta))
    )


def absolute_loss(target, forecast):
    """Mean absolute error (MAE), in the target's unit. Both tensors of one shape."""
    return tf.reduce_mean(tf.abs(target - forecast))


def spread(real, synthetic):
    """How much windows differ from one another, generated against real: 1 is as much, 0 not at all.

    Ratio of the batch deviations, averaged over steps and features. Both windows (B, T, F).
    """
    real_deviation, deviation = (
        tf.reduce_mean(tf.math.reduce_std(windows, 0)) for windows in (real, synthetic)
    )
    return tf.math.divide_no_nan(deviation, real_deviation)
