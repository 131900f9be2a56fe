"""The judge: sines learnt from good, from noisy and from real windows."""

import numpy as np
import pytest

from modules.fidelity import forecast_judge
from modules.fidelity.forecast_judge import judge


def sines(n, seed, noise=0.0):
    rng = np.random.default_rng(seed)
    rate, start = rng.uniform(0.2, 0.6, (n, 1, 1)), rng.uniform(0, 6.28, (n, 1, 2))
    wave = 0.5 + 0.45 * np.sin(rate * np.arange(12)[:, None] + start)
    return (wave + noise * rng.standard_normal(wave.shape)).astype(np.float32)


@pytest.fixture
def brief(monkeypatch):
    monkeypatch.setattr(forecast_judge, "MOST_STEPS", 150)


def test_persistence_is_the_mean_change_of_the_target(brief, monkeypatch):
    monkeypatch.setattr(forecast_judge, "MOST_STEPS", 0)
    real = np.tile(np.arange(4, dtype=np.float32)[:, None] * [0.1, 0.2], (10, 1, 1)).astype("f4")
    scores = judge(real, real, real, target=1, repeats=1)
    assert scores["mae_persistence"] == pytest.approx(0.2)
    assert scores["mae_tstr"] == scores["mae_trtr"] and scores["ratio"] == 1
    assert np.isnan(scores["sd"])


@pytest.mark.whole
def test_windows_without_an_order_in_time_are_found_out(brief):
    synthetic = sines(100, 3)
    np.random.default_rng(0).shuffle(synthetic, axis=1)
    scores = judge(sines(100, 0), sines(50, 1), synthetic, target=0, repeats=1)
    assert scores["mae_trtr"] < scores["mae_persistence"] < scores["mae_tstr"]
    assert scores["ratio"] == pytest.approx(scores["mae_tstr"] / scores["mae_trtr"])


def test_windows_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"one T and F. Received: .*synthetic \(20, 11, 2\)"):
        judge(sines(20, 0), sines(20, 1), sines(20, 2)[:, :-1], target=0)


def test_too_few_windows_are_refused():
    with pytest.raises(ValueError, match=r"n at least 10.*real_test \(9, 12, 2\)"):
        judge(sines(20, 0), sines(9, 1), sines(20, 2), target=0)


def test_a_target_beyond_the_columns_is_refused():
    with pytest.raises(ValueError, match="a column from 0 to 1. Received: target=2"):
        judge(sines(20, 0), sines(20, 1), sines(20, 2), target=2)
