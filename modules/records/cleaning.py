"""Cleaning rules, each a pure function from readings to a boolean flag: True is a fault.

Names follow OpenOA's `filters` and FLASC. Readings are float (n,) in time order, NaN where
missing; a missing reading is never flagged.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.aside import filled
from modules.records.columns import CODE, Column, power_column, wind_speed_column, wrap_angle
from modules.records.sentinels import sentinel_flag
from modules.records.spikes import spike_flag

CALM_WIND_SPEED = 1.0
STEADY_WIND_SPEED = 5.0
LOWEST_POWER = -0.05
STANDSTILL_POWER = 0.01
PLATEAU_POWER = 0.95
PRODUCING_POWER = 0.05
WATT_FACTOR = 10 / 3
MEGAWATT_FACTOR = 1 / 600

Found = tuple[np.ndarray, np.ndarray | float]  # faults, bool (n,), and what is put there instead


def duplicate_flag(index: pd.Index) -> np.ndarray:
    """Rows whose stamp stands more than once in `index`: bool (n,)."""
    return np.asarray(index.duplicated(keep=False))


def merge_duplicates(table: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """One row per stamp: equal readings stay, conflicting ones become missing.

    `table`: float (n_records, F). A reading present in only one of the rows is kept (FLASC
    `df_sort_and_fix_duplicates`).
    Returns the table, the rows that merged without conflict and the stamps that had one.
    """
    duplicated = duplicate_flag(table.index)
    if not duplicated.any():
        return table, 0, 0
    groups = table[duplicated].groupby(level=0)
    lowest, highest = groups.min(), groups.max()
    conflicts = ((lowest != highest) & lowest.notna()).any(axis=1)
    merged = lowest.where(lowest == highest)
    surplus = groups.size() - 1
    table = pd.concat([table[~duplicated], merged]).sort_index()
    return table, int(surplus[~conflicts].sum()), int(conflicts.sum())


def repeated_hour_flag(index: pd.DatetimeIndex, time_zone: str) -> np.ndarray:
    """Naive stamps in the hour that the clock of `time_zone` shows twice in autumn: bool (n,)."""
    local = index.tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward")
    return np.asarray(local.isna())


def range_flag(values: np.ndarray, lower: float | None, upper: float | None) -> np.ndarray:
    """Readings outside [lower, upper], and infinite ones; None is no limit: bool (n,)."""
    lower = -np.finfo(float).max if lower is None else lower
    upper = np.finfo(float).max if upper is None else upper
    return (values < lower) | (values > upper)


def unresponsive_flag(values: np.ndarray, n_records: int) -> np.ndarray:
    """Readings in a run of at least `n_records` equal ones: bool (n,).

    OpenOA `unresponsive_flag`; a missing reading ends a run.
    """
    if values.size == 0:
        return np.zeros(0, dtype=bool)
    begins = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    lengths = np.diff(np.concatenate((begins, [values.size])))
    return np.repeat(lengths >= n_records, lengths) & ~np.isnan(values)


def resting_flag(
    values: np.ndarray, kind: str, power: np.ndarray | None, rated_power: float | None
) -> np.ndarray:
    """Readings that repeat for a physical reason, so that no stuck sensor is seen there: bool (n,).

    A wind speed below 1 m/s is a calm: cups stand still, and their offset is a constant. Not so
    while the turbine produces more than 5 % of rated power: then the anemometer is iced. Power
    is exempt up to 1 % of rated (calm, standstill) and from 95 % (the plateau); where rated power
    is unknown, the highest reading stands for it.
    """
    if kind == "power":
        rated = rated_power or np.nanmax(values, initial=0.0)
        return (values <= STANDSTILL_POWER * rated) | (values >= PLATEAU_POWER * rated)
    if kind != "speed":
        return np.zeros(values.shape, dtype=bool)
    calm = values < CALM_WIND_SPEED
    if power is None:
        return calm
    rated = rated_power or np.nanmax(power, initial=0.0)
    return calm & ~(power > PRODUCING_POWER * rated)


def curtailment_flag(
    wind_speed: np.ndarray, power: np.ndarray, bin_width: float = 0.5, threshold: float = 4.0
) -> np.ndarray:
    """Records far below the power curve of their own turbine: bool (n,).

    Within bins of 0.5 m/s (IEC 61400-12-1's width) a record is flagged when its power lies more
    than `threshold` robust standard deviations (1.4826 times the median absolute deviation) and
    more than 5 % of the highest power below the bin's median (OpenOA `bin_filter`, vertical).
    `wind_speed` in m/s, `power` in kW.
    """
    bins = pd.Series(np.floor(wind_speed / bin_width))
    residual = pd.Series(power) - pd.Series(power).groupby(bins).transform("median")
    deviation = 1.4826 * residual.abs().groupby(bins).transform("median")
    least = PRODUCING_POWER * np.nanmax(power, initial=0.0)
    return ((residual < -threshold * deviation) & (residual < -least)).to_numpy()


def power_unit_slip(
    power: np.ndarray, wind_speed: np.ndarray | None, rated_power: float
) -> str | None:
    """`W` or `MW` when `power` is evidently not in the kW of `rated_power`, else None.

    `power` in kW and `wind_speed` in m/s: float (n,), NaN where missing.

    W: at least 1 % of the positive readings exceed 3.3 times rated power, which single spikes do
    not. MW: none exceeds a 600th of rated power, though there is some, and in one record out of
    ten the wind is above 5 m/s, so that the turbine was not merely becalmed.
    """
    positive = power[(power > 0) & ~sentinel_flag(power)]
    if positive.size == 0:
        return None
    if np.mean(positive > WATT_FACTOR * rated_power) >= 0.01:
        return "W"
    highest = positive.max()
    blows = wind_speed is None or np.nanmean(wind_speed > STEADY_WIND_SPEED) >= 0.1
    if rated_power / 10_000 < highest <= MEGAWATT_FACTOR * rated_power and blows:
        return "MW"
    return None


@dataclass(frozen=True)
class _Turbine:
    """What a rule may look at beside its own column."""

    table: pd.DataFrame
    power: str | None
    wind_speed: str | None
    rated_power: float | None
    stuck_records: int


def _sentinel(values: np.ndarray, _column: Column, _turbine: _Turbine) -> Found:
    return sentinel_flag(values), np.nan


def _spike(values: np.ndarray, column: Column, _turbine: _Turbine) -> Found:
    return spike_flag(values) & (column.kind != CODE), np.nan


def _pitch(values: np.ndarray, column: Column, _turbine: _Turbine) -> Found:
    if column.kind != "pitch":
        return np.zeros(values.shape, dtype=bool), np.nan
    wrapped = wrap_angle(values, -180.0)
    return (wrapped != values) & np.isfinite(values), wrapped


def _range(values: np.ndarray, column: Column, _turbine: _Turbine) -> Found:
    # Either notation of a direction is fine: it is wrapped onto the column's circle afterwards.
    is_angle = column.kind == "angle"
    lower, upper = (-180.0, 360.0) if is_angle else (column.lower, column.upper)
    return range_flag(values, lower, upper), np.nan


def _stuck(values: np.ndarray, column: Column, turbine: _Turbine) -> Found:
    if not column.responsive:
        return np.zeros(values.shape, dtype=bool), np.nan
    power = None if turbine.power is None else turbine.table[turbine.power].to_numpy()
    resting = resting_flag(values, column.kind, power, turbine.rated_power)
    return unresponsive_flag(values, turbine.stuck_records) & ~resting, np.nan


def _negative_power(values: np.ndarray, column: Column, _turbine: _Turbine) -> Found:
    # A column that only looks like power may well go below zero: heating, a thrust, a price.
    return (values < 0) & (column.kind == "power") & (not column.guessed), 0.0


def _curtailment(values: np.ndarray, column: Column, turbine: _Turbine) -> Found:
    if column.name != turbine.power or turbine.wind_speed is None:
        return np.zeros(values.shape, dtype=bool), np.nan
    return curtailment_flag(turbine.table[turbine.wind_speed].to_numpy(), values), np.nan


# In this order: -999 is no angle to be wrapped; pitch is wrapped before the range is checked, or
# 359 degrees would be out of it; a spike is what no limit caught.
RULES: dict[str, Callable[[np.ndarray, Column, _Turbine], Found]] = {
    "sentinel": _sentinel,
    "pitch": _pitch,
    "range": _range,
    "spike": _spike,
    "stuck": _stuck,
    "negative_power": _negative_power,
    "curtailment": _curtailment,
}


def apply_rules(
    table: pd.DataFrame,
    columns: list[Column],
    rules: tuple[str, ...],
    *,
    rated_power: float | None,
    stuck_records: int,
) -> tuple[pd.DataFrame, Counter[tuple[str, str]]]:
    """Run `rules` over the records of one turbine, and bring its angles onto their circles.

    `table`: float (n_records, F) in the order of `columns`. `stuck_records`: length of a run of
    equal readings that is a fault. Returns the new table and, by (rule, column name), how many
    readings the rule blanked, wrapped or clipped.
    """
    names = [column.name for column in columns]
    own = (table[name].to_numpy()[None] for name in names)
    readings = filled((len(names), len(table)), np.float64, own)
    table = pd.DataFrame(readings.T, index=table.index, columns=names, copy=False)  # a view
    power, wind_speed = (
        None if i is None else columns[i].name
        for i in (power_column(columns), wind_speed_column(columns))
    )
    turbine = _Turbine(table, power, wind_speed, rated_power, stuck_records)
    changed: Counter[tuple[str, str]] = Counter()
    for rule, find in RULES.items():
        for column, values in zip(columns, readings, strict=True) if rule in rules else ():
            flag, replacement = find(values, column, turbine)
            if flag.any():
                changed[rule, column.name] += int(flag.sum())
                np.copyto(values, replacement, where=flag)
    for column, values in zip(columns, readings, strict=True):
        if column.kind == "angle":
            values[:] = wrap_angle(values, column.lower or 0.0)
    return table, changed
