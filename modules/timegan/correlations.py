"""Correlations over features and steps: what a `modules.timegan.copula.Copula` is made of.

Arrays of shape (T, F, F) hold at [k, i, j] the correlation between feature i and feature j of k
steps earlier, as if a window could begin at any row.
"""

import numpy as np
from scipy.special import ndtr

MOST_REMEMBERED = 1000  # values that a step beyond the first window is drawn from
SLOWEST = 0.9999  # share of a deviation that is left after a step
RIDGE = 1e-3  # added to variances of 1, so that differences smaller than errors are not drawn upon
SMALLEST_VARIANCE = 1e-5  # that is divided by; more makes smooth columns rough
VANISHED = 1e-9  # of a matrix' power
N_POLYNOMIALS = 60
WINDOWS_AT_ONCE = 256  # whose waves are held in memory
NORMAL_RANGE = np.linspace(-8, 8, 8001)


def lagged_correlation(windows: np.ndarray) -> np.ndarray:
    """Correlations of `windows` (n, T, F) over features and lags: float64 (T, F, F).

    Over all windows and all their pairs of steps. A feature that never moves goes with
    nothing, itself at other steps neither. By Fourier's transform, padded so that no window's end
    meets its beginning: the cost of all lags grows with T, not with its square.
    """
    n_windows, n_steps, n_features = windows.shape
    mean, deviation = windows.mean((0, 1)), windows.std((0, 1))
    spectrum = np.zeros((n_steps + 1, n_features, n_features), complex)
    for first in range(0, n_windows, WINDOWS_AT_ONCE):
        some = windows[first : first + WINDOWS_AT_ONCE] - mean
        some /= np.where(deviation > 0, deviation, 1)
        steps = np.ascontiguousarray(some.transpose(1, 2, 0))
        waves = np.fft.rfft(steps, 2 * n_steps, axis=0)  # (T + 1, F, n)
        spectrum += waves @ waves.conj().swapaxes(1, 2)
    sums = np.fft.irfft(spectrum, 2 * n_steps, axis=0)[:n_steps]
    correlation = sums / (n_windows * np.arange(n_steps, 0, -1)[:, None, None])
    correlation[0] += np.diag(deviation == 0)
    return np.clip(correlation, -1, 1)


