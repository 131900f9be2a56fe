import numpy as np
import pytest
import tensorflow as tf

from modules.fidelity import context_fid


def exact_sample(mean, deviations, n=400):
    """Vectors whose sample mean and covariance are exactly the given ones."""
    noise = np.random.default_rng(0).normal(size=(n, len(mean)))
    noise -= noise.mean(0)
    noise = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return noise * deviations + mean


def test_frechet_distance_is_the_closed_form_of_two_gaussians():
    first = exact_sample([0.0, 0.0, 0.0], [1.0, 2.0, 3.0])
    second = exact_sample([1.0, -2.0, 0.5], [4.0, 2.0, 0.5])
    expected = 1 + 4 + 0.25 + 3**2 + 0 + 2.5**2
    assert context_fid.frechet_distance(first, second) == pytest.approx(expected, abs=1e-8)


def test_frechet_distance_of_correlated_sets_does_not_depend_on_the_axes():
    first, second = exact_sample([0.0, 0.0], [1.0, 2.0]), exact_sample([1.0, 1.0], [3.0, 1.0])
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    turned = context_fid.frechet_distance(first @ turn, second @ turn)
    assert turned == pytest.approx(context_fid.frechet_distance(first, second), abs=1e-8)


def test_frechet_distance_of_a_set_to_itself_is_zero_even_with_dependent_columns():
    vectors = np.random.default_rng(0).normal(size=(50, 3))
    vectors = np.hstack([vectors, vectors])
    assert context_fid.frechet_distance(vectors, vectors) == pytest.approx(0, abs=1e-6)


def test_views_stay_inside_the_window_and_overlap():
    crops = context_fid.draw_crops(10, 8, 2000, np.random.default_rng(0))
    assert np.all(crops.right - crops.left >= 2)
    assert np.all((crops.early <= crops.left) & (crops.right <= crops.late))
    assert np.all(crops.early + crops.offset.min(1) >= 0)
    assert np.all(crops.late + crops.offset.max(1) <= 10)
    assert set(crops.right - crops.left) == set(range(2, 11))


@pytest.fixture
def uncompiled():
    # Compiling takes longer than these few steps do.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def trained_and_encoded(windows, seed):
    return context_fid.encode(context_fid.train_encoder(windows, seed=seed, steps=5), windows)


@pytest.mark.whole
def test_encoder_follows_its_seed(uncompiled):
    windows = np.random.default_rng(0).random((40, 6, 2), np.float32)
    first, again, other = (trained_and_encoded(windows, seed) for seed in (1, 1, 2))
    assert first.shape == (40, 320)
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


@pytest.mark.slow
def test_compiled_encoder_is_the_uncompiled_one():
    windows = np.random.default_rng(0).random((40, 6, 2), np.float32)
    compiled = trained_and_encoded(windows, 1)
    tf.config.run_functions_eagerly(True)
    plain = trained_and_encoded(windows, 1)
    tf.config.run_functions_eagerly(False)
    assert compiled == pytest.approx(plain, abs=1e-3)
