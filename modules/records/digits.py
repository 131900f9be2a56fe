"""How many decimals readings have, and how many are worth writing."""

import math

import numpy as np

SIGNIFICANT_DIGITS = 6
FLOAT32_NOISE = 2e-7  # of a number, how far one of 32 bits may be from what was written
MOST_NOISE = 0.2  # of the last decimal; beyond, everything would seem written to it
STRAY_SHARE = 0.001  # of the readings, that say nothing of the others
FEWEST_READINGS = 100


def decimals(spread: float) -> int:
    """Digits behind the point for values that differ by up to `spread`: 6 significant of it."""
    return max(0, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(max(spread, 1e-12))))


def digits_of(values: np.ndarray) -> int | None:
    """Decimals to which `values`, float (n,), were written; None where that cannot be told.

    What a float of 32 bits makes of them does not count, nor does a stray reading in a thousand.
    Many decimals and few readings tell nothing.

    >>> digits_of(np.array([4.3000002, 12.25] * 50))
    2
    """
    if len(values) < FEWEST_READINGS:
        return None
    noise = FLOAT32_NOISE * np.abs(values)
    for digits in range(SIGNIFICANT_DIGITS):
        if noise.max() * 10.0**digits > MOST_NOISE:
            return None
        if np.mean(np.abs(values - np.round(values, digits)) > noise) <= STRAY_SHARE:
            return digits
    return None
