"""The four networks of TadGAN (Geiger et al., IEEE BigData 2020) and their losses.

In the paper's letters: window X, latent Z, encoder E, generator G, critics C_x and C_z. Sizes are
those of Orion, its authors' code; recurrent dropout is left out, which neither cuDNN nor
`models.fast_recurrent` has. Shape letters: B windows per batch, T time steps, F features, Z latent
width.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

EPSILON = 1e-12  # under a square root: its gradient at zero is infinite
ENCODER_UNITS, GENERATOR_UNITS, FILTERS, KERNEL_SIZE, N_CONVOLUTIONS = 100, 64, 64, 5, 4
SHORTEST_WINDOW = N_CONVOLUTIONS * (KERNEL_SIZE - 1) + 1  # the critic's convolutions leave one step
PENALTY_WEIGHTS = {"gradient": 10.0, "orion": 10.0, "document": 1.0}

layers = keras.layers

Network = Callable[[tf.Tensor], tf.Tensor]


def encoder(seq_len: int, n_features: int, latent_dim: int) -> keras.Sequential:
    """Scaled window (B, T, F) -> latent (B, Z)."""
    return keras.Sequential(
        [
            keras.Input((seq_len, n_features), dtype="float32"),
            layers.Bidirectional(layers.LSTM(ENCODER_UNITS, return_sequences=True)),
            layers.Flatten(),
            layers.Dense(latent_dim),
        ],
        name="encoder",
    )


def generator(
    seq_len: int,
    n_features: int,
    latent_dim: int,
    activation: str = "tanh",
    *,
    dropout: float = 0.0,
) -> keras.Sequential:
    """Latent (B, Z) -> scaled window (B, T, F).

    Orion has a `dropout` of 0.2. The first recurrent layer has one input, so that each of its
    directions then hears nothing of the latent for a fifth of the windows.

    Half as many steps at first, each doubled in between; of an odd number the last is cut off.
    """
    n_halved = (seq_len + 1) // 2
    return keras.Sequential(
        [
            keras.Input((latent_dim,), dtype="float32"),
            layers.Dense(n_halved),
            layers.Reshape((n_halved, 1)),
            _bidirectional(dropout),
            layers.UpSampling1D(2),
            *([layers.Cropping1D((0, 1))] if seq_len % 2 else []),
            _bidirectional(dropout),
            layers.Dense(n_features, activation=activation),
        ],
        name="generator",
    )


def _bidirectional(dropout: float) -> keras.layers.Layer:
    lstm = layers.LSTM(GENERATOR_UNITS, return_sequences=True, dropout=dropout)
    return layers.Bidirectional(lstm)


def critic_x(seq_len: int, n_features: int) -> keras.Sequential:
    """Scaled window (B, T, F) -> value (B, 1): the higher, the more like a real one."""
    return keras.Sequential(
        [
            keras.Input((seq_len, n_features), dtype="float32"),
            *_repeated(lambda: layers.Conv1D(FILTERS, KERNEL_SIZE), N_CONVOLUTIONS, dropout=0.25),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name="critic_x",
    )


def critic_z(latent_dim: int) -> keras.Sequential:
    """Latent (B, Z) -> value (B, 1): the higher, the more like a standard normal draw."""
    return keras.Sequential(
        [
            keras.Input((latent_dim,), dtype="float32"),
            *_repeated(lambda: layers.Dense(latent_dim), 2, dropout=0.2),
            layers.Dense(1),
        ],
        name="critic_z",
    )


def _repeated(
    layer: Callable[[], keras.layers.Layer], n: int, dropout: float
) -> list[keras.layers.Layer]:
    parts = ([layer(), layers.LeakyReLU(0.2), layers.Dropout(dropout)] for _ in range(n))
    return [part for together in parts for part in together]


def scoring_model(
    encoder: keras.Sequential, generator: keras.Sequential, critic_x: keras.Sequential, *, name: str
) -> keras.Model:
    """One `keras.Model` of what scoring needs: window -> (reconstruction (B, T, F), value (B, 1)).

    It shares the layers of the networks, stock ones only, so that plain `keras.saving.load_model`
    opens its file anywhere.
    """
    window = keras.Input(encoder.input_shape[1:], dtype="float32")
    return keras.Model(window, [generator(encoder(window)), critic_x(window)], name=name)


def critic_loss(real_value: tf.Tensor, fake_value: tf.Tensor) -> tf.Tensor:
    """Wasserstein loss of a critic: mean value of fakes less that of reals. Both (B, 1)."""
    return tf.reduce_mean(fake_value) - tf.reduce_mean(real_value)


def gradient_penalty(critic: Network, mixed: tf.Tensor) -> tf.Tensor:
    """Mean squared distance of the critic's gradient norm from 1 at `mixed` (B, ...).

    Gulrajani et al., NeurIPS 2017; the norm is over all axes but the first. `mixed` lies between
    reals and fakes, each of the B at a place of its own.
    """
    with tf.GradientTape() as tape:
        tape.watch(mixed)
        value = critic(mixed)
    squares = tf.square(tape.gradient(value, mixed))
    norm = tf.sqrt(tf.reduce_sum(squares, range(1, squares.shape.rank)) + EPSILON)
    return tf.reduce_mean(tf.square(norm - 1))


def value_penalty(critic: Network, mixed: tf.Tensor) -> tf.Tensor:
    """Norm of the critic's values at `mixed` (B, ...): document 002's formula.

    It draws the values to zero and says nothing about the gradient.
    """
    return tf.sqrt(tf.reduce_sum(tf.square(critic(mixed))) + EPSILON)


PENALTIES = {
    "gradient": gradient_penalty,
    "orion": gradient_penalty,
    "document": value_penalty,
}


def mixture(real: tf.Tensor, fake: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
    """`shares` (B,) in 0...1 of `real` and the rest of `fake`, both (B, ...)."""
    shares = tf.reshape(shares, (-1, *[1] * (real.shape.rank - 1)))
    return shares * real + (1 - shares) * fake


def reconstruction_loss(real: tf.Tensor, recovered: tf.Tensor) -> tf.Tensor:
    """Mean squared error of windows (B, T, F)."""
    return tf.reduce_mean(tf.square(real - recovered))
