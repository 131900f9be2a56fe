"""Pictures of real records beside synthetic ones. Colours are safe for the colour-blind."""

import numpy as np
from matplotlib.figure import Figure

from modules.columns import WIND_SPEED
from modules.storage import replacing

COLOURS = {"real": "#0072B2", "synthetic": "#D55E00"}  # Okabe & Ito
N_SHOWN = 6  # windows per side
N_POINTS = 4000  # of a power curve


def draw_comparison(real, synthetic, columns, path):
    """Write a PNG: windows of every variable, and the power curve, real left, synthetic right.

    `real`, `synthetic`: float (n_windows, T, n_variables), physical units. `columns`: their
    `modules.columns.Column`. The power curve needs a wind speed and a power among them.
    """
    curve = power_curve_columns(columns)
    n_rows = len(columns) + bool(curve)
    figure = Figure(figsize=(11, 1.5 * len(columns) + 4 * bool(curve) + 0.5), layout="constrained")
    heights = [1.0] * len(columns) + [2.6] * bool(curve)
    axes = figure.subplots(n_rows, 2, sharey="row", squeeze=False, height_ratios=heights)
    for side, (name, windows) in enumerate((("real", real), ("synthetic", synthetic))):
        for i, column in enumerate(columns):
            _draw_windows(axes[i, side], windows[:, :, i], column, name)
        if curve:
            _draw_power_curve(axes[-1, side], windows, columns, curve, name)
        axes[0, side].set_title(f"{name}: {min(N_SHOWN, len(windows))} windows side by side")
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


def power_curve_columns(columns):
    """Return the positions of the wind speed and the power, or None where one is missing."""
    wind = [i for i, column in enumerate(columns) if column.iec == WIND_SPEED]
    power = [i for i, column in enumerate(columns) if column.kind == "power"]
    return (wind[0], power[-1]) if wind and power else None


def _draw_windows(axes, windows, column, name):
    """Lay windows (n_windows, T), spread evenly over the set, behind each other."""
    n_steps = windows.shape[1]
    chosen = np.linspace(0, len(windows) - 1, min(N_SHOWN, len(windows))).astype(int)
    for position, window in enumerate(windows[chosen]):
        start = position * (n_steps + 2)
        axes.plot(range(start, start + n_steps), window, color=COLOURS[name], linewidth=1)
    axes.set_ylabel(_label(column), fontsize=8)
    axes.set_xticks([])
    axes.tick_params(labelsize=8)


def _draw_power_curve(axes, windows, columns, curve, name):
    points = windows.reshape(-1, len(columns))[:, list(curve)]
    points = points[np.linspace(0, len(points) - 1, min(N_POINTS, len(points))).astype(int)]
    axes.scatter(*points.T, s=3, alpha=0.3, color=COLOURS[name], edgecolors="none")
    axes.set_xlabel(_label(columns[curve[0]]))
    axes.set_ylabel(_label(columns[curve[1]]))


def _label(column):
    return f"{column.name} [{column.unit}]" if column.unit else column.name
