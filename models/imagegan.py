"""The networks of the conditional image GAN of document 003.

Shape letters: B images per batch, H rows, W columns, N tokens, E width of a token, C conditions
(durability, mass, and the colours of the fixed pixels where they are given), Z everything that the
generator makes an image of: noise, conditions, codes. Images are float32 in 0...1.
"""

import math
from typing import Protocol

import keras

N_BLOCKS = 2  # of self-attention
N_HIDDEN = 3  # dense layers
PATTERNS, REACH = 32, 2  # of the code reader, which sees patterns of five by five pixels
READER_NOISE = 0.3  # deviation, of images in 0...1
SLOPE = 0.2  # of the leaky rectifier below zero, as in DCGAN
FEED_FORWARD = 4  # times as wide as a token, as in the transformer

Shape = tuple[int, int, int]  # H, W and channels of an image


class NetworkSettings(Protocol):
    """What is read of the settings."""

    @property
    def gen_mode(self) -> str: ...
    @property
    def disc_mode(self) -> str: ...
    @property
    def hidden_dim(self) -> int: ...
    @property
    def output_dim(self) -> int: ...
    @property
    def embed_dim(self) -> int: ...
    @property
    def num_heads(self) -> int: ...
    @property
    def tokens(self) -> str: ...


def generator(
    args: NetworkSettings, image_shape: Shape, n_inputs: int, name: str = "generator"
) -> keras.Model:
    """Return a network (B, Z) -> image (B, H, W, 3) in 0...1, of stock layers alone."""
    inputs = x = keras.Input((n_inputs,), dtype="float32")
    n_pixels = math.prod(image_shape)
    if args.gen_mode == "vanila":
        x = keras.layers.Dense(n_pixels)(_hidden(x, args.hidden_dim, N_HIDDEN))
        x = keras.layers.Reshape(image_shape)(x)
    else:
        n_tokens, n_features = _token_shape(image_shape, args.tokens)
        x = _spread_over(x, n_tokens, args.embed_dim)
        x = _attention(x, args.embed_dim, args.num_heads)
        x = _from_tokens(keras.layers.Dense(n_features)(x), image_shape, args.tokens)
    # A short way as well: the fixed pixels are copies of logits that are put in.
    straight = keras.layers.Reshape(image_shape)(keras.layers.Dense(n_pixels)(inputs))
    outputs = keras.layers.Activation("sigmoid")(keras.layers.Add()([x, straight]))
    return keras.Model(inputs, outputs, name=name)


def discriminator(
    args: NetworkSettings, image_shape: Shape, n_conditions: int, name: str = "discriminator"
) -> keras.Model:
    """Return a network [image (B, H, W, 3), conditions (B, C)] -> logits (B, `output_dim`).

    No batch normalisation: a gradient penalty is of one image, which must not depend on the others
    (WGAN-GP, section 4).
    """
    image = keras.Input(image_shape, dtype="float32")
    conditions = keras.Input((n_conditions,), dtype="float32")
    if args.disc_mode == "vanila":
        x = keras.layers.Flatten()(image)
        x = _hidden(keras.layers.Concatenate()([x, conditions]), args.hidden_dim, N_HIDDEN)
    else:
        n_tokens, _ = _token_shape(image_shape, args.tokens)
        x = keras.layers.Dense(args.embed_dim)(_to_tokens(image, image_shape, args.tokens))
        x = keras.layers.Add()([x, _spread_over(conditions, n_tokens, args.embed_dim)])
        x = keras.layers.GlobalAveragePooling1D()(_attention(x, args.embed_dim, args.num_heads))
    return keras.Model([image, conditions], keras.layers.Dense(args.output_dim)(x), name=name)


def reader(args: NetworkSettings, image_shape: Shape, n_outputs: int, name: str) -> keras.Model:
    """Return a network image (B, H, W, 3) -> what it says of it, (B, `n_outputs`).

    In training it sees noise over the image: a generator that is to please it must then put what
    is read where it is plain, not into a faint pattern that nobody else sees.
    """
    image = keras.Input(image_shape, dtype="float32")
    x = keras.layers.GaussianNoise(READER_NOISE)(image)
    x = _hidden(keras.layers.Flatten()(x), args.hidden_dim, N_HIDDEN - 1)
    return keras.Model(image, keras.layers.Dense(n_outputs)(x), name=name)


