"""Which of a run's columns are drawn."""

import numpy as np
import pandas as pd
import pytest

from modules.records.columns import WIND_SPEED, Column
from modules.records.site import SiteData
from modules.report import drawing
from modules.report.evidence import Evidence

N_COLUMNS, T = 300, 4


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """{picture: names of the columns in it} of 300 columns, wind and power among the last."""
    columns = [Column(name=f"v{i}") for i in range(N_COLUMNS - 3)]
    columns += [Column(name="wind", iec=WIND_SPEED), Column(name="kW", kind="power")]
    columns.append(Column(name="last"))
    series = np.random.default_rng(0).normal(size=(60, N_COLUMNS))
    evidence = Evidence(columns, series, np.arange(50), np.zeros((5, T, N_COLUMNS)))
    names = [column.name for column in columns]
    site_data = SiteData({"T1": pd.DataFrame(series, columns=names)}, columns, None, None, None)
    found = {}

    def keep(name, at):
        return lambda *given, **_: found.update({name: (given[0].shape, given[at])})

    for room, picture, at in (
        (drawing.pictures, "comparison", 2),
        (drawing.pictures_time, "day", 2),
        (drawing.pictures_statistics, "marginals", 2),
        (drawing.pictures_dynamics, "steps", 2),
        (drawing.pictures_dynamics, "spectra", 2),
        (drawing.pictures_statistics, "autocorrelations", 2),
        (drawing.pictures_statistics, "correlations", 2),
    ):
        monkeypatch.setattr(room, f"draw_{picture}", keep(picture, at))
    monkeypatch.setattr(drawing.pictures_wind, "draw_power_curve", keep("power_curve", 2))
    drawing.draw_pictures(tmp_path, evidence, site_data)
    return found


def test_of_many_columns_forty_are_drawn_with_their_own_values(drawn):
    for picture in ("comparison", "day", "marginals", "steps", "spectra", "autocorrelations"):
        shape, columns = drawn[picture]
        assert shape[-1] == len(columns) == drawing.MOST_COLUMNS, picture


def test_wind_and_power_are_among_the_columns_that_are_drawn(drawn):
    names = [column.name for column in drawn["marginals"][1]]
    assert names[0] == "v0" and names[-3:] == ["wind", "kW", "last"]


def test_correlations_are_drawn_of_all_columns(drawn):
    assert len(drawn["correlations"][1]) == N_COLUMNS