def regressed(rows: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """Slopes (1 + C, F) of `rows` (..., F) on `conditions` (..., C), the first of a constant.

    The ridge keeps conditions that repeat each other, such as one of two turbines, apart.
    """
    known = _with_constant(conditions).reshape(-1, 1 + conditions.shape[-1])
    square = known.T @ known / len(known) + RIDGE * np.eye(known.shape[1])
    return np.linalg.solve(square, known.T @ rows.reshape(len(known), -1) / len(known))


def explained(slopes: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """What `regressed` slopes say of rows with `conditions` (..., C): (..., F)."""
    return _with_constant(conditions) @ slopes


def _with_constant(conditions: np.ndarray) -> np.ndarray:
    return np.concatenate([np.ones((*conditions.shape[:-1], 1)), conditions], -1)


def normal_memory(target: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Autocorrelations (T,) that normal scores need for values with those of `target` (T,).

    `quantiles`: (K,), of the values at even levels. A monotone function of a normal variable has
    the autocorrelation sum(c_n^2 r^n) for the normal's r, with the function's coefficients c_n in
    normalised Hermite polynomials (Cario and Nelson, ORSA Journal on Computing 1996).
    """
    if quantiles[0] == quantiles[-1]:  # a feature that never moves
        return target
    levels = ndtr(NORMAL_RANGE) * (len(quantiles) - 1)
    values = np.interp(levels, np.arange(len(quantiles)), quantiles)
    density = np.exp(-(NORMAL_RANGE**2) / 2)
    shares = np.square(_hermite(NORMAL_RANGE, N_POLYNOMIALS)[1:] @ (values * density))
    grid = np.linspace(-1, 1, 2001)
    reached = grid[:, None] ** np.arange(1, N_POLYNOMIALS) @ (shares / shares.sum())
    return np.interp(target, reached, grid)


def _hermite(x: np.ndarray, n: int) -> np.ndarray:
    """The first `n` Hermite polynomials at `x`, each of variance 1 for a standard normal x."""
    polynomials = [np.ones_like(x), x]
    for k in range(1, n - 1):
        following = x * polynomials[k] - np.sqrt(k) * polynomials[k - 1]
        polynomials.append(following / np.sqrt(k + 1))
    return np.stack(polynomials)


def with_memories(correlation: np.ndarray, memories: np.ndarray) -> np.ndarray:
    """Give each feature of `correlation` (T, F, F) the autocorrelations `memories` (T, F).

    Each is passed through a linear filter of its own, so that the dependence between features at
    every frequency stays what it was, and a possible process stays possible.
    """
    n_steps, n_features, _ = correlation.shape
    filters = np.stack(
        [
            _power(_toeplitz(memories[:, i]), 0.5) @ _power(_toeplitz(correlation[:, i, i]), -0.5)
            for i in range(n_features)
        ]
    )
    lags, both = _lags(n_steps), np.ascontiguousarray(_both_ways(correlation).transpose(1, 2, 0))
    lagged = np.empty_like(correlation)
    for i in range(n_features):  # one after the other: all at once are T * F values, squared
        filtered = filters[i] @ both[i][:, lags] @ filters.swapaxes(1, 2)  # (F, T, T)
        for lag in range(n_steps):
            lagged[lag, i] = filtered.diagonal(-lag, 1, 2).mean(1)
    deviation = np.sqrt(np.diag(lagged[0]))
    return np.clip(lagged / np.outer(deviation, deviation), -1, 1)


def _toeplitz(autocorrelation: np.ndarray) -> np.ndarray:
    return block_toeplitz(autocorrelation[:, None, None])


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, SMALLEST_VARIANCE) ** exponent) @ vectors.T


def block_toeplitz(correlation: np.ndarray) -> np.ndarray:
    """Correlations of one window: (T, F, F) -> (T * F, T * F), steps in time order."""
    n_steps, n_features, _ = correlation.shape
    blocks = _both_ways(correlation)[_lags(n_steps)]  # (T, T, F, F)
    return blocks.transpose(0, 2, 1, 3).reshape(n_steps * n_features, -1)


def _both_ways(correlation: np.ndarray) -> np.ndarray:
    """Of every lag from the longest before to the longest after: (2 * T - 1, F, F)."""
    return np.concatenate([correlation[:0:-1].transpose(0, 2, 1), correlation])


def _lags(n_steps: int) -> np.ndarray:
    """Where `_both_ways` holds the lag between two steps of a window: int (T, T)."""
    return np.subtract.outer(np.arange(n_steps), np.arange(n_steps)) + n_steps - 1


def factor_of(covariance: np.ndarray) -> np.ndarray:
    """Return L with rows as long as the deviations, L L' the nearest that is a covariance."""
    values, vectors = np.linalg.eigh(covariance)
    factor = vectors * np.sqrt(np.clip(values, 0, None))
    deviation = np.sqrt(np.clip(np.diag(covariance), 0, None))
    length = np.linalg.norm(factor, axis=1)
    return factor * (deviation / np.where(length > 0, length, 1))[:, None]


def autoregression(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (F, P * F) on the P last steps, in time order, and a factor (F, F).

    `correlation`: (T, F, F). The factor is that of the part that is new at every step. Roots
    outside the unit circle, which estimated correlations may have, are drawn into it, and variances
    brought back to 1: a series of years must not run away.
    """
    n_features = correlation.shape[1]
    n_steps = min(len(correlation) - 1, max(1, MOST_REMEMBERED // n_features))
    factor = factor_of(block_toeplitz(correlation[: n_steps + 1]))
    whole = factor @ factor.T  # of correlations that no process has, the nearest that one may have
    past, cross = whole[:-n_features, :-n_features], whole[-n_features:, :-n_features]
    coefficients = cross @ np.linalg.inv(past + RIDGE * np.eye(len(past)))
    companion = np.eye(len(past), k=n_features)
    companion[-n_features:] = coefficients
    largest = np.abs(np.linalg.eigvals(companion)).max()
    if largest > SLOWEST:
        age = np.repeat(np.arange(n_steps, 0, -1), n_features)
        companion[-n_features:] = coefficients = coefficients * (SLOWEST / largest) ** age
    factor = factor_of(whole[-n_features:, -n_features:] - coefficients @ cross.T)
    new = np.zeros_like(past)
    new[-n_features:, -n_features:] = factor @ factor.T
    variance = np.diag(_stationary(companion, new))[-n_features:]
    deviation = np.sqrt(np.maximum(variance, RIDGE))
    scaled = coefficients * np.tile(deviation, n_steps) / deviation[:, None]
    return scaled, factor / deviation[:, None]


def _stationary(companion: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The covariance P = A P A' + `new` of a process with the matrix A, by doubling.

    P sums A^k new A'^k over all k; each round adds as many of them as there were. SciPy's solver
    takes a Schur form, which is twenty times slower for a thousand values.
    """
    covariance, power = new, companion
    while np.abs(power).max() > VANISHED:
        covariance = covariance + power @ covariance @ power.T
        power = power @ power
    return covariance
