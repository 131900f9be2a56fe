"""Correlations over features and steps, against what is known of autoregressions."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from modules.timegan.correlations import (
    SLOWEST,
    autoregression,
    block_toeplitz,
    factor_of,
    lagged_correlation,
    normal_memory,
    with_memories,
)

T = 6
NORMAL = np.sort(np.random.default_rng(0).standard_normal(200_001))[100::200]


def of_autoregression(transition, n_steps=T):
    """(T, F, F) of x[t] = transition x[t - 1] + e with correlation I of x: transition^k."""
    return np.stack([np.linalg.matrix_power(transition, lag) for lag in range(n_steps)])


TURNING = 0.9 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])


def test_correlations_of_shifted_copies_are_one_at_their_lag_alone():
    rows = np.random.default_rng(0).normal(3, 2, size=(20_000, 1))
    rows = np.hstack([rows, np.roll(rows, 2, axis=0)])  # the second follows the first by two steps
    windows = rows[np.arange(19_000)[:, None] + np.arange(T)]
    expected = np.zeros((T, 2, 2))
    expected[0] = np.eye(2)
    expected[2, 1, 0] = 1
    np.testing.assert_allclose(lagged_correlation(windows), expected, atol=0.02)


def test_a_feature_that_never_moves_goes_with_nothing():
    windows = np.random.default_rng(0).normal(size=(50, T, 2)) * [1, 0] + [0, 7]
    correlation = lagged_correlation(windows)
    assert correlation[0, 1, 1] == 1
    assert not correlation[1:, 1].any() and not correlation[:, 0, 1].any()


def test_blocks_stand_in_time_order():
    correlation = np.arange(8.0).reshape(2, 2, 2)
    correlation[0] = [[1, 9], [9, 1]]
    expected = [[1, 9, 4, 6], [9, 1, 5, 7], [4, 5, 1, 9], [6, 7, 9, 1]]
    np.testing.assert_array_equal(block_toeplitz(correlation), expected)


def test_a_factor_gives_back_its_covariance():
    covariance = block_toeplitz(of_autoregression(TURNING))
    factor = factor_of(covariance)
    np.testing.assert_allclose(factor @ factor.T, covariance, atol=1e-12)


def test_a_factor_of_what_is_no_covariance_keeps_the_deviations():
    impossible = np.array([[4.0, 3.9, -3.9], [3.9, 4.0, 3.9], [-3.9, 3.9, 4.0]])
    factor = factor_of(impossible)
    assert np.linalg.eigvalsh(impossible)[0] < -1
    np.testing.assert_allclose(np.linalg.norm(factor, axis=1), 2)


def test_normal_values_need_the_memory_they_have():
    np.testing.assert_allclose(normal_memory([1, 0.8, 0.1], NORMAL), [1, 0.8, 0.1], atol=5e-3)


def test_the_memory_of_a_lognormal_has_its_closed_form():
    normal = np.array([0.9, 0.5, -0.2])
    lognormal = (np.exp(normal) - 1) / (np.e - 1)
    np.testing.assert_allclose(normal_memory(lognormal, np.exp(NORMAL)), normal, atol=0.03)


def test_a_feature_that_never_moves_keeps_its_memory():
    np.testing.assert_array_equal(normal_memory(np.array([1.0, 0.0]), np.ones(5)), [1, 0])


def test_a_filter_changes_a_features_memory_and_not_whom_it_goes_with():
    correlation = of_autoregression(0.5 * np.eye(2))
    shared = np.array([[1, 0.6], [0.6, 1]])
    correlation = correlation @ shared  # both remember as .5^k, and correlate .6 at every step
    memories = 0.8 ** np.arange(T)[:, None] * [1, 1]
    changed = with_memories(correlation, memories)
    np.testing.assert_allclose(changed, 0.8 ** np.arange(T)[:, None, None] * shared, atol=1e-9)


def test_an_autoregression_is_found_from_its_correlations():
    coefficients, factor = autoregression(of_autoregression(TURNING))
    expected = np.hstack([np.zeros((2, 2 * (T - 2))), TURNING])
    np.testing.assert_allclose(coefficients, expected, atol=0.01)
    np.testing.assert_allclose(factor @ factor.T, np.eye(2) - TURNING @ TURNING.T, atol=0.01)


def test_an_autoregression_that_would_run_away_is_held():
    correlation = np.array([1.0, 1.0, 0.9, 0.4])[:, None, None]  # no process has these
    coefficients, _ = autoregression(correlation)
    roots = np.abs(np.roots([1, *-coefficients[0, ::-1]]))
    assert roots.max() == pytest.approx(SLOWEST)


def test_an_autoregression_that_is_held_keeps_variances_of_one():
    correlation = np.stack(
        [np.diag(r) for r in np.transpose([[1, 1, 0.9, 0.4], 0.5 ** np.arange(4)])]
    )
    correlation[:, 1, 0] = 0.3 * correlation[:, 1, 1]
    correlation[0, 0, 1] = 0.3
    coefficients, factor = autoregression(correlation)
    companion, new = np.eye(6, k=2), np.zeros((6, 6))
    companion[-2:], new[-2:, -2:] = coefficients, factor @ factor.T
    np.testing.assert_allclose(np.diag(solve_discrete_lyapunov(companion, new)), 1, rtol=1e-6)
