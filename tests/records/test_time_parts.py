"""Columns that repeat a part of the time beside them."""

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.records.stamps import Reading
from modules.records.time_parts import is_part_of
from tests.wind_files import settings_for, westsouth, write

STAMPS = pd.date_range("2021-03-20", periods=3000, freq="10min")
RARE = np.arange(3000) // 2950  # readings that are nearly always 0
WEEKS = STAMPS.isocalendar()["week"]


@pytest.mark.parametrize(
    ("name", "values", "is_part"),
    [
        ("hour", STAMPS.hour, True),
        ("Hour", STAMPS.hour + 1, True),
        ("hour", (STAMPS.hour + 9) % 24, True),
        ("month", STAMPS.month, True),
        ("day", STAMPS.day, True),
        ("weekday", STAMPS.day_of_week, True),
        ("dayOfWeek", (STAMPS.day_of_week + 1) % 7 + 1, True),
        ("day", STAMPS.day_of_week, True),
        ("doy", STAMPS.day_of_year, True),
        ("week", WEEKS, True),
        ("minute", STAMPS.minute, True),
        ("year", STAMPS.year, True),
        ("hour", STAMPS.minute, False),
        ("hour", STAMPS[::-1].hour, False),
        ("hour", np.arange(3000) % 7, False),
        ("year", STAMPS.year - 20, False),
        ("minute", STAMPS.minute + 0.5, False),
        ("power", STAMPS.hour, False),
        ("second", STAMPS.second, True),
        ("ss", RARE, False),
    ],
)
def test_a_part_of_the_time_is_called_so_and_agrees_with_the_stamps(name, values, is_part):
    values = pd.Series(np.asarray(values, float), name=name)
    assert is_part_of(values, Reading({"YMD": STAMPS})) is is_part


def test_rain_in_mm_within_a_month_is_no_month():
    rain = pd.Series(RARE, name="mm")
    assert not is_part_of(rain, Reading({"YMD": STAMPS - pd.Timedelta(days=60)}))
    months = pd.Series(np.full(3000, 3), name="mm")
    assert is_part_of(
        months, Reading({"YMD": pd.date_range("2021-03-01", periods=3000, freq="1min")})
    )


def test_a_part_of_the_time_is_left_out_and_said(tmp_path):
    table = westsouth(400)[["DateTime", "WindSpeed"]]
    table["hour"] = pd.to_datetime(table["DateTime"]).dt.hour
    table["minute"] = np.arange(400) ** 2 % 11
    (turbine,) = load(settings_for(write(table, tmp_path / "a.csv"), "generic")).values()
    assert [column.name for column in turbine.columns] == ["WindSpeed", "minute"]
    assert "hour repeats a part of the time and is no variable." in turbine.notices
