"""Whitened residuals: what is shared is taken out, what lasts stays, in deviations of the usual."""

import numpy as np
import pytest

from modules.tadgan.whitening import whitened

N_STEPS, WINDOW = 4000, 24
FAULT = slice(1000, 1100)
ONE_STATE = np.zeros(N_STEPS)
# Of the median of so many independent normal draws: sqrt(pi / 2 / n).
OF_A_MEDIAN = np.sqrt(np.pi / 2 / WINDOW)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def white(residuals, state=ONE_STATE, lengths=(N_STEPS,)):
    return whitened(residuals, state, lengths, WINDOW)


def test_an_offset_is_told_in_deviations_of_the_running_median(random):
    residuals = random.normal(size=(N_STEPS, 2)) * [1, 50]
    residuals[FAULT, 1] += 4 * 50
    score = white(residuals)
    assert np.median(score[1050:1060, 1]) == pytest.approx(4 / OF_A_MEDIAN, rel=0.1)
    assert score[:, 0].max() < 6 and np.delete(score[:, 1], np.r_[980:1120]).max() < 6


def test_a_gust_shorter_than_half_the_window_is_no_anomaly(random):
    residuals = random.normal(size=(N_STEPS, 1))
    residuals[1000:1005] += 100
    assert white(residuals).max() < 6


def test_what_all_variables_share_is_taken_out(random):
    weather = 10 * np.cumsum(random.normal(size=N_STEPS))
    residuals = weather[:, None] * [1, -2, 1] + random.normal(size=(N_STEPS, 3))
    residuals[FAULT, 0] += 6
    score = white(residuals)
    assert score[1050].argmax() == 0 and score[1050, 0] > 6
    assert np.delete(score, np.r_[980:1120], axis=0).max() < 6


def test_the_spread_is_taken_where_the_turbine_runs(random):
    state = np.repeat([3.0, 12.0], N_STEPS // 2)
    residuals = random.normal(size=(N_STEPS, 1)) * np.where(state > 10, 20, 1)[:, None]
    residuals[FAULT] += 4
    score = white(residuals, state)
    assert score[1050, 0] > 6 and score[N_STEPS // 2 :].max() < 6
    assert white(residuals)[1050, 0] < 6


def test_a_fault_of_a_fifth_of_the_records_does_not_hide_itself(random):
    residuals = random.normal(size=(N_STEPS, 3))
    residuals[: N_STEPS // 5, 1] += 5
    score = white(residuals)
    assert score[: N_STEPS // 5 - WINDOW, 1].min() > 6
    assert score[N_STEPS // 5 + WINDOW :].max() < 6


def test_the_line_through_the_others_is_of_the_usual_steps(random):
    weather = 10 + 3 * random.normal(size=N_STEPS)
    residuals = weather[:, None] + [0, 0.1] * random.normal(size=(N_STEPS, 2))
    residuals[: N_STEPS // 5, 1] *= 0.5
    # 5 off, of a deviation of 0.1; the median of all is the 62.5 % quantile of the usual steps.
    expected = 5 / 0.1 / OF_A_MEDIAN / (1.4826 * 0.887)
    score = np.median(white(residuals)[: N_STEPS // 5, 1])
    assert score == pytest.approx(expected, rel=0.1)


def test_no_median_crosses_a_gap(random):
    residuals = random.normal(size=(N_STEPS, 1))
    residuals[1000:1010] += 100  # a stretch of ten rows, beside usual ones
    score = white(residuals, lengths=[1000, 10, N_STEPS - 1010])
    assert score[1000:1010].min() > 100 and np.delete(score, np.r_[1000:1010]).max() < 6


def test_the_ends_of_a_stretch_have_the_median_of_a_whole_window(random):
    residuals = random.normal(size=(N_STEPS, 1))
    score = white(residuals)[:, 0]
    assert len(set(score[: WINDOW // 2])) == len(set(score[1 - WINDOW // 2 :])) == 1


def test_records_too_short_for_states_and_without_spread_are_scored():
    assert whitened(np.zeros((5, 2)), np.arange(5.0), [5], WINDOW).tolist() == [[0, 0]] * 5
