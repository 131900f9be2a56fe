"""Scores against Orion's recipe in loops, and where ours leave it."""

import numpy as np
import pytest

from modules.tadgan import scoring
from tests.tadgan import orion

RANDOM = np.random.default_rng(2)
LENGTH = 17
REAL = np.cumsum(RANDOM.normal(size=150))
RECOVERED = REAL + RANDOM.normal(size=150)


@pytest.mark.parametrize("n_windows", [1, 9, 60])
def test_medians_over_windows_equal_orions(n_windows, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNK", 500)
    windows = RANDOM.normal(size=(n_windows, LENGTH, 2))
    expected = [orion.unrolled(windows[..., i]) for i in range(2)]
    np.testing.assert_allclose(scoring.unrolled(windows), np.transpose(expected))


@pytest.mark.parametrize("n_windows", [1, 9, 60])
def test_the_sliding_mode_equals_orions(n_windows, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNK", 5000)
    values = RANDOM.normal(size=n_windows)
    expected = orion.sliding_mode(values, LENGTH)
    assert np.array_equal(scoring.sliding_mode(values, LENGTH), expected)


def test_the_mode_of_values_that_are_all_alike_is_theirs():
    assert (scoring.sliding_mode(np.full(30, 2.5), LENGTH) == 2.5).all()


@pytest.mark.parametrize("kind", ["point", "area"])
def test_errors_equal_orions(kind):
    ours = scoring.ERRORS[kind](REAL[:, None], RECOVERED[:, None])
    expected = getattr(orion, f"{kind}_error")(REAL, RECOVERED)
    np.testing.assert_allclose(ours[:, 0], expected, atol=1e-9)


def test_dtw_errors_are_orions_five_steps_earlier():
    ours = scoring.dtw_error(REAL[:, None], RECOVERED[:, None])[:, 0]
    expected = orion.dtw_error(REAL, RECOVERED)
    np.testing.assert_allclose(ours[:-11], expected[5:-6], atol=1e-9)
    assert (ours[-11:] > 0).all() and (expected[-6:] == 0).all()


@pytest.mark.parametrize("kind", scoring.ERRORS)
def test_a_spike_scores_where_it_is(kind):
    real = np.zeros((60, 1))
    real[30] = 1
    touched = np.flatnonzero(scoring.ERRORS[kind](real, np.zeros((60, 1)))[:, 0] > 1e-12)
    assert abs(touched.mean() - 30) <= 0.5


def test_a_long_area_finds_an_offset_that_single_readings_hide():
    random = np.random.default_rng(4)
    real = random.normal(size=(800, 1))
    real[400:500] += 0.8
    ratios = {}
    for window in (10, 80):
        error = scoring.area_error(real, real * 0, window)[:, 0]
        ratios[window] = error[420:480].mean() / error[:350].mean()
    assert ratios[80] > 1.5 * ratios[10]


def test_a_window_of_one_step_pair_makes_dtw_three_steps_wide():
    real = np.zeros((20, 1))
    real[10] = 1
    assert np.flatnonzero(scoring.dtw_error(real, real * 0, 2)).tolist() == [9, 10, 11]


def test_features_do_not_touch_each_other():
    both = np.stack([REAL, RECOVERED], 1)
    for error in scoring.ERRORS.values():
        alone = [error(both[:, [i]], both[:, [i]] * 0) for i in range(2)]
        np.testing.assert_allclose(error(both, both * 0), np.concatenate(alone, 1))


def test_scores_and_their_smoothing_equal_orions():
    errors = np.abs(REAL)
    np.testing.assert_allclose(
        scoring.reconstruction_score(errors[:, None])[:, 0], orion.reconstruction_score(errors)
    )
    np.testing.assert_allclose(scoring.critic_score(REAL), orion.critic_score(REAL))
    for n_windows in (50, 1000):
        ours = scoring.smooth(errors[:, None], n_windows)[:, 0]
        np.testing.assert_allclose(ours, orion.smooth(errors, n_windows))


def test_smoothing_never_takes_more_than_200_steps():
    spike = np.eye(1000)[500][:, None]
    assert np.count_nonzero(scoring.smooth(spike, 10**6) > 1e-12) == 200


def test_errors_that_never_change_score_as_usual():
    assert (scoring.reconstruction_score(np.full((20, 1), 3.0)) == 1).all()
    assert (scoring.critic_score(np.full(20, 3.0)) == 1).all()


def test_combinations_are_product_mean_and_reconstruction_alone():
    critic, reconstruction = np.array([1.0, 3.0]), np.array([2.0, 5.0])
    assert scoring.combined(critic, reconstruction, "mult").tolist() == [2.0, 15.0]
    assert scoring.combined(critic, reconstruction, "sum").tolist() == [0.5, 3.0]
    assert scoring.combined(critic, reconstruction, "rec").tolist() == [2.0, 5.0]
