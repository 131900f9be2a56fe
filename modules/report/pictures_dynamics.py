"""Pictures of how windows move: the changes from row to row and the spectrum."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import NullFormatter, NullLocator

from modules.records.columns import ANGLE, Column, wrap_angle
from modules.report.pictures import COLOURS, grid, label, legend, n_rows, sheet

N_BINS = 61  # odd: one bin is about no change
PERIODS = (2, 3, 4, 6, 12, 24, 48, 144, 432, 1008)  # in rows: of 10 minutes, up to a week
WIDEST = 99.5  # per cent of the real changes that the axis shows


def draw_steps(
    real: np.ndarray,
    synthetic: np.ndarray,
    columns: Sequence[Column],
    path: Path,
    *,
    n_steps: int = 1,
    apart: str = "",
) -> None:
    """Write a PNG: a histogram, per variable, of the changes over `n_steps` rows.

    `real`, `synthetic`: float (n_windows, T, n_variables), physical units. `apart`: how long that
    is, for the axis. Angles change by the shorter way. The scale is logarithmic: rare ramps count.
    """
    with sheet(path, 2.4 * n_rows(len(columns)) + 0.4, math=True) as figure:
        for i, (panel, column) in enumerate(zip(grid(figure, len(columns)), columns, strict=True)):
            sides = {"real": real, "synthetic": synthetic}
            moved = {name: changes(x[..., i], column, n_steps) for name, x in sides.items()}
            reach = max(np.percentile(np.abs(moved["real"]), WIDEST), 1e-9)
            edges = np.linspace(-reach, reach, N_BINS + 1)
            for name, values in moved.items():
                counts = np.histogram(np.clip(values, -reach, reach), edges)[0]
                shares = np.maximum(counts / len(values), 0.1 / len(values))
                style = "-" if name == "real" else "--"
                panel.stairs(shares, edges, color=COLOURS[name], linestyle=style, label=name)
            panel.set_yscale("log")
            panel.set_xlabel(f"change of {label(column)}{apart}".replace("$", r"\$"))
            panel.set_ylabel("share [log]")
        legend(figure, panel)


def draw_spectra(
    real: np.ndarray,
    synthetic: np.ndarray,
    names: Sequence[str],
    path: Path,
    *,
    step: str = "steps",
) -> None:
    """Write a PNG: the mean power spectrum within windows of every feature.

    `real`, `synthetic`: float (n_windows, T, F), scaled, F `names`. `step`: the unit of a period.
    """
    n_rows_of_window = real.shape[1]
    periods = 1 / np.fft.rfftfreq(n_rows_of_window)[1:]
    with sheet(path, 2.2 * n_rows(len(names)) + 0.4, math=True) as figure:
        for i, (panel, name) in enumerate(zip(grid(figure, len(names)), names, strict=True)):
            for side, windows in (("real", real), ("synthetic", synthetic)):
                style = "-" if side == "real" else "--"
                panel.plot(
                    periods, spectrum(windows[..., i]), style, color=COLOURS[side], label=side
                )
            panel.set_xscale("log")
            panel.set_yscale("log")
            panel.invert_xaxis()
            shown = [period for period in PERIODS if period <= n_rows_of_window]
            panel.set_xticks(shown, [str(period) for period in shown])
            panel.xaxis.set_minor_locator(NullLocator())
            panel.yaxis.set_minor_formatter(NullFormatter())
            panel.set_title(name.replace("$", r"\$"), fontsize=9)
            panel.set_xlabel(f"period [{step}]")
            panel.set_ylabel("power [scaled, log]", fontsize=8)
        legend(figure, panel)


def changes(values: np.ndarray, column: Column, n_steps: int) -> np.ndarray:
    """Changes of one variable over `n_steps` rows of a window: (n_windows, T) -> (n,).

    >>> changes(np.array([[350.0, 10.0]]), Column(name="Dir", kind="angle"), 1)
    array([20.])
    """
    moved = (values[:, n_steps:] - values[:, :-n_steps]).ravel()
    return wrap_angle(moved, -180.0) if column.kind == ANGLE else moved


def spectrum(windows: np.ndarray) -> np.ndarray:
    """Mean squared size of the Fourier terms of windows (n, T) without their means: (T // 2,)."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    powers = np.square(np.abs(np.fft.rfft(centred, axis=1)[:, 1:])).mean(axis=0)
    return np.maximum(powers / windows.shape[1], 1e-12)
