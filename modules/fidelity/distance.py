"""How far two sets of windows lie apart, in one number."""

import numpy as np
from scipy.spatial.distance import cdist

NARROWEST = 0.03  # of the widest deviation, the least that is whitened to the same
TINY = 1e-6  # deviation of a column that stands still


class EnergyDistance:
    """Between sets of windows: 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely and Rizzo, 2013).

    A window counts with its values and its steps from row to row, each whitened by `real`, float32
    (n, T, F): level and roughness weigh the same, and how far power strays from what the wind
    gives as much as how strong the wind is. Zero for equal distributions.
    """

    def __init__(self, real: np.ndarray) -> None:
        self._whitenings = [_whitening(part) for part in (real, np.diff(real, axis=1))]
        self._real = self._flat(real)
        self._among_real = _mean_distance(self._real)

    def __call__(self, windows: np.ndarray) -> float:
        """How far `windows`, float32 (m, T, F), lie from the real ones."""
        theirs = self._flat(windows)
        between = cdist(self._real, theirs).mean()
        return float(2 * between - self._among_real - _mean_distance(theirs))

    def _flat(self, windows: np.ndarray) -> np.ndarray:
        parts = windows, np.diff(windows, axis=1)
        white = [part @ matrix for part, matrix in zip(parts, self._whitenings, strict=True)]
        return np.concatenate([flat(part) for part in white], axis=1)


def _whitening(windows: np.ndarray) -> np.ndarray:
    """Matrix (F, F) that makes the rows of `windows` columns of deviation 1 without correlation.

    Deviations below `NARROWEST` of the widest stay small: there, noise would count like weather.
    """
    rows = windows.reshape(-1, windows.shape[-1])
    scales = np.maximum(rows.std(axis=0), TINY)
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov((rows / scales).T, bias=True)))
    narrowest = max(NARROWEST**2 * variances[-1], TINY)
    return axes / np.sqrt(np.maximum(variances, narrowest)) / scales[:, None]


def flat(windows: np.ndarray) -> np.ndarray:
    """Windows (n, T, F) as rows (n, T * F)."""
    return windows.reshape(len(windows), -1)


def _mean_distance(flat: np.ndarray) -> float:
    """Mean distance between two different ones of `flat` (n, D)."""
    return cdist(flat, flat).sum() / (len(flat) * max(1, len(flat) - 1))
