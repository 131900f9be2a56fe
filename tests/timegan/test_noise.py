"""The kinds of noise: their distributions, and the memory of the coloured one."""

import numpy as np
import pytest
import tensorflow as tf

from modules.timegan.noise import autocorrelations, coloured, noise_maker

SHAPE = (2000, 6, 3)


def drawn(kind, shape=SHAPE, seed=3):
    return noise_maker(kind, 24)(tf.random.Generator.from_seed(seed, alg="philox"), shape).numpy()


def test_uniform_noise_fills_nought_to_one():
    noise = drawn("uniform")
    assert noise.shape == SHAPE and noise.min() >= 0 and noise.max() < 1
    assert noise.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", ["normal", "coloured"])
def test_other_noise_has_mean_nought_and_deviation_one_at_every_step(kind):
    noise = drawn(kind)
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.08)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.06)


@pytest.mark.parametrize("n_steps", [1, 2, 7, 24, 33])
def test_coloured_noise_is_the_recurrence_of_an_autoregression(n_steps):
    white = np.random.default_rng(1).normal(size=(4, n_steps, 3))
    factors = np.array([0.0, 0.5, 0.99])
    expected = white.copy()
    for t in range(1, n_steps):
        expected[:, t] = factors * expected[:, t - 1] + np.sqrt(1 - factors**2) * white[:, t]
    ours = coloured(tf.constant(white), factors)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)


def test_channels_remember_from_less_than_a_step_to_many_windows():
    factors = autocorrelations(5, 24)
    times = -1 / np.log(factors)
    np.testing.assert_allclose(times[[0, -1]], [0.3, 16 * 24], rtol=1e-3)
    np.testing.assert_allclose(times[1:] / times[:-1], times[1] / times[0], rtol=1e-3)


def test_a_long_series_goes_on_changing():
    series = drawn("coloured", (1, 5000, 3))[0]
    assert np.abs(series[:2500].mean(axis=0) - series[2500:].mean(axis=0))[-1] > 0.01
    np.testing.assert_allclose(series[:, :2].std(axis=0), 1, atol=0.3)
