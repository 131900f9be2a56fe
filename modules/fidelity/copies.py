"""Were training windows copied? Distances from synthetic windows to their nearest real ones."""

from typing import NamedTuple

import numpy as np

CHUNK_BYTES = 2**27
COPY_TOLERANCE = 1e-4  # of the scaled range: less than any sensor resolves


def nearest_windows(windows: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Euclidean distance to, and index of, the nearest window of `train`.

    `windows` float32 (n, T, F), `train` float32 (m, T, F), in the same scale.
    Returns float64 (n,) and int (n,).
    """
    queries = np.asarray(windows, np.float64).reshape(len(windows), -1)
    stored = np.asarray(train, np.float64).reshape(len(train), -1)
    lengths = (stored**2).sum(axis=1)
    chunk = max(1, CHUNK_BYTES // (8 * len(stored)))
    nearest = np.concatenate(
        [
            (lengths - 2 * queries[start : start + chunk] @ stored.T).argmin(axis=1)
            for start in range(0, len(queries), chunk)
        ]
    )
    return np.linalg.norm(queries - stored[nearest], axis=1), nearest


class Closeness(NamedTuple):
    """Of n windows: `distances` float64 (n,) to, and `nearest` int (n,) of, the nearest of others.

    `rate`: the share of them that copy it.
    """

    distances: np.ndarray
    nearest: np.ndarray
    rate: float

    @property
    def median(self) -> float:
        return float(np.median(self.distances))


def closeness(windows: np.ndarray, train: np.ndarray) -> Closeness:
    """How near `windows` (n, T, F) come to those of `train` (m, T, F), in their scale."""
    distances, nearest = nearest_windows(windows, train)
    return Closeness(distances, nearest, copy_rate(windows, np.asarray(train)[nearest]))


def copy_rate(
    windows: np.ndarray, neighbours: np.ndarray, *, tolerance: float = COPY_TOLERANCE
) -> float:
    """Share of `windows` (n, T, F) that equal their own of `neighbours` (n, T, F) everywhere."""
    difference = np.abs(np.asarray(windows) - neighbours)
    return float((difference.max(axis=(1, 2)) <= tolerance).mean())
