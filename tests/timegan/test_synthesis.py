"""From noise to a table: exact counts, physical limits, time, seeds."""

import keras
import numpy as np
import pandas as pd
import pytest

from modules.preprocessing import MinMaxScaler, encode_angles
from modules.records.columns import Column
from modules.timegan import synthesis
from tests.tiny import CPU, FEATURES, KINDS, STEPS, STOCK, UNIFORM, tiny_columns, tiny_timegan


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    model = tiny_timegan(sel_rnn=request.param).synthetic_model()
    for variable in model.trainable_variables:
        if "kernel" in variable.path:
            variable.assign(4 * variable)  # or its windows hardly depend on the noise
    return model


@pytest.fixture(scope="module")
def echo():
    """A model that returns its noise."""
    identity = keras.layers.Activation("linear")
    return keras.Sequential([keras.Input((None, FEATURES)), identity])


@pytest.mark.parametrize("n_windows", [1, 3, 4, 5, 9])
def test_exactly_as_many_windows_as_asked_for(echo, monkeypatch, n_windows):
    monkeypatch.setattr(synthesis, "BATCH", 4)
    windows = synthesis.sample(echo, n_windows, STEPS, noise=UNIFORM, seed=0, device=STOCK)
    assert windows.shape == (n_windows, STEPS, FEATURES)
    assert windows.dtype == np.float32
    assert len(np.unique(windows)) == windows.size


def test_noise_is_uniform_in_0_to_1(echo):
    noise = synthesis.sample(echo, 1000, STEPS, noise=UNIFORM, seed=0, device=CPU)
    assert 0 <= noise.min() and noise.max() < 1
    counts = np.histogram(noise, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_same_seed_gives_the_same_windows_and_another_does_not(model):
    first, again, other = (
        synthesis.sample(model, 6, STEPS, noise=UNIFORM, seed=seed, device=STOCK)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_both_paths_give_the_same_windows(model):
    stock, fast = (
        synthesis.sample(model, 6, STEPS, noise=UNIFORM, seed=3, device=device)
        for device in (STOCK, CPU)
    )
    np.testing.assert_allclose(fast, stock, atol=1e-5)
    assert stock.std(0).max() > 0.01


def test_a_long_series_begins_as_the_window_and_carries_its_state_on(model, echo):
    window = synthesis.sample(model, 1, STEPS, noise=UNIFORM, seed=2, device=CPU)
    series = synthesis.sample(model, 1, 4 * STEPS, noise=UNIFORM, seed=2, device=CPU)
    assert series.shape == (1, 4 * STEPS, FEATURES)
    np.testing.assert_allclose(series[:, :STEPS], window, atol=1e-6)
    noise = synthesis.sample(echo, 1, 4 * STEPS, noise=UNIFORM, seed=2, device=STOCK)
    restarted = model(noise[:, STEPS : 2 * STEPS])
    assert np.abs(series[:, STEPS : 2 * STEPS] - restarted).max() > 0.01


def test_rows_drawn_to_warm_up_are_cut_off(model):
    long = synthesis.sample(model, 5, STEPS + 3, noise=UNIFORM, seed=2, device=STOCK)
    cut = synthesis.sample(model, 5, STEPS, noise=UNIFORM, seed=2, device=STOCK, warm_up=3)
    np.testing.assert_array_equal(cut, long[:, 3:])


DIRECTION = Column(name="Dir", kind="angle", lower=0, upper=360, observed_min=0, observed_max=359.9)
VANE = Column(name="Vane", kind="angle", lower=-180, upper=180, observed_min=-9, observed_max=9)


def written(scaled, scaler, columns):
    """Physical units as the CSV has them."""
    return synthesis.within_limits(synthesis.decoded(scaled, scaler, columns), columns)


def scaled_angles(degrees, column):
    """Degrees as a trained model would hand them over, and the scaler to undo it."""
    features = encode_angles(np.asarray(degrees, float)[:, None], [column])
    scaler = MinMaxScaler().fit([[-1.0, -1], [1, 1]])
    return scaler.transform(features), scaler


def test_an_angle_that_rounds_to_360_becomes_0():
    scaled, scaler = scaled_angles([359.9999, 359.99, 0.00001, -0.0001, 180], DIRECTION)
    angles = written(scaled, scaler, [DIRECTION])[:, 0]
    np.testing.assert_array_equal(angles, [0, 359.99, 0, 0, 180])
    assert not np.signbit(angles).any()


def test_a_vane_stays_between_minus_180_and_180():
    scaled, scaler = scaled_angles([179.999999, -179.5, -0.0001, 90], VANE)
    angles = written(scaled, scaler, [VANE])[:, 0]
    np.testing.assert_array_equal(angles, [-180, -179.5, -0.0001, 90])
    assert angles.min() >= -180 and angles.max() < 180


def test_values_stay_within_what_was_observed():
    scaler = MinMaxScaler().fit([[0.0, -5], [20, 3000]])
    scaled = np.array([[[-0.2, 1.5], [0.5, 0.5], [1.2, -1]]], np.float32)
    values = written(scaled, scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[[0, 3000], [10, 1497.5], [20, -5]]])


def test_values_are_rounded_to_six_digits_of_the_largest():
    scaler = MinMaxScaler().fit([[0.0, 0], [20, 3000]])
    values = written(np.array([[1 / 3, 1 / 3]]), scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[6.6667, 1000]])
    values = written(np.array([[1 / 7, 1 / 7]]), scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[2.8571, 428.57]])


def test_table_holds_window_time_and_the_columns_in_their_order():
    windows = np.arange(12.0).reshape(2, 3, 2)
    table = synthesis.to_table(windows, tiny_columns(), freq="10min", start="2021-03-04T00:00:00")
    assert list(table) == ["window", "DateTime", "Speed", "Power"]
    assert table["window"].tolist() == [0, 0, 0, 1, 1, 1]
    expected = pd.date_range("2021-03-04", periods=6, freq="10min")
    np.testing.assert_array_equal(table["DateTime"].to_numpy(), expected.to_numpy())
    np.testing.assert_array_equal(table[["Speed", "Power"]], windows.reshape(6, 2))


def test_time_keeps_the_offset_of_the_records():
    start = "2014-01-01T00:00:00+00:00"
    table = synthesis.to_table(np.zeros((1, 2, 2)), tiny_columns(), freq="1h", start=start)
    written = table.to_csv(index=False).splitlines()
    assert written[2].split(",")[1] == "2014-01-01 01:00:00+00:00"


def test_records_without_times_count_the_steps_of_each_window():
    table = synthesis.to_table(np.zeros((2, 3, 2)), tiny_columns(), freq=None, start=None)
    assert list(table) == ["window", "step", "Speed", "Power"]
    assert table["step"].tolist() == [0, 1, 2, 0, 1, 2]


def test_many_windows_of_months_do_not_run_out_of_time():
    windows = np.zeros((1440, 24, 2))
    table = synthesis.to_table(windows, tiny_columns(), freq="MS", start="1749-01-01T00:00:00")
    assert len(table) == 1440 * 24
    assert str(table["DateTime"].iloc[-1]) == "4628-12-01 00:00:00"
