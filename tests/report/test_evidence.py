"""Real windows beside synthetic ones: shapes, scales, and how many."""

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.fidelity.labels import Labels
from modules.records.columns import WIND_SPEED, Column
from modules.report.evidence import MOST_WINDOWS, Evidence, gather, in_windows
from modules.windows.splits import thinned, windows_sharing_rows
from tests.tiny import STEPS, tiny_series, tiny_site_data


def evidence(columns, series, n_synthetic=4):
    starts = np.arange(len(series) - STEPS + 1)
    return Evidence(columns, series, starts, np.zeros((n_synthetic, STEPS, len(columns))))


def test_one_long_series_is_cut_into_windows_in_its_order():
    series = np.arange(34.0).reshape(1, 17, 2)
    windows = in_windows(series, 5)
    assert windows.shape == (3, 5, 2)
    np.testing.assert_array_equal(windows.reshape(-1, 2), series[0, :15])


def test_labels_are_of_the_rows_of_the_windows_that_are_judged():
    site_data = tiny_site_data()
    times = pd.date_range("2024-06-01", periods=17, freq="10min")
    labels = Labels(None, times, ("hour",))
    found = gather(site_data, np.zeros((1, 17, 2)), seq_len=5, heldout=0.0, seed=0, labels=labels)
    assert list(found.labels.times) == list(times[:15])
    assert list(found.real_labels.times) == list(site_data.tables["T1"].index)
    assert set(found.real_labels.turbines) == {"T1"}


def test_windows_of_the_right_length_stay_as_they_are():
    windows = np.arange(40.0).reshape(4, 5, 2)
    np.testing.assert_array_equal(in_windows(windows, 5), windows)


def test_a_series_shorter_than_a_window_is_refused():
    with pytest.raises(DataError, match=r"one window of 5 rows. Received: a series of 4"):
        in_windows(np.zeros((1, 4, 2)), 5)


def test_real_windows_are_spread_over_all_and_as_many_as_the_synthetic_ones(monkeypatch):
    monkeypatch.setattr("modules.report.evidence.FEWEST_REAL", 3)
    found = gather(tiny_site_data(), np.zeros((4, STEPS, 2)), seq_len=STEPS, heldout=0.0, seed=0)
    assert found.real_starts.tolist() == [0, 11, 23, 35]
    expected = found.series[11 : 11 + STEPS]
    np.testing.assert_array_equal(found.real[1], expected)
    np.testing.assert_allclose(expected, tiny_series()[11:16] * [20, 3000], rtol=1e-6)


def test_only_so_many_synthetic_windows_are_looked_at():
    many = np.zeros((MOST_WINDOWS + 1, STEPS, 2))
    assert len(gather(tiny_site_data(), many, seq_len=STEPS, heldout=0.0, seed=0).synthetic) == (
        MOST_WINDOWS
    )


def test_training_records_scale_to_0_to_1_and_angles_to_sine_and_cosine():
    columns = [Column(name="Dir", unit="deg", kind="angle", lower=0.0), Column(name="v")]
    series = np.stack([np.arange(40.0) * 9, np.arange(40.0) * 2], -1)
    found = evidence(columns, series)
    scaled = found.scaled(found.real)
    assert scaled.dtype == np.float32 and scaled.shape == (36, STEPS, 3)
    assert (scaled.min(), scaled.max()) == (0, 1)
    np.testing.assert_allclose(scaled[0, :, 2], np.arange(5) / 39, rtol=1e-6)
    north = found.scaled(np.array([[359.9, 0.0], [0.1, 0.0]]))
    assert np.abs(north[0] - north[1]).max() < 0.01


def test_physical_scores_find_wind_and_power_behind_the_angles():
    columns = [
        Column(name="Dir", unit="deg", kind="angle", lower=0.0),
        Column(name="P", unit="kW", kind="power"),
        Column(name="Ws", unit="m/s", kind="speed", iec=WIND_SPEED),
    ]
    found = evidence(columns, np.arange(120.0).reshape(40, 3))
    named = found.score_columns
    assert list(named.names) == ["Dir_sin", "Dir_cos", "P", "Ws"]
    assert (named.wind_speed, named.power) == (3, 2)
    assert (named.speed_unit, named.power_unit) == ("m/s", "kW")
    physical = named.to_physical(found.scaled(found.real))
    np.testing.assert_allclose(physical[..., 2], found.real[..., 1], rtol=1e-4)


def test_training_windows_are_thinned_to_a_bound(monkeypatch):
    series = tiny_series() * [20.0, 3000.0]
    found = evidence([Column(name="a"), Column(name="b")], series)
    assert found.training_windows()[0].shape == (36, STEPS, 2)
    monkeypatch.setattr("modules.report.evidence.MOST_VALUES", 10 * STEPS * 2)
    windows, starts = found.training_windows()
    assert len(windows) == len(starts) == 10
    np.testing.assert_allclose(windows[-1], found.scaled(series[35:]))


def test_spread_keeps_both_ends():
    assert thinned(np.arange(10), 4).tolist() == [0, 3, 6, 9]
    assert thinned(np.arange(3), 4).tolist() == [0, 1, 2]


def test_held_out_windows_are_apart_from_those_trained_on():
    site_data = tiny_site_data()
    table = site_data.tables["T1"]
    site_data.tables["T1"] = pd.concat([table] * 20, ignore_index=True)
    found = gather(site_data, np.zeros((4, STEPS, 2)), seq_len=STEPS, heldout=0.2, seed=1)
    assert 100 < len(found.unseen) < len(found.starts)
    assert not windows_sharing_rows(found.unseen, found.starts, STEPS).any()
    assert found.unseen_windows.shape == (len(found.unseen), STEPS, 2)


def test_a_handful_of_held_out_windows_is_too_few_to_judge_by():
    columns, series = [Column(name="a"), Column(name="b")], tiny_series()
    unseen = np.arange(20, 30)
    found = Evidence(columns, series, np.arange(10), np.zeros((4, STEPS, 2)), unseen)
    assert found.unseen_starts.size == 0
