"""A report of windows that were made for an hour: their means by the clock they show."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.fidelity.labels import Labels
from modules.report import drawing, pictures_time
from modules.report.evidence import gather
from modules.report.scores import condition_rows
from tests.timegan.farm import STEPS, farm

N_WINDOWS = 30


@pytest.fixture
def made():
    """(evidence of windows that are records of the farm itself, the records, the rows' times)."""
    site_data = farm(days=10)
    table = site_data.tables["WT02"].iloc[24 : 24 + N_WINDOWS * 7]
    rows = np.concatenate([np.arange(7 * i, 7 * i + STEPS) for i in range(N_WINDOWS)])
    rows = rows[rows < len(table)][: (N_WINDOWS - 1) * STEPS]
    times = table.index[rows]
    windows = table.to_numpy()[rows].reshape(-1, STEPS, 2)
    labels = Labels(np.full(len(rows), "WT02", object), times, ("turbine", "hour", "Power"))
    how = {"seq_len": STEPS, "heldout": 0.0, "seed": 0, "labels": labels}
    return gather(site_data, windows, **how), site_data, times


def test_what_was_made_is_judged_by_hour_and_turbine_and_what_was_given_is_not(made):
    found = {(row.score, row.judge): row for row in condition_rows(made[0])}
    assert set(found) == {("hourly means", "Wind"), ("turbine means", "Wind")}
    hourly = found["hourly means", "Wind"]
    assert hourly.value < 0.25 * hourly.chance


def test_means_by_hour_are_drawn_by_the_windows_own_clock(made, monkeypatch, tmp_path):
    evidence, site_data, times = made
    drawn = {}
    monkeypatch.setattr(
        pictures_time, "draw_calendar", lambda sides, _columns, _path, by: drawn.update({by: sides})
    )
    drawing._draw_calendars(drawing._Places(Path(tmp_path)), evidence, evidence.columns, site_data)
    assert isinstance(drawn["hour"]["synthetic"].index, pd.DatetimeIndex)
    assert list(drawn["hour"]["synthetic"].index) == list(times)
