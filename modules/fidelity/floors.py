"""What a score has to be read against: the floor, a Gaussian without a network, and chance."""

import numpy as np

from modules.windows.splits import blocked_split, shuffled_split


def gaussian_windows(
    windows: np.ndarray, n_windows: int, *, seed: int, value_range: tuple[float, float] = (0.0, 1.0)
) -> np.ndarray:
    """Draws from one multivariate Gaussian over the flattened window.

    A generator that learns nothing but means and covariances; one that scores worse has not
    earned its training.

    Parameters
    ----------
    windows : float32 (n, T, F)
        Real windows, scaled to `value_range`.
    n_windows : int
        Windows to draw.
    seed : int
    value_range : pair of floats
        The draws are clipped to it.

    Returns
    -------
    float32 (n_windows, T, F)
    """
    flat = np.asarray(windows, np.float64).reshape(len(windows), -1)
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    noise = np.random.default_rng([seed, 8]).standard_normal((n_windows, flat.shape[1]))
    draws = (noise * np.sqrt(np.clip(values, 0, None))) @ vectors.T + flat.mean(axis=0)
    return np.clip(draws, *value_range).astype(np.float32).reshape(-1, *windows.shape[1:])


def real_halves(
    n_windows: int, length: int, *, seed: int, starts: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint halves of the real windows, for a score of real against real.

    Blocks of time where `starts`, int (n_windows,), is known (see `blocked_split`), else at
    random: overlapping windows then know each other, and the floor is that of the papers' protocol.
    Returns two int index arrays.
    """
    if starts is None:
        return shuffled_split(n_windows, seed, test_share=0.5)
    return blocked_split(starts, length, seed, test_share=0.5)


def discriminative_chance(n_test: int) -> float:
    """Mean discriminative score of a judge that tosses a coin for `n_test` windows.

    |accuracy - 1/2| is folded, so that guessing scores sqrt(1 / (2 pi n_test)) and not 0.
    """
    return float(np.sqrt(1 / (2 * np.pi * n_test)))


def constant_predictor_error(windows: np.ndarray) -> float:
    """Mean absolute error of the best constant for the last column of (n, T, F): its median."""
    target = np.asarray(windows, np.float64)[:, 1:, -1]
    return float(np.abs(target - np.median(target)).mean())
