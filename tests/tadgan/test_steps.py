"""TadGAN's phases: which network each moves, by what, and how often."""

import numpy as np
import pytest
import tensorflow as tf

from models import tadgan
from modules.tadgan.learning import n_training_steps
from modules.tadgan.steps import LOSSES, NETWORKS, centred, uncentred
from modules.training.phases import compiled
from tests.tadgan.tiny import FEATURES, STEPS, tiny_settings, tiny_tadgan, tiny_waves
from tests.tiny import STOCK

REAL = tf.constant(np.random.default_rng(1).normal(size=(4, STEPS, FEATURES)), tf.float32)
NOISE = tf.constant(np.random.default_rng(2).normal(size=(4, 3)), tf.float32)
SHARES = tf.constant([0.1, 0.4, 0.6, 0.9])
PHASES = {
    "critic_x": lambda tadgan: tadgan.critic_x_step(REAL, NOISE, SHARES),
    "critic_z": lambda tadgan: tadgan.critic_z_step(REAL, NOISE, SHARES),
    "encoder": lambda tadgan: tadgan.encoder_step(REAL),
    "generator": lambda tadgan: tadgan.generator_step(REAL, NOISE),
}


def weights(model):
    return {
        name: [w.numpy() for w in getattr(model, name).trainable_variables] for name in NETWORKS
    }


@pytest.mark.whole
@pytest.mark.parametrize("penalty", ["gradient", "orion", "document"])
@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_moves_every_weight_of_its_own_network_and_no_other(phase, penalty):
    model = tiny_tadgan(penalty=penalty)
    before = weights(model)
    PHASES[phase](model)
    for name, now in weights(model).items():
        moved = [not np.array_equal(a, b) for a, b in zip(before[name], now, strict=True)]
        # The critic's last bias is the same for real and fake: only a norm of values moves it.
        if name == phase and name.startswith("critic") and penalty != "document":
            moved = moved[:-1]
        assert all(moved) if name == phase else not any(moved)


@pytest.mark.whole
def test_each_network_is_moved_at_its_own_rate():
    still = {f"{name}_lr": 1e-12 for name in NETWORKS if name != "encoder"}
    model = tiny_tadgan(**still)
    assert [rate for _, rate in model.rates] == [1e-12, 1e-12, 0.0005, 1e-12]
    before = weights(model)
    for step in PHASES.values():
        step(model)
    for name, now in weights(model).items():
        largest = max(np.abs(a - b).max() for a, b in zip(before[name], now, strict=True))
        assert (largest > 1e-5) == (name == "encoder")


@pytest.mark.whole
def test_a_step_moves_the_critics_several_times_and_the_others_once():
    model = tiny_tadgan(n_critic=3)
    batches = model.batches(tiny_waves(), np.arange(40))
    losses = compiled(model.phases(batches, 1)[-1])(tf.constant(1))
    assert set(losses) == set(LOSSES) and all(np.isfinite(float(x)) for x in losses.values())
    n_updates = {name: int(model.optimizers[name].iterations) for name in NETWORKS}
    assert n_updates == {"critic_x": 3, "critic_z": 3, "encoder": 1, "generator": 1}


def test_the_generator_has_the_dropout_it_is_given():
    layers = tiny_tadgan(generator_dropout=0.3).generator.layers
    recurrent = [layer for layer in layers if hasattr(layer, "forward_layer")]
    ways = [way for layer in recurrent for way in (layer.forward_layer, layer.backward_layer)]
    assert [way.dropout for way in ways] == [0.3] * 4


@pytest.mark.whole
def test_the_autoencoder_may_go_first_and_moves_no_critic():
    model = tiny_tadgan(reconstruction_steps=2)
    batches = model.batches(tiny_waves(), np.arange(40))
    assert [(one.name, one.n_steps) for one in model.phases(batches, 5)] == [
        ("autoencoder", 2),
        ("tadgan", 3),
    ]
    assert [one.n_steps for one in model.phases(batches, 1)] == [1]  # the critics learn something
    before = weights(model)
    losses = compiled(model.phases(batches, 5)[0])(tf.constant(2))
    assert list(losses) == ["reconstruction_loss"]
    for name, now in weights(model).items():
        moved = any(not np.array_equal(a, b) for a, b in zip(before[name], now, strict=True))
        assert moved == (name in ("encoder", "generator"))


