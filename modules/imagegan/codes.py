"""What InfoGAN's codes are worth, and what the network that reads them learns.

Shape letters: B images per batch, K categories, R continuous codes.
"""

import math

import tensorflow as tf

FREQUENT, APART = 2.0, 5.0  # weights of the second and third part of `grouping_loss`


def code_losses(codes: tf.Tensor, said: tf.Tensor, n_categories: int) -> dict[str, tf.Tensor]:
    """How badly codes are read, and how much is read of the categories.

    `codes`, `said`: (B, K + R), one-hot against logits, then values. `code_loss`: cross-entropy,
    plus half the squared error (InfoGAN, eq. 5). `information`: the lower bound of the category's
    mutual information with the image, as a share of its entropy.
    """
    entropy = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(codes[:, :n_categories], said[:, :n_categories])
    )
    loss = entropy + value_loss(codes[:, n_categories:], said[:, n_categories:])
    return {"code_loss": loss, "information": 1 - entropy / math.log(n_categories)}


def value_loss(values: tf.Tensor, said: tf.Tensor) -> tf.Tensor:
    """Half the squared error of continuous codes, (B, R)."""
    return 0.5 * tf.reduce_mean(tf.reduce_sum(tf.square(values - said), -1))


def grouping_loss(said: tf.Tensor, again: tf.Tensor, given: tf.Tensor) -> tf.Tensor:
    """Low where real images fall into groups of which the conditions say nothing.

    `said`, `again`: logits (B, K) of two noisy looks at the same images, which are to agree; all
    categories are to be as frequent (IMSAT, arXiv 1702.08720), and to vary neither with `given`
    (B, 2), standardised, nor with its square: else the groups would be conditions.
    """
    chances = tf.nn.softmax(said)
    differing = tf.nn.softmax_cross_entropy_with_logits(chances, again)
    mean = tf.reduce_mean(chances, 0)
    order = tf.reduce_sum(mean * tf.math.log(mean + 1e-8))
    told = tf.concat([given, tf.square(given) - 1], -1)
    shared = tf.matmul(chances - mean, told, transpose_a=True) / given.shape[0]
    tied = tf.reduce_sum(tf.square(shared))
    return tf.reduce_mean(differing) + FREQUENT * order + APART * tied
