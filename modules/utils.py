"""TimeGAN's training steps (the file's name is document 000's).

Losses and schedule follow the authors' code of Yoon, Jarrett, van der Schaar, NeurIPS 2019; the
discriminator's gate is `gamma` as document 000 means it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models import critics, holes, losses
from models.definemodel import DefineModel, chain, noise_alone
from modules.training.device import Device
from modules.training.phases import Choosing, Phase
from modules.training.replicas import first, n_replicas, run, share, whole
from modules.windows.batches import Batches

RECONSTRUCTION_WEIGHT = 10.0
SUPERVISED_WEIGHT = 100.0  # in the generator's loss, on the root of the supervised loss
EMBEDDER_SUPERVISED_WEIGHT = 0.1  # in the embedder's joint loss
MOMENT_WEIGHT = 100.0
GENERATED_LATENT_WEIGHT = 1.0  # the paper's gamma: the term on the latent before the supervisor
ADAM_EPSILON = 1e-8  # TensorFlow 1's, which the authors train with; Keras' own is 1e-7
COLLAPSED_SPREAD = 0.1

LOSSES = {
    "autoencoder": ("reconstruction_loss",),
    "supervised": ("supervised_loss",),
    "joint": (
        "reconstruction_loss",
        "supervised_loss",
        "adversarial_loss",
        "moment_loss",
        "correlation_loss",
        "discriminator_loss",
        "discriminator_trained",
        "spread",
    ),
}
OF_DISCRIMINATOR = ("discriminator_loss", "discriminator_trained")
OF_CRITIC = ("critic_loss",)  # in the joint phase, where there is one
COSTS = {"autoencoder": 1.0, "supervised": 0.5, "joint": 11.0}  # of a step; measured
NETWORKS = ("embedder", "recovery", "generator", "supervisor", "discriminator")
SAMPLING = ("generator", "supervisor", "recovery")  # what makes windows of noise, in this order


class TimeGAN(tf.Module):
    """The five networks, their optimisers, and one method per update.

    A step takes a batch, moves the variables its docstring names, and returns named scalar losses.
    `args`: settings, TimeGAN's own. `device` computes the networks. A batch is (B, T, F + M + C):
    the windows, which of their cells are recorded, 1 or 0, and the `n_conditions` of each row. M is
    F, or 0 where windows hold no gaps.
    """

    def __init__(self, args: Any, n_features: int, device: Device, n_conditions: int = 0) -> None:
        super().__init__(name="timegan")
        self.n_conditions = n_conditions
        self.widths = [n_features, n_features if args.max_gap else 0, n_conditions]
        define = DefineModel(args, n_features, n_replicas(), n_conditions)
        self.embedder, self.recovery, self.generator, self.supervisor, self.discriminator = (
            getattr(define, name)() for name in NETWORKS
        )
        self.z_dim, self.hidden_dim = define.z_dim, define.hidden_dim
        self.sampling = [getattr(self, name) for name in SAMPLING]
        if args.ema:
            self.sampling = [getattr(define, name)() for name in SAMPLING]
        self.args = args
        self.device = device
        self.autoencoder_optimizer = self._adam(args, self.embedder, self.recovery)
        self.supervisor_optimizer = self._adam(args, self.supervisor)
        self.generator_optimizer = self._adam(args, self.generator, self.supervisor)
        self.embedder_optimizer = self._adam(args, self.embedder, self.recovery)
        self.discriminator_optimizer = self._adam(args, self.discriminator)
        self.losses = dict(LOSSES)
        if args.critic_weight:
            self.critic = define.critic()
            self.critic_optimizer = self._adam(args, self.critic)
            self.losses["joint"] += OF_CRITIC

    def phases(
        self,
        batches: Batches,
        selection: Choosing | None = None,
        picture: Callable[[], np.ndarray] | None = None,
    ) -> list[Phase]:
        """Return the table of phases: autoencoder, supervised, joint.

        `selection`: what the joint phase keeps its best weights by; None keeps the last. `picture`:
        of its windows, for TensorBoard.
        """
        args = self.args
        steps = {
            "autoencoder": lambda: self._run(self.autoencoder_step, batches.windows()),
            "supervised": lambda: self._run(self.supervised_step, batches.windows()),
            "joint": lambda: self.joint_step(batches),
        }
        extras: dict[str, dict[str, Any]] = dict.fromkeys(steps, {"patience": args.plateau})
        extras["joint"] = {"takes_spare": True, "decay": args.lr_decay, "alarm": collapse_alarm}
        extras["joint"]["picture"] = picture
        if args.noise == "copula":
            extras["joint"]["begin"] = self.imitate
        if selection:
            extras["joint"] |= {
                "validate": selection.scores,
                "scores": selection.NAMES,
                "may_be_best": selection.is_no_copy,
                "best": {network.name: network for network in self.sampling},
            }
        return [
            Phase(
                name,
                getattr(args, f"{name}_steps") or args.train_step,
                step,
                self.losses[name],
                cost=COSTS[name],
                **extras[name],
            )
            for name, step in steps.items()
        ]

    @property
    def rates(self) -> list[tuple[keras.optimizers.Optimizer, float]]:
        """The optimisers, in the order of the phases, each with its learning rate."""
        lr = self.args.lr
        return [
            (self.autoencoder_optimizer, lr),
            (self.supervisor_optimizer, lr),
            (self.generator_optimizer, lr),
            (self.embedder_optimizer, lr),
            (self.discriminator_optimizer, lr),
            *([(self.critic_optimizer, lr)] if self.args.critic_weight else []),
        ]

    def synthetic_model(self, name: str = "timegan") -> keras.Model:
        """Return generator, supervisor and recovery as one model: noise -> scaled window.

        With `ema` they are running means of the trained ones (Yazici et al., ICLR 2019).
        """
        return chain(self.sampling, name=name, n_conditions=self.n_conditions)

    def chains(self, name: str = "timegan") -> dict[str, keras.Model]:
        """What can make windows of the noise, by its parts; the trained `synthetic_model` is first.

        Of a copula's noise, which has the features' width and scale, the autoencoder makes windows
        too, and the noise is windows itself.
        """
        generator, supervisor, recovery = self.sampling
        parts = [(generator, supervisor, recovery), (generator, recovery)]
        if self.args.noise == "copula":
            nothing = noise_alone(self.z_dim, self.n_conditions, name="copula")
            parts += [(self.embedder, self.recovery), (nothing,)]
        return {
            " > ".join(n.name for n in networks): chain(
                networks, name=name, n_conditions=self.n_conditions
            )
            for networks in parts
        }

    def imitate(self) -> None:
        """Give the generator the embedder's weights: to begin with, a window's latent is its own.

        For noise that has the features' width and scale. Not in the paper.
        """
        for weight, of_embedder in zip(self.generator.weights, self.embedder.weights, strict=True):
            weight.assign(of_embedder)

    def autoencoder_step(self, real: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move embedder and recovery down 10 * reconstruction loss (eq. 7). `real`: a batch."""
        with tf.GradientTape() as tape:
            latent, given = self._latent(real)
            reconstruction = self._reconstruction_loss(real, latent, given)
            loss = RECONSTRUCTION_WEIGHT * reconstruction
        self._descend(tape, loss, self.autoencoder_optimizer, self.embedder, self.recovery)
        return {"reconstruction_loss": reconstruction}

    def supervised_step(self, real: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move the supervisor down the supervised loss of real latents (eq. 9).

        The embedder stands still, and the generator takes no part: it gets no gradient here.
        """
        latent, given = self._latent(real, training=False)
        with tf.GradientTape() as tape:
            supervised = self._supervised_loss(latent, given)
        self._descend(tape, supervised, self.supervisor_optimizer, self.supervisor)
        return {"supervised_loss": supervised}

    def generator_step(self, real: tf.Tensor, noise: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move generator and supervisor, then the critic. `real`: a batch; `noise`: (B, T, Z).

        Down: adversarial losses of the supervised and the generated latent, 100 * root of the
        supervised loss on real latents, 100 * moment loss of the recovered windows, and
        `correlation_weight` * their correlation loss, `critic_weight` * what the critic says of
        them. What a window lacks, the one recovered beside it is seen without.
        """
        latent, given = self._latent(real, training=False)
        real, recorded, _ = self._parted(real)
        views: list[tf.Tensor] = []
        with tf.GradientTape() as tape:
            generated = self._call(self.generator, share(noise), given)
            supervised_latent = self._call(self.supervisor, generated, given)
            recovered = self._call(self.recovery, supervised_latent, given)
            if recorded is not None:
                recovered = holes.bridged(recovered, share(recorded))
            synthetic = whole(recovered)
            adversarial = losses.adversarial_loss(
                self._judge(supervised_latent, given)
            ) + GENERATED_LATENT_WEIGHT * losses.adversarial_loss(self._judge(generated, given))
            supervised = self._supervised_loss(latent, given)
            moment = losses.moment_loss(real, synthetic)
            correlation = losses.correlation_loss(real, synthetic)
            loss = (
                adversarial
                + SUPERVISED_WEIGHT * tf.sqrt(supervised + losses.EPSILON)
                + MOMENT_WEIGHT * moment
            )
            if self.args.correlation_weight:
                loss += self.args.correlation_weight * correlation
            if self.args.critic_weight:
                views = [critics.window_view(x, real, given) for x in (share(real), recovered)]
                logits = [whole(self.critic(view)) for view in views]
                loss += self.args.critic_weight * critics.generator_loss("r3gan", *logits)
        self._descend(tape, loss, self.generator_optimizer, self.generator, self.supervisor)
        of_critic = self._critic_step(views) if self.args.critic_weight else {}
        return of_critic | {
            "adversarial_loss": adversarial,
            "supervised_loss": supervised,
            "moment_loss": moment,
            "correlation_loss": correlation,
            "spread": losses.spread(real, synthetic),
        }

    def _critic_step(self, views: list[tf.Tensor]) -> dict[str, tf.Tensor]:
        """Move the critic, which tells real `views` from generated ones, pair by pair.

        With the penalties R1 and R2 (R3GAN, Huang et al., NeurIPS 2024).
        """
        with tf.GradientTape() as tape:
            logits = [whole(self.critic(view)) for view in views]
            loss = critics.discriminator_loss("r3gan", *logits)
            slopes = whole(critics.slopes_at_both(self._critic_of_steps, *views))
            penalised = loss + 0.5 * tf.reduce_mean(slopes)
        self._descend(tape, penalised, self.critic_optimizer, self.critic)
        return {"critic_loss": loss}

    def _critic_of_steps(self, view: tf.Tensor) -> tf.Tensor:
        return tf.squeeze(self.critic(view), -1)

    def embedder_step(self, real: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move embedder and recovery: 10 * reconstruction + 0.1 * supervised loss."""
        with tf.GradientTape() as tape:
            latent, given = self._latent(real)
            reconstruction = self._reconstruction_loss(real, latent, given)
            supervised = self._supervised_loss(latent, given)
            loss = RECONSTRUCTION_WEIGHT * reconstruction + EMBEDDER_SUPERVISED_WEIGHT * supervised
        self._descend(tape, loss, self.embedder_optimizer, self.embedder, self.recovery)
        return {"reconstruction_loss": reconstruction}

    def discriminator_step(self, real: tf.Tensor, noise: tf.Tensor) -> dict[str, tf.Tensor]:
        """Move the discriminator, if its loss is at least `gamma`.

        Real latents against generated and supervised ones; `discriminator_trained` is 1 or 0.
        The generator's normalisation keeps its moving statistics of this batch too, at any loss.
        """
        values = run(self._discriminator_gradients, real, noise)
        loss, gradients = first(values[0]), values[1]

        def descend() -> float:
            run(self._apply_to_discriminator, gradients)
            return 1.0

        # Around the replicas: inside, an optimiser cannot stand in a condition.
        trained = tf.cond(loss >= self.args.gamma, descend, lambda: 0.0)
        return {"discriminator_loss": loss, "discriminator_trained": trained}

    def _discriminator_gradients(
        self, real: tf.Tensor, noise: tf.Tensor
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """The discriminator's loss on real and generated latents, and its weights' gradients."""
        latent, given = self._latent(real, training=False)
        generated = self._call(self.generator, share(noise), given)
        supervised_latent = self._call(self.supervisor, generated, given)
        with tf.GradientTape() as tape:
            logits = [self._judge(x, given) for x in (latent, supervised_latent, generated)]
            loss = losses.discriminator_loss(*logits)
        return loss, tape.gradient(loss, _trainable([self.discriminator]))

    def _apply_to_discriminator(self, gradients: list[tf.Tensor]) -> None:
        self.discriminator_optimizer.apply(gradients, _trainable([self.discriminator]))

    def joint_step(self, batches: Batches) -> dict[str, tf.Tensor]:
        """`generator_updates` of generator and embedder, then one of the discriminator."""
        before_it = [name for name in self.losses["joint"] if name not in OF_DISCRIMINATOR]
        # A loop of the graph's, not Python's: half as much to trace.
        _, named = tf.while_loop(
            lambda i, _: i < self.args.generator_updates,
            lambda i, _: (i + 1, self._generator_and_embedder_step(batches)),
            (0, dict.fromkeys(before_it, tf.constant(0.0))),
            parallel_iterations=1,
        )
        real = batches.windows()
        named |= self.discriminator_step(real, batches.noise(real))
        if self.args.ema:
            self._average()
        return named

    def _generator_and_embedder_step(self, batches: Batches) -> dict[str, tf.Tensor]:
        real = batches.windows()
        named = self._run(self.generator_step, real, batches.noise(real))
        return named | self._run(self.embedder_step, real)

    def _average(self) -> None:
        """Let the sampling networks follow the trained ones, faster while the phase is young."""
        n_updates = tf.cast(self.generator_optimizer.iterations, tf.float32)
        decay = tf.minimum(self.args.ema, (1 + n_updates) / (10 + n_updates))
        for mean, name in zip(self.sampling, SAMPLING, strict=True):
            for average, current in zip(mean.weights, getattr(self, name).weights, strict=True):
                average.assign(average + (1 - decay) * (current - average))

    @staticmethod
    def _run(step: Callable[..., dict[str, tf.Tensor]], *batch: tf.Tensor) -> dict[str, tf.Tensor]:
        return first(run(step, *batch))

    def _parted(self, real: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None, tf.Tensor | None]:
        """A batch -> windows, bridged; which cells are recorded; conditions. None for what is not.

        Bridged anew, of what a window itself records, as generated ones are.
        """
        if not any(self.widths[1:]):
            return real, None, None
        windows, recorded, given = tf.split(real, self.widths, -1)
        given = given if self.n_conditions else None
        if not self.args.max_gap:
            return windows, None, given
        return holes.bridged(windows, recorded), recorded, given

    def _latent(self, real: tf.Tensor, training: bool = True) -> tuple[tf.Tensor, tf.Tensor | None]:
        """This replica's latents of a batch, and the conditions of its windows."""
        windows, _, given = self._parted(share(real))
        return self._call(self.embedder, windows, given, training), given

    def _judge(self, latent: tf.Tensor, given: tf.Tensor | None) -> tf.Tensor:
        return whole(self._call(self.discriminator, latent, given))

    def _reconstruction_loss(
        self, real: tf.Tensor, latent: tf.Tensor, given: tf.Tensor | None
    ) -> tf.Tensor:
        """Of a batch and what the recovery makes of its latents, where cells are recorded."""
        windows, recorded, _ = self._parted(real)
        recovered = whole(self._call(self.recovery, latent, given))
        return losses.reconstruction_loss(windows, recovered, recorded)

    def _supervised_loss(self, latent: tf.Tensor, given: tf.Tensor | None) -> tf.Tensor:
        """Of real latents, under the supervisor."""
        supervised = self._call(self.supervisor, latent, given)
        return losses.supervised_loss(whole(latent), whole(supervised))

    def _call(
        self,
        network: keras.Sequential,
        inputs: tf.Tensor,
        given: tf.Tensor | None,
        training: bool = True,
    ) -> tf.Tensor:
        """What a network makes of `inputs` beside the conditions `given`."""
        if given is not None:
            inputs = tf.concat([inputs, given], -1)
        return self.device.call(network, inputs, training=training)

    @staticmethod
    def _adam(args: Any, *networks: keras.Sequential) -> keras.optimizers.Adam:
        optimizer = keras.optimizers.Adam(
            args.lr,
            beta_1=args.beta,
            beta_2=args.beta_2,
            epsilon=ADAM_EPSILON,
            global_clipnorm=args.clip_norm,
        )
        # Slots are made here: variables cannot be made inside a compiled step.
        optimizer.build(_trainable(networks))
        return optimizer

    @staticmethod
    def _descend(
        tape: tf.GradientTape,
        loss: tf.Tensor,
        optimizer: keras.optimizers.Optimizer,
        *networks: keras.Sequential,
    ) -> None:
        variables = _trainable(networks)
        optimizer.apply(tape.gradient(loss, variables), variables)


def collapse_alarm(named: dict[str, float]) -> str | None:
    """Return a warning when generated windows are nearly all alike, from the logged `named`."""
    spread = named.get("spread", 1.0)
    if spread >= COLLAPSED_SPREAD:
        return None
    return (
        f"The generated windows vary {spread:.0%} as much as the real ones: the generator has "
        "collapsed. Try `--lr 0.0002 --beta 0.5`, or an earlier checkpoint."
    )


def _trainable(networks: Iterable[keras.Sequential]) -> list[keras.Variable]:
    return [variable for network in networks for variable in network.trainable_variables]
