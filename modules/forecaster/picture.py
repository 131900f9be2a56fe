"""A picture of forecasts beside what came."""

import io

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from modules.records.columns import Column
from modules.report.pictures import PALETTE

MOST_PANELS = 4
MOST_ROWS = 300  # one-step forecasts shown, so that single steps can be told apart
ACTUAL, ONE_STEP, MULTI_STEP = PALETTE["black"], PALETTE["blue"], PALETTE["vermillion"]


def draw(table: pd.DataFrame, column: Column) -> bytes:
    """Return a PNG, bytes, of the last forecasts of up to four turbines.

    `table`: from `modules.forecaster.table.to_table`. `column`: the target's name and unit.
    """
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 9}):
        turbines = list(dict.fromkeys(table["turbine"]))[:MOST_PANELS]
        figure = Figure(figsize=(9, 1 + 2.6 * len(turbines)), layout="constrained")
        panels = figure.subplots(len(turbines), squeeze=False)[:, 0]
        for panel, turbine in zip(panels, turbines, strict=True):
            _panel(panel, table[table["turbine"] == turbine])
            panel.set_title(turbine, loc="left")
            panel.set_ylabel(f"{column.name}\n[{column.unit}]" if column.unit else column.name)
        panels[-1].set_xlabel("time" if "DateTime" in table else "step")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=4)
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=120)
    return content.getvalue()


def _panel(panel: Axes, table: pd.DataFrame) -> None:
    axis = "DateTime" if "DateTime" in table else "step"
    one_step = table[table["kind"] == "one-step"].tail(MOST_ROWS)
    multi_step = table[table["kind"] == "multi-step"]
    for rows, colour, label in (
        (one_step, ONE_STEP, "one step ahead"),
        (multi_step, MULTI_STEP, "further ahead"),
    ):
        panel.plot(rows[axis], rows["forecast"], color=colour, linewidth=1.2, label=label)
        panel.fill_between(
            rows[axis], rows["lower_80"], rows["upper_80"], color=colour, alpha=0.2, linewidth=0
        )
    panel.fill_between([], [], color=ACTUAL, alpha=0.2, label="80 % of validation errors")
    panel.plot(one_step[axis], one_step["actual"], color=ACTUAL, linewidth=0.8, label="measured")
