"""Faults planted into the records of a turbine, with a table of where: something to be found.

Each is a pure function of the readings it changes. Sizes are those of faults that owners report:
large enough to cost energy, small enough to stay inside every physical limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from modules.records.columns import (
    Column,
    direction_columns,
    power_column,
    wind_speed_column,
    wrap_angle,
)

PITCH_OFFSET = 4.0  # deg, of one blade
ANEMOMETER_NOISE = 0.03  # m/s: a reading that never moves at all would be blanked as stuck
DERATED_TO, DERATED_PITCH = 0.5, 4.0  # share of the highest power; deg, while held back
# Of the highest power, about the set point: one held to the digit would be blanked as stuck.
DERATED_NOISE = 0.005
YAW_DRIFT = 30.0  # deg at the end
TEMPERATURE_RISE = 12.0  # degC at the end
PRODUCING = 0.3  # mean share of the highest power where a fault is planted: it must show
N_TRIES = 200


Changed = dict[str, pd.Series]  # column name -> new readings


@dataclass(frozen=True)
class Parts:
    """The names of the columns that faults change; empty where there is none."""

    wind_speed: str = ""
    power: str = ""
    pitches: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    temperature: str = ""

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Self:
        """The parts among a site's resolved `columns`."""

        def kind(wanted: str) -> tuple[str, ...]:
            return tuple(column.name for column in columns if column.kind == wanted)

        def name(at: int | None) -> str:
            return "" if at is None else columns[at].name

        return cls(
            wind_speed=name(wind_speed_column(columns)),
            power=name(power_column(columns)),
            pitches=kind("pitch"),
            directions=tuple(columns[i].name for i in direction_columns(columns)),
            temperature=next(iter(kind("temperature")), ""),
        )


@dataclass(frozen=True)
class Fault:
    """What it needs of the `Parts`, how many days it lasts, and what it does to `n` rows.

    `change`: (rows, parts, the highest power, random) -> new readings.
    """

    needs: tuple[str, ...]
    days: float
    change: Callable[[pd.DataFrame, Parts, float, np.random.Generator], Changed]


def _pitch_offset(
    rows: pd.DataFrame, parts: Parts, _highest: float, _random: np.random.Generator
) -> Changed:
    blade = parts.pitches[0]
    return {blade: rows[blade] + PITCH_OFFSET}


def _stuck_anemometer(
    rows: pd.DataFrame, parts: Parts, _highest: float, random: np.random.Generator
) -> Changed:
    readings = rows[parts.wind_speed]
    held = readings.dropna().iloc[0] + ANEMOMETER_NOISE * random.standard_normal(len(rows))
    return {parts.wind_speed: pd.Series(held, rows.index).where(readings.notna())}


def _derating(
    rows: pd.DataFrame, parts: Parts, highest: float, random: np.random.Generator
) -> Changed:
    # Draws of its own leave the faults that come after where they were.
    wobble = random.spawn(1)[0].standard_normal(len(rows))
    most = highest * (DERATED_TO + DERATED_NOISE * wobble)
    is_held = rows[parts.power] > most
    raised = {blade: rows[blade] + DERATED_PITCH * is_held for blade in parts.pitches}
    return {parts.power: rows[parts.power].clip(upper=most)} | raised


def _yaw_misalignment(
    rows: pd.DataFrame, parts: Parts, _highest: float, _random: np.random.Generator
) -> Changed:
    drift = np.linspace(0, YAW_DRIFT, len(rows))
    vane = parts.directions[0]
    start = -180.0 if rows[vane].min() < 0 else 0.0
    # Power falls with the cube of the cosine (Burton et al., Wind Energy Handbook).
    lost = np.where(rows[parts.power] > 0, np.cos(np.deg2rad(drift)) ** 3, 1)
    turned = pd.Series(wrap_angle(rows[vane] + drift, start), rows.index)
    return {vane: turned, parts.power: rows[parts.power] * lost}


def _temperature_rise(
    rows: pd.DataFrame, parts: Parts, _highest: float, _random: np.random.Generator
) -> Changed:
    rise = np.linspace(0, TEMPERATURE_RISE, len(rows))
    return {parts.temperature: rows[parts.temperature] + rise}


FAULTS = {
    "pitch_offset": Fault(("pitches",), 2, _pitch_offset),
    "stuck_anemometer": Fault(("wind_speed",), 0.5, _stuck_anemometer),
    "derating": Fault(("power",), 2, _derating),
    "yaw_misalignment": Fault(("directions", "power"), 4, _yaw_misalignment),
    "temperature_rise": Fault(("temperature",), 4, _temperature_rise),
}


def plant(
    table: pd.DataFrame, parts: Parts, kinds: Sequence[str], random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (`table` with one fault of each of `kinds`, a table of fault, start and end).

    `table`: float (n_rows, F) by time. Each kind gets an equal part of the time and lies in it at
    random, where the turbine produces. A kind that the records have no column for is left out.

    Raises ValueError for a kind that is none of FAULTS.
    """
    unknown = [kind for kind in kinds if kind not in FAULTS]
    if unknown:
        raise ValueError(f"`faults` must be among {', '.join(FAULTS)}. Received: {unknown}.")
    kinds = [kind for kind in kinds if all(getattr(parts, need) for need in FAULTS[kind].needs)]
    table, planted = table.copy(), []
    highest = table[parts.power].max() if parts.power else 0.0
    edges = pd.date_range(table.index[0], table.index[-1], periods=len(kinds) + 1)
    for kind, first, last in zip(kinds, edges[:-1], edges[1:], strict=True):
        length = min(pd.Timedelta(days=FAULTS[kind].days), (last - first) / 2)
        rows = _producing(table[first : last - length], table, length, parts.power, highest, random)
        changed = FAULTS[kind].change(rows, parts, highest, random)
        for name, readings in changed.items():
            table.loc[rows.index, name] = readings
        planted.append((kind, rows.index[0], rows.index[-1]))
    return table, pd.DataFrame(planted, columns=["fault", "start", "end"])


def _producing(
    starts: pd.DataFrame,
    table: pd.DataFrame,
    length: pd.Timedelta,
    power: str,
    highest: float,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Rows of a `length` of time that begins at one of `starts` and in which power is made."""
    for _ in range(N_TRIES):
        start = starts.index[random.integers(len(starts))]
        rows = table[start : start + length]
        if not power or rows[power].mean() >= PRODUCING * highest:
            break
    return rows
