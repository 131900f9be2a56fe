"""Pictures that a wind analyst reads: the power curve and the direction rose."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from modules.errors import DataError
from modules.fidelity.wind_scores import power_curve
from modules.records.columns import Column, direction_columns
from modules.report.pictures import COLOURS, PALETTE, grid, label, legend, n_rows, sheet

N_POINTS = 4000  # of a power curve
SECTORS = 24
COMPASS = {True: ["N", "E", "S", "W"], False: ["0°", "90°", "180°", "-90°"]}  # or a vane


def draw_power_curve(
    real: np.ndarray,
    synthetic: np.ndarray,
    columns: Sequence[Column],
    at: tuple[int, int],
    path: Path,
) -> None:
    """Write a PNG: records in the plane of wind speed and power, real left, synthetic right.

    `real`, `synthetic`: float (..., n_variables), physical units. `at`: the positions of
    wind speed and power. The black line is the real records' mean power per 0.5 m/s on both sides.
    """
    wind, power = at
    with sheet(path, 4.4) as figure:
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        sides = (("real", real), ("synthetic", synthetic))
        for panel, (name, records) in zip(panels, sides, strict=True):
            points = records.reshape(-1, len(columns))[:, [wind, power]]
            chosen = np.linspace(0, len(points) - 1, min(N_POINTS, len(points))).astype(int)
            look = {"s": 4, "alpha": 0.3, "edgecolors": "none"}
            panel.scatter(*points[chosen].T, color=COLOURS[name], **look)
            _draw_mean(panel, real, wind, power)
            panel.set_title(name)
            panel.set_xlabel(label(columns[wind]))
        panels[0].set_ylabel(label(columns[power]))


def draw_left_out(
    kept: np.ndarray,
    left_out: np.ndarray,
    columns: Sequence[Column],
    at: tuple[int, int],
    path: Path,
) -> None:
    """Write a PNG: the power curve of the records trained on, and of those left out.

    `kept`, `left_out`: float (n_rows, n_variables), physical units. `at`: the positions of wind
    speed and power. The lines are the mean power per 0.5 m/s with and without what is left out.
    """
    with sheet(path, 4.4) as figure:
        panel = figure.subplots()
        sides = (("trained on", kept, "blue"), ("left out", left_out, "vermillion"))
        for name, records, colour in sides:
            points = records[:, list(at)]
            chosen = np.linspace(0, len(points) - 1, min(N_POINTS, len(points))).astype(int)
            wind, power = points[chosen].T
            panel.scatter(
                wind, power, s=5, color=PALETTE[colour], alpha=0.35, edgecolors="none", label=name
            )
        both = np.concatenate([kept, left_out])
        for records, line, name in ((both, "--", "mean of both"), (kept, "-", "mean trained on")):
            curve = power_curve(records, wind_speed=at[0], power=at[1])
            panel.plot(curve.speed, curve.power, line, color="black", linewidth=1.2, label=name)
        panel.set_xlabel(label(columns[at[0]]))
        panel.set_ylabel(label(columns[at[1]]))
        panel.legend(loc="lower right")


def _draw_mean(panel: Axes, real: np.ndarray, wind: int, power: int) -> None:
    try:
        curve = power_curve(real, wind_speed=wind, power=power)
    except DataError:
        return
    panel.plot(curve.speed, curve.power, color="black", linewidth=1.2, label="mean of real records")
    panel.legend(loc="lower right")


def draw_roses(
    real: np.ndarray, synthetic: np.ndarray, columns: Sequence[Column], path: Path
) -> None:
    """Write a PNG: for every angle the share of records in each sector of 15 degrees.

    `real`, `synthetic`: float (n_windows, T, n_variables), degrees. 0 is on top, and degrees run
    clockwise, as on a compass.
    """
    angles = direction_columns(columns)
    width = 2 * np.pi / SECTORS
    with sheet(path, 3.9 * n_rows(len(angles)) + 0.4) as figure:
        panels = grid(figure, len(angles), subplot_kw={"projection": "polar"})
        for panel, i in zip(panels, angles, strict=True):
            panel.set_theta_zero_location("N")
            panel.set_theta_direction(-1)
            for name, windows in (("real", real), ("synthetic", synthetic)):
                shares = 100 * sector_shares(windows[..., i])
                look: dict[str, Any] = {"color": COLOURS[name], "alpha": 0.45}
                if name == "synthetic":
                    look = {"fill": False, "edgecolor": COLOURS[name], "linewidth": 1.4}
                panel.bar(np.arange(SECTORS) * width, shares, width, label=name, **look)
            panel.set_title(f"{label(columns[i])}, % of records", fontsize=9)
            panel.set_xticks(np.arange(4) * np.pi / 2, COMPASS[columns[i].lower == 0])
            panel.tick_params(labelsize=8)
        legend(figure, panel)


def sector_shares(degrees: np.ndarray) -> np.ndarray:
    """Share of `degrees`, float of any shape, in each of 24 sectors; the first is about 0."""
    sectors = np.floor(np.mod(degrees, 360) * SECTORS / 360 + 0.5).astype(int) % SECTORS
    return np.bincount(sectors.ravel(), minlength=SECTORS) / sectors.size
