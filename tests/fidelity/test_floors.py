import numpy as np
import pytest

from modules.fidelity.floors import (
    constant_predictor_error,
    discriminative_chance,
    gaussian_windows,
    real_halves,
)


@pytest.fixture
def windows():
    """Windows (500, 4, 2) about 0.5, each step correlated with the one before."""
    steps = np.random.default_rng(0).normal(0, 0.03, (500, 4, 2))
    return (0.5 + steps.cumsum(axis=1)).astype(np.float32)


def test_gaussian_reproduces_mean_and_covariance(windows):
    drawn = gaussian_windows(windows, 100_000, seed=0).reshape(-1, 8)
    real = windows.reshape(-1, 8)
    assert drawn.dtype == np.float32
    assert drawn.mean(0) == pytest.approx(real.mean(0), abs=1e-3)
    assert np.cov(drawn.T) == pytest.approx(np.cov(real.T), abs=1e-4)


def test_gaussian_is_clipped_to_its_range(windows):
    drawn = gaussian_windows(windows, 1000, seed=0, value_range=(0.48, 0.52))
    assert (drawn.min(), drawn.max()) == pytest.approx((0.48, 0.52))


def test_gaussian_of_fewer_windows_than_numbers_stays_finite(windows):
    drawn = gaussian_windows(windows[:5], 50, seed=0)
    assert drawn.shape == (50, 4, 2)
    assert np.isfinite(drawn).all()


def test_gaussian_follows_its_seed(windows):
    first, again, other = (gaussian_windows(windows, 10, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_halves_are_disjoint_and_in_blocks_share_no_row():
    first, second = real_halves(1000, 24, seed=0)
    assert not set(first) & set(second) and len(first) == len(second) == 500
    starts = np.arange(1000)
    first, second = real_halves(1000, 24, seed=0, starts=starts)
    assert np.abs(starts[first][:, None] - starts[second]).min() >= 24


def test_chance_is_what_a_coin_scores():
    coins = np.random.default_rng(0).binomial(1466, 0.5, 20_000) / 1466
    assert discriminative_chance(1466) == pytest.approx(np.abs(coins - 0.5).mean(), rel=0.02)
    assert discriminative_chance(4000) == pytest.approx(0.0063, abs=1e-4)


def test_constant_predictor_is_the_median_from_the_second_step_on():
    windows = np.zeros((3, 3, 2))
    windows[..., 1] = [[9, 1, 2], [9, 3, 4], [9, 5, 6]]
    assert constant_predictor_error(windows) == pytest.approx(1.5)
