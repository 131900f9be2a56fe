"""Pictures of a run: its losses, and real records beside synthetic ones.

Colours are safe for the colour-blind. Names of columns are drawn as they are, in any script that a
font at hand has.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from modules.files import replacing
from modules.records.columns import ANGLE, Column, core, power_column, wind_speed_column
from modules.report import fonts

PALETTE = {  # Okabe and Ito
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
}
COLOURS = {"real": PALETTE["blue"], "synthetic": PALETTE["vermillion"]}
WIDTH = 11  # inches
DPI = 220  # twice what the page shows, for sharp screens
N_SHOWN = 6  # windows per side
PANELS = 3  # small pictures in a row
SMALL_DPI = 80  # of pictures for TensorBoard
N_COLOURS = 256
MARGIN = 0.03  # of an axis, on both sides of the values


@contextmanager
def sheet(path: Path, height: float, *, math: bool = False) -> Iterator[Figure]:
    """Yield a `Figure`, 11 inches wide and `height` inches high, that becomes the PNG `path`.

    Names may hold letters that no font at hand has (drawn as boxes), and dollar signs unless
    `math`, which the powers on a log scale need.
    """
    style: dict[Any, Any] = {"font.size": 9, "text.parse_math": math}
    style["font.family"] = list(fonts.families())
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure
        save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write `figure` as the PNG `path`, in 256 colours: a third of the bytes for what is drawn."""
    with replacing(path) as temporary:
        image = pixels(figure, DPI)
        image.quantize(N_COLOURS, Image.Quantize.FASTOCTREE).save(temporary, format="png")


def pixels(figure: Figure, dpi: int) -> Image.Image:
    """`figure` as it looks, in red, green and blue."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="rgba", dpi=dpi)
    width, height = (int(length * dpi) for length in figure.get_size_inches())
    return Image.frombytes("RGBA", (width, height), drawn.getvalue()).convert("RGB")


def image_of_windows(real: np.ndarray, synthetic: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Windows (n, T, F) of either side, scaled, as one picture: uint8 (height, width, 3)."""
    style: dict[Any, Any] = {"font.family": list(fonts.families()), "text.parse_math": False}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(9, 0.8 * len(names) + 0.4))
        axes = figure.subplots(len(names), 2, sharey="row", sharex=True, squeeze=False)
        for side, (side_name, windows) in enumerate((("real", real), ("synthetic", synthetic))):
            gap = np.full((len(windows), 1, len(names)), np.nan)
            rows = np.concatenate([windows, gap], axis=1).reshape(-1, len(names))
            for i, name in enumerate(fonts.drawn_names(names)):
                axes[i, side].plot(rows[:, i], color=COLOURS[side_name], linewidth=0.8)
                axes[i, 0].set_ylabel(name, fontsize=6)
                axes[i, side].tick_params(labelsize=5)
            axes[0, side].set_title(f"{side_name}, scaled", fontsize=8)
        return np.asarray(pixels(figure, SMALL_DPI))


def draw_comparison(
    real: np.ndarray, synthetic: np.ndarray, columns: Sequence[Column], path: Path
) -> None:
    """Write a PNG: windows of every variable, real left, synthetic right.

    `real`, `synthetic`: float (n_windows, T, n_variables), physical units.
    """
    with sheet(path, 1.5 * len(columns) + 0.7) as figure:
        axes = figure.subplots(len(columns), 2, sharey="row", squeeze=False)
        for side, (name, windows) in enumerate((("real", real), ("synthetic", synthetic))):
            for i, column in enumerate(columns):
                _draw_windows(axes[i, side], windows[:, :, i], column, name)
                if side:
                    axes[i, 0].set_ylim(view([real[..., i], synthetic[..., i]], column))
            shown = min(N_SHOWN, len(windows))
            axes[0, side].set_title(f"{name}: {shown} windows side by side")
            axes[-1, side].set_xlabel(f"steps, {windows.shape[1]} a window")


