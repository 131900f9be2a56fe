import math
from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from modules.errors import DataError
from modules.fidelity import scores
from modules.windows.splits import blocked_split

SEEDS = (0, 1)


def windows(n=400, length=6, columns=4, seed=0):
    return np.random.default_rng(seed).random((n, length, columns), np.float32)


@pytest.mark.whole
def test_discriminative_score_of_separable_sets_is_one_half():
    low, high = windows() * np.float32(0.2), 0.8 + windows(seed=1) * np.float32(0.2)
    made = scores.discriminative_score(low, high, seeds=SEEDS, steps=800)
    assert made.shape == (2,)
    assert made == pytest.approx(0.5, abs=0.02)


def test_discriminative_score_of_one_distribution_is_near_zero():
    made = scores.discriminative_score(windows(), windows(seed=1), seeds=SEEDS, steps=100)
    assert np.all(made < 0.12)


def test_discriminative_score_weighs_both_sets_alike():
    few, many = windows(160), windows(1600, seed=1)
    made = scores.discriminative_score(few, many, seeds=SEEDS, steps=1)
    assert np.all(made < 0.12)


def test_discriminative_score_is_the_same_for_a_seed_and_takes_blocks_of_time():
    split = partial(blocked_split, np.arange(400), 6)
    make = partial(scores.discriminative_score, steps=20, real_split=split)
    first, again = (make(windows(), windows(seed=1), seeds=SEEDS) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.whole
def test_predictive_score_falls_with_what_can_be_learned():
    noise, learnable = windows(), windows()
    learnable[:, 1:, -1] = learnable[:, :-1, 0]
    make = partial(scores.predictive_score, learnable, seeds=SEEDS, steps=1500)
    assert np.all(make(learnable) < 0.6 * make(noise))


def test_predictive_error_of_an_untrained_judge_is_the_mean_distance():
    real = windows()
    real[..., -1] = np.where(np.arange(400)[:, None] % 2, 0.0, 1.0)
    made = scores.predictive_score(real, windows(seed=1), seeds=SEEDS, steps=1)
    assert made == pytest.approx(0.5, abs=0.01)


def test_judges_have_half_as_many_units_as_columns_and_never_none():
    assert [scores.judge_units(n, 1) for n in (1, 5, 6, 28)] == [1, 2, 3, 14]
    assert scores.judge_units(6, 4) == 12


@pytest.fixture
def uncompiled():
    # Compiling takes longer than these few steps do.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.whole
def test_context_fid_is_zero_for_a_set_itself_and_grows_with_the_distance(uncompiled):
    real = windows(50, columns=2)
    others = [real, real * np.float32(0.9), real * np.float32(0.3)]
    same, near, far = scores.context_fid_scores(real, others, seeds=(0,), steps=3)[0]
    assert same == pytest.approx(0, abs=1e-5)
    assert same < near < far
    assert scores.context_fid_score(real, others[2], seeds=(0,), steps=3)[0] == far


def test_correlational_score_is_the_difference_of_the_correlations_over_ten():
    rng = np.random.default_rng(0)

    def correlated(strength):
        noise = rng.normal(size=(4000, 5, 2))
        noise[..., 1] = strength * noise[..., 0] + math.sqrt(1 - strength**2) * noise[..., 1]
        return (0.5 + 0.08 * noise).astype(np.float32)

    made = scores.correlational_score(correlated(0.9), correlated(-0.3), seeds=range(5))
    assert made.mean() == pytest.approx(1.2 / 10, abs=0.003)
    all_windows = scores.correlational_score_of_all(correlated(0.9), correlated(-0.3))
    assert all_windows == pytest.approx(1.2 / 10, abs=0.001)


def test_correlations_are_the_numpy_twin():
    x = windows(50)
    expected = np.corrcoef(x.reshape(-1, 4).T)
    assert scores.correlations(x) == pytest.approx(expected, rel=0.01, abs=1e-4)


def test_a_collapsed_synthetic_column_counts_as_uncorrelated():
    real, synthetic = windows(columns=2), windows(columns=2)
    synthetic[..., 1] = 0.3
    assert scores.correlations(synthetic)[1].tolist() == [0, 0]
    made = scores.correlational_score(real, synthetic, seeds=SEEDS)
    assert made == pytest.approx(0.1, abs=0.02)


def test_marginal_distance_is_the_shift_of_each_column():
    real = windows()
    made = scores.marginal_distances(real, real + np.float32([0, 0.1, 0.2, 0]))
    assert made == pytest.approx([0, 0.1, 0.2, 0], abs=1e-6)


def test_autocorrelation_of_an_alternating_column_alternates():
    signs = np.tile([0.0, 1.0], 3)
    x = np.stack([signs, 1 - signs])[..., None].astype(np.float32)
    assert scores.autocorrelations(x)[:, 0] == pytest.approx([-1, 1, -1, 1, -1], rel=0.1)


def test_autocorrelation_distance_tells_order_from_shuffled_steps():
    walk = windows().cumsum(axis=1)
    walk /= walk.max()
    shuffled = np.random.default_rng(0).permuted(walk, axis=1)
    assert scores.autocorrelation_distance(walk, walk) == 0
    assert scores.autocorrelation_distance(walk, shuffled) > 0.1


EVERY_SCORE = [
    partial(scores.discriminative_score, seeds=SEEDS, steps=1),
    partial(scores.predictive_score, seeds=SEEDS, steps=1),
    partial(scores.context_fid_score, seeds=SEEDS, steps=1),
    partial(scores.correlational_score, seeds=SEEDS),
    scores.correlational_score_of_all,
    scores.marginal_distances,
    scores.autocorrelation_distance,
]


@pytest.mark.parametrize("score", EVERY_SCORE)
def test_every_score_refuses_what_has_no_meaning(score):
    real, holed = windows(), windows()
    holed[3, 2, 1] = np.nan
    with pytest.raises(DataError, match=r"synthetic with NaN or infinity in 1 of 400 windows"):
        score(real, holed)
    with pytest.raises(DataError, match=r"one shape.*real \(400, 6, 4\), synthetic \(400, 7, 4\)"):
        score(real, windows(length=7))
    with pytest.raises(DataError, match=r"at least 20 windows.*synthetic with 19"):
        score(real, windows(19))
    with pytest.raises(DataError, match=r"scaled to 0\.\.\.1.*real with .* % .* outside"):
        score(10 * real, real)


def test_predictive_score_refuses_one_column_alone():
    with pytest.raises(DataError, match=r"needs two columns.*shape \(6, 1\)"):
        scores.predictive_score(windows(columns=1), windows(columns=1), seeds=SEEDS)


def test_predictive_score_refuses_a_constant_last_column():
    real = windows()
    real[..., -1] = 0.25
    with pytest.raises(DataError, match=r"last column that is 0\.25 throughout"):
        scores.predictive_score(real, windows(), seeds=SEEDS)


def test_correlational_score_refuses_constant_columns_by_number():
    real = windows()
    real[..., [1, 3]] = 0.5
    with pytest.raises(DataError, match=r"constant columns \[1, 3\] of 4"):
        scores.correlational_score(real, windows(), seeds=SEEDS)
