"""Dates that stand once above the clocks of their day."""

import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import cleaned, settings_for, westsouth, write


def merged(n_rows=300):
    table = westsouth(n_rows)
    stamps = pd.to_datetime(table["DateTime"])
    date = stamps.dt.strftime("%d.%m.%Y").where(~stamps.dt.date.duplicated())
    return pd.DataFrame(
        {"date": date, "clock": stamps.dt.strftime("%H:%M"), "ws": table["WindSpeed"]}
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_blank_dates_below_one_are_that_date_and_told(tmp_path, form):
    path = tmp_path / f"WT01.{form}"
    table = merged()
    table.to_csv(path, index=False) if form == "csv" else table.to_excel(path, index=False)
    data = cleaned(path, "generic", date_format="DMY")
    assert data.report.turbines[0].complete_rows == 300
    assert data.tables["WT01"].index[-1] == pd.Timestamp("2021-04-03 01:50")
    told = f"WT01.{form}: 297 blank cells of 'date' are the date above them."
    assert told in data.report.notices


def test_hours_beside_blank_dates_do_as_well(tmp_path):
    table = merged(288)[::6].assign(hour=lambda t: t["clock"].str[:2].astype(int))
    write(table.drop(columns="clock"), tmp_path / "WT01.csv")
    (turbine,) = load(settings_for(tmp_path, "generic", date_format="DMY")).values()
    assert (turbine.table.index == pd.date_range("2021-04-01", periods=48, freq="1h")).all()


def test_blank_dates_above_the_first_are_refused(tmp_path):
    table = merged()
    table.loc[0, "date"] = None
    with pytest.raises(DataError, match="'date' has 298 blank cells .* at row 1 "):
        load(settings_for(write(table, tmp_path / "WT01.csv"), "generic"))


def test_a_clock_that_goes_back_below_one_date_is_refused(tmp_path):
    table = merged()
    table.loc[144, "date"] = None
    with pytest.raises(DataError, match="at row 145 of the records.*Write the date into every row"):
        load(settings_for(write(table, tmp_path / "WT01.csv"), "generic"))
