"""The copula: rows of the training distribution, in an order with the training's memory."""

import json

import numpy as np
import pytest
import tensorflow as tf

from modules.errors import DataError
from modules.timegan import copula, correlations
from modules.timegan.copula import Copula
from modules.timegan.correlations import block_toeplitz, factor_of, lagged_correlation
from modules.timegan.quantiles import quantiles_of
from tests.tiny import STEPS, finished_run, loaded

NAMES = ("Speed", "Power")


def rows(n=20_000):
    """Speed, log-normal with a memory, and its power, a third of it exactly 0: (n, 2)."""
    white = np.random.default_rng(0).normal(size=n)
    score = np.empty(n)
    score[0] = white[0]
    for t in range(1, n):
        score[t] = 0.9 * score[t - 1] + np.sqrt(1 - 0.81) * white[t]
    return np.stack([np.exp(0.5 * score), np.clip(score, -0.43, None) + 0.43], 1)


@pytest.fixture(scope="module")
def fitted():
    return Copula.fit(NAMES, rows(), np.arange(20_000 - STEPS), STEPS)


def draw(fitted, shape, seed=1):
    return fitted(tf.random.Generator.from_seed(seed, alg="philox"), shape).numpy()


def test_windows_have_the_distribution_of_the_rows(fitted):
    windows, real = draw(fitted, (20_000, STEPS, 2)), rows()
    levels = np.linspace(0.01, 0.99, 50)
    for i in range(2):
        np.testing.assert_allclose(
            np.quantile(windows[..., i], levels), np.quantile(real[:, i], levels), atol=0.1
        )
    assert (windows[..., 1] == 0).mean() == pytest.approx((real[:, 1] == 0).mean(), abs=0.02)


def test_windows_remember_as_the_rows_do(fitted):
    real = rows()[np.arange(19_000)[:, None] + np.arange(STEPS)]
    ours, theirs = (lagged_correlation(x) for x in (draw(fitted, (20_000, STEPS, 2)), real))
    for i in range(2):
        np.testing.assert_allclose(ours[:, i, i], theirs[:, i, i], atol=0.04)
    np.testing.assert_allclose(ours[:, 0, 1], theirs[:, 0, 1], atol=0.06)


