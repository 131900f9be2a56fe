"""Boosted trees and ratios against windows whose answers are known."""

import numpy as np
import pytest

from modules.fidelity import grades
from modules.fidelity.grades import GRADES, tree_auc


def windows(seed, n=600):
    """Two columns that remember, the second a function of the first: float32 (n, 24, 2)."""
    random = np.random.default_rng(seed)
    steps = random.normal(size=(n, 48, 1))
    first = np.zeros((n, 48, 1))
    for t in range(1, 48):
        first[:, t] = 0.9 * first[:, t - 1] + steps[:, t]
    first = first[:, 24:]
    return np.concatenate([first, first**2 + 0.1 * random.normal(size=first.shape)], -1).astype(
        np.float32
    )


REAL = windows(0)


def graded(synthetic):
    return {grade: tree_auc(REAL, synthetic, grade, seed=0) for grade in GRADES}


def test_other_real_windows_are_not_told_apart():
    assert all(abs(auc - 0.5) < 0.08 for auc in graded(windows(1)).values())


def test_a_moving_average_is_told_by_its_steps_and_dynamics():
    other = windows(1)
    smooth = (other + np.roll(other, 1, axis=1)) / 2
    found = graded(smooth)
    assert found["steps"] > 0.6 and found["dynamics"] > 0.95


def test_columns_shuffled_against_each_other_are_told_by_rows():
    other = windows(1)
    other[..., 1] = np.random.default_rng(0).permutation(other[..., 1])
    assert graded(other)["rows"] > 0.9


def test_one_percent_of_noise_is_told_where_a_column_stands_still():
    real, other = windows(0), windows(1)
    for still in (real, other):
        still[:, :, 0] = still[:, :1, 0]
    noisy = other + np.float32(0.01) * np.random.default_rng(0).normal(size=other.shape)
    assert tree_auc(real, noisy.astype(np.float32), "dynamics", seed=0) > 0.99


def test_time_turned_round_is_told_by_the_steps_where_rises_are_slower_than_falls():
    saw = np.tile(np.arange(24) % 6, (400, 1)) + np.random.default_rng(0).normal(0, 0.1, (400, 24))
    saw = saw[..., None].astype(np.float32)
    assert tree_auc(saw, saw[:, ::-1], "steps", seed=0) > 0.95


def test_the_judge_learns_and_is_tested_on_the_parts_it_is_given():
    with pytest.raises(IndexError):
        tree_auc(REAL, REAL, "rows", seed=0, real_split=lambda seed: ([0], [10**6]))


def test_ratios_of_steps_and_of_the_first_one():
    real = np.cumsum(np.ones((5, 6, 2)), axis=1)
    synthetic = real * [2.0, 1.0]
    synthetic[:, 0, 1] = 0.5  # a first step half as large again
    np.testing.assert_allclose(grades.step_ratios(real, synthetic), [2.0, 1.1])
    first, last = grades.edge_ratios(real, synthetic)
    np.testing.assert_allclose(first, [2.0, 1.5])
    np.testing.assert_allclose(last, [2.0, 1.0])


def test_a_column_that_never_moves_is_right_where_it_never_moves():
    still = np.ones((3, 4, 1))
    assert grades.step_ratios(still, still).tolist() == [1.0]
    assert grades.step_ratios(still, np.cumsum(still, axis=1)).tolist() == [np.inf]
    assert grades.still_shares(still).tolist() == [1.0]


def test_repeated_values_are_counted_against_the_real_share():
    real = np.zeros((2, 5, 2), np.float32)
    real[..., 0] = np.arange(5)
    other = real[..., ::-1]
    np.testing.assert_allclose(grades.still_gaps(real, real), [0, 0])
    np.testing.assert_allclose(grades.still_gaps(real, other), [1, 1])
