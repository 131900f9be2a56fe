"""The networks of TimeGAN: five (Yoon, Jarrett, van der Schaar, NeurIPS 2019, section 4).

In the paper's letters: window X, noise Z, latent H = embedder(X), generated latent E =
generator(Z), supervised latent = supervisor(E), recovered window = recovery(H). Change a network
here and nowhere else. Shape letters: B windows per batch, T time steps, F features, Z noise width,
H latent width, C conditions. Where a window has conditions, every network sees them beside its
input, (B, T, ... + C); the paper has none that change from step to step.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import keras
import numpy as np

RECURRENT = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}
N_CONVOLUTIONS, FILTERS, KERNEL_SIZE = 3, 32, 3  # of the critic: it sees 7 steps at once
UNITS_PER_FEATURE = 4  # of `auto`, as the paper recommends
MOST_UNITS = 256  # of `auto`: a step costs their square, at 1,200 more than 20 CPU seconds
RECOVERY_ACTIVATION = {
    "minmax": "sigmoid",
    "relative": "sigmoid",
    "robust": "linear",
    "standard": "linear",
}


class NetworkSettings(Protocol):
    """What the networks need of the settings."""

    @property
    def sel_rnn(self) -> str: ...

    @property
    def batchnorm(self) -> bool: ...

    @property
    def hidden_dim(self) -> int | Literal["auto"]: ...

    @property
    def num_layers(self) -> int: ...

    @property
    def z_dim(self) -> int | None: ...

    @property
    def scaler(self) -> str: ...


def n_units(hidden_dim: int | Literal["auto"], n_features: int) -> int:
    """How many units the setting `hidden_dim` gives a layer for windows of `n_features`.

    >>> n_units(24, 9), n_units("auto", 9), n_units("auto", 300)
    (24, 36, 256)
    """
    return min(UNITS_PER_FEATURE * n_features, MOST_UNITS) if hidden_dim == "auto" else hidden_dim


class DefineModel:
    """Builds each network, a `keras.Sequential` of stock layers for windows of any length.

    `n_features`: width F of a scaled window; the noise is as wide unless `args.z_dim` says else.
    `n_replicas`: how many share a batch, over whose whole the normalisation is. `n_conditions`:
    width C of what each row is made for, which all networks see beside their input.
    """

    def __init__(
        self,
        args: NetworkSettings,
        n_features: int,
        n_replicas: int = 1,
        n_conditions: int = 0,
    ) -> None:
        self.args = args
        self.n_conditions = n_conditions
        self.n_replicas = n_replicas
        self.n_features = n_features
        self.z_dim = args.z_dim or n_features
        self.hidden_dim = n_units(args.hidden_dim, n_features)

    def embedder(self) -> keras.Sequential:
        """Scaled window (B, T, F) -> latent (B, T, H) in 0...1."""
        return self._network("embedder", self.n_features, batchnorm=self.args.batchnorm)

    def recovery(self) -> keras.Sequential:
        """Latent (B, T, H) -> scaled window (B, T, F)."""
        activation = RECOVERY_ACTIVATION[self.args.scaler]
        return self._network(
            "recovery", self.hidden_dim, n_outputs=self.n_features, activation=activation
        )

    def generator(self) -> keras.Sequential:
        """Noise (B, T, Z) -> generated latent (B, T, H) in 0...1."""
        return self._network("generator", self.z_dim, batchnorm=self.args.batchnorm)

    def supervisor(self) -> keras.Sequential:
        """Latent (B, T, H) -> the latent one step later (B, T, H), one layer fewer."""
        n_layers = max(1, self.args.num_layers - 1)
        return self._network("supervisor", self.hidden_dim, n_layers=n_layers)

    def discriminator(self) -> keras.Sequential:
        """Latent (B, T, H) -> logit per step (B, T, 1): real above zero, generated below."""
        return self._network("discriminator", self.hidden_dim, n_outputs=1, activation="linear")

    def critic(self) -> keras.Sequential:
        """A window as `models.critics.window_view` has it (B, T - 1, 2 F) -> logit per step.

        The higher, the more like a real one. Not in the paper.
        """
        width = 2 * self.n_features + self.n_conditions
        layers = [keras.Input((None, width), dtype="float32")]
        for _ in range(N_CONVOLUTIONS):
            layers.append(keras.layers.Conv1D(FILTERS, KERNEL_SIZE, padding="same"))
            layers.append(keras.layers.LeakyReLU(0.2))
        layers.append(keras.layers.Dense(1))
        return keras.Sequential(layers, name="critic")

    def _network(
        self,
        name: str,
        n_inputs: int,
        *,
        n_outputs: int | None = None,
        activation: str = "sigmoid",
        n_layers: int | None = None,
        batchnorm: bool = False,
    ) -> keras.Sequential:
        """Recurrent layers, then one dense layer at every step.

        Batch normalisation only where a network sees one kind of batch: embedder and generator.
        Supervisor and recovery see real and generated latents by turns, whose statistics differ.
        """
        layers = [keras.Input((None, n_inputs + self.n_conditions), dtype="float32")]
        for _ in range(n_layers or self.args.num_layers):
            layers.append(RECURRENT[self.args.sel_rnn](self.hidden_dim, return_sequences=True))
            if batchnorm:
                layers.append(keras.layers.BatchNormalization(synchronized=self.n_replicas > 1))
        layers.append(keras.layers.Dense(n_outputs or self.hidden_dim, activation=activation))
        return keras.Sequential(layers, name=name)


def chain(networks: Sequence[keras.Sequential], *, name: str, n_conditions: int = 0) -> keras.Model:
    """Return one model over the layers of `networks`, which it shares with them.

    `chain((generator, supervisor, recovery), name=...)` is TimeGAN's synthetic model: noise
    (B, T, Z) -> scaled window (B, T, F). It holds stock layers only, so that plain
    `keras.saving.load_model` opens its file anywhere. With conditions it takes [noise, conditions
    (B, T, C)] and holds the networks whole.
    """
    shape = (None, networks[0].input_shape[-1] - n_conditions)
    if not n_conditions:
        layers = [layer for network in networks for layer in network.layers]
        return keras.Sequential([keras.Input(shape), *layers], name=name)
    noise, conditions = keras.Input(shape), keras.Input((None, n_conditions))
    made = noise
    for network in networks:
        made = network(keras.layers.Concatenate()([made, conditions]))
    return keras.Model([noise, conditions], made, name=name)


def noise_alone(n_inputs: int, n_conditions: int, *, name: str) -> keras.Sequential:
    """A link of a `chain` that hands on what it gets, without the conditions beside it."""
    if not n_conditions:
        as_it_is = keras.layers.Activation("linear")
        return keras.Sequential([keras.Input((None, n_inputs)), as_it_is], name=name)
    dense = keras.layers.Dense(n_inputs, use_bias=False, trainable=False)
    network = keras.Sequential([keras.Input((None, n_inputs + n_conditions)), dense], name=name)
    network.set_weights([np.eye(n_inputs + n_conditions, n_inputs)])
    return network


def links(model: keras.Model) -> list[keras.Sequential]:
    """The networks that a `chain` with conditions holds, in their order; itself without them."""
    return [x for x in model.layers if isinstance(x, keras.Sequential)] or [model]