def spells(n=20_000):
    """Noise, three tenths of the time 5 higher for four rows on end: (n, 1)."""
    random = np.random.default_rng(0)
    is_high = random.uniform(size=n // 4).repeat(4) < 0.3
    return (random.normal(size=n) + 5 * is_high)[:, None]


def test_a_feature_remembers_by_its_values_where_its_ranks_do_less():
    series = spells()
    real = lagged_correlation(series[np.arange(19_000)[:, None] + np.arange(STEPS)])
    fitted = Copula.fit(["x"], series, np.arange(20_000 - STEPS), STEPS)
    made = lagged_correlation(draw(fitted, (20_000, STEPS, 1)))
    assert real[1, 0, 0] > 0.6
    np.testing.assert_allclose(made, real, atol=0.05)


def test_rows_count_as_often_as_they_stand_in_a_training_window():
    scaled, starts = rows(500), np.array([0, 1, 2, 90, 400])
    partly = Copula.fit(NAMES, scaled, starts, STEPS)
    windows = scaled[starts[:, None] + np.arange(STEPS)]
    np.testing.assert_array_equal(partly.quantiles, quantiles_of(windows))


@pytest.mark.parametrize("n_steps", [1, STEPS - 1, STEPS, STEPS + 1, 4 * STEPS])
def test_windows_may_be_of_any_length(fitted, n_steps):
    windows = draw(fitted, (7, n_steps, 2))
    assert windows.shape == (7, n_steps, 2) and windows.dtype == np.float32


@pytest.mark.parametrize("most", [24, 6])
def test_steps_drawn_at_once_and_one_by_one_have_the_asked_correlations(most, monkeypatch):
    monkeypatch.setattr(copula, "MOST_AT_ONCE", most)  # values: all 12 steps, or 3
    monkeypatch.setattr(correlations, "MOST_REMEMBERED", most // 2)
    turn = 0.9 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    asked = np.stack([np.linalg.matrix_power(turn, lag) for lag in range(12)])
    turning = Copula.of(NAMES, np.sort(rows(101).T), asked)
    random = tf.random.Generator.from_seed(1, alg="philox")
    scores = turning.scores(random, (20_000, 12, 2)).numpy()
    np.testing.assert_allclose(lagged_correlation(scores), asked, atol=0.02)
    np.testing.assert_allclose(scores.std(0), 1, atol=0.02)


def test_of_a_wide_window_few_steps_are_drawn_at_once(monkeypatch):
    n_features, n_steps, sizes = 200, 24, []
    monkeypatch.setattr(copula, "factor_of", lambda x: sizes.append(len(x)) or factor_of(x))
    asked = 0.5 ** np.arange(n_steps)[:, None, None] * np.eye(n_features)
    wide = Copula.of([f"v{i}" for i in range(n_features)], np.sort(rows(3).T)[[0] * 200], asked)
    random = tf.random.Generator.from_seed(1, alg="philox")
    scores = wide.scores(random, (500, n_steps, n_features)).numpy()
    assert scores.shape == (500, n_steps, n_features)
    assert max(sizes) == 12 * n_features
    np.testing.assert_allclose(scores.std((0, 1)), 1, atol=0.05)


def test_a_long_series_goes_on_as_it_began(fitted):
    later = draw(fitted, (1000, 40 * STEPS, 2))[:, -STEPS:]
    first = draw(fitted, (20_000, STEPS, 2))
    np.testing.assert_allclose(later.std((0, 1)), first.std((0, 1)), rtol=0.1)
    ours, theirs = lagged_correlation(later), lagged_correlation(first)
    np.testing.assert_allclose(ours, theirs, atol=0.1)


def test_a_long_series_does_not_run_away_with_correlations_that_no_process_has(fitted):
    errors = np.random.default_rng(0).normal(0, 0.03, fitted.correlation.shape)
    correlation = np.clip(fitted.correlation + errors, -1, 1)
    correlation[0] = fitted.correlation[0]
    assert np.linalg.eigvalsh(block_toeplitz(correlation))[0] < -0.005
    impossible = Copula.of(NAMES, fitted.quantiles, correlation)
    later = draw(impossible, (1000, 40 * STEPS, 2))[:, -STEPS:]
    first = draw(impossible, (20_000, STEPS, 2))
    assert (later.std((0, 1)) < 1.25 * first.std((0, 1))).all()


def test_the_same_seed_draws_the_same_windows_in_a_compiled_step(fitted):
    random = tf.random.Generator.from_seed(1, alg="philox")
    compiled = tf.function(lambda: fitted(random, (3, 2 * STEPS, 2)), autograph=False)
    expected = draw(fitted, (3, 2 * STEPS, 2))
    np.testing.assert_allclose(compiled().numpy(), expected, rtol=1e-5)


def events(n=5_000):
    """Windows apart: a level that is drawn and then falls by a half at every step, and noise."""
    random = np.random.default_rng(0)
    level = random.exponential(size=(n, 1)) * 0.5 ** np.arange(STEPS)
    return np.stack([level, random.normal(size=(n, STEPS))], -1)


@pytest.fixture(scope="module")
def fitted_apart():
    rows = events().reshape(-1, 2)
    return Copula.fit(NAMES, rows, np.arange(0, len(rows), STEPS), STEPS)


def test_windows_that_share_no_row_begin_and_end_as_theirs_do(fitted_apart):
    windows, real = draw(fitted_apart, (20_000, STEPS, 2)), events()
    np.testing.assert_allclose(windows.mean(0), real.mean(0), atol=0.05)
    np.testing.assert_allclose(windows.std(0), real.std(0), atol=0.05)
    falls = windows[:, 1:, 0] / windows[:, :-1, 0]
    np.testing.assert_allclose(np.median(falls, 0), 0.5, atol=0.01)


@pytest.mark.parametrize("n_steps", [1, STEPS - 1, STEPS + 1, 3 * STEPS])
def test_windows_that_share_no_row_follow_each_other(fitted_apart, n_steps):
    windows = draw(fitted_apart, (2000, n_steps, 2))
    assert windows.shape == (2000, n_steps, 2)
    expected = np.resize(events().mean(0), (n_steps, 2))
    np.testing.assert_allclose(windows.mean(0), expected, atol=0.1)


def test_windows_that_share_rows_or_are_few_are_pieces_of_a_series():
    rows = events().reshape(-1, 2)
    few = Copula.fit(NAMES, rows, np.arange(0, 2 * STEPS * STEPS, STEPS), STEPS)
    sharing = Copula.fit(NAMES, rows, np.arange(0, len(rows) - STEPS, STEPS - 1), STEPS)
    for fitted in (few, sharing):
        assert fitted.correlation.shape == (STEPS, 2, 2)


def test_a_rare_extreme_does_not_hide_whom_a_feature_goes_with():
    spoilt = rows()
    spoilt[100:103, 0] = 1e6
    assert abs(np.corrcoef(spoilt.T)[0, 1]) < 0.03
    bent = Copula.fit(NAMES, spoilt, np.arange(20_000 - STEPS), STEPS)
    assert bent.correlation[0, 0, 1] > 0.7


@pytest.fixture
def run(tmp_path):
    return finished_run(tmp_path, noise="copula")


def change(run, **fields):
    path = run.model_folder / "copula.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_a_run_gives_back_the_copula_it_was_trained_with(run, fitted):
    run.save_table(fitted)
    back = loaded(run).noise
    assert back.names == fitted.names
    np.testing.assert_array_equal(back.quantiles, fitted.quantiles)
    np.testing.assert_array_equal(back.correlation, fitted.correlation)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"quantiles": [[0, 1, float("nan")]] * 2}, "finite"),
        ({"quantiles": [[-1e31, 0, 1]] * 2}, "finite"),
        ({"quantiles": [[0, 2, 1]] * 2}, "must not decrease"),
        ({"quantiles": [[0, 1]] * 3}, "two or more quantiles"),
        ({"quantiles": [[0]] * 2}, "two or more quantiles"),
        ({"correlation": [[1, 0], [0, 1]]}, "a correlation per step and pair"),
        ({"correlation": []}, "a correlation per step and pair"),
        ({"correlation": [[[1]]]}, "a correlation per step and pair"),
        ({"correlation": [[[1, 0], [0, 1]]]}, "of two or more steps, or of whole windows"),
        ({"correlation": [[[1, 3], [3, 1]]] * 2}, "must lie in"),
        ({"correlation": [[[1, float("nan")], [0, 1]]] * 2}, "must lie in"),
        ({"correlation": [[[10**400]]]}, "OverflowError"),
        ({"names": [1, 2]}, "names must be text"),
        ({"names": None}, "TypeError"),
    ],
)
def test_a_damaged_copula_is_refused(run, fields, reason):
    change(run, **fields)
    with pytest.raises(DataError, match=rf"copula\.json holds no copula of ours .*{reason}"):
        loaded(run)


