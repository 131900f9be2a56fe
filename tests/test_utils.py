"""TimeGAN's steps: whole updates against float64, what each moves, the gate."""

import numpy as np
import pytest
import tensorflow as tf

from models.definemodel import n_units
from modules import utils
from modules.utils import TimeGAN
from settings import TimeGANSettings
from tests import twin
from tests.tiny import (
    CPU,
    FEATURES,
    KINDS,
    STEPS,
    STOCK,
    WINDOWS,
    stirred,
    tiny_batches,
    tiny_settings,
    tiny_timegan,
)

RANDOM = np.random.default_rng(5)
REAL = RANDOM.uniform(size=(WINDOWS, STEPS, FEATURES)).astype(np.float32)
NOISE = RANDOM.uniform(size=(WINDOWS, STEPS, FEATURES)).astype(np.float32)
LR, BETA, BETA_2 = 0.01, 0.8, 0.95
OPTIMIZERS = ("autoencoder", "supervisor", "generator", "embedder", "discriminator")


def autoencoder(nets):
    recovered = twin.call(nets["recovery"], twin.call(nets["embedder"], REAL))
    return 10 * twin.reconstruction_loss(REAL, recovered)


def supervised(nets):
    latent = twin.call(nets["embedder"], REAL, training=False)
    return twin.supervised_loss(latent, twin.call(nets["supervisor"], latent))


def generator(nets):
    latent = twin.call(nets["embedder"], REAL, training=False)
    generated = twin.call(nets["generator"], NOISE)
    supervised_latent = twin.call(nets["supervisor"], generated)
    synthetic = twin.call(nets["recovery"], supervised_latent)
    next_step = twin.supervised_loss(latent, twin.call(nets["supervisor"], latent))
    return (
        twin.adversarial_loss(twin.call(nets["discriminator"], supervised_latent))
        + twin.adversarial_loss(twin.call(nets["discriminator"], generated))
        + 100 * np.sqrt(next_step + twin.EPSILON)
        + 100 * twin.moment_loss(REAL, synthetic)
    )


def embedder(nets):
    latent = twin.call(nets["embedder"], REAL)
    reconstruction = twin.reconstruction_loss(REAL, twin.call(nets["recovery"], latent))
    next_step = twin.supervised_loss(latent, twin.call(nets["supervisor"], latent))
    return 10 * reconstruction + 0.1 * next_step


def discriminator(nets):
    latent = twin.call(nets["embedder"], REAL, training=False)
    generated = twin.call(nets["generator"], NOISE)
    supervised_latent = twin.call(nets["supervisor"], generated)
    logits = (twin.call(nets["discriminator"], x) for x in (latent, supervised_latent, generated))
    return twin.discriminator_loss(*logits)


# name -> loss in float64, networks it trains, their optimiser, networks in training mode, batches
UPDATES = {
    "autoencoder": (autoencoder, ("embedder", "recovery"), "autoencoder", ("embedder",), (REAL,)),
    "supervised": (supervised, ("supervisor",), "supervisor", (), (REAL,)),
    "generator": (
        generator,
        ("generator", "supervisor"),
        "generator",
        ("generator",),
        (REAL, NOISE),
    ),
    "embedder": (embedder, ("embedder", "recovery"), "embedder", ("embedder",), (REAL,)),
    "discriminator": (
        discriminator,
        ("discriminator",),
        "discriminator",
        ("generator",),
        (REAL, NOISE),
    ),
}


def ready_timegan(**fields):
    """A TimeGAN whose weights, moving statistics and Adam slots are all away from their start."""
    timegan = tiny_timegan(**({"lr": LR, "beta": BETA, "beta_2": BETA_2, "gamma": 0.0} | fields))
    stirred(timegan)
    random = np.random.default_rng(8)
    for name in OPTIMIZERS:
        optimizer = getattr(timegan, f"{name}_optimizer")
        optimizer.iterations.assign(2)
        for slot in optimizer.variables[2:]:
            drawn = random.normal(0, 0.1, slot.shape)
            slot.assign(1 + drawn**2 if "velocity" in slot.path else drawn)
    return timegan