def code_reader(
    args: NetworkSettings,
    image_shape: Shape,
    n_categories: int,
    n_continuous: int,
    name: str = "code_reader",
) -> keras.Model:
    """InfoGAN's Q, a network image (B, H, W, 3) -> what it says of the codes.

    (B, `n_categories` + `n_continuous`): logits of the categorical code, then the continuous ones.
    The former are of the patterns in the image, wherever they stand: a category that is to be
    read so must be a style and cannot be a shift. Noise over the image as in `reader`.
    """
    image = keras.Input(image_shape, dtype="float32")
    noisy = keras.layers.GaussianNoise(READER_NOISE)(image)
    x = keras.layers.Conv2D(PATTERNS, 1 + 2 * REACH)(_wrapped(noisy, REACH))
    x = keras.layers.Dense(PATTERNS)(keras.layers.LeakyReLU(negative_slope=SLOPE)(x))
    x = keras.layers.LeakyReLU(negative_slope=SLOPE)(x)
    outputs = keras.layers.Dense(n_categories)(keras.layers.GlobalAveragePooling2D()(x))
    if n_continuous:
        x = _hidden(keras.layers.Flatten()(noisy), args.hidden_dim, N_HIDDEN - 1)
        continuous = keras.layers.Dense(n_continuous)(x)
        outputs = keras.layers.Concatenate()([outputs, continuous])
    return keras.Model(image, outputs, name=name)


def _wrapped(x: keras.KerasTensor, reach: int) -> keras.KerasTensor:
    """Continue an image (B, H, W, any) by `reach` pixels with its opposite sides."""
    for axis in (1, 2):
        length = x.shape[axis]
        parts = [(length - reach, length), (0, length), (0, reach)]
        cut = [x[:, a:b] if axis == 1 else x[:, :, a:b] for a, b in parts]
        x = keras.layers.Concatenate(axis=axis)(cut)
    return x


def _hidden(x: keras.KerasTensor, n_units: int, n_layers: int) -> keras.KerasTensor:
    for _ in range(n_layers):
        x = keras.layers.LeakyReLU(negative_slope=SLOPE)(keras.layers.Dense(n_units)(x))
    return x


def _token_shape(image_shape: Shape, tokens: str) -> tuple[int, int]:
    """(N, features of a token): columns from left to right, or pixels row by row."""
    height, width, channels = image_shape
    return (width, height * channels) if tokens == "column" else (height * width, channels)


def _to_tokens(image: keras.KerasTensor, image_shape: Shape, tokens: str) -> keras.KerasTensor:
    if tokens == "column":
        image = keras.layers.Permute((2, 1, 3))(image)
    return keras.layers.Reshape(_token_shape(image_shape, tokens))(image)


def _from_tokens(x: keras.KerasTensor, image_shape: Shape, tokens: str) -> keras.KerasTensor:
    height, width, channels = image_shape
    if tokens == "pixel":
        return keras.layers.Reshape(image_shape)(x)
    return keras.layers.Permute((2, 1, 3))(keras.layers.Reshape((width, height, channels))(x))


def _spread_over(x: keras.KerasTensor, n_tokens: int, embed_dim: int) -> keras.KerasTensor:
    """(B, any) -> (B, N, E): each token its own, so that the bias is the token's learned place."""
    return keras.layers.Reshape((n_tokens, embed_dim))(keras.layers.Dense(n_tokens * embed_dim)(x))


def _attention(x: keras.KerasTensor, embed_dim: int, num_heads: int) -> keras.KerasTensor:
    """Blocks of self-attention on (B, N, E), normalised before each part and once at the end."""
    for _ in range(N_BLOCKS):
        y = keras.layers.LayerNormalization()(x)
        # Flash attention has no second derivative, which a gradient penalty needs.
        attention = keras.layers.MultiHeadAttention(
            num_heads, embed_dim // num_heads, flash_attention=False
        )
        x = keras.layers.Add()([x, attention(y, y)])
        y = keras.layers.LayerNormalization()(x)
        y = keras.layers.Dense(FEED_FORWARD * embed_dim, activation="gelu")(y)
        x = keras.layers.Add()([x, keras.layers.Dense(embed_dim)(y)])
    return keras.layers.LayerNormalization()(x)
