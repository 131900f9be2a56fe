"""Tables whose columns follow each other in known ways."""

import numpy as np

NAMES = ["Open", "High", "Close", "Volume"]
TURNS = ["Vane_sin", "Vane_cos", "Yaw_sin", "Yaw_cos", "Wind_sin", "Wind_cos"]


def prices(n=1000, spread=0.1):
    """High follows Open with heavy tails, Close is given by High, Volume stands alone."""
    random = np.random.default_rng(0)
    opening = random.normal(100, 20, n)
    high = 2 * opening + 5 + spread * random.standard_t(3, n)
    return np.stack([opening, high, 3 * high - 1, random.normal(0, 1, n)], 1)


def directions(n=1000, offset=10.0, spread=0.5, tails=True):
    """Nacelle and vane give the wind's direction but for an offset: sines and cosines."""
    random = np.random.default_rng(0)
    vane, yaw = random.normal(0, 8, n), random.uniform(0, 360, n)
    left = random.standard_t(3, n) if tails else random.normal(size=n)
    angles = np.deg2rad(np.stack([vane, yaw, yaw - vane + offset + spread * left], 1))
    return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(n, 6)


def pitch(n=1000):
    """A blade that rests near 0 degrees, and one row in a hundred at 90."""
    random = np.random.default_rng(0)
    return np.where(np.arange(n) % 100 == 5, 90, random.normal(0, 0.5, n))[:, None]
