import numpy as np
import pandas as pd
import pytest

from modules.records.columns import Column
from modules.records.summary import DataReport, TurbineReport, column_report, grid_figures
from tests.wind_files import cleaned, westsouth, write


@pytest.fixture
def report(tmp_path):
    table = westsouth(200).drop(index=[50, 51, 52, 120])
    table.loc[0, "WindSpeed"] = 89.79
    return cleaned(write(table, tmp_path / "WT01.csv")).report


def test_gaps_are_listed_with_the_longest(report):
    turbine = report.turbines[0]
    assert (turbine.gaps, turbine.empty_rows, turbine.rows) == (2, 4, 200)
    assert turbine.longest_gap == "2021-04-01 08:10:00 to 2021-04-01 08:50:00"
    assert turbine.stretch_lengths == (49, 67, 79)


def test_windows_kept_and_lost_add_up(report):
    count = report.windows(24)
    assert count.kept == (49 - 23) + (67 - 23) + (79 - 23)
    assert count.naive == 49 + 67 + 79 - 23
    assert count.crossing == count.naive - count.kept == 46


def test_the_printed_report_says_what_the_files_are_worth(report):
    printed = str(report.model_copy(update={"seq_len": 24}))
    assert "Data of location westsouth, every 10min, Asia/Seoul" in printed
    assert "126 windows of 24 rows" in printed and "46 more, across gaps" in printed
    row = next(line for line in printed.splitlines() if line.startswith("WindSpeed"))
    assert row.split()[:3] == ["WindSpeed", "m/s", "speed"] and row.endswith("range 1")


def test_the_printed_tables_are_aligned(report):
    lines = str(report).split("\n\n")[2].splitlines()
    ends = {line.index("kind") if "kind" in line else None for line in lines[:1]}
    place = ends.pop()
    assert all(line[place - 2 : place] == "  " for line in lines[2:-1])


def test_the_report_survives_the_round_trip_through_json(report):
    assert DataReport.model_validate_json(report.model_dump_json()) == report


def test_a_stretch_shorter_than_a_window_gives_none():
    turbine = TurbineReport(name="a", rows_read=9, complete_rows=9, stretch_lengths=(4, 5))
    assert turbine.windows(5).kept == 1
    assert turbine.windows(10).naive == 0


def test_figures_of_a_grid_without_a_complete_row():
    table = pd.DataFrame({"a": [np.nan, np.nan]}, index=pd.RangeIndex(2))
    figures = grid_figures(table, [], 0)
    assert (figures["complete_rows"], figures["empty_rows"]) == (0, 2)


def test_an_angle_is_summed_up_by_its_mean_direction():
    column = Column(name="d", unit="deg", kind="angle", lower=-180, upper=180)
    summary = column_report(column, np.array([-10.0, 0.0, np.nan, 20.0, -170.0]), {})
    assert summary.missing == 1
    assert -10 < summary.middle < 15
