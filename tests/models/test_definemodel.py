"""Shapes, layers and activations of the five networks."""

import keras
import numpy as np
import pytest

from models.definemodel import DefineModel, chain
from tests.tiny import FEATURES, KINDS, STEPS, UNITS, WINDOWS, tiny_settings

WIDTHS = {
    "embedder": (FEATURES, UNITS),
    "recovery": (UNITS, FEATURES),
    "generator": (3, UNITS),
    "supervisor": (UNITS, UNITS),
    "discriminator": (UNITS, 1),
}


@pytest.fixture(scope="module", params=KINDS)
def define(request):
    return DefineModel(tiny_settings(sel_rnn=request.param, num_layers=3, z_dim=3), FEATURES)


@pytest.fixture(scope="module")
def networks(define):
    return {name: getattr(define, name)() for name in WIDTHS}


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


@pytest.mark.parametrize("name", WIDTHS)
def test_network_maps_windows_of_any_length_to_its_width(networks, name):
    n_inputs, n_outputs = WIDTHS[name]
    network = networks[name]
    assert network.name == name
    assert network.input_shape == (None, None, n_inputs)
    assert network.output_shape == (None, None, n_outputs)


@pytest.mark.parametrize("name", WIDTHS)
def test_network_has_its_recurrent_layers_and_one_dense(define, networks, name):
    n_layers = 2 if name == "supervisor" else 3
    found = kinds(networks[name])
    assert found.count(define.args.sel_rnn) == n_layers
    assert found.count("Dense") == 1
    assert found[-1] == "Dense"
    assert found.count("BatchNormalization") == (3 if name in ("embedder", "generator") else 0)


def test_supervisor_of_one_layer_networks_keeps_one():
    assert kinds(DefineModel(tiny_settings(num_layers=1), FEATURES).supervisor()) == [
        "LSTM",
        "Dense",
    ]


def test_batchnorm_can_be_switched_off():
    define = DefineModel(tiny_settings(batchnorm=False), FEATURES)
    assert "BatchNormalization" not in kinds(define.embedder()) + kinds(define.generator())


def test_noise_is_as_wide_as_the_features_unless_said_otherwise():
    assert DefineModel(tiny_settings(), 7).z_dim == 7
    assert DefineModel(tiny_settings(z_dim=2), 7).z_dim == 2


def test_latents_lie_in_0_to_1_and_the_discriminator_speaks_in_logits(networks):
    for name in ("embedder", "generator", "supervisor"):
        assert networks[name].layers[-1].activation is keras.activations.sigmoid
    assert networks["discriminator"].layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize(("scaler", "activation"), [("minmax", "sigmoid"), ("standard", "linear")])
def test_recovery_reaches_the_range_of_the_scaler(scaler, activation):
    recovery = DefineModel(tiny_settings(scaler=scaler), FEATURES).recovery()
    assert recovery.layers[-1].activation.__name__ == activation


def test_chain_shares_its_layers_and_calls_them_in_turn(networks):
    parts = [networks[name] for name in ("generator", "supervisor", "recovery")]
    model = chain(parts, name="synthetic")
    assert model.name == "synthetic"
    assert model.layers == [layer for part in parts for layer in part.layers]
    noise = np.random.default_rng(0).uniform(size=(WINDOWS, STEPS, 3)).astype(np.float32)
    expected = noise
    for part in parts:
        expected = part(expected)
    np.testing.assert_array_equal(model(noise), expected)


def test_chain_holds_stock_layers_only(networks):
    model = chain([networks["generator"], networks["recovery"]], name="synthetic")
    assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
