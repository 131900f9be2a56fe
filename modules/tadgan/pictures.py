"""Pictures of findings: every turbine's whole series, and each finding from near by."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from modules import files
from modules.records.columns import Column
from modules.report.pictures import PALETTE, label, sheet
from modules.tadgan.detection import Scored

REAL, RECOVERED, SCORE = PALETTE["blue"], PALETTE["vermillion"], PALETTE["black"]
SHADE: dict[str, Any] = {"color": PALETTE["orange"], "alpha": 0.35, "linewidth": 0}
MOST_ZOOMS = 20  # of the most severe findings
MOST_VARIABLES = 3  # in a zoom
LEAST_MARGIN = 30  # steps shown on either side of a finding


def draw(
    folder: Path, scored: list[Scored], findings: pd.DataFrame, columns: Sequence[Column]
) -> list[Path]:
    """Draw `series_<n>.png` of each turbine and `finding_<nn>.png` of the worst into `folder`.

    What lay in `folder` is gone. `findings`: of all turbines, the most severe first. Returns the
    paths.
    """
    files.remove_folder(folder)
    files.make_folder(folder)
    paths: list[Path] = []
    for number, one in enumerate(scored, start=1):
        paths.append(folder / f"series_{number}.png")
        draw_series(one, columns, paths[-1])
    by_turbine = {one.turbine: one for one in scored}
    for number, finding in enumerate(findings.head(MOST_ZOOMS).itertuples(), start=1):
        paths.append(folder / f"finding_{number:02d}.png")
        draw_finding(by_turbine[finding.turbine], finding, columns, paths[-1])
    return paths


def draw_series(one: Scored, columns: Sequence[Column], path: Path) -> None:
    """Write a PNG: the score and every variable of a turbine, its findings shaded."""
    with sheet(path, 1.1 * (len(columns) + 1) + 0.8) as figure:
        panels = figure.subplots(len(columns) + 1, 1, sharex=True)
        panels[0].plot(one.scores.index, one.scores["score"], color=SCORE, linewidth=0.7)
        panels[0].set_ylabel("score", fontsize=8)
        for panel, column in zip(panels[1:], columns, strict=True):
            panel.plot(one.real.index, one.real[column.name], color=REAL, linewidth=0.5)
            panel.set_ylabel(label(column).replace(" [", "\n["), fontsize=8)
        for panel in panels:
            _shade(panel, one)
        panels[0].set_title(
            f"{one.turbine}: findings {len(one.findings)}, {one.covered.mean():.1%} of the records"
        )


def draw_finding(one: Scored, finding: Any, columns: Sequence[Column], path: Path) -> None:
    """Write a PNG: the variables that carry a finding, real and reconstructed, and the score.

    `finding`: a row of a table of findings, as `itertuples` gives it.
    """
    by_name = {column.name: column for column in columns}
    names = finding.variables.split(", ")[:MOST_VARIABLES]
    first, last = one.real.index.get_indexer([finding.start, finding.end])
    margin = max(LEAST_MARGIN, last - first + 1)
    shown = slice(max(0, first - margin), last + 1 + margin)
    with sheet(path, 1.8 * (len(names) + 1) + 0.8) as figure:
        panels = figure.subplots(len(names) + 1, 1, sharex=True)
        for panel, name in zip(panels, names, strict=False):
            for table, colour, said in (
                (one.real, REAL, "real"),
                (one.recovered, RECOVERED, "reconstructed"),
            ):
                rows = table[name].iloc[shown]
                panel.plot(rows.index, rows, color=colour, linewidth=1.1, label=said)
            panel.set_ylabel(label(by_name[name]).replace(" [", "\n["), fontsize=8)
        score = one.scores.iloc[shown]
        panels[-1].plot(score.index, score["score"], color=SCORE, linewidth=1, label="score")
        panels[-1].set_ylabel("score", fontsize=8)
        for panel in panels:
            panel.axvspan(finding.start, finding.end, **SHADE)
        panels[0].legend(loc="upper left", ncols=2, fontsize=8)
        panels[0].set_title(
            f"{finding.turbine}, {finding.start} to {finding.end}: severity {finding.severity:g}"
        )


def _shade(panel: Axes, one: Scored) -> None:
    for finding in one.findings.itertuples():
        panel.axvspan(finding.start, finding.end, **SHADE)