def values(variables):
    return [variable.numpy().astype(np.float64) for variable in variables]


def slots(optimizer, kind):
    return [v for v in optimizer.variables if kind in v.path]


class Update:
    """One update of one kind: everything before it, after it, and what it reported."""

    def __init__(self, name, **fields):
        self.loss, self.trained, self.optimizer, self.in_training_mode, batches = UPDATES[name]
        self.timegan = ready_timegan(**fields)
        self.networks = {n: twin.read(getattr(self.timegan, n)) for n in utils.NETWORKS}
        self.before = self._state()
        self.slots_before = self._slots()
        step = getattr(self.timegan, f"{name}_step")
        self.reported = {key: float(value) for key, value in step(*batches).items()}
        self.after = self._state()
        self.slots_after = self._slots()

    def _state(self):
        return {n: values(getattr(self.timegan, n).variables) for n in utils.NETWORKS}

    def _slots(self):
        optimizer = getattr(self.timegan, f"{self.optimizer}_optimizer")
        return [values(slots(optimizer, kind)) for kind in ("momentum", "velocity")]

    def weights(self, state):
        return [
            value
            for name in self.trained
            for value, variable in zip(
                state[name], getattr(self.timegan, name).variables, strict=True
            )
            if variable.trainable
        ]


@pytest.fixture(scope="module", params=UPDATES)
def update(request):
    return request.param, Update(request.param, num_layers=2)


def assert_equals_twin(update, *, lr=LR, beta=BETA, beta_2=BETA_2):
    before, after = update.weights(update.before), update.weights(update.after)
    gradients = twin.gradients(update.loss, update.networks, update.trained)
    assert len(before) == len(gradients) == len(update.slots_before[0])
    largest = max(np.abs(gradient).max() for gradient in gradients)
    assert largest > 1e-3
    for i, gradient in enumerate(gradients):
        weights, momentum, velocity = twin.adam(
            before[i],
            gradient,
            *(slot[i] for slot in update.slots_before),
            step=3,
            lr=lr,
            beta=beta,
            beta_2=beta_2,
        )
        close = {"atol": 1e-5 * largest, "rtol": 1e-4}
        np.testing.assert_allclose(update.slots_after[0][i], momentum, **close)
        np.testing.assert_allclose(update.slots_after[1][i], velocity, **close)
        np.testing.assert_allclose(after[i], weights, atol=2e-6, rtol=2e-5)


@pytest.mark.whole
def test_one_update_equals_finite_differences_and_adam_in_float64(update):
    assert_equals_twin(update[1])


@pytest.mark.whole
# GRU networks too: what docs/method.md says of the preset's rates, constants and layers.
@pytest.mark.parametrize("name", UPDATES)
def test_one_update_under_the_paper_preset_equals_the_papers_equations(name):
    paper = TimeGANSettings(preset="paper")
    fields = ("sel_rnn", "batchnorm", "num_layers", "lr", "beta", "beta_2", "scaler", "noise")
    update = Update(name, **{field: getattr(paper, field) for field in fields})
    assert_equals_twin(update, lr=0.001, beta=0.9, beta_2=0.999)
    unpublished = ("correlation_weight", "critic_weight", "ema")
    assert not any(getattr(paper, field) for field in (*unpublished, "lr_decay"))
    assert paper.clip_norm is None and paper.gamma == 0.15


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UPDATES)
def test_one_update_through_the_stock_layers_equals_float64(name, kind):
    assert_equals_twin(Update(name, sel_rnn=kind, device=STOCK, num_layers=2))


@pytest.mark.whole
def test_a_step_reports_the_losses_of_the_batch_it_saw(update):
    name, update = update
    named = update.reported
    if name == "embedder":
        expected = autoencoder(update.networks) / 10
        assert named == {"reconstruction_loss": pytest.approx(float(expected), rel=1e-5)}
        return
    total = {
        "autoencoder": lambda: 10 * named["reconstruction_loss"],
        "supervised": lambda: named["supervised_loss"],
        "generator": lambda: (
            named["adversarial_loss"]
            + 100 * np.sqrt(named["supervised_loss"] + 1e-8)
            + 100 * named["moment_loss"]
        ),
        "discriminator": lambda: named["discriminator_loss"],
    }[name]
    assert total() == pytest.approx(float(update.loss(update.networks)), rel=1e-5)


