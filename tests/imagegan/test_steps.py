"""A step of every variant: what moves, what does not, what is drawn."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from modules.imagegan import steps
from modules.imagegan.codes import code_losses, grouping_loss
from modules.imagegan.inputs import ImageBatches, conditions_of, latent, n_inputs
from modules.imagegan.steps import ImageGAN
from modules.training.phases import Phase, compiled
from settings import ImageGANSettings
from tests.tiny_images import layout, made

GANS, MODES = ("infogan", "vanila"), ("vanila", "selfattention")
LOSSES = ("vanila", "wgan", "wgangp")
VARIANTS = [
    *((model, mode, mode, loss) for model, mode, loss in itertools.product(GANS, MODES, LOSSES)),
    ("vanila", "vanila", "vanila", "r3gan"),
    ("infogan", "vanila", "selfattention", "wgangp"),
    ("vanila", "selfattention", "vanila", "vanila"),
]


def tiny(**fields):
    sizes = {"zdim": 3, "hidden_dim": 8, "embed_dim": 4, "batch_size": 4, "seed": 0}
    return ImageGANSettings(**(sizes | fields))


def build(**fields):
    """An `ImageGAN` and the batches it learns from."""
    keras.utils.set_random_seed(0)
    args, images = tiny(**fields), layout().drop(made()[0]).astype(np.float32) / 255
    random = np.random.default_rng(0)
    given = random.normal(size=(len(images), 2)).astype(np.float32)
    colours = layout().colours(made()[0]).reshape(-1, 6).astype(np.float32) / 255
    gan = ImageGAN(args, layout().shape, layout().places, "generator")
    return gan, ImageBatches(images, given, colours, args)


def weights(network):
    return [v.numpy().copy() for v in network.trainable_variables]


def has_moved(network, before):
    return any((now != then).any() for now, then in zip(weights(network), before, strict=True))


def networks(gan):
    names = ("generator", "discriminator", "reader", "code_reader")
    return {name: getattr(gan, name) for name in names if getattr(gan, name) is not None}


@pytest.mark.whole
@pytest.mark.parametrize(("model", "generator", "discriminator", "loss"), VARIANTS)
def test_every_variant_moves_all_its_networks_by_finite_losses(
    model, generator, discriminator, loss
):
    gan, batches = build(
        gan_model=model, gen_mode=generator, disc_mode=discriminator, loss_mode=loss, critic_iter=1
    )
    before = {name: weights(network) for name, network in networks(gan).items()}
    named = gan.step(batches)
    assert set(named) == set(gan.losses) and all(np.isfinite(value) for value in named.values())
    assert all(has_moved(network, before[name]) for name, network in networks(gan).items())
    assert ("code_reader" in before) == (model == "infogan") and "reader" in before


@pytest.mark.whole
def test_pixels_as_tokens_step_too():
    gan, batches = build(gen_mode="selfattention", disc_mode="selfattention", tokens="pixel")
    assert np.isfinite(list(gan.step(batches).values())).all()


def drawn(batches):
    return *batches.draw(), batches.latent()


def test_the_discriminator_step_leaves_the_others_unchanged():
    gan, batches = build(gan_model="infogan")
    before = {name: weights(network) for name, network in networks(gan).items()}
    gan.discriminator_step(*drawn(batches), batches.shares())
    moved = {name for name, network in networks(gan).items() if has_moved(network, before[name])}
    assert moved == {"discriminator"}


def test_the_generator_step_moves_generator_and_code_reader_alone():
    gan, batches = build(gan_model="infogan")
    before = {name: weights(network) for name, network in networks(gan).items()}
    gan.generator_step(*drawn(batches))
    moved = {name for name, network in networks(gan).items() if has_moved(network, before[name])}
    assert moved == {"generator", "code_reader"}


@pytest.mark.whole
@pytest.mark.parametrize(
    ("loss", "n_updates"), [("vanila", 1), ("r3gan", 1), ("wgan", 3), ("wgangp", 3)]
)
def test_wasserstein_critics_take_more_steps(loss, n_updates):
    gan, batches = build(loss_mode=loss, critic_iter=3)
    gan.step(batches)
    counts = [optimizer.iterations.numpy() for optimizer, _ in gan.rates]
    assert counts == [1, n_updates, 1]


def test_clipping_holds_the_discriminator_within_its_limit():
    gan, batches = build(loss_mode="wgan", weight_clip=0.02)
    gan.step(batches)
    assert max(np.abs(w).max() for w in weights(gan.discriminator)) == pytest.approx(0.02)


@pytest.mark.whole
def test_constraint_lambda_pulls_the_fixed_pixels():
    errors = {}
    for weight in (0.0, 100.0):
        gan, batches = build(constraint_lambda=weight, condition_lambda=0.0, learning_rate_gen=0.01)
        step = compiled(Phase("images", 60, lambda gan=gan, b=batches: gan.step(b), gan.losses))
        step(60)
        errors[weight] = float(step(1)["fixed_error"])
    assert errors[100.0] < 0.5 * errors[0.0]


def test_the_fixed_error_is_the_mean_over_both_pixels_and_three_colours():
    image = np.zeros((1, 10, 14, 3), np.float32)
    (row, column), (other_row, other_column) = layout().places
    image[0, row, column], image[0, other_row, other_column] = [0.1, 0.2, 0.3], [0.4, 0.5, 0.6]
    found = steps._fixed(tf.constant(image), layout().places)
    np.testing.assert_allclose(found, [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])


def test_conditions_and_colours_reach_generator_and_discriminator():
    gan, batches = build()
    assert gan.generator.input_shape[-1] == 3 + 2 + 6 == n_inputs(gan.args)
    assert gan.discriminator.input_shape[1][-1] == 8
    without, _ = build(fixed_input=False)
    assert without.generator.input_shape[-1] == 5 and without.discriminator.input_shape[1][-1] == 2
    assert np.isfinite(list(without.step(batches).values())).all()


def test_codes_are_one_hot_then_uniform():
    args = tiny(gan_model="infogan", info_categories=4, info_continuous=2)
    values = latent(tf.random.Generator.from_seed(0), 500, args).numpy()[:, 3:]
    assert values.shape == (500, 6)
    assert (values[:, :4].sum(1) == 1).all() and (values[:, :4].max(1) == 1).all()
    assert (np.bincount(values[:, :4].argmax(1)) > 80).all()
    assert (
        values[:, 4:].min() < -0.9 and values[:, 4:].max() > 0.9 and abs(values[:, 4:].mean()) < 0.1
    )


def test_the_code_loss_is_cross_entropy_plus_half_the_squared_error():
    codes = np.array([[1, 0, 0, 0.5], [0, 0, 1, -1]], np.float32)
    said = np.array([[2, 0, 1, 0.0], [0, 0, 0, 1]], np.float32)
    entropy = [np.log(np.exp([2, 0, 1]).sum()) - 2, np.log(3)]
    expected = np.mean(entropy) + 0.5 * np.mean([0.25, 4])
    named = code_losses(tf.constant(codes), tf.constant(said), 3)
    assert float(named["code_loss"]) == pytest.approx(expected)
    assert float(named["information"]) == pytest.approx(1 - np.mean(entropy) / np.log(3))


def test_colours_are_told_as_the_logits_that_show_them():
    colours = tf.constant([[0, 1 / 3, 0.5, 2 / 3, 1, 0]])
    told = conditions_of(tf.zeros((1, 2)), colours, tiny())
    np.testing.assert_allclose(tf.sigmoid(told[:, 2:]), colours, atol=0.5 / 255 + 1e-6)
    assert told.shape == (1, 8) and float(told[0, 4]) == pytest.approx(0, abs=1e-6)


def sure(groups, n=3):
    """Logits that say these groups, with hardly a doubt."""
    return tf.constant(20 * np.eye(n)[groups], tf.float32)


def test_groups_that_are_sure_equal_and_independent_of_the_conditions_cost_least():
    level = np.repeat(np.linspace(-1, 1, 5) * np.sqrt(2), 3)
    given = tf.constant(np.stack([level, -level], 1), tf.float32)
    groups = np.tile([0, 1, 2], 5)
    least = float(grouping_loss(sure(groups), sure(groups), given))
    assert least == pytest.approx(-2 * np.log(3), abs=1e-3)
    others = {
        "one group": (sure(0 * groups), sure(0 * groups), given),
        "unsure": (0 * sure(groups), 0 * sure(groups), given),
        "noise decides": (sure(groups), sure(np.roll(groups, 1)), given),
        "a condition": (sure(np.arange(15) // 5), sure(np.arange(15) // 5), given),
    }
    for name, arguments in others.items():
        assert float(grouping_loss(*arguments)) > least + 0.5, name


def test_the_reader_learns_categories_of_real_images_alone():
    gan, batches = build(gan_model="infogan", info_continuous=0)
    real, given, _, drawn_codes = drawn(batches)
    codes, said = drawn_codes[:, 3:], tf.random.normal((4, 3))
    losses = [
        gan.teaching_loss(lambda _, training: sure([0, 1, 2, 0]), real, given, shown, said)
        for shown in (codes, tf.roll(codes, 1, -1))
    ]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop"])
def test_rates_and_betas_are_the_settings(optimizer):
    gan, _ = build(
        optimizer=optimizer, learning_rate_gen=0.003, learning_rate_disc=0.004, opt_beta1=0.25
    )
    (generator, its_rate), (discriminator, other_rate), *_ = gan.rates
    assert (its_rate, other_rate) == (0.003, 0.004)
    assert float(generator.learning_rate) == pytest.approx(0.003)
    assert float(discriminator.learning_rate) == pytest.approx(0.004)
    assert type(generator).__name__.lower() == optimizer
    if optimizer != "rmsprop":
        assert (generator.beta_1, generator.beta_2) == (0.25, 0.9)


@pytest.mark.whole
def test_the_same_seed_gives_the_same_step():
    losses = [build()[0].step(build()[1]) for _ in range(2)]
    assert [float(v) for v in losses[0].values()] == [float(v) for v in losses[1].values()]
