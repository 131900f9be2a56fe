"""What the networks of the image GAN are given: images, conditions, noise and codes.

Shape letters as in `models.imagegan`: B images per batch, C conditions, Z what the generator gets.
"""

import numpy as np
import tensorflow as tf

from settings import ImageGANSettings

CONDITIONS = 2  # durability and mass
COLOURS = 6  # numbers: three channels of two fixed pixels
HALF_A_LEVEL = 0.5 / 255  # of a channel


class ImageBatches(tf.Module):
    """Random images with their conditions, noise and codes, drawn inside a compiled step.

    `images`: float32 (n, H, W, 3). `given`: float32 (n, 2), `colours`: float32 (n, 6). `args`: the
    settings. Draws follow `args.seed` alone and are part of a checkpoint.
    """

    def __init__(
        self, images: np.ndarray, given: np.ndarray, colours: np.ndarray, args: ImageGANSettings
    ) -> None:
        super().__init__(name="batches")
        self.images, self.given, self.colours = map(tf.constant, (images, given, colours))
        self.args = args
        self.random = tf.random.Generator.from_seed(args.seed, alg="philox")

    def draw(self) -> list[tf.Tensor]:
        """Return images (B, H, W, 3), given (B, 2), colours (B, 6), drawn with replacement."""
        shape, n_images = (self.args.batch_size,), self.images.shape[0]
        rows = self.random.uniform(shape, maxval=n_images, dtype=tf.int64)
        return [tf.gather(part, rows) for part in (self.images, self.given, self.colours)]

    def latent(self) -> tf.Tensor:
        """Noise and codes for a batch, see `latent`."""
        return latent(self.random, self.args.batch_size, self.args)

    def shares(self) -> tf.Tensor:
        """Uniform (B, 1, 1, 1)."""
        return self.random.uniform((self.args.batch_size, 1, 1, 1))


def latent(random: tf.random.Generator, n_images: int, args: ImageGANSettings) -> tf.Tensor:
    """Noise, then `infogan`'s codes, one-hot and continuous: float32 (n_images, Z - C)."""
    parts = [random.normal((n_images, args.zdim))]
    if args.gan_model == "infogan":
        drawn = random.uniform((n_images,), maxval=args.info_categories, dtype=tf.int32)
        parts.append(tf.one_hot(drawn, args.info_categories))
        parts.append(random.uniform((n_images, args.info_continuous), -1, 1))
    return tf.concat(parts, -1)


def conditions_of(given: tf.Tensor, colours: tf.Tensor, args: ImageGANSettings) -> tf.Tensor:
    """What both networks are told: float32 (B, C), of `given` (B, 2) and `colours` (B, 6).

    Colours become the logits that the generator's sigmoid needs to show them, black and white half
    a level off: a copy of what it is told is then a straight line, not a curve to be learnt.
    """
    if not args.fixed_input:
        return given
    shades = tf.clip_by_value(colours, HALF_A_LEVEL, 1 - HALF_A_LEVEL)
    return tf.concat([given, tf.math.log(shades / (1 - shades))], -1)


def n_codes(args: ImageGANSettings) -> int:
    return args.info_categories + args.info_continuous if args.gan_model == "infogan" else 0


def n_conditions(args: ImageGANSettings) -> int:
    return CONDITIONS + (COLOURS if args.fixed_input else 0)


def n_inputs(args: ImageGANSettings) -> int:
    """Z: the width of what the generator makes an image of."""
    return args.zdim + n_codes(args) + n_conditions(args)
