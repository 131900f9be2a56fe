"""A day close up and means by the calendar, from numbers whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from modules.records.columns import Column
from modules.report import pictures
from modules.report.pictures_time import (
    draw_calendar,
    draw_day,
    has_calendar,
    means,
    rows_of_a_day,
    stretch_of,
)

COLUMNS = [Column(name="Ws", unit="m/s"), Column(name="Dir", kind="angle", lower=0.0)]


@pytest.fixture
def drawn(monkeypatch):
    figures = []
    monkeypatch.setattr(pictures, "save", lambda figure, _: figures.append(figure))
    return figures


def hourly(days=3):
    index = pd.date_range("2021-01-30", periods=24 * days, freq="1h")
    directions = np.where(np.arange(len(index)) % 2, 350.0, 10.0)
    return pd.DataFrame({"Ws": index.hour.astype(float), "Dir": directions}, index)


def test_means_are_by_hour_of_day_and_directions_go_round_the_circle():
    rows = hourly(4)
    rows.iloc[24:48, 1] = 360 - rows.iloc[24:48, 1]
    rows.iloc[72:, 1] = 360 - rows.iloc[72:, 1]
    found = means(rows, COLUMNS, "hour")
    assert found["Ws"].tolist() == list(range(24))
    away = np.minimum(found["Dir"], 360 - found["Dir"])
    assert away.max() < 1e-6
    assert means(rows, COLUMNS, "month").index.tolist() == [1, 2]


@pytest.mark.parametrize(("days", "by_month"), [(1, False), (4, True)])
def test_a_calendar_needs_hours_and_months(days, by_month):
    rows = hourly(days)
    assert has_calendar(rows, "hour") and has_calendar(rows, "month") is by_month
    assert not has_calendar(rows.iloc[:3], "hour")


def test_the_calendar_draws_directions_as_points_alone(drawn, tmp_path):
    draw_calendar({"real": hourly()}, COLUMNS, tmp_path / "a.png", by="hour")
    speed, direction = (panel.get_lines()[0].get_linestyle() for panel in drawn[0].axes)
    assert speed == "-" and direction == "None"


@pytest.mark.parametrize(("freq", "n"), [("10min", 144), ("1D", 1), ("MS", 1), (None, 144)])
def test_rows_of_a_day(freq, n):
    assert rows_of_a_day(freq) == n


def test_a_stretch_is_cut_from_the_middle_of_the_longest_one():
    starts = np.concatenate([np.arange(0, 20), np.arange(50, 150)])
    first, last = stretch_of(starts, 10, 40)
    assert last - first == 40 and 50 <= first and last <= 159
    assert stretch_of(np.array([7]), 10, 144) == (7, 17)


@pytest.mark.parametrize(("joined", "n_lines"), [(False, 3), (True, 1)])
def test_no_line_joins_windows_that_are_separate_samples(drawn, tmp_path, joined, n_lines):
    windows = np.random.default_rng(0).uniform(0, 10, (3, 4, 2))
    draw_day(np.zeros((12, 2)), windows, COLUMNS, tmp_path / "a.png", joined=joined)
    _, right = drawn[0].axes[:2]
    assert len(right.get_lines()) == n_lines
    assert right.get_lines()[-1].get_xdata()[-1] == 11
