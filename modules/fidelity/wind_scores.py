"""Scores that a wind analyst reads: the power curve and the ramps, in physical units."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import wasserstein_distance

from modules.errors import DataError

BIN_WIDTH = 0.5  # m/s, the method of bins of IEC 61400-12-1
LEAST_PER_BIN = 3
LEAST_COMPARED = 10
NO_POWER, CURTAILED = 0.01, 0.7
LEAST_POWER = 0.02  # of the largest mean


class PowerCurve(NamedTuple):
    """Mean `power` float64 (n,) at the wind speeds `speed` float64 (n,) of the bins' means."""

    speed: np.ndarray
    power: np.ndarray


class Bins(NamedTuple):
    """Wind-speed bins by their number, int (n,): records, int; mean speed and power, float64."""

    number: np.ndarray
    n_records: np.ndarray
    speed: np.ndarray
    power: np.ndarray


def binned(
    windows: np.ndarray, *, wind_speed: int, power: int, bin_width: float = BIN_WIDTH
) -> Bins:
    """The bins of `windows` float (..., F), in physical units, that hold a record."""
    speeds, powers = _column(windows, wind_speed), _column(windows, power)
    bins = np.floor(speeds / bin_width).astype(int)
    numbers, places, counts = np.unique(bins, return_inverse=True, return_counts=True)
    means = (np.bincount(places, weights=x) / counts for x in (speeds, powers))
    return Bins(numbers, counts, *means)


def power_curve(
    windows: np.ndarray, *, wind_speed: int, power: int, bin_width: float = BIN_WIDTH
) -> PowerCurve:
    """The mean power of each wind-speed bin of `windows` float (n, T, F), in physical units.

    `wind_speed`, `power`: column numbers. Bins of fewer than three records are left out.
    """
    bins = binned(windows, wind_speed=wind_speed, power=power, bin_width=bin_width)
    kept = bins.n_records >= LEAST_PER_BIN
    if kept.sum() < 2:
        speeds = _column(windows, wind_speed)
        raise DataError(
            "A power curve needs two wind-speed bins of three records. Received: "
            f"{kept.sum()} from {len(speeds)} records, wind speed {speeds.min():g} to "
            f"{speeds.max():g}. Pass physical units and the column of the wind speed."
        )
    return PowerCurve(bins.speed[kept], bins.power[kept])


def power_ratios(
    real: np.ndarray, synthetic: np.ndarray, *, wind_speed: int, power: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean synthetic power against the real one by wind-speed bin: (speeds, ratios), float64 (n,).

    Thin bins, of fewer than `LEAST_COMPARED` records on either side, are left out, and so are those
    of hardly any power, where a ratio says nothing.
    """
    at = {"wind_speed": wind_speed, "power": power}
    ours, theirs = (binned(x, **at) for x in (real, synthetic))
    _, i, j = np.intersect1d(ours.number, theirs.number, return_indices=True)
    enough = np.minimum(ours.n_records[i], theirs.n_records[j]) >= LEAST_COMPARED
    enough &= ours.power[i] > LEAST_POWER * ours.power.max()
    i, j = i[enough], j[enough]
    return ours.speed[i], theirs.power[j] / ours.power[i]


def power_curve_residual(
    windows: np.ndarray, curve: PowerCurve, *, wind_speed: int, power: int
) -> float:
    """Mean absolute distance of the power from `curve`, in the unit of the power.

    `windows`: float (n, T, F), in physical units; `wind_speed`, `power`: column numbers.
    The same number of real windows says what scatter is right: a lower one means that the
    synthetic records lie too near the curve, a higher one that they leave it.
    """
    expected = np.interp(_column(windows, wind_speed), *curve)
    return float(np.abs(_column(windows, power) - expected).mean())


def ramp_rates(windows: np.ndarray, *, column: int) -> np.ndarray:
    """Changes of a column of (n, T, F) from one step to the next, float64 (n * (T - 1),)."""
    return np.diff(np.asarray(windows, np.float64)[..., column], axis=1).ravel()


def ramp_distance(real: np.ndarray, synthetic: np.ndarray, *, column: int) -> float:
    """Wasserstein distance between the ramp rates, in the column's unit per step.

    `real`, `synthetic`: float (n, T, F), float (m, T, F), in physical units.
    """
    first, second = (ramp_rates(x, column=column) for x in (real, synthetic))
    return float(wasserstein_distance(first, second))


def stopped(windows: np.ndarray, real: np.ndarray, *, wind_speed: int, power: int) -> np.ndarray:
    """Which rows of `windows` give no power, bool (n,): at most 1 % of the largest of `real`."""
    return _column(windows, power) <= NO_POWER * _column(real, power).max()


def curtailed(windows: np.ndarray, real: np.ndarray, *, wind_speed: int, power: int) -> np.ndarray:
    """Which rows of `windows` run well below the power curve of `real`, bool (n,).

    At less than 70 % of it, in wind that gives a fifth of the largest power or more, not stopped.
    """
    at = {"wind_speed": wind_speed, "power": power}
    expected = np.interp(_column(windows, wind_speed), *power_curve(real, **at))
    made = _column(windows, power)
    runs = ~stopped(windows, real, **at) & (expected >= 0.2 * _column(real, power).max())
    return runs & (made < CURTAILED * expected)


def share_gap(
    real: np.ndarray,
    synthetic: np.ndarray,
    *,
    wind_speed: int,
    power: int,
    share: Callable[..., np.ndarray],
) -> float:
    """How far the share of `stopped` or `curtailed` rows is off, 0...1."""
    at = {"wind_speed": wind_speed, "power": power}
    return float(abs(share(synthetic, real, **at).mean() - share(real, real, **at).mean()))


def _column(windows: np.ndarray, column: int) -> np.ndarray:
    return np.asarray(windows, np.float64)[..., column].ravel()
