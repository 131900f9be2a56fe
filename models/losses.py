"""Losses as pure functions of float32 tensors; each returns a scalar.

Shape letters: B windows per batch, T time steps, F features, H latent width.
"""

import tensorflow as tf

EPSILON = 1e-8  # under every square root: its gradient at zero is infinite
MOMENT_EPSILON = 1e-6  # the same in the moment loss, where the authors have it
SMALLEST_VARIANCE = 1e-6  # of a column that is scaled to 0...1; for a constant one


def reconstruction_loss(
    real: tf.Tensor, recovered: tf.Tensor, recorded: tf.Tensor | None = None
) -> tf.Tensor:
    """Root of the mean squared error between windows (B, T, F) (TimeGAN, eq. 7).

    Over the cells that are `recorded`, (B, T, F) of 1 and 0; None is all.
    """
    squared = tf.square(real - recovered)
    if recorded is None:
        return tf.sqrt(tf.reduce_mean(squared) + EPSILON)
    error = tf.math.divide_no_nan(tf.reduce_sum(squared * recorded), tf.reduce_sum(recorded))
    return tf.sqrt(error + EPSILON)


def supervised_loss(latent: tf.Tensor, supervised: tf.Tensor) -> tf.Tensor:
    """Mean squared error of the next step: `latent[:, 1:]` against `supervised[:, :-1]`.

    Both (B, T, H); what the supervisor says at step t is about step t + 1 (TimeGAN, eq. 9).
    """
    n_windows, n_steps, width = latent.shape
    sizes = n_windows, n_steps - 1, width
    # The gradient of a strided slice is ten times slower than that of tf.slice.
    following = tf.slice(latent, (0, 1, 0), sizes)
    return tf.reduce_mean(tf.square(following - tf.slice(supervised, (0, 0, 0), sizes)))


def adversarial_loss(logit: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of logits (B, T, 1) against `real`: low when the judge is fooled (eq. 8)."""
    return tf.reduce_mean(tf.nn.softplus(-logit))


def discriminator_loss(real_logit: tf.Tensor, *fake_logits: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of real logits against `real` plus each fake's against `fake` (eq. 8).

    All (B, T, 1).
    """
    # Logits, not probabilities: a clipped probability has no gradient where the judge is sure.
    return adversarial_loss(real_logit) + tf.add_n(
        [tf.reduce_mean(tf.nn.softplus(logit)) for logit in fake_logits]
    )


def moment_loss(real: tf.Tensor, synthetic: tf.Tensor) -> tf.Tensor:
    """Mean absolute difference of batch means plus that of batch deviations, per step and feature.

    Both windows (B, T, F). From the authors' code (`G_loss_V`); not in the paper.
    """
    (real_mean, real_variance), (mean, variance) = (
        tf.nn.moments(windows, 0) for windows in (real, synthetic)
    )
    deviation_gap = tf.sqrt(real_variance + MOMENT_EPSILON) - tf.sqrt(variance + MOMENT_EPSILON)
    return tf.reduce_mean(tf.abs(real_mean - mean)) + tf.reduce_mean(tf.abs(deviation_gap))


def correlation_loss(real: tf.Tensor, synthetic: tf.Tensor) -> tf.Tensor:
    """Mean absolute difference of the features' cross-correlations at lags 0 and 1.

    Both windows (B, T, F); a correlation is taken over windows and steps at once, as in the
    correlational score (Diffusion-TS, Yuan and Qiao, ICLR 2024). Not in the paper.
    """
    gaps = [
        tf.abs(of_real - of_synthetic)
        for of_real, of_synthetic in zip(
            _cross_correlations(real), _cross_correlations(synthetic), strict=True
        )
    ]
    return tf.reduce_mean(tf.stack(gaps))


def _cross_correlations(windows: tf.Tensor) -> list[tf.Tensor]:
    """Correlation matrices (F, F) at lag 0 and at lag 1, row features one step earlier."""
    mean, variance = tf.nn.moments(windows, (0, 1))
    standard = (windows - mean) / tf.sqrt(variance + SMALLEST_VARIANCE)
    pairs = ((standard, standard), (standard[:, :-1], standard[:, 1:]))
    return [
        tf.einsum("bti,btj->ij", earlier, later) / (earlier.shape[0] * earlier.shape[1])
        for earlier, later in pairs
    ]


def huber_loss(target: tf.Tensor, forecast: tf.Tensor, delta: float = 1.0) -> tf.Tensor:
    """Mean of error^2 / 2 up to `delta`, of delta * (|error| - delta / 2) beyond (Huber 1964).

    Both tensors of one shape, in the target's unit.
    """
    error = tf.abs(target - forecast)
    return tf.reduce_mean(
        tf.where(error <= delta, 0.5 * tf.square(error), delta * (error - 0.5 * delta))
    )


def absolute_loss(target: tf.Tensor, forecast: tf.Tensor) -> tf.Tensor:
    """Mean absolute error (MAE), in the target's unit. Both tensors of one shape."""
    return tf.reduce_mean(tf.abs(target - forecast))


def spread(real: tf.Tensor, synthetic: tf.Tensor) -> tf.Tensor:
    """How much windows differ from one another, generated against real: 1 is as much, 0 not at all.

    Ratio of the batch deviations, averaged over steps and features. Both windows (B, T, F).
    """
    real_deviation, deviation = (
        tf.reduce_mean(tf.math.reduce_std(windows, 0)) for windows in (real, synthetic)
    )
    return tf.math.divide_no_nan(deviation, real_deviation)
