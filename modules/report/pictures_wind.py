"""Pictures that a wind analyst reads: the power curve and the direction rose."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from modules.fidelity.wind_scores import LEAST_COMPARED, binned, power_ratios
from modules.records.columns import Column, direction_columns
from modules.report import fonts
from modules.report.pictures import (
    COLOURS,
    PALETTE,
    grid,
    label,
    legend,
    log_shares,
    n_rows,
    sheet,
    view,
)

N_POINTS = 4000  # of a power curve
N_CELLS = 70  # of a density, each way
DENSITIES = (0.003, 3.0)  # per cent of the records in a cell, from palest to darkest
MAPS = {"real": "Blues", "synthetic": "Oranges"}
SECTORS = 24
N_STEPS = 30  # of a turbine's histogram
TURBINES = (*(c for n, c in PALETTE.items() if n != "black"), "grey", "brown")
COMPASS = {True: ["N", "E", "S", "W"], False: ["0°", "90°", "180°", "-90°"]}  # or a vane


def draw_power_curve(
    real: np.ndarray,
    synthetic: np.ndarray,
    columns: Sequence[Column],
    at: tuple[int, int],
    path: Path,
) -> None:
    """Write a PNG: the density of records in the plane of wind speed and power, and their means.

    `real`, `synthetic`: float (..., n_variables), physical units. `at`: the positions of
    wind speed and power. Both means per 0.5 m/s are on both sides; the third panel is their ratio.
    """
    wind, power = at
    sides = {
        "real": real.reshape(-1, len(columns)),
        "synthetic": synthetic.reshape(-1, len(columns)),
    }
    limits = [view([points[:, i] for points in sides.values()], columns[i]) for i in at]
    with sheet(path, 4.2) as figure:
        panels = figure.subplots(1, 3, width_ratios=(4, 4, 3))
        for panel, (name, points) in zip(panels, sides.items(), strict=False):
            speeds, powers = points[:, list(at)].T
            counts, *edges = np.histogram2d(speeds, powers, bins=N_CELLS, range=limits)
            shares = 100 * np.ma.masked_equal(counts.T, 0) / len(points)
            panel.pcolormesh(*edges, shares, norm=LogNorm(*DENSITIES), cmap=MAPS[name])
            for side, line in (("real", "-"), ("synthetic", "--")):
                _draw_mean(panel, sides[side], at, line, f"mean, {side}")
            panel.set_title(f"{name}: density of records")
            panel.set_xlabel(label(columns[wind]))
            panel.set_xlim(limits[0])
            panel.set_ylim(limits[1])
        panels[0].set_ylabel(label(columns[power]))
        if panels[0].get_lines():
            panels[0].legend(loc="lower right")
        _draw_ratios(panels[2], real, synthetic, at)
        panels[2].set_xlabel(label(columns[wind]))
        panels[2].set_xlim(limits[0])


def _draw_ratios(panel: Axes, real: np.ndarray, synthetic: np.ndarray, at: tuple[int, int]) -> None:
    speeds, ratios = power_ratios(real, synthetic, wind_speed=at[0], power=at[1])
    panel.axhline(1, color="grey", linewidth=0.8)
    panel.plot(speeds, ratios, "o-", color=COLOURS["synthetic"], markersize=3, linewidth=1)
    panel.set_ylim(min(0.5, *ratios, 1) - 0.05, max(1.5, *ratios, 1) + 0.05)
    panel.set_title(f"synthetic mean / real mean,\nbins of {LEAST_COMPARED} records or more")


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
            _draw_mean(panel, records, at, line, name)
        panel.set_xlabel(label(columns[at[0]]))
        panel.set_ylabel(label(columns[at[1]]))
        panel.legend(loc="lower right")


def _draw_mean(panel: Axes, records: np.ndarray, at: tuple[int, int], line: str, name: str) -> None:
    """The mean power by wind speed, without thin bins; nothing where all are thin."""
    bins = binned(records, wind_speed=at[0], power=at[1])
    kept = bins.n_records >= LEAST_COMPARED
    if kept.any():
        look: dict[str, Any] = {"color": "black", "linewidth": 1.2, "label": name}
        panel.plot(bins.speed[kept], bins.power[kept], line, **look)


def draw_turbines(
    tables: dict[str, np.ndarray], synthetic: np.ndarray, columns: Sequence[Column], path: Path
) -> None:
    """Write a PNG: the distribution of each variable by turbine, and that of synthetic records.

    `tables`: turbine -> float (n_rows, n_variables); `synthetic`: float (n, T, n_variables), both
    in physical units. Turbines beyond the first eight are not drawn.
    """
    names = fonts.drawn_names(tables)
    with sheet(path, 2.2 * n_rows(len(columns)) + 0.5) as figure:
        for i, (panel, column) in enumerate(zip(grid(figure, len(columns)), columns, strict=True)):
            limits = view([synthetic[..., i], *(rows[:, i] for rows in tables.values())], column)
            edges = np.linspace(*limits, N_STEPS + 1)
            looks = zip(names, tables.values(), TURBINES, strict=False)
            for name, rows, colour in looks:
                _outline(panel, rows[:, i], edges, color=colour, linewidth=1, label=name)
            own = {"color": "black", "linewidth": 1.6, "linestyle": "--", "label": "synthetic"}
            _outline(panel, synthetic[..., i], edges, **own)
            panel.set_xlabel(label(column))
            panel.set_ylabel("share of records [log]")
            log_shares(panel)
        handles, told = panel.get_legend_handles_labels()
        figure.legend(handles, told, loc="outside upper right", ncols=len(told))


def _outline(panel: Axes, values: np.ndarray, edges: np.ndarray, **look: Any) -> None:
    shares = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / values.size
    panel.stairs(np.where(shares, shares, np.nan), edges, **look)


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
