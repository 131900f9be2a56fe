"""Whether the columns of a file without known names may be a site's by their position."""

from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import ANGLE, WIND_SPEED
from modules.records.site import Site

MOSTLY = 0.95  # of the readings of a column lie within its limits, spikes and faults do not
LEAST_TURN = 36.0  # deg that some reading of a direction reaches
STILL, FULL = 0.01, 0.9  # shares of rated power between which it rises with the wind
LEAST_ROWS = 50
LEAST_RISE = 0.3  # correlation of wind speed and power there


def check_position(raw: pd.DataFrame, path: Path, site: Site, *, is_timed: bool) -> None:
    """Raise DataError where the columns of a header that tells nothing are not the site's.

    `is_timed`: whether the first column of `raw`, (n, n_columns), holds time stamps.
    """
    faults = misfits(raw, site)
    if not is_timed:
        faults.insert(0, f"{raw.columns[0]!r} as {site.by_position[0]} holds no time stamps")
    if faults:
        raise DataError(
            f"{path} has no column name of location '{site.name}', and its {len(raw.columns)} "
            f"columns do not fit by position: {'; '.join(faults)}. Found: "
            f"{', '.join(raw.columns)}. Set `--location`, or name the columns."
        )


def misfits(raw: pd.DataFrame, site: Site) -> list[str]:
    """What speaks against taking `raw`, (n, n_columns), in the order of `site.by_position`.

    The column of the time is not looked at.
    """
    faults, found = [], {}
    declared = {name: c for c in site.columns for name in (c.name, *c.aliases)}
    for name, source in zip(site.by_position[1:], raw.columns[1:], strict=True):
        values = pd.to_numeric(raw[source], errors="coerce").to_numpy(np.float64)
        present = values[np.isfinite(values)]
        column = declared.get(name)
        if present.size == 0:
            faults.append(f"{source!r} as {name} holds no number")
        if column is None or present.size == 0:
            continue
        found[column.iec if column.iec == WIND_SPEED else column.kind] = values
        lower, upper = column.lower, column.upper
        if column.kind == ANGLE and np.abs(present).max() < LEAST_TURN:
            lower, upper = LEAST_TURN, 360.0
        if lower is None or upper is None:
            continue
        if ((present >= lower) & (present <= upper)).mean() < MOSTLY:
            faults.append(
                f"{source!r} as {name} goes from {present.min():g} to {present.max():g}, where "
                f"{lower:g} to {upper:g} {column.unit} is due"
            )
    if not faults and not _rises(found.get(WIND_SPEED), found.get("power"), site.rated_power):
        faults.append("power does not rise with the wind speed")
    return faults


def _rises(
    wind_speed: np.ndarray | None, power: np.ndarray | None, rated_power: float | None
) -> bool:
    if wind_speed is None or power is None or rated_power is None:
        return True
    between = (power > STILL * rated_power) & (power < FULL * rated_power)
    between &= np.isfinite(wind_speed)
    if between.sum() < LEAST_ROWS or np.ptp(wind_speed[between]) == 0:
        return True
    return bool(np.corrcoef(wind_speed[between], power[between])[0, 1] >= LEAST_RISE)
