"""The rows of the score table that are in physical units: power curve, operation, directions."""

from functools import partial

import numpy as np

from modules.fidelity import directions, wind_scores
from modules.fidelity.rows import Columns, ScoreRow, Sets, row, three


def wind_rows(sets: Sets, columns: Columns) -> list[ScoreRow]:
    """None where the columns of a wind site are not named."""
    if columns.wind_speed is None or columns.power is None:
        return []
    at = {"wind_speed": columns.wind_speed, "power": columns.power}
    physical = _physical(sets, columns)

    def residual(real: np.ndarray, synthetic: np.ndarray) -> float:
        curve = wind_scores.power_curve(real, **at)
        return wind_scores.power_curve_residual(synthetic, curve, **at)

    note = f"{columns.power_unit}; right at the floor, wrong below and above"
    made = three(physical, residual)
    rows = [row("power-curve residual", "method of bins", made, note=note)]
    for column, unit in zip(at.values(), (columns.speed_unit, columns.power_unit), strict=True):
        made = three(physical, partial(wind_scores.ramp_distance, column=column))
        note = f"Wasserstein distance, {unit} per step"
        rows.append(row("ramp rates", str(columns.names[column]), made, note=note))
    for name, share in (("stopped", wind_scores.stopped), ("curtailed", wind_scores.curtailed)):
        made = three(
            physical,
            partial(
                wind_scores.share_gap,
                share=share,
                wind_speed=columns.wind_speed,
                power=columns.power,
            ),
        )
        note = "share of such rows, off the real share"
        rows.append(row("operation", name, made, note=note))
    return rows


def direction_rows(sets: Sets, columns: Columns) -> list[ScoreRow]:
    """How far each direction is off, and the rose of the first; none where there is none."""
    found = directions.pairs(columns.names)
    physical = _physical(sets, columns) if found else sets
    rows = [
        row(
            "direction", name, three(physical, partial(directions.distance, at=at)),
            note="degrees on the circle",
        )
        for name, at in found.items()
    ]  # fmt: skip
    if found and columns.wind_speed is not None:
        name, at = next(iter(found.items()))
        rose = partial(directions.rose_distance, at=at, wind_speed=columns.wind_speed)
        note = "share of rows in another sector or class of wind speed"
        rows.append(row("rose", name, three(physical, rose), note=note))
    return rows


def _physical(sets: Sets, columns: Columns) -> Sets:
    turned = columns.to_physical
    return sets._replace(
        real=turned(sets.real),
        synthetic=turned(sets.synthetic),
        gaussian=turned(sets.gaussian),
        floor=(turned(sets.floor[0]), turned(sets.floor[1])),
    )