def test_a_step_moves_the_variables_it_names_and_no_others(update):
    name, update = update
    for network in utils.NETWORKS:
        variables = getattr(update.timegan, network).variables
        for i, variable in enumerate(variables):
            moved = not np.array_equal(update.before[network][i], update.after[network][i])
            expected = variable.trainable and network in update.trained
            if "moving" in variable.path:
                expected = network in update.in_training_mode
            assert moved == expected, f"{name} step, {variable.path}"
    counts = {o: int(getattr(update.timegan, f"{o}_optimizer").iterations) for o in OPTIMIZERS}
    assert counts == dict.fromkeys(counts, 2) | {update.optimizer: 3}


@pytest.fixture(scope="module")
def discriminate():
    """One compiled discriminator step; its gate reads `timegan.gamma` through a variable."""
    timegan = ready_timegan()
    gate = tf.Variable(0.0)
    timegan.args = timegan.args.model_copy(update={"gamma": gate})
    step = tf.function(timegan.discriminator_step, autograph=False)

    def run(gamma, bias=None):
        gate.assign(gamma)
        if bias is not None:
            kernel, last_bias = timegan.discriminator.layers[-1].weights
            kernel.assign(tf.zeros(kernel.shape))
            last_bias.assign([bias])
        return {key: value.numpy() for key, value in step(REAL, NOISE).items()}

    return timegan, run


@pytest.mark.whole
def test_discriminator_stands_still_below_gamma(discriminate):
    timegan, run = discriminate
    variables = timegan.discriminator.variables + timegan.discriminator_optimizer.variables
    before = values(variables)
    named = run(gamma=1e6)
    assert named["discriminator_trained"] == 0
    assert named["discriminator_loss"] > 0
    for left, right in zip(before, values(variables), strict=True):
        np.testing.assert_array_equal(left, right)


def test_discriminator_learns_at_gamma_and_not_just_above(discriminate):
    timegan, run = discriminate
    loss = run(gamma=1e6)["discriminator_loss"]
    assert run(gamma=np.nextafter(loss, np.float32(9)))["discriminator_trained"] == 0
    assert run(gamma=loss)["discriminator_trained"] == 1
    assert run(gamma=0)["discriminator_loss"] < loss


@pytest.mark.parametrize("logit", [-3.0, 3.0])
def test_discriminator_learns_from_confident_mistakes(discriminate, logit):
    timegan, run = discriminate
    for slot in slots(timegan.discriminator_optimizer, "momentum"):
        slot.assign(tf.zeros(slot.shape))
    run(gamma=0, bias=logit)
    of_bias = slots(timegan.discriminator_optimizer, "momentum")[-1]
    gradient = 2 * twin.sigmoid(logit) - twin.sigmoid(-logit)
    assert float(of_bias[0]) == pytest.approx((1 - BETA) * gradient, rel=1e-4)
    assert abs(gradient) > 0.8


def test_supervisors_optimizer_holds_nothing_of_the_generator():
    timegan = tiny_timegan()
    shapes = [tuple(slot.shape) for slot in slots(timegan.supervisor_optimizer, "momentum")]
    assert shapes == [tuple(v.shape) for v in timegan.supervisor.trainable_variables]


@pytest.fixture(scope="module")
def phases():
    """A TimeGAN of wide noise and its phases, each run for one step."""
    timegan = tiny_timegan(z_dim=6, gamma=0.0, train_step=17)
    phases = timegan.phases(tiny_batches(z_dim=6))
    counts, reported = [], []
    for phase in phases:
        reported.append(phase.step())
        counts.append([int(o.iterations) for o in optimizers(timegan)])
    return timegan, phases, reported, counts


def optimizers(timegan):
    return [getattr(timegan, f"{name}_optimizer") for name in OPTIMIZERS]


