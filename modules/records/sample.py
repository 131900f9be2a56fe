"""The bundled sample: ten-minute SCADA records of offshore turbines, simulated from a seed.

A correlated latent wind is mapped to a Weibull marginal (Gaussian copula); power, pitch and rotor
speed are the steady curves of a variable-speed, pitch-regulated turbine (constant power
coefficient, pitch of the NREL 5-MW reference turbine), averaged over the turbulence inside ten
minutes (IEC 61400-1). The files have the westsouth layout, with one open choice:
`RotorPosition` holds the ROTOR SPEED in rpm. A rotor turns once in 5 to 12 seconds, so its
azimuth read every ten minutes is aliased to uniform noise that no model can learn.
"""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from scipy.signal import lfilter
from scipy.special import log_ndtr

from modules import files
from modules.errors import DataError
from modules.records.faults import Parts, plant

COLUMNS = (
    *("DateTime", "WindD1", "WindD2", "ActivePower", "WindSpeed", "RotorPosition"),
    *("BladePitchP1", "BladePitchP2", "BladePitchP3", "GeneratorTR", "GeneratorTRD"),
)
PARTS = Parts("WindSpeed", "ActivePower", COLUMNS[6:9], COLUMNS[1:3])
START = "2021-01-01"  # naive Korean Standard Time; a stamp is the start of its ten minutes
STEPS_PER_DAY, STEP_HOURS = 144, 1 / 6
RATED_POWER, ROTOR_RADIUS = 3000.0, 67.0  # kW, m
ROTOR_SPEEDS = (5.0, 12.0)  # rpm, assumed
GEAR_RATIO = 105.4  # assumed
TIP_SPEED_RATIO = 9.0  # assumed: rated rotor speed and rated power are reached at one wind speed
POWER_COEFFICIENT, LOSSES = 0.43, 50.0  # and kW drawn by drive train and converter at any power
AIR_DENSITY = 1.225  # kg/m3, of the power curve
CUT_IN = (2.7, 3.2)  # m/s: stops below the first, starts above the second
CUT_OUT = (22.0, 25.0)  # m/s: starts again below the first, stops above the second
STANDBY_PITCH, PARKED_PITCH = 45.0, 90.0  # deg

# Pitch over wind speed / rated wind speed: NREL 5-MW reference turbine, TP-500-38060, table 7-1.
PITCH_SPEED = (0.30, 0.50, 1.00, 1.05, 1.14, 1.32, 1.58, 1.93, 2.19, 3.29)
PITCH_ANGLE = (0.40, -1.0, -1.0, 3.83, 6.60, 10.45, 14.92, 19.94, 23.47, 36.9)

# Weibull wind (m/s); the latent's AR(1) parts fit its autocorrelation from 10 minutes to 48 hours.
WEIBULL_SHAPE, WEIBULL_SCALE = 2.0, 8.0
TIME_CONSTANTS = (0.45, 9.0, 30.0, 110.0)  # h
VARIANCES = (0.09, 0.516, 0.258, 0.136)
OWN_SHARES = (0.6, 0.02, 0.0, 0.0)  # of each part's variance that turbines do not share
SEASONAL, DIURNAL = 0.38, 0.05  # amplitudes in the latent


def make_sample(
    folder: Path | str,
    *,
    seed: int = 0,
    n_turbines: int = 2,
    days: int = 365,
    faults: Sequence[str] = (),
) -> list[Path]:
    """Write one CSV per turbine into `folder` and return the paths: `WT01.csv`...

    Files have the columns of `simulate`, defects included. The folder appears whole or not at all.
    A folder that already holds this very sample is left as it is, so two programs may call this at
    once. Same arguments, same bytes.

    `faults`: kinds of `modules.records.faults.FAULTS` that every turbine gets one of each of.
    `<folder>_faults.csv` tells where: turbine, start, end, fault.

    Raises ValueError for a count below 1 or a fault that is none, DataError when `folder` holds
    anything else.
    """
    weather = _weather(seed, days, n_turbines)
    tables = {f"WT{i + 1:02d}": _turbine(weather, seed, i) for i in range(n_turbines)}
    if faults:
        tables, labels = _with_faults(tables, faults, seed)
    contents = {f"{name}.csv": _csv(table) for name, table in tables.items()}
    try:
        files.write_folder(Path(folder), contents)
    except FileExistsError:
        if not files.folder_holds(Path(folder), contents):
            raise DataError(
                f"The sample needs a new or empty folder. Received: {folder}, which holds "
                "something else. Name another folder, or empty this one."
            ) from None
    if faults:
        labelled = Path(folder).with_name(f"{Path(folder).name}_faults.csv")
        files.write_whole(labelled, labels.to_csv(index=False).encode())
    return [Path(folder, name) for name in contents]


