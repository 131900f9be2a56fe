"""The forecaster's network: its layers, its causality, its file."""

import keras
import numpy as np
import pytest

from models.fast_recurrent import forward
from models.forecaster import forecaster


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return forecaster(3, 2, units=6, scale=400.0, offset=10.0)


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).random((4, 8, 3), np.float32)


def test_the_documents_network_has_60591_weights():
    assert forecaster(1, scale=400.0).count_params() == 60591


def test_layers_are_stock_and_in_the_documents_order():
    layers = forecaster(1, scale=400.0).layers
    names = [type(layer).__name__ for layer in layers]
    assert names == ["Conv1D", "LSTM", "LSTM", "Dense", "Dense", "Dense", "Rescaling"]
    assert [layer.units for layer in layers[1:6]] == [60, 60, 30, 10, 1]
    assert (layers[0].kernel_size, layers[0].padding) == ((5,), "causal")


def test_every_step_gets_an_output_per_step_ahead(network, windows):
    assert network(windows).shape == (4, 8, 2)


def test_forecasts_do_not_see_the_future(network, windows):
    changed = windows.copy()
    changed[:, 5:] += 1
    before, after = (np.asarray(network(x)) for x in (windows, changed))
    np.testing.assert_array_equal(before[:, :5], after[:, :5])
    assert (before[:, 5:] != after[:, 5:]).any()


def test_outputs_are_scaled_and_shifted_into_the_targets_unit(network, windows):
    unscaled = keras.Sequential(network.layers[:-1])
    np.testing.assert_allclose(network(windows), 400 * unscaled(windows) + 10, rtol=1e-5)


def test_the_fast_path_gives_the_same_forecasts(network, windows):
    fast = forward(network, keras.ops.convert_to_tensor(windows), training=False)
    np.testing.assert_allclose(fast, network(windows), rtol=1e-4, atol=1e-3)


def test_the_file_opens_in_safe_mode_and_forecasts_the_same(network, windows, tmp_path):
    network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(network(windows), loaded(windows))
