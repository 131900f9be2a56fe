"""A training step of the image GAN, one for every variant: settings decide what it is made of.

Shape letters as in `models.imagegan`: B images per batch, C conditions, Z what the generator gets.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf

from models import critics, imagegan, losses
from modules.imagegan.codes import code_losses, grouping_loss, value_loss
from modules.imagegan.inputs import (
    COLOURS,
    CONDITIONS,
    ImageBatches,
    conditions_of,
    n_conditions,
    n_inputs,
)
from settings import ImageGANSettings

WEIGHT_DECAY = 0.01  # AdamW's in PyTorch, which document 003 was written for
READER_RATE = 0.001  # the reader is a plain regression: Adam as it comes
CODE_RATE = 0.003  # groups are to stand before half of the training has passed


class ImageGAN(tf.Module):
    """The networks of a variant, their optimisers, and a step of training.

    `args`: the settings. `shape`: (H, W, 3). `places`: row and column of the fixed pixels in it.
    `reader` says durability and mass of an image, `code_reader` is InfoGAN's Q; None without.
    """

    def __init__(
        self,
        args: ImageGANSettings,
        shape: tuple[int, int, int],
        places: Sequence[tuple[int, int]],
        name: str,
    ) -> None:
        super().__init__(name="imagegan")
        self.args, self.places = args, places
        self.generator = imagegan.generator(args, shape, n_inputs(args), name)
        self.discriminator = imagegan.discriminator(args, shape, n_conditions(args))
        self.generator_optimizer = _optimizer(args, args.learning_rate_gen, self.generator)
        self.discriminator_optimizer = _optimizer(args, args.learning_rate_disc, self.discriminator)
        self.reader: keras.Model | None = None
        self.code_reader: keras.Model | None = None
        if args.condition_lambda:
            self.reader = imagegan.reader(args, shape, CONDITIONS, "reader")
            self.reader_optimizer = _reader_optimizer(self.reader, READER_RATE)
        if args.gan_model == "infogan":
            self.code_reader = imagegan.code_reader(
                args, shape, args.info_categories, args.info_continuous
            )
            self.code_optimizer = _reader_optimizer(self.code_reader, CODE_RATE)

    @property
    def rates(self) -> list[tuple[keras.optimizers.Optimizer, float]]:
        """Each optimiser with its learning rate."""
        pairs = [
            (self.generator_optimizer, self.args.learning_rate_gen),
            (self.discriminator_optimizer, self.args.learning_rate_disc),
        ]
        if self.reader is not None:
            pairs.append((self.reader_optimizer, READER_RATE))
        if self.code_reader is not None:
            pairs.append((self.code_optimizer, CODE_RATE))
        return pairs

    @property
    def losses(self) -> tuple[str, ...]:
        """The names of what a step returns."""
        names = ["discriminator_loss", "generator_loss", "fixed_error"]
        names += ["condition_loss"] if self.reader is not None else []
        names += ["code_loss", "information"] if self.code_reader is not None else []
        return tuple(names)

    def step(self, batches: ImageBatches) -> dict[str, tf.Tensor]:
        """Discriminator steps, each with a batch of its own, then one of the generator."""
        has_critic = self.args.loss_mode in critics.WASSERSTEIN
        n_steps = self.args.critic_iter if has_critic else 1

        def body(i: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            real, given, colours = batches.draw()
            drawn, shares = batches.latent(), batches.shares()
            return i + 1, self.discriminator_step(real, given, colours, drawn, shares)

        # A loop in the graph: five steps with second derivatives take long to compile.
        _, loss = tf.while_loop(
            lambda i, _: i < n_steps, body, (0, tf.constant(0.0)), parallel_iterations=1
        )
        real, given, colours = batches.draw()
        if self.reader is not None:
            self.reader_step(self.reader, real, given)
        named = self.generator_step(real, given, colours, batches.latent())
        return {"discriminator_loss": loss} | named

    def discriminator_step(
        self,
        real: tf.Tensor,
        given: tf.Tensor,
        colours: tf.Tensor,
        drawn: tf.Tensor,
        shares: tf.Tensor,
    ) -> tf.Tensor:
        """Move the discriminator; return its loss, without the penalty."""
        conditions = conditions_of(given, colours, self.args)
        fake = self.generator(tf.concat([drawn, conditions], -1), training=True)

        def judge(images: tf.Tensor) -> tf.Tensor:
            return self.discriminator([images, conditions], training=True)

        with tf.GradientTape() as tape:
            loss = critics.discriminator_loss(self.args.loss_mode, judge(real), judge(fake))
            penalised = loss
            if self.args.loss_mode == "wgangp":
                penalty = critics.lipschitz_penalty(judge, real, fake, shares)
                penalised += self.args.lambda_gp * penalty
            if self.args.loss_mode == "r3gan":
                penalised += self.args.lambda_gp * critics.flatness_penalty(judge, real, fake)
        _descend(tape, penalised, self.discriminator_optimizer, self.discriminator)
        if self.args.loss_mode == "wgan":
            critics.clip_weights(self.discriminator, self.args.weight_clip)
        return loss

    def reader_step(self, reader: keras.Model, real: tf.Tensor, given: tf.Tensor) -> None:
        """Move the reader of conditions, by real images alone."""
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(reader(real, training=True) - given))
        _descend(tape, loss, self.reader_optimizer, reader)

    def generator_step(
        self, real: tf.Tensor, given: tf.Tensor, colours: tf.Tensor, drawn: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Move the generator, and the reader of its codes with it."""
        conditions = conditions_of(given, colours, self.args)
        with tf.GradientTape(persistent=self.code_reader is not None) as tape:
            fake = self.generator(tf.concat([drawn, conditions], -1), training=True)
            logits = [self.discriminator([x, conditions], training=True) for x in (real, fake)]
            adversarial = critics.generator_loss(self.args.loss_mode, *logits)
            fixed_error = losses.absolute_loss(colours, _fixed(fake, self.places))
            # A sum over the six numbers: their mean was too weak a pull.
            loss = adversarial + self.args.constraint_lambda * COLOURS * fixed_error
            named = {"generator_loss": adversarial, "fixed_error": fixed_error}
            if self.reader is not None:
                said = self.reader(fake, training=True)
                named["condition_loss"] = tf.reduce_mean(tf.square(said - given))
                loss += self.args.condition_lambda * named["condition_loss"]
            if self.code_reader is not None:
                codes, said = drawn[:, self.args.zdim :], self.code_reader(fake, training=True)
                named |= code_losses(codes, said, self.args.info_categories)
                loss += self.args.info_lambda * named["code_loss"]
                taught = self.teaching_loss(self.code_reader, real, given, codes, said)
        _descend(tape, loss, self.generator_optimizer, self.generator)
        if self.code_reader is not None:
            _descend(tape, taught, self.code_optimizer, self.code_reader)
        return named

    def teaching_loss(
        self,
        reader: keras.Model,
        real: tf.Tensor,
        given: tf.Tensor,
        codes: tf.Tensor,
        said: tf.Tensor,
    ) -> tf.Tensor:
        """What the reader of codes learns: continuous ones of made images, categories of real ones.

        Taught by made images, a category is whatever both networks can agree on: a pattern that
        nobody else minds.
        """
        n_categories = self.args.info_categories
        look, again = (reader(real, training=True)[:, :n_categories] for _ in range(2))
        values = value_loss(codes[:, n_categories:], said[:, n_categories:])
        return values + grouping_loss(look, again, given)


def _fixed(images: tf.Tensor, places: Sequence[tuple[int, int]]) -> tf.Tensor:
    """The colours of the fixed pixels: (B, H, W, 3) -> (B, 6)."""
    return tf.concat([images[:, row, column] for row, column in places], -1)


def _optimizer(
    args: ImageGANSettings, rate: float, network: keras.Model
) -> keras.optimizers.Optimizer:
    betas = {"beta_1": args.opt_beta1, "beta_2": args.opt_beta2}
    if args.optimizer == "rmsprop":
        optimizer = keras.optimizers.RMSprop(rate)
    elif args.optimizer == "adam":
        optimizer = keras.optimizers.Adam(rate, **betas)
    else:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY, **betas)
    optimizer.build(network.trainable_variables)
    return optimizer


def _reader_optimizer(network: keras.Model, rate: float) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(network.trainable_variables)
    return optimizer


def _descend(
    tape: tf.GradientTape,
    loss: tf.Tensor,
    optimizer: keras.optimizers.Optimizer,
    network: keras.Model,
) -> None:
    variables = network.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