@pytest.mark.whole
def test_phases_stand_in_the_papers_order_and_name_their_losses(phases):
    _, table, reported, _ = phases
    assert [phase.name for phase in table] == ["autoencoder", "supervised", "joint"]
    assert [phase.n_steps for phase in table] == [17] * 3
    for phase, named in zip(table, reported, strict=True):
        assert set(named) == set(phase.losses) == set(utils.LOSSES[phase.name])


def test_joint_step_updates_generator_and_embedder_twice_and_the_discriminator_once(phases):
    counts = phases[-1]
    assert counts == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 2, 2, 1]]


def test_noise_may_be_wider_than_the_features(phases):
    timegan, _, reported, _ = phases
    assert timegan.z_dim == 6
    assert timegan.generator.input_shape == (None, None, 6)
    assert all(np.isfinite(float(value)) for value in reported[-1].values())


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_a_generator_of_copula_windows_begins_as_the_embedder(kind):
    timegan = ready_timegan(sel_rnn=kind, noise="copula", batchnorm=True)
    assert not np.allclose(timegan.generator(REAL), timegan.embedder(REAL))
    timegan.phases(tiny_batches())[-1].begin()
    np.testing.assert_array_equal(timegan.generator(REAL), timegan.embedder(REAL))


def test_a_generator_of_other_noise_begins_as_it_was_made():
    timegan = ready_timegan(noise="coloured")
    before = timegan.generator(REAL).numpy()
    timegan.phases(tiny_batches())[-1].begin()
    np.testing.assert_array_equal(timegan.generator(REAL), before)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_synthetic_model_is_generator_supervisor_recovery(kind):
    timegan = ready_timegan(sel_rnn=kind)
    expected = timegan.recovery(timegan.supervisor(timegan.generator(NOISE)))
    np.testing.assert_array_equal(timegan.synthetic_model()(NOISE), expected)


def test_chains_are_the_trained_one_and_those_with_fewer_networks():
    timegan = ready_timegan(noise="copula", z_dim=None)
    chains = timegan.chains()
    assert list(chains) == [
        "generator > supervisor > recovery",
        "generator > recovery",
        "embedder > recovery",
        "copula",
    ]
    windows = tf.constant(REAL)
    expected = {
        "generator > supervisor > recovery": timegan.synthetic_model()(windows),
        "generator > recovery": timegan.recovery(timegan.generator(windows)),
        "embedder > recovery": timegan.recovery(timegan.embedder(windows)),
        "copula": windows,
    }
    for name, made in expected.items():
        np.testing.assert_array_equal(chains[name](windows), made)


def test_noise_that_is_no_window_does_not_go_through_the_embedder():
    assert list(ready_timegan().chains()) == [
        "generator > supervisor > recovery",
        "generator > recovery",
    ]


def test_auto_takes_four_units_per_feature():
    timegan = tiny_timegan(hidden_dim="auto", n_features=3)
    assert timegan.embedder.output_shape[-1] == timegan.hidden_dim == 12


@pytest.mark.parametrize(("n_features", "units"), [(63, 252), (64, 256), (65, 256), (300, 256)])
def test_auto_takes_no_more_units_than_a_step_has_time_for(n_features, units):
    assert n_units("auto", n_features) == units
    assert n_units(1200, n_features) == 1200


def test_sampling_networks_are_the_trained_ones_without_a_mean():
    timegan = tiny_timegan()
    assert timegan.sampling == [timegan.generator, timegan.supervisor, timegan.recovery]


@pytest.mark.whole
def test_the_mean_of_the_weights_follows_every_joint_step():
    timegan = ready_timegan(ema=0.9, batchnorm=True)
    for name in utils.SAMPLING:
        for mean, current in zip(
            timegan.sampling[utils.SAMPLING.index(name)].weights,
            getattr(timegan, name).weights,
            strict=True,
        ):
            mean.assign(current)
    before = [values(getattr(timegan, name).weights) for name in utils.SAMPLING]
    timegan.joint_step(tiny_batches())
    after = [values(getattr(timegan, name).weights) for name in utils.SAMPLING]
    # Four updates of the generator: the decay is (1 + 4) / (10 + 4), not 0.9 yet.
    for mean, old, new in zip(timegan.sampling, before, after, strict=True):
        assert any(not np.array_equal(a, b) for a, b in zip(old, new, strict=True))
        for ours, a, b in zip(values(mean.weights), old, new, strict=True):
            np.testing.assert_allclose(ours, a + (1 - 5 / 14) * (b - a), atol=1e-6)