def test_the_autoencoder_has_a_rate_of_its_own_and_the_networks_keep_theirs():
    model = tiny_tadgan(reconstruction_steps=2, encoder_lr=1e-12)
    assert [rate for _, rate in model.rates] == [0.0005, 0.0005, 1e-12, 0.0005, 0.002]
    before = weights(model)["encoder"]
    model.encoder_step(REAL)
    still = max(np.abs(a - b).max() for a, b in zip(before, weights(model)["encoder"], strict=True))
    model.autoencoder_step(REAL)
    now = max(np.abs(a - b).max() for a, b in zip(before, weights(model)["encoder"], strict=True))
    assert still < 1e-6 < 1e-4 < now


@pytest.mark.whole
def test_losses_are_those_of_the_paper():
    model = tiny_tadgan()
    model._call = lambda name, x, training=True: getattr(model, name)(x, training=False)
    latent = model.encoder(REAL)
    recovered, fake = model.generator(latent), model.generator(NOISE)
    value = {
        "fake": float(tf.reduce_mean(model.critic_x(fake))),
        "real": float(tf.reduce_mean(model.critic_x(REAL))),
        "encoded": float(tf.reduce_mean(model.critic_z(latent))),
        "prior": float(tf.reduce_mean(model.critic_z(NOISE))),
    }
    squared = float(np.mean((REAL - recovered) ** 2))
    expected = {
        "critic_x": value["fake"] - value["real"],
        "critic_z": value["encoded"] - value["prior"],
        "encoder": 10 * squared - value["encoded"],
        "generator": 10 * squared - value["fake"],
    }
    for name, step in PHASES.items():
        model = tiny_tadgan()
        model._call = lambda net, x, training=True, of=model: getattr(of, net)(x, training=False)
        assert float(step(model)[f"{name}_loss"]) == pytest.approx(expected[name], rel=1e-4)


@pytest.mark.whole
@pytest.mark.parametrize(("penalty", "has_dropout"), [("gradient", True), ("orion", False)])
def test_the_penalty_is_of_the_critic_that_is_trained_unless_orion_s(penalty, has_dropout):
    model = tiny_tadgan(penalty=penalty)
    calls = []
    call = model._call

    def noted(name, inputs, training=True):
        calls.append((name, training))
        return call(name, inputs, training)

    model._call = noted
    model.critic_x_step(REAL, NOISE, SHARES)
    assert calls == [("generator", True), ("critic_x", True), ("critic_x", has_dropout)]


@pytest.mark.whole
def test_the_fast_path_and_the_layers_themselves_agree():
    for name, inputs in (("encoder", REAL), ("generator", NOISE), ("critic_x", REAL)):
        fast, stock = (
            tiny_tadgan(device=device)._call(name, inputs, training=False)
            for device in (tiny_tadgan().device, STOCK)
        )
        np.testing.assert_allclose(fast, stock, atol=1e-5)


def test_values_go_to_the_networks_and_back():
    scaled = np.array([0.0, 0.25, 1.0])
    assert centred(scaled, "minmax").tolist() == [-1.0, -0.5, 1.0]
    assert centred(scaled, "standard").tolist() == scaled.tolist()
    for kind in ("minmax", "robust", "standard"):
        np.testing.assert_allclose(uncentred(centred(scaled, kind), kind), scaled)


def test_steps_are_enough_for_the_epochs_and_no_more_than_asked():
    settings = tiny_settings(epochs=10, train_step=50)
    assert n_training_steps(80, settings) == 100 * 8 // 8 // 2  # the cap
    assert n_training_steps(16, settings) == 20
    assert n_training_steps(1, settings) == 1


def test_the_shortest_window_is_the_settings_own():
    field = type(tiny_settings()).model_fields["seq_len"]
    assert field.metadata[0].ge == tadgan.SHORTEST_WINDOW