def test_a_run_gives_back_a_copula_of_windows_that_share_no_row(run, fitted_apart):
    run.save_table(fitted_apart)
    back = loaded(run).noise
    np.testing.assert_array_equal(draw(back, (5, STEPS, 2)), draw(fitted_apart, (5, STEPS, 2)))


@pytest.mark.parametrize("missing", ["names", "quantiles", "correlation"])
def test_a_copula_that_lacks_a_part_is_refused(run, missing):
    path = run.model_folder / "copula.json"
    content = json.loads(path.read_text())
    del content[missing]
    path.write_text(json.dumps(content))
    with pytest.raises(DataError, match=f"KeyError: '{missing}'"):
        loaded(run)


def test_a_copula_of_other_columns_is_refused(run):
    change(run, names=["Power", "Speed"])
    with pytest.raises(DataError, match=r"copula\.json does not hold the scaler"):
        loaded(run)


def test_a_copula_of_another_run_is_refused(run):
    change(run, run_id="another")
    with pytest.raises(DataError, match=r"Not of the run .*copula\.json\. Model, scaler"):
        loaded(run)


def test_a_run_that_has_lost_its_copula_is_refused(run):
    (run.model_folder / "copula.json").unlink()
    with pytest.raises(DataError, match=r"copula\.json cannot be read"):
        loaded(run)
