import numpy as np
import pytest

from modules.errors import DataError
from modules.fidelity import wind_scores
from modules.fidelity.wind_scores import (
    power_curve,
    power_curve_residual,
    ramp_distance,
    ramp_rates,
)

AT = {"wind_speed": 1, "power": 0}


def cubic_windows(scatter=0.0, seed=0):
    """Windows (200, 10, 2): power = speed^3, then the speed in m/s, up to 12."""
    rng = np.random.default_rng(seed)
    speed = rng.uniform(0, 12, (200, 10))
    power = speed**3 + scatter * rng.choice([-1, 1], speed.shape)
    return np.stack([power, speed], -1)


def test_power_curve_follows_the_law_behind_the_records():
    curve = power_curve(cubic_windows(), **AT)
    assert len(curve.speed) == 24
    assert curve.power == pytest.approx(curve.speed**3, abs=1.0)


def test_residual_is_the_scatter_about_the_curve():
    curve = power_curve(cubic_windows(scatter=50.0), **AT)
    same, wider, none = (
        power_curve_residual(cubic_windows(scatter=s, seed=1), curve, **AT) for s in (50, 100, 0)
    )
    assert same == pytest.approx(50, rel=0.1)
    assert wider == pytest.approx(100, rel=0.1)
    assert none < 10


def test_power_curve_refuses_scaled_wind_speeds():
    windows = cubic_windows()
    with pytest.raises(DataError, match=r"needs two wind-speed bins.*1 from 2000 records"):
        power_curve(windows / windows.max((0, 1)) * 0.49, **AT)


def test_ramps_are_changes_within_windows():
    windows = np.arange(12.0).reshape(2, 3, 2)
    windows[1] += 100
    assert ramp_rates(windows, column=1).tolist() == [2, 2, 2, 2]


def test_ramp_distance_is_the_shift_between_two_slopes():
    slope = np.arange(5.0)[None, :, None].repeat(3, 0)
    assert ramp_distance(slope, 3 * slope, column=0) == pytest.approx(2)
    assert ramp_distance(slope, slope + 7, column=0) == pytest.approx(0)


def operated(shares):
    """Windows (200, 10, 2) of wind and power on a curve; `shares` stopped, and curtailed."""
    speeds = np.linspace(4, 14, 2000)
    powers = 100 * (speeds - 3)
    order = np.random.default_rng(0).permutation(2000)
    stopped, curtailed = (round(2000 * share) for share in shares)
    powers[order[:stopped]] = 0
    powers[order[stopped : stopped + curtailed]] *= 0.5
    return np.stack([speeds, powers], axis=-1).reshape(200, 10, 2)


def test_stopped_and_curtailed_shares_are_compared():
    at = {"wind_speed": 0, "power": 1}
    real, other = operated((0.05, 0.0)), operated((0.15, 0.0))
    gap = wind_scores.share_gap(real, other, share=wind_scores.stopped, **at)
    assert gap == pytest.approx(0.10)
    assert not wind_scores.curtailed(real, real, **at).any()  # stopped rows are no curtailed ones
    assert wind_scores.share_gap(real, real, share=wind_scores.curtailed, **at) == 0
    gap = wind_scores.share_gap(real, operated((0.05, 0.2)), share=wind_scores.curtailed, **at)
    assert 0.15 < gap < 0.2  # low wind, under a fifth of the largest power, is left out
