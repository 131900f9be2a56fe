"""The image GAN's networks: shapes, what depends on what, and gradients of gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import critics, imagegan
from modules.runs.safe import load_model
from settings import ImageGANSettings

SHAPE = (4, 6, 3)
MODES = [("vanila", "column"), ("selfattention", "column"), ("selfattention", "pixel")]
RANDOM = np.random.default_rng(0)
IMAGES = tf.constant(RANDOM.uniform(size=(5, *SHAPE)).astype(np.float32))
CONDITIONS = tf.constant(RANDOM.normal(size=(5, 8)).astype(np.float32))

each_mode = pytest.mark.parametrize(("mode", "tokens"), MODES)


def tiny(mode="vanila", tokens="column", **fields):
    sizes = {"hidden_dim": 8, "embed_dim": 4, "num_heads": 2}
    return ImageGANSettings(gen_mode=mode, disc_mode=mode, tokens=tokens, **(sizes | fields))


@each_mode
def test_a_generator_makes_images_in_0_to_1(mode, tokens):
    images = imagegan.generator(tiny(mode, tokens), SHAPE, 8)(10 * CONDITIONS).numpy()
    assert images.shape == (5, *SHAPE)
    assert (images >= 0).all() and (images <= 1).all() and images.std(0).min() > 0


@each_mode
def test_a_generator_loads_by_stock_keras_and_says_the_same(mode, tokens, tmp_path):
    network = imagegan.generator(tiny(mode, tokens), SHAPE, 8)
    network.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(CONDITIONS), network(CONDITIONS))


@each_mode
@pytest.mark.parametrize("n_logits", [1, 3])
def test_a_discriminator_judges_image_and_conditions(mode, tokens, n_logits):
    network = imagegan.discriminator(tiny(mode, tokens, output_dim=n_logits), SHAPE, 8)
    logits = network([IMAGES, CONDITIONS]).numpy()
    assert logits.shape == (5, n_logits)
    assert np.abs(logits - network([IMAGES[::-1], CONDITIONS]).numpy()).max() > 1e-4
    assert np.abs(logits - network([IMAGES, CONDITIONS[::-1]]).numpy()).max() > 1e-4


@each_mode
def test_a_logit_depends_on_its_own_image_alone(mode, tokens):
    network = imagegan.discriminator(tiny(mode, tokens), SHAPE, 8)
    whole = network([IMAGES, CONDITIONS])
    np.testing.assert_allclose(network([IMAGES[:2], CONDITIONS[:2]]), whole[:2], atol=1e-6)


@pytest.mark.parametrize("tokens", ["column", "pixel"])
def test_tokens_become_the_image_they_came_from(tokens):
    image = keras.Input(SHAPE)
    there = imagegan._to_tokens(image, SHAPE, tokens)
    network = keras.Model(image, [there, imagegan._from_tokens(there, SHAPE, tokens)])
    of_tokens, back = network(IMAGES)
    np.testing.assert_array_equal(back, IMAGES)
    first = IMAGES[:, :, 0] if tokens == "column" else IMAGES[:, 0, 0]
    np.testing.assert_array_equal(of_tokens[:, 0], tf.reshape(first, (5, -1)))


@each_mode
def test_a_gradient_penalty_reaches_the_weights(mode, tokens):
    network = imagegan.discriminator(tiny(mode, tokens), SHAPE, 8)

    def critic(images):
        return network([images, CONDITIONS], training=True)

    with tf.GradientTape() as tape:
        penalty = critics.lipschitz_penalty(
            critic, IMAGES, IMAGES[::-1], tf.fill((5, 1, 1, 1), 0.3)
        )
    kernels = [v for v in network.trainable_variables if v.path.endswith("kernel")]
    for kernel, gradient in zip(kernels, tape.gradient(penalty, kernels), strict=True):
        assert gradient is not None and bool(tf.reduce_any(gradient != 0)), kernel.path


def test_a_gradient_penalty_of_attention_equals_its_finite_difference():
    keras.utils.set_random_seed(0)
    network = imagegan.discriminator(tiny("selfattention", embed_dim=16), SHAPE, 8)
    kernel = next(v for v in network.trainable_variables if "query/kernel" in v.path)

    def penalty():
        return critics.lipschitz_penalty(
            lambda images: network([images, CONDITIONS], training=True),
            IMAGES, IMAGES[::-1], tf.fill((5, 1, 1, 1), 0.3),
        )  # fmt: skip

    with tf.GradientTape() as tape:
        loss = penalty()
    gradient = tape.gradient(loss, kernel).numpy()
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    before, step = kernel.numpy(), np.zeros_like(gradient)
    step[place] = 0.002
    values = []
    for moved in (before + step, before - step):
        kernel.assign(moved)
        values.append(float(penalty()))
    assert (values[0] - values[1]) / 0.004 == pytest.approx(gradient[place], rel=0.05)


def test_a_reader_says_as_many_numbers_as_asked():
    assert imagegan.reader(tiny(), SHAPE, 5, "reader")(IMAGES).shape == (5, 5)
    for n_continuous in (0, 2):
        network = imagegan.code_reader(tiny(), SHAPE, 3, n_continuous)
        assert network(IMAGES).shape == (5, 3 + n_continuous)


def test_readers_see_noise_in_training_alone():
    reader = imagegan.reader(tiny(), SHAPE, 5, "reader")
    for network in (reader, imagegan.code_reader(tiny(), SHAPE, 3, 1)):
        for training in (False, True):
            same = (
                network(IMAGES, training=training) == network(IMAGES, training=training)
            ).numpy()
            assert same.all() != training


def test_categories_are_read_alike_wherever_a_pattern_stands_and_continuous_codes_are_not():
    network = imagegan.code_reader(tiny(), SHAPE, 3, 1)
    said = network(IMAGES).numpy()
    moved = network(tf.roll(IMAGES, (1, 2), (1, 2))).numpy()
    np.testing.assert_allclose(moved[:, :3], said[:, :3], atol=1e-5)
    assert np.abs(moved[:, 3] - said[:, 3]).max() > 1e-3
