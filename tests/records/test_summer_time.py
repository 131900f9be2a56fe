"""Clocks that change twice a year, with a column that tells it and without."""

import numpy as np
import pandas as pd
import pytest

from tests.wind_files import cleaned, westsouth, write

COLUMNS = ["DateTime", "WindSpeed", "ActivePower"]
N_ROWS = 600
UTC = pd.date_range("2021-10-29", periods=N_ROWS, freq="10min", tz="UTC")  # clocks back on the 31st


def on_the_wall(flag="dst", yes=1, no=0, **fields):
    """Records whose stamps are what clocks in Berlin showed, and which of them was in summer."""
    local = UTC.tz_convert("Europe/Berlin")
    table = westsouth(N_ROWS, **fields)[COLUMNS].assign(DateTime=local.strftime("%Y-%m-%d %H:%M"))
    summer = np.array([bool(stamp.dst()) for stamp in local])
    return table if flag is None else table.assign(**{flag: np.where(summer, yes, no)})


@pytest.mark.parametrize(
    ("flag", "yes", "no"),
    [("dst", 1, 0), ("서머타임", 1, 0), ("Summer Time", "Y", "N"), ("is_dst", True, False)]
    + [("DST flag", "1", "")],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_a_column_of_summer_time_puts_the_stamps_onto_one_clock(tmp_path, flag, yes, no, turn):
    write(on_the_wall(flag, yes, no)[::turn], tmp_path / "WT01.csv")
    data = cleaned(tmp_path, "generic")
    (turbine,) = data.report.turbines
    assert (turbine.complete_rows, turbine.conflicts) == (N_ROWS, 0)
    assert (data.tables["WT01"].index.tz_localize("UTC") - UTC == pd.Timedelta(hours=1)).all()
    assert [column.name for column in data.columns] == ["WindSpeed", "ActivePower"]
    assert any(f"Column '{flag}' tells summer time" in said for said in data.report.notices)


def test_where_the_time_zone_is_known_the_clock_is_utc(tmp_path):
    site = tmp_path / "farm.toml"
    site.write_text(
        'time_columns = ["DateTime"]\ntime_zone = "Europe/Berlin"\n'
        '[[columns]]\nname = "WindSpeed"\nkind = "speed"\nunit = "m/s"\n'
    )
    write(on_the_wall(), tmp_path / "data" / "WT01.csv")
    data = cleaned(tmp_path / "data", str(site))
    assert (data.tables["WT01"].index == UTC).all()


def test_stamps_that_run_on_where_the_column_changes_stand(tmp_path):
    table = westsouth(N_ROWS, "2021-10-29")[COLUMNS].assign(dst=on_the_wall()["dst"])
    write(table, tmp_path / "WT01.csv")
    data = cleaned(tmp_path, "generic")
    assert data.tables["WT01"].index[0] == pd.Timestamp("2021-10-29")
    assert any("taken as they are" in said for said in data.report.notices)


def test_files_of_summer_and_of_winter_are_on_one_clock(tmp_path):
    table = on_the_wall()
    for flag, month in ((1, "10"), (0, "11")):
        write(table[table["dst"] == flag], tmp_path / f"WT01_2021-{month}.csv")
    (turbine,) = cleaned(tmp_path, "generic").report.turbines
    assert (turbine.complete_rows, turbine.conflicts) == (N_ROWS, 0)


def test_turbines_of_one_file_are_put_onto_one_clock_each(tmp_path):
    tables = [on_the_wall(seed=place).assign(WTG=f"T{place}") for place in (1, 2)]
    write(pd.concat(tables), tmp_path / "x.csv")
    turbines = cleaned(tmp_path, "generic").report.turbines
    assert [(one.complete_rows, one.conflicts) for one in turbines] == [(N_ROWS, 0)] * 2


BERLIN = pd.date_range("2021-03-20", "2021-11-10", freq="30min", tz="UTC").tz_convert(
    "Europe/Berlin"
)
DENVER = BERLIN.tz_convert("America/Denver")
SYDNEY = BERLIN.tz_convert("Australia/Sydney")


def walled(local, **fields):
    """Records whose stamps are what clocks showed at `local`, without more."""
    stamps = local.strftime("%Y-%m-%d %H:%M")
    return westsouth(len(local), **fields)[COLUMNS].assign(DateTime=stamps)


@pytest.mark.parametrize(
    "local",
    [BERLIN, DENVER, SYDNEY, BERLIN[::2], BERLIN[:2000], BERLIN[-2000:], BERLIN[::-1]],
    ids=["Berlin", "Denver", "Sydney", "hourly", "spring", "autumn", "newest first"],
)
def test_without_such_a_column_the_order_of_the_rows_tells(tmp_path, local):
    write(walled(local), tmp_path / "WT01.csv")
    step = min(abs(local[1:] - local[:-1]))
    data = cleaned(tmp_path, "generic", freq=f"{step // pd.Timedelta('1min')}min")
    assert (data.report.turbines[0].complete_rows, data.report.turbines[0].conflicts) == (
        len(local),
        0,
    )
    apart = data.tables["WT01"].index.tz_localize("UTC") - local.sort_values().tz_convert("UTC")
    assert len(set(apart)) == 1
    assert any("they are put into winter time" in said for said in data.report.notices)


def test_a_turbine_that_stands_still_repeats_no_rows(tmp_path):
    table = walled(BERLIN)
    table.loc[table["DateTime"].str.startswith("2021-10-31"), ["WindSpeed", "ActivePower"]] = 0.3
    write(table, tmp_path / "WT01.csv")
    (turbine,) = cleaned(tmp_path, "generic", freq="30min").report.turbines
    assert (turbine.complete_rows, turbine.duplicates) == (len(table), 0)


def test_the_order_of_the_rows_tells_over_files_of_months(tmp_path):
    for month in range(3, 12):
        write(walled(BERLIN[BERLIN.month == month]), tmp_path / f"WT01_2021-{month:02}.csv")
    data = cleaned(tmp_path, "generic", freq="30min")
    apart = data.tables["WT01"].index.tz_localize("UTC") - BERLIN.tz_convert("UTC")
    assert set(apart) == {pd.Timedelta(hours=1)}


def test_where_the_zone_is_known_the_rows_tell_utc(tmp_path):
    for zone in ("Europe/Berlin", "America/Denver"):
        site = tmp_path / "farm.toml"
        site.write_text(
            f'time_columns = ["DateTime"]\ntime_zone = "{zone}"\n'
            '[[columns]]\nname = "WindSpeed"\nkind = "speed"\nunit = "m/s"\n'
        )
        write(walled(BERLIN), tmp_path / "data" / "WT01.csv")
        data = cleaned(tmp_path / "data", str(site), freq="30min")
        is_utc = zone == "Europe/Berlin"
        assert any("are put into UTC" in said for said in data.report.notices) is is_utc
        assert not is_utc or (data.tables["WT01"].index == BERLIN).all()


AUTUMN = pd.date_range("2021-10-29 10:00", periods=600, freq="10min")  # the 31st, 02:00, at 240


def lacking(*hours, shift="0min"):
    """Records on one clock that lack the hours that begin at these stamps, or `shift` behind."""
    table = westsouth(8000, "2021-03-25", "5min")[COLUMNS]
    stamps = (pd.to_datetime(table["DateTime"]) - pd.Timedelta(shift)).dt.floor("h")
    return table[~stamps.isin(pd.to_datetime(list(hours)))]


@pytest.mark.parametrize(
    "table",
    [
        lacking("2021-03-28 02:00", "2021-04-07 02:00"),
        lacking("2021-04-04 02:00"),
        lacking("2021-03-28 12:00"),
        lacking("2021-03-28 02:00", "2021-03-28 03:00"),
        lacking(),
        lacking("2021-03-28 02:00").rename(columns={"DateTime": "Time (UTC)"}),
        lacking("2021-03-28 02:00", shift="10min"),
        walled(BERLIN).sort_values("DateTime"),
        walled(BERLIN).sort_values("WindSpeed"),
        westsouth(9000, "2021-10-01", "30min").iloc[[*range(1500), *range(1498, 9000)]][COLUMNS],
        walled(AUTUMN).drop_duplicates("DateTime").iloc[[*range(246), *range(240, 590)]],
    ],
)
def test_where_another_reading_is_possible_the_stamps_stand(tmp_path, table):
    write(table, tmp_path / "WT01.csv")
    data = cleaned(tmp_path, "generic", freq="30min")
    assert not any("winter time" in said for said in data.report.notices)


def test_an_hour_twice_whose_rows_are_mixed_is_told(tmp_path):
    write(on_the_wall(None).sort_values("DateTime", kind="stable"), tmp_path / "WT01.csv")
    data = cleaned(tmp_path, "generic")
    assert data.report.turbines[0].conflicts == 6
    assert any(
        "6 repeated stamps lie in the hour that clocks repeat in autumn (from 2021-10-31 02:00:00"
        in said
        for said in data.report.notices
    )


def test_stamps_that_repeat_on_another_day_are_not_said_to_be_the_clocks(tmp_path):
    table = westsouth(N_ROWS, "2021-10-27")[COLUMNS]
    table.loc[12:17, "DateTime"] = table["DateTime"][6:12].to_numpy()
    write(table, tmp_path / "WT01.csv")
    notices = cleaned(tmp_path, "generic").report.notices
    assert not any("autumn" in said for said in notices)