def _with_faults(
    tables: dict[str, pd.DataFrame], kinds: Sequence[str], seed: int
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """(the tables with a fault of each kind, a table of turbine, start, end, fault)."""
    faulty, labels = {}, []
    for i, (name, table) in enumerate(tables.items()):
        random = np.random.default_rng([seed, 3, i])
        planted, where = plant(table.set_index("DateTime"), PARTS, kinds, random)
        faulty[name] = planted.round(2).reset_index()[list(COLUMNS)]
        labels.append(where.assign(turbine=name))
    return faulty, pd.concat(labels)[["turbine", "start", "end", "fault"]]


def simulate(*, seed: int, days: int, turbine: int = 0, defects: bool = True) -> pd.DataFrame:
    """Simulate one turbine from 2021-01-01 on; turbines of one `seed` share their weather.

    Returns a table of `days * 144` rows (fewer with `defects`), in time order, to two decimals:
    `DateTime`, naive Korean Standard Time; `WindD1` and `WindD2`, wind direction by two vanes, the
    second 2.5 deg off, in [0, 360); `ActivePower`, kW, slightly negative when idle; `WindSpeed`,
    m/s, at the nacelle; `RotorPosition`, rotor speed in rpm; `BladePitchP1..3`, deg, 45 in standby
    and 90 when parked; `GeneratorTR`, generator speed in rpm; `GeneratorTRD`, torque in kN m.

    `defects` adds stops, missing rows and spells of a frozen anemometer; other values stay.
    Raises ValueError for a negative `seed` or `turbine`, or `days` below 1.
    """
    return _turbine(_weather(seed, days, turbine + 1), seed, turbine, defects)


def _weather(seed: int, days: int, n_turbines: int) -> pd.DataFrame:
    """What the turbines of a farm share: `latent` (standard normal less their own part),
    `volatility` (scale of fast fluctuations), `direction` (deg, unwrapped), `density` (kg/m3)."""
    if seed < 0 or days < 1 or n_turbines < 1:
        received = f"Received: seed={seed}, days={days}, n_turbines={n_turbines}."
        raise ValueError(f"`seed` must be 0 or more, `days` and `n_turbines` 1 or more. {received}")
    rng = np.random.default_rng([seed, 0])
    n_steps = days * STEPS_PER_DAY
    day = np.arange(n_steps) / STEPS_PER_DAY
    volatility = np.exp(0.45 * _ar1(rng, n_steps, 3.0) - 0.45**2)
    latent = _mixture(rng, volatility, [1 - own for own in OWN_SHARES])
    latent += SEASONAL * _cycle(day, 25, 365.25) + DIURNAL * _cycle(day, 15 / 24, 1)
    celsius = 14.0 + 10.5 * _cycle(day, 215, 365.25) + 1.5 * _cycle(day, 14.5 / 24, 1)
    celsius += 3.0 * _ar1(rng, n_steps, 48.0)
    weather = pd.DataFrame({"latent": latent, "volatility": volatility})
    weather["direction"] = _direction(rng, _wind(latent), day)
    weather["density"] = 101325 / (287.05 * (celsius + 273.15))
    return weather.set_index(pd.date_range(START, periods=n_steps, freq="10min", unit="s"))


def _direction(rng: np.random.Generator, speed: np.ndarray, day: np.ndarray) -> np.ndarray:
    # The monsoon's mean direction: northwest in January, south in July.
    centre = np.deg2rad(260 + 75 * _cycle(day, 15, 365.25))
    unrest = np.minimum((7.0 / np.maximum(speed, 0.1)) ** 1.35, 8.0)
    kicks = np.deg2rad(6.8 * math.sqrt(STEP_HOURS)) * unrest * rng.standard_normal(len(speed))
    angle, angles = float(centre[0]), []
    for kick, middle in zip(kicks.tolist(), centre.tolist(), strict=True):
        angle += kick - 0.010 * STEP_HOURS * math.sin(angle - middle)
        angles.append(angle)
    return np.rad2deg(angles)


def _turbine(weather: pd.DataFrame, seed: int, turbine: int, defects: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng([seed, 1, turbine])
    n_steps = len(weather)
    latent, volatility, direction, density = weather.to_numpy().T
    wind = _wind(latent + _mixture(rng, volatility, OWN_SHARES))
    direction = direction + 2.0 * _ar1(rng, n_steps, 1.0)
    driving = wind * np.cbrt(density / AIR_DENSITY) * (1 + 0.01 * rng.standard_normal(n_steps))
    # Defects draw from a generator of their own: switching them off moves no other value.
    faults = np.random.default_rng([seed, 2, turbine])
    stopped, missing, frozen = _defects(faults, n_steps, defects)
    measured = wind + 0.13 * volatility * _ar1(rng, n_steps, 0.28)
    values = _operate(rng, driving, stopped)
    measured = pd.Series(np.where(measured < 0.35, 0.0, measured), index=weather.index)
    values["WindSpeed"] = measured.mask(frozen).ffill().bfill()
    # Rounded before wrapping too, or 359.999 would be written as 360.0.
    for name, offset in (("WindD1", 0), ("WindD2", 2.5)):
        values[name] = np.round(direction + offset + rng.standard_normal(n_steps), 2) % 360
    frame = pd.DataFrame(values, index=weather.index).round(2) + 0.0  # no -0.0
    return frame.rename_axis("DateTime")[~missing].reset_index()[list(COLUMNS)]


def _operate(
    rng: np.random.Generator, driving: np.ndarray, stopped: np.ndarray
) -> dict[str, np.ndarray]:
    """Power, rotor and pitch under a wind speed `driving` (n_steps,), m/s."""
    n_steps = len(driving)
    parked = stopped | _latch(driving, *CUT_OUT)
    running = _latch(driving, *CUT_IN) & ~parked
    changes = np.diff(running, prepend=running[0])
    share = np.where(changes, rng.uniform(size=n_steps), running)  # of the ten minutes
    power, rotor, pitch = _curves(driving)
    own_use = (0.15 + rng.exponential(2.0, n_steps)) * (rng.uniform(size=n_steps) > 0.15)
    own_use += rng.uniform(4, 13, n_steps) * (rng.uniform(size=n_steps) < 0.04)
    power = np.minimum(power, RATED_POWER - rng.exponential(3.0, n_steps))
    power = share * power - (1 - share) * own_use
    idling = np.where(parked, 0.004, 0.12) * driving + rng.exponential(0.03, n_steps)
    rotor = np.minimum(rotor + 0.06 * rng.standard_normal(n_steps), 1.02 * ROTOR_SPEEDS[1])
    rotor = share * rotor + (1 - share) * idling
    pitch = share * pitch + (1 - share) * np.where(parked, PARKED_PITCH, STANDBY_PITCH)
    generator = np.maximum(GEAR_RATIO * rotor + rng.standard_normal(n_steps), 0)
    torque = np.maximum(power, 0) / 0.95 / np.maximum(generator * np.pi / 30, 1)
    values = {"ActivePower": power, "RotorPosition": rotor}
    values |= {"GeneratorTR": generator, "GeneratorTRD": torque}
    for blade, offset in enumerate((0.0, 0.05, -0.04), start=1):
        values[f"BladePitchP{blade}"] = pitch + offset + 0.02 * rng.standard_normal(n_steps)
    return values


def _curves(speed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ten-minute means of power (kW), rotor speed (rpm) and pitch (deg) at `speed`, m/s."""
    grid = np.linspace(0, 60, 1201)
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    # The mean of the normal turbulence model of IEC 61400-1, at an offshore intensity of 8 %.
    gusts = np.maximum(grid + nodes[:, None] * 0.08 * (0.75 * grid + 3.8), 0)
    watts = 0.5 * AIR_DENSITY * np.pi * ROTOR_RADIUS**2 * POWER_COEFFICIENT
    rated = ((RATED_POWER + LOSSES) * 1000 / watts) ** (1 / 3)
    steady = (
        np.clip(watts / 1000 * gusts**3 - LOSSES, 0, RATED_POWER),
        np.clip(TIP_SPEED_RATIO * gusts / ROTOR_RADIUS * 30 / np.pi, *ROTOR_SPEEDS),
        np.interp(gusts / rated, PITCH_SPEED, PITCH_ANGLE),
    )
    means = (weights @ curve / weights.sum() for curve in steady)
    return tuple(np.interp(speed, grid, mean) for mean in means)


def _defects(rng: np.random.Generator, n_steps: int, present: bool) -> tuple[np.ndarray, ...]:
    """Masks (n_steps,) of stops, missing rows and frozen anemometer spells."""
    months = n_steps / STEPS_PER_DAY / 30.4 * present
    stops, gaps, freezes = rng.poisson([1.0 * months, 1.6 * months, 1.5 * months])
    lengths = (
        rng.lognormal(math.log(1.2 / STEP_HOURS), 1.3, stops),
        np.minimum(rng.lognormal(math.log(2), 1.6, gaps), 800),
        rng.integers(6, 24, freezes),
    )
    masks = np.zeros((3, n_steps), dtype=bool)
    for mask, spells in zip(masks, lengths, strict=True):
        for start, spell in zip(rng.integers(n_steps, size=len(spells)), spells, strict=True):
            mask[start : start + max(1, round(spell))] = True
    return tuple(masks)


def _latch(speed: np.ndarray, low: float, high: float) -> np.ndarray:
    """Hysteresis: true from the first `speed` above `high` until one below `low`."""
    decided = np.where((speed > high) | (speed < low), np.arange(len(speed)), 0)
    return (speed > high)[np.maximum.accumulate(decided)]


def _mixture(
    rng: np.random.Generator, volatility: np.ndarray, shares: Sequence[float]
) -> np.ndarray:
    """Sum of the latent's AR(1) parts, with `shares` of their variances; the fastest gusts."""
    total = np.zeros(len(volatility))
    left = 1 - (SEASONAL**2 + DIURNAL**2) / 2
    for hours, variance, share in zip(TIME_CONSTANTS, VARIANCES, shares, strict=True):
        scale = math.sqrt(left * variance * share) * (volatility if hours < 1 else 1)
        total += scale * _ar1(rng, len(total), hours)
    return total


def _wind(latent: np.ndarray) -> np.ndarray:
    return WEIBULL_SCALE * (-log_ndtr(-latent)) ** (1 / WEIBULL_SHAPE)


def _cycle(day: np.ndarray, peak: float, period: float) -> np.ndarray:
    return np.cos(2 * np.pi * (day - peak) / period)


def _ar1(rng: np.random.Generator, n_steps: int, hours: float) -> np.ndarray:
    """Stationary AR(1) of unit variance whose correlation falls to 1/e in `hours`."""
    keep = math.exp(-STEP_HOURS / hours)
    shocks = rng.standard_normal(n_steps)
    shocks[1:] *= math.sqrt(1 - keep**2)
    return lfilter([1.0], [1.0, -keep], shocks)


def _csv(table: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    # Arrow puts quotes round the header's names, which the westsouth files do not have.
    content.write((",".join(COLUMNS) + "\n").encode())
    rows = pa.Table.from_pandas(table, preserve_index=False)
    pyarrow.csv.write_csv(rows, content, pyarrow.csv.WriteOptions(include_header=False))
    return content.getvalue()