@pytest.mark.whole
def test_a_clipped_update_goes_the_same_way_with_a_shorter_gradient():
    free, clipped = (ready_timegan(clip_norm=norm) for norm in (None, 0.001))
    moments = []
    for timegan in (free, clipped):
        optimizer = timegan.autoencoder_optimizer
        for slot in slots(optimizer, "momentum"):
            slot.assign(tf.zeros_like(slot))
        timegan.autoencoder_step(REAL)
        moments.append(np.concatenate([m.ravel() for m in values(slots(optimizer, "momentum"))]))
    gradients = [moment / (1 - BETA) for moment in moments]
    assert np.linalg.norm(gradients[0]) > 0.01
    assert np.linalg.norm(gradients[1]) == pytest.approx(0.001, rel=1e-3)
    np.testing.assert_allclose(
        gradients[1] / 0.001, gradients[0] / np.linalg.norm(gradients[0]), atol=1e-4
    )


@pytest.mark.whole
def test_correlations_count_in_the_generators_loss_by_their_weight():
    plain, weighted = (ready_timegan(correlation_weight=weight) for weight in (0.0, 1000.0))
    before = values(plain.generator.trainable_variables)
    first = plain.generator_step(REAL, NOISE)
    second = weighted.generator_step(REAL, NOISE)
    assert float(first["correlation_loss"]) == pytest.approx(float(second["correlation_loss"]))
    moved = [
        np.concatenate(
            [
                (a - b).ravel()
                for a, b in zip(values(t.generator.trainable_variables), before, strict=True)
            ]
        )
        for t in (plain, weighted)
    ]
    assert np.abs(moved[0] - moved[1]).max() > 1e-4


def test_without_a_weight_there_is_no_critic():
    timegan = tiny_timegan()
    assert not hasattr(timegan, "critic")
    assert "critic_loss" not in timegan.losses["joint"]
    assert len(timegan.rates) == len(OPTIMIZERS)


def test_a_critic_is_logged_and_learns_at_the_rate_of_all_others():
    timegan = tiny_timegan(critic_weight=1.0, lr=LR)
    assert timegan.losses["joint"][-1] == "critic_loss"
    assert timegan.rates[-1] == (timegan.critic_optimizer, LR)


def test_a_generator_step_moves_the_critic_to_tell_better():
    timegan = ready_timegan(critic_weight=1.0)
    judged = [*utils.NETWORKS[:2], "discriminator"]
    before = {name: values(getattr(timegan, name).variables) for name in judged}
    untaught = values(timegan.critic.variables)
    reported = [float(timegan.generator_step(REAL, NOISE)["critic_loss"]) for _ in range(60)]
    assert np.mean(reported[-5:]) < 0.8 * reported[0]
    taught = values(timegan.critic.variables)
    assert all((a != b).any() for a, b in zip(untaught[:-1], taught[:-1], strict=True))
    for name in judged:
        after = values(getattr(timegan, name).variables)
        assert all((a == b).all() for a, b in zip(before[name], after, strict=True))


@pytest.mark.whole
def test_the_critic_changes_what_the_generator_learns():
    plain, judged = (ready_timegan(critic_weight=weight) for weight in (0.0, 50.0))
    for timegan in (plain, judged):
        timegan.generator_step(REAL, NOISE)
    first, second = (values(t.generator.trainable_variables) for t in (plain, judged))
    assert max(np.abs(a - b).max() for a, b in zip(first, second, strict=True)) > 1e-6


def test_a_critic_knows_what_rows_are_made_for():
    timegan = TimeGAN(tiny_settings(critic_weight=1.0), FEATURES, CPU, n_conditions=3)
    assert timegan.critic.input_shape[-1] == 2 * FEATURES + 3
