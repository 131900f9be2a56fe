"""Scores of directions, on the circle: windows hold each as its sine and cosine."""

from collections.abc import Sequence

import numpy as np

SINE, COSINE = "_sin", "_cos"
N_SECTORS, N_CLASSES = 16, 5
CIRCLE = 360

Pair = tuple[int, int]


def pairs(names: Sequence[str]) -> dict[str, Pair]:
    """Column numbers of the sine and the cosine of each direction among `names`."""
    place = {str(name): i for i, name in enumerate(names)}
    stems = [name.removesuffix(SINE) for name in place if name.endswith(SINE)]
    return {
        stem: (place[stem + SINE], place[stem + COSINE]) for stem in stems if stem + COSINE in place
    }


def degrees(windows: np.ndarray, at: Pair) -> np.ndarray:
    """The direction of each row of `windows` (..., F), float64 (n,) in 0...360."""
    sine, cosine = (np.asarray(windows, np.float64)[..., i].ravel() for i in at)
    return np.degrees(np.arctan2(sine, cosine)) % CIRCLE


def distance(real: np.ndarray, synthetic: np.ndarray, *, at: Pair) -> float:
    """Wasserstein distance of the directions on the circle, in degrees.

    The least mean turn that makes one distribution the other: the distance of their cumulative
    shares from the median of that distance (Rabin, Delon and Gousseau 2011, eq. 9).
    """
    gap = np.cumsum(_shares(real, at) - _shares(synthetic, at))
    return float(np.abs(gap - np.median(gap)).sum())


def _shares(windows: np.ndarray, at: Pair) -> np.ndarray:
    """Share of the rows in each degree of the circle: (360,)."""
    counts = np.bincount(degrees(windows, at).astype(int) % CIRCLE, minlength=CIRCLE)
    return counts / counts.sum()


def rose_distance(real: np.ndarray, synthetic: np.ndarray, *, at: Pair, wind_speed: int) -> float:
    """Share of rows that would have to change sector or class of wind speed: 0 is right, 1 worst.

    16 sectors, and five classes of wind speed that hold as many real rows each.
    """
    speeds = np.asarray(real, np.float64)[..., wind_speed]
    edges = np.quantile(speeds, np.arange(1, N_CLASSES) / N_CLASSES)
    shares = [_rose(x, at, wind_speed, edges) for x in (real, synthetic)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _rose(windows: np.ndarray, at: Pair, wind_speed: int, edges: np.ndarray) -> np.ndarray:
    width = CIRCLE / N_SECTORS
    sectors = (degrees(windows, at) / width + 0.5).astype(int) % N_SECTORS  # the first is north
    classes = np.searchsorted(edges, np.asarray(windows, np.float64)[..., wind_speed].ravel())
    counts = np.bincount(sectors * N_CLASSES + classes, minlength=N_SECTORS * N_CLASSES)
    return counts / counts.sum()