def draw_losses(losses: pd.DataFrame, path: Path) -> None:
    """Write a PNG: the losses of every phase over its steps.

    `losses`: the table of `losses.csv`: phase, step, and a column per loss, NaN where a phase has
    none.
    """
    phases = list(dict.fromkeys(losses["phase"]))
    names = [name for name in losses if name not in ("phase", "step")]
    styles = dict(zip(names, product(("-", "--", ":"), PALETTE.values()), strict=False))
    with sheet(path, 3.6, math=True) as figure:
        panels = figure.subplots(1, len(phases), squeeze=False)[0]
        for panel, phase in zip(panels, phases, strict=True):
            rows = losses[losses["phase"] == phase]
            for name, (line, colour) in styles.items():
                if rows[name].notna().any():
                    panel.plot(rows["step"], rows[name], line, color=colour, label=name)
            panel.set_yscale("log")
            panel.tick_params(which="both", labelsize=8)
            panel.set_title(f"phase: {phase}")
            panel.set_xlabel("training step")
        panels[0].set_ylabel("loss [no unit, log scale]")
        lines = {line.get_label(): line for panel in panels for line in panel.get_lines()}
        labels = [name.removesuffix("_loss").replace("_", " ") for name in lines]
        figure.legend(lines.values(), labels, loc="outside right upper", fontsize=8)


def grid(figure: Figure, n_panels: int, **options: Any) -> np.ndarray:
    """Return (n_panels,) axes of `figure`, three in a row; places left over stay empty."""
    axes = figure.subplots(n_rows(n_panels), PANELS, squeeze=False, **options).ravel()
    for left_over in axes[n_panels:]:
        left_over.remove()
    return axes[:n_panels]


def legend(figure: Figure, panel: Axes) -> None:
    """What the lines of all panels mean, told once for `figure`, by those of `panel`."""
    figure.legend(*panel.get_legend_handles_labels(), loc="outside upper right", ncols=2)


def log_shares(panel: Axes) -> None:
    """A logarithmic axis of shares, with numbers where powers may not be written."""
    panel.set_yscale("log")
    panel.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())


def n_rows(n_panels: int) -> int:
    return -(-n_panels // PANELS)


def label(column: Column) -> str:
    """The name of a `Column` with its unit, for an axis."""
    return f"{column.name} [{column.unit}]" if column.unit else column.name


def power_curve_columns(columns: Sequence[Column]) -> tuple[int, int] | None:
    """Return the positions of the wind speed and the power, or None where one is missing."""
    wind_speed, power = wind_speed_column(columns), power_column(columns)
    return None if wind_speed is None or power is None else (wind_speed, power)


def view(sides: Sequence[np.ndarray], column: Column) -> tuple[float, float]:
    """Limits of an axis that shows the values of all `sides` but lone spikes, see `core`."""
    if column.kind == ANGLE:
        lowest = column.lower or 0.0
        return lowest, lowest + 360.0
    values = core(np.concatenate([np.ravel(side) for side in sides]))
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def unbroken(values: np.ndarray, column: Column) -> np.ndarray:
    """`values` (T,), with NaN in place of an angle that went across 0: no line is drawn there.

    >>> unbroken(np.array([350.0, 10.0, 20.0]), Column(name="Dir", kind="angle")).tolist()
    [350.0, nan, 20.0]
    """
    if column.kind != ANGLE:
        return values
    crossed = np.abs(np.diff(values, prepend=values[:1])) > 180.0
    return np.where(crossed, np.nan, values)


def _draw_windows(axes: Axes, windows: np.ndarray, column: Column, name: str) -> None:
    """Lay windows (n_windows, T), spread evenly over the set, behind each other."""
    n_steps = windows.shape[1]
    chosen = np.linspace(0, len(windows) - 1, min(N_SHOWN, len(windows))).astype(int)
    for position, window in enumerate(windows[chosen]):
        start = position * (n_steps + 2)
        drawn = unbroken(window, column)
        axes.plot(range(start, start + n_steps), drawn, color=COLOURS[name], linewidth=1)
    axes.set_ylabel(label(column).replace(" [", "\n["), fontsize=8)
    axes.set_xticks([])
    axes.tick_params(labelsize=8)
