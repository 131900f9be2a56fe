"""Pictures along the clock: a day close up, and means by hour of day and by month."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from modules.records.columns import ANGLE, Column
from modules.records.resampling import circular_mean
from modules.report.pictures import COLOURS, label, sheet, unbroken, view

ROWS_OF_A_DAY = 144  # where records have no times: those of 10 minutes
DAY = pd.Timedelta("1D")
FEWEST = {"hour": 4, "month": 2}  # that make a picture
TICKS = {"hour": range(0, 24, 6), "month": range(1, 13, 2)}


def draw_day(
    real: np.ndarray, synthetic: np.ndarray, columns: Sequence[Column], path: Path, *, joined: bool
) -> None:
    """Write a PNG: a day of records left, synthetic windows of as many rows right, row by row.

    `real`: float (n_rows, n_variables), rows that follow each other. `synthetic`: float (n, T,
    n_variables), physical units; windows are separate samples unless they are `joined`, and then no
    line runs from one to the next.
    """
    sides = {"real": real[None], "synthetic": synthetic.reshape(1, -1, len(columns))}
    if not joined:
        sides["synthetic"] = synthetic
    with sheet(path, 1.4 * len(columns) + 0.7) as figure:
        axes = figure.subplots(len(columns), 2, sharey="row", sharex=True, squeeze=False)
        for side, (name, parts) in enumerate(sides.items()):
            for i, column in enumerate(columns):
                panel, first = axes[i, side], 0
                for part in parts[..., i]:
                    steps = range(first, first + len(part))
                    drawn = unbroken(part, column)
                    panel.plot(steps, drawn, ".-", color=COLOURS[name], linewidth=0.8, markersize=2)
                    first += len(part)
                panel.set_ylim(view([real[..., i], synthetic[..., i]], column))
                panel.tick_params(labelsize=8)
            axes[-1, side].set_xlabel("steps")
        for i, column in enumerate(columns):
            axes[i, 0].set_ylabel(label(column).replace(" [", "\n["), fontsize=8)
        axes[0, 0].set_title("real: rows of one stretch")
        what = "rows of one series" if joined else f"{len(synthetic)} windows, each a sample"
        axes[0, 1].set_title(f"synthetic: {what}")


def rows_of_a_day(freq: str | None) -> int:
    """How many rows of `freq`, a pandas alias, a day has; of 10 minutes where there is none.

    >>> rows_of_a_day("1h")
    24
    """
    if freq is None:
        return ROWS_OF_A_DAY
    offset = pd.tseries.frequencies.to_offset(freq)
    return max(1, DAY // pd.Timedelta(offset)) if isinstance(offset, pd.tseries.offsets.Tick) else 1


def stretch_of(starts: np.ndarray, seq_len: int, n_rows: int) -> tuple[int, int]:
    """First and last + 1 of up to `n_rows` rows that follow each other, from the middle of all.

    `starts`, int (n,): first rows of windows of `seq_len` rows, which lie whole in a stretch.

    >>> stretch_of(np.array([0, 1, 2, 3, 9]), 4, 5)
    (2, 7)
    """
    ordered = np.unique(starts)
    breaks = np.flatnonzero(np.diff(ordered) > seq_len) + 1  # beyond which windows do not meet
    part = max(np.split(ordered, breaks), key=len)
    first = int(part[max(0, min(len(part) // 2, len(part) - 1 - max(0, n_rows - seq_len)))])
    return first, min(first + n_rows, int(part[-1]) + seq_len)


def draw_calendar(
    sides: dict[str, pd.DataFrame], columns: Sequence[Column], path: Path, *, by: str
) -> None:
    """Write a PNG: the mean of each variable by `hour` of day or by `month`.

    `sides`: `real` and, where its rows have times, `synthetic`: float (n_rows, F) with a
    DatetimeIndex. Directions are averaged on the circle and drawn without a line.
    """
    height = -(-len(columns) // 4)
    with sheet(path, 1.9 * height + 0.4) as figure:
        axes = figure.subplots(height, 4, squeeze=False).ravel()
        for left_over in axes[len(columns) :]:
            left_over.remove()
        for name, rows in sides.items():
            found = means(rows, columns, by)
            for i, column in enumerate(columns):
                style = "o" if column.kind == ANGLE else "o-"
                axes[i].plot(
                    found.index,
                    found.iloc[:, i],
                    style,
                    color=COLOURS[name],
                    markersize=3,
                    label=name,
                )
        for i, column in enumerate(columns):
            axes[i].set_title(label(column), fontsize=8)
            axes[i].set_xticks(TICKS[by])
            axes[i].tick_params(labelsize=7)
            axes[i].set_xlabel(by, fontsize=8)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)


def means(rows: pd.DataFrame, columns: Sequence[Column], by: str) -> pd.DataFrame:
    """Mean of each column by `hour` or `month` of the index, on the circle for directions."""
    groups = rows.groupby(getattr(rows.index, by))
    made = {}
    for name, column in zip(rows, columns, strict=True):
        if column.kind == ANGLE:
            lower = column.lower or 0.0
            made[name] = groups[name].agg(lambda x, low=lower: circular_mean(x.to_numpy(), low))
        else:
            made[name] = groups[name].mean()
    return pd.DataFrame(made)


def has_calendar(rows: pd.DataFrame, by: str) -> bool:
    """Whether `rows` span hours or months enough for their means to tell something."""
    return getattr(rows.index, by).nunique() >= FEWEST[by]
