"""Columns whose readings are in another unit than theirs, or no directions though called so."""

from collections.abc import Sequence

import numpy as np

from modules.records.columns import ANGLE, WIND_SPEED, Column
from modules.records.kinds import is_called_direction

LEAST_READINGS = 20
STRONG_WIND = 12.0  # m/s; no site has so high a median


def is_radians(values: np.ndarray) -> tuple[bool, bool]:
    """Whether the readings of a direction, float (n,), may be radians, and whether they must be.

    They may where all lie on a circle of radians; they must where they also fill it.
    """
    present = values[np.isfinite(values)]
    if present.size < LEAST_READINGS or (present == np.rint(present)).all():
        return False, False
    low, high, turn = float(present.min()), float(present.max()), np.pi
    may = (0 <= low and high <= 2 * turn + 0.01) or (-turn - 0.01 <= low and high <= turn + 0.01)
    if not may:
        return False, False
    gaps = np.diff(np.unique(np.mod(present, 2 * turn)), append=0)[:-1]
    fills = present.size >= 5 * LEAST_READINGS and high - low > 5.9 and gaps.max(initial=0) < 1.0
    return True, bool(fills)


def no_directions(columns: Sequence[Column], tables: dict[str, np.ndarray]) -> list[str]:
    """Notices of `columns` that are called directions, and whose readings are none.

    `tables`: column name -> float (n,), of all turbines.
    """
    said = []
    for column in columns:
        present = tables[column.name][np.isfinite(tables[column.name])]
        is_number = column.kind == "linear" and column.unit in ("", "deg") and present.size
        if is_number and is_called_direction(column.name):
            said.append(
                f"{column.name} is called a direction, but goes from {present.min():g} to "
                f"{present.max():g}: it is averaged as a plain number. Where it is one, bring it "
                "onto 0 to 360 degrees in the files."
            )
    return said


def suspicions(
    columns: Sequence[Column], tables: dict[str, np.ndarray], rated_power: float | None
) -> list[str]:
    """Notices of columns whose readings fit another unit better than theirs.

    `tables`: column name -> float (n,), of all turbines. Where `rated_power` is known, power in
    another unit has been refused: see `modules.records.checks.check_power_units`.
    """
    said = []
    for column in columns:
        values = tables[column.name]
        present = values[np.isfinite(values)]
        other = _other_unit(column, present) if present.size >= LEAST_READINGS else ""
        if other and not (column.kind == "power" and rated_power):
            middle, highest = float(np.median(present)), float(present.max())
            said.append(
                f"{column.name} looks like {other}, not {column.unit or 'its usual unit'}: median "
                f"{middle:.4g}, highest {highest:.4g}. Convert it in the files, or name its unit."
            )
    return said


def _other_unit(column: Column, present: np.ndarray) -> str:
    middle, highest, lowest = float(np.median(present)), float(present.max()), float(present.min())
    if column.kind == ANGLE and column.unit in ("", "deg"):
        return "radians" if is_radians(present)[0] else ""
    if column.kind == ANGLE and column.unit == "rad":  # and not turned into degrees
        return "degrees" if max(highest, -lowest) > 2 * np.pi + 0.01 else ""
    if column.kind == "pitch" and 1.3 < highest <= 1.6 and lowest > -0.5:
        return "radians"
    if column.iec == WIND_SPEED and column.unit in ("", "m/s"):
        return "knots or km/h" if middle > STRONG_WIND else ""
    if column.kind == "power" and column.unit in ("", "kW"):
        return "W" if np.quantile(present, 0.99) > 20_000 else "MW" if 0 < highest <= 20 else ""
    if column.kind == "temperature" and column.unit in ("", "degC"):
        return "kelvin" if lowest > 200 else ""
    return ""
