"""TadGAN's training step: document 002's four phases, critics several times over, in one graph.

Shape letters: B windows per batch, T time steps, F features, Z latent width.
"""

import keras
import numpy as np
import tensorflow as tf

from models import tadgan
from modules.training.device import Device
from modules.training.phases import Phase
from modules.windows.batches import Batches
from settings import TadGANSettings

BETA = 0.9  # Adam's own beta_1, as in Orion
LOSSES = (
    "reconstruction_loss",
    "critic_x_loss",
    "critic_z_loss",
    "encoder_loss",
    "generator_loss",
)
DECAY = 0.5  # of the autoencoder's steps, the last, in which its rate falls to zero
NETWORKS = ("critic_x", "critic_z", "encoder", "generator")  # in the order of the phases
ACTIVATIONS = {"minmax": "tanh", "robust": "linear", "standard": "linear"}


def centred(scaled: np.ndarray, kind: str) -> np.ndarray:
    """Values of the scaler `kind` as the networks take them: 0...1 becomes -1...1."""
    return scaled if kind == "standard" else 2 * scaled - 1


def uncentred(values: np.ndarray, kind: str) -> np.ndarray:
    """Undo `centred`."""
    return values if kind == "standard" else (values + 1) / 2


class TadGAN(tf.Module):
    """Encoder, generator, two critics and an optimiser for each.

    A step moves the network its name says, and no other, and returns named scalar losses.
    `device` computes the networks.
    """

    def __init__(self, settings: TadGANSettings, n_features: int, device: Device) -> None:
        super().__init__(name="tadgan")
        seq_len, latent_dim = settings.seq_len, settings.latent_dim
        self.encoder = tadgan.encoder(seq_len, n_features, latent_dim)
        self.generator = tadgan.generator(
            seq_len,
            n_features,
            latent_dim,
            ACTIVATIONS[settings.scaler],
            dropout=settings.generator_dropout,
        )
        self.critic_x = tadgan.critic_x(seq_len, n_features)
        self.critic_z = tadgan.critic_z(latent_dim)
        self.settings, self.device = settings, device
        self.optimizers = {name: self._adam(name, name) for name in NETWORKS}
        if settings.reconstruction_steps:
            self.optimizers["reconstruction"] = self._adam("reconstruction", "encoder", "generator")

    def batches(self, scaled: np.ndarray, starts: np.ndarray) -> Batches:
        """What a step draws from: windows of `scaled`, float32 (n_rows, F), and normal latents.

        `starts`: int (n_windows,), where windows begin.
        """
        settings = self.settings
        return Batches(
            scaled,
            starts,
            seq_len=settings.seq_len,
            batch_size=settings.batch_size,
            z_dim=settings.latent_dim,
            noise=lambda random, _: random.normal((settings.batch_size, settings.latent_dim)),
            seed=settings.seed,
        )

    def phases(self, batches: Batches, n_steps: int) -> list[Phase]:
        """The phase table: the autoencoder alone, then all four networks, `n_steps` in all."""
        n_alone = min(self.settings.reconstruction_steps, n_steps - 1)
        together = Phase("tadgan", n_steps - n_alone, lambda: self.step(batches), LOSSES)
        if not n_alone:
            return [together]
        alone = Phase(
            "autoencoder",
            n_alone,
            lambda: self.autoencoder_step(batches.windows()),
            LOSSES[:1],
            decay=DECAY,
        )
        return [alone, together]

    @property
    def rates(self) -> list[tuple[keras.optimizers.Optimizer, float]]:
        """Every optimiser with its own learning rate."""
        return [
            (optimizer, getattr(self.settings, f"{name}_lr"))
            for name, optimizer in self.optimizers.items()
        ]

    def step(self, batches: Batches) -> dict[str, tf.Tensor]:
        """Move both critics `n_critic` times, then the encoder, then the generator."""
        n_critic, size = self.settings.n_critic, self.settings.batch_size

        def criticise(
            i: tf.Tensor, _: dict[str, tf.Tensor]
        ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
            real, noise = batches.windows(), batches.noise()
            shares = batches.random.uniform((2, size))
            of_x = self.critic_x_step(real, noise, shares[0])
            return i + 1, of_x | self.critic_z_step(real, noise, shares[1])

        zeros = dict.fromkeys(("critic_x_loss", "critic_z_loss"), tf.constant(0.0))
        _, named = tf.while_loop(
            lambda i, _: i < n_critic, criticise, (0, zeros), parallel_iterations=1
        )
        real, noise = batches.windows(), batches.noise()
        return named | self.encoder_step(real) | self.generator_step(real, noise)

    def autoencoder_step(self, real: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move encoder and generator at once by the mean squared error of G(E(x)), real (B, T, F).

        By an optimiser of its own: moments of an error that nothing is added to would throw the
        networks far off at the first adversarial step.
        """
        networks = self.encoder.trainable_variables + self.generator.trainable_variables
        with tf.GradientTape() as tape:
            recovered = self._call("generator", self._call("encoder", real))
            loss = tadgan.reconstruction_loss(real, recovered)
        self.optimizers["reconstruction"].apply(tape.gradient(loss, networks), networks)
        return {"reconstruction_loss": loss}

    def critic_x_step(
        self, real: tf.Tensor, noise: tf.Tensor, shares: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Phase 1: -E[C_x(x)] + E[C_x(G(z))] + penalty, on real mixed with fake by `shares` (B,).

        `real` (B, T, F); `noise` (B, Z).
        """
        fake = self._call("generator", noise)
        return {"critic_x_loss": self._criticise("critic_x", real, fake, shares)}

    def critic_z_step(
        self, real: tf.Tensor, noise: tf.Tensor, shares: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Phase 2: -E[C_z(z)] + E[C_z(E(x))] + penalty: the prior's draws are the real ones.

        Document 002 has them the other way round.
        """
        latent = self._call("encoder", real)
        return {"critic_z_loss": self._criticise("critic_z", noise, latent, shares)}

    def encoder_step(self, real: tf.Tensor) -> dict[str, tf.Tensor]:
        """Phase 3: weight * mean squared error of G(E(x)) - E[C_z(E(x))]."""
        with tf.GradientTape() as tape:
            latent = self._call("encoder", real)
            recovered = self._call("generator", latent)
            reconstruction = tadgan.reconstruction_loss(real, recovered)
            fooled = -tf.reduce_mean(self._call("critic_z", latent))
            loss = self.settings.reconstruction_weight * reconstruction + fooled
        self._descend("encoder", tape, loss)
        return {"encoder_loss": loss, "reconstruction_loss": reconstruction}

    def generator_step(self, real: tf.Tensor, noise: tf.Tensor) -> dict[str, tf.Tensor]:
        """Phase 4: weight * mean squared error of G(E(x)) - E[C_x(G(z))]."""
        latent = self._call("encoder", real)
        with tf.GradientTape() as tape:
            made = self._call("generator", tf.concat([latent, noise], 0))
            recovered, fake = tf.split(made, 2)
            reconstruction = tadgan.reconstruction_loss(real, recovered)
            fooled = -tf.reduce_mean(self._call("critic_x", fake))
            loss = self.settings.reconstruction_weight * reconstruction + fooled
        self._descend("generator", tape, loss)
        return {"generator_loss": loss}

    def _criticise(
        self, name: str, real: tf.Tensor, fake: tf.Tensor, shares: tf.Tensor
    ) -> tf.Tensor:
        """Move the critic `name` down its loss with the penalty; return the loss without it."""
        kind = self.settings.penalty
        mixed = tadgan.mixture(real, fake, shares)
        with tf.GradientTape() as tape:
            values = self._call(name, tf.concat([real, fake], 0))
            loss = tadgan.critic_loss(*tf.split(values, 2))
            # Orion penalises the critic without its dropout: the one that is trained, with it, then
            # grows as steep as it likes.
            training = kind != "orion"
            penalty = tadgan.PENALTIES[kind](lambda x: self._call(name, x, training), mixed)
            penalised = loss + tadgan.PENALTY_WEIGHTS[kind] * penalty
        self._descend(name, tape, penalised)
        return loss

    def _call(self, name: str, inputs: tf.Tensor, training: bool = True) -> tf.Tensor:
        return self.device.call(getattr(self, name), inputs, training=training)

    def _adam(self, rate: str, *networks: str) -> keras.optimizers.Optimizer:
        optimizer = keras.optimizers.Adam(getattr(self.settings, f"{rate}_lr"), beta_1=BETA)
        # Slots are made here: variables cannot be made inside a compiled step.
        optimizer.build([v for name in networks for v in getattr(self, name).trainable_variables])
        return optimizer

    def _descend(self, name: str, tape: tf.GradientTape, loss: tf.Tensor) -> None:
        variables = getattr(self, name).trainable_variables
        self.optimizers[name].apply(tape.gradient(loss, variables), variables)
