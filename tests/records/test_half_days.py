"""Clocks of twelve hours that do not say which half of the day they are in."""

import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import settings_for, westsouth, write


def table(start="2021-04-01", n_rows=300, form="%Y-%m-%d %I:%M"):
    stamps = pd.date_range(start, periods=n_rows, freq="10min")
    return westsouth(n_rows)[["DateTime", "WindSpeed"]].assign(DateTime=stamps.strftime(form))


@pytest.mark.parametrize(
    "records",
    [
        table(),
        table()[::-1],
        table().sort_values("DateTime"),
        table("2021-04-01 06:00", 72),
        pd.concat([table().assign(WTG="T1"), table().assign(WTG="T2")]),
    ],
)
def test_a_clock_that_runs_twice_a_day_without_halves_is_refused(tmp_path, records):
    path = write(records, tmp_path / "WT01.csv")
    with pytest.raises(
        DataError, match="WT01.csv has stamps of the hours 1 to 12 alone.*AM and PM"
    ):
        load(settings_for(path, "generic"))


@pytest.mark.parametrize(
    "records",
    [
        table(form="%Y-%m-%d %I:%M %p"),
        table("2021-04-01 01:00", 60),
        pd.concat([table("2021-04-01 01:00", 60).assign(WTG=name) for name in ("T1", "T2")]),
    ],
)
def test_hours_that_come_once_a_day_are_right(tmp_path, records):
    turbines = load(settings_for(write(records, tmp_path / "WT01.csv"), "generic"))
    assert sum(turbine.n_read for turbine in turbines.values()) == len(records)
