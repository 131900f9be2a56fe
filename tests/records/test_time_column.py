from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.location_module import get_site
from modules.records.header import map_file
from modules.records.time_column import is_named_like_time, kind_of

PATH = Path("data/WT03.parquet")  # a table without lines to count
STAMPS = pd.date_range("2021-03-30 22:00", periods=30, freq="1h")
VALUES = np.round(np.sin(np.arange(30.0)), 3)


def read(table, date_format=None):
    frame = pd.DataFrame(table | {"a": VALUES})
    return map_file(frame, PATH, get_site("generic"), date_format)


def written(form, stamps=STAMPS):
    return stamps.strftime(form)


@pytest.mark.parametrize(
    "name",
    [
        "Date/Time",
        "PCTimeStamp",
        "Tmstamp",
        "Timestamp (UTC)",
        "측정일시",
        "시간",
        "날짜",
        "MESS_DATUM",
    ],
)
def test_names_of_time_are_matched_loosely(name):
    assert is_named_like_time(name)
    assert (read({name: written("%d %m %Y %H:%M")}).stamps == STAMPS).all()


@pytest.mark.parametrize("name", ["Wind speed", "status", "Attic", "Power_kW"])
def test_other_names_are_no_time(name):
    assert not is_named_like_time(name)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (written("%d.%m.%Y %H:%M"), "stamp"),
        (written("%d.%m.%Y"), "date"),
        (written("%H:%M"), "clock"),
        (written("%Y-%j %H:%M"), "looks"),
        (STAMPS, "stamp"),
        (STAMPS.normalize(), "date"),
        (written("%Y%m%d%H").astype(int), "stamp"),
        (written("%Y%m%d").astype(int), "date"),
        (VALUES, ""),
        (VALUES > 3, ""),
        (["run"] * 30, ""),
        ([None] * 30, ""),
    ],
)
def test_a_column_is_known_by_its_cells(cells, kind):
    assert kind_of(pd.Series(cells, name="x")) == kind


@pytest.mark.parametrize(("name", "unit"), [("ts", "s"), ("utc_s", "s"), ("ms", "ms"), ("k", "ns")])
def test_what_counts_from_1970_in_even_steps_is_time_under_any_name(name, unit):
    records = read({name: STAMPS.as_unit(unit).asi8})
    assert (records.stamps.tz_localize(None) == STAMPS).all()
    assert "since 1970 in UTC" in records.time.notices[0]


@pytest.mark.parametrize("dtype", ["uint32", "int32", "float64"])
def test_numbers_of_any_width_tell_time(dtype):
    stamps = pd.date_range("2021-03-30 22:00", periods=30, freq="10min")
    short = written("%y%m%d%H%M", stamps).astype("int64").astype(dtype)
    assert (read({"time": short}).stamps == stamps).all()
    for seconds in (stamps.as_unit("s").asi8, stamps.as_unit("s").asi8[::-1]):
        found = read({"k": seconds.astype(dtype)}).stamps.tz_localize(None)
        assert (found.sort_values() == stamps).all()


def test_whole_numbers_in_the_range_of_seconds_are_time_where_name_or_steps_say_so():
    numbers = STAMPS.as_unit("s").asi8 + np.arange(30) ** 3
    assert read({"ts": numbers}).stamps is not None
    for counter in (numbers, np.arange(30) + 1_600_000_000):
        assert read({"revolutions": counter}).stamps is None


def test_seconds_since_1970_beside_stamps_are_no_variable():
    table = read({"time": STAMPS, "k": STAMPS.as_unit("s").asi8 + 3600 * (np.arange(30) > 20)})
    assert list(table.table) == ["a"]


@pytest.mark.parametrize("form", ["%y%m%d%H%M", "%y%m%d%H%M%S"])
def test_years_of_two_digits_are_no_seconds_since_1970(form):
    stamps = pd.date_range("2021-03-30 22:00", periods=30, freq="10min")
    records = read({"time": written(form, stamps).astype("int64")})
    assert (records.stamps == stamps).all()
    assert "read as YYMMDDHHMM" in records.time.notices[0]


def test_zeros_that_were_lost_before_a_day_are_filled_in_for_a_format():
    days = pd.date_range("2021-01-28", periods=30)
    records = read({"date": written("%d%m%Y", days).astype("int64")}, "%d%m%Y")
    assert (records.stamps == days).all()


@pytest.mark.parametrize("form", ["%Q", "%d.%m.%Y%"])
def test_what_is_no_format_is_refused(form):
    with pytest.raises(DataError, match=r"`date_format` must be .* Correct `--date_format`\.$"):
        read({"time": written("%d.%m.%Y %H:%M")}, form)


@pytest.mark.parametrize(
    "columns",
    [
        {"Date": written("%d.%m.%Y"), "Time": written("%H:%M")},
        {
            "날짜": written("%Y-%m-%d"),
            "시각": written("%p %I:%M").str.replace("AM", "오전").str.replace("PM", "오후"),
        },
        {"date": written("%Y%m%d").astype(int), "time": written("%H%M").astype(int)},
        {"date": written("%Y%m%d").astype(int), "time": written("%H%M%S").astype(int)},
        {"date": STAMPS.normalize(), "hour": STAMPS.hour},
        {"date": written("%d/%m/%Y"), "hour": STAMPS.hour, "minute": STAMPS.minute},
        {"date": written("%Y-%m-%d"), "HE": STAMPS.hour + 1},
        {"YEAR": STAMPS.year, "MONTH": STAMPS.month, "DAY": STAMPS.day, "HOUR": STAMPS.hour},
        {"year": STAMPS.year, "mo": STAMPS.month, "dd": STAMPS.day, "time": written("%H:%M:%S")},
    ],
)
def test_columns_that_tell_time_together_are_joined_and_no_variables(columns):
    records = read(columns)
    (stamps,) = {tuple(found) for found in records.time.stamps.values()}
    assert list(records.table.columns) == ["a"]
    hours = pd.Timedelta(hours=1 if records.time.hours == "1-24" else 0)
    assert (pd.DatetimeIndex(stamps) - hours == STAMPS).all()


def test_clocks_on_days_that_are_counted_get_dates_and_a_notice():
    days = (STAMPS.normalize() - STAMPS[0].normalize()).days + 1
    records = read({"Day": days, "Tmstamp": written("%H:%M")})
    assert list(records.table.columns) == ["a"]
    assert records.stamps[0] == pd.Timestamp("2001-01-01 22:00")
    assert (np.diff(records.stamps) == pd.Timedelta(hours=1)).all()
    assert records.time.notices == ("Column 'Day' counts days: day 1 is taken as 2001-01-01.",)


def test_clocks_without_a_date_are_refused():
    with pytest.raises(DataError, match="'Tmstamp' holds times of day without a date.*'22:00'"):
        read({"Tmstamp": written("%H:%M")})


@pytest.mark.parametrize("name", ["Zeitpunkt", "whatever"])
def test_what_looks_like_time_and_cannot_be_read_is_refused_under_any_name(name):
    with pytest.raises(DataError, match=f"column '{name}'.*cannot be read: '2021-089 22:00'"):
        read({name: written("%Y-%j %H:%M")})


def test_what_looks_like_time_beside_the_time_is_left_out():
    records = read({"Date": written("%Y-%m-%d %H:%M"), "due": written("%Y-%j %H:%M")})
    assert list(records.table.columns) == ["a"] and (records.stamps == STAMPS).all()


def test_a_format_that_is_given_finds_its_column():
    records = read({"x": written("%H:%M %j %Y")}, "%H:%M %j %Y")
    assert (records.stamps == STAMPS).all()
    parts = {"d": written("%d|%m|%Y"), "Time": written("%H:%M")}
    with pytest.raises(DataError, match="without a date"):
        read(parts)


def test_a_named_column_of_numbers_that_are_no_dates_is_refused():
    with pytest.raises(DataError, match="'time' is named like the time and holds 0, which is no"):
        read({"time": np.arange(30)})


def test_a_date_of_parts_that_is_none_is_refused_with_its_row():
    days = np.where(np.arange(30) == 4, 31, 1)
    with pytest.raises(DataError, match="row 5 of the records: year, month, day are 2021, 2, 31"):
        read({"year": [2021] * 30, "month": [2] * 30, "day": days})


def test_dates_with_a_clock_win_over_dates_alone():
    records = read({"installed": ["2015-01-01"] * 30, "Zeit": written("%Y-%m-%d %H:%M")})
    assert (records.stamps == STAMPS).all()


def test_daily_dates_need_no_clock_beside_them():
    days = pd.date_range("2021-03-01", periods=30)
    records = read({"Date": days.strftime("%Y-%m-%d"), "sunrise": written("%H:%M")})
    assert (records.stamps == days).all()


@pytest.mark.parametrize("name", ["downtime", "Time", "hour"])
def test_lengths_of_time_beside_the_dates_of_several_turbines_are_no_clocks(name):
    hours = np.random.default_rng(0).integers(0, 24, 30)
    lengths = hours if name == "hour" else [f"{hour:02}:15" for hour in hours]
    days = pd.date_range("2021-03-01", periods=10).repeat(3).strftime("%Y-%m-%d")
    records = read({"Date": days, "turbine": ["T1", "T2", "T3"] * 10, name: lengths})
    assert (records.stamps == pd.DatetimeIndex(days)).all()


def test_seconds_since_1970_win_over_dates_that_repeat():
    records = read({"Date": written("%Y-%m-%d"), "timestamp": STAMPS.as_unit("ms").asi8})
    assert (records.stamps.tz_localize(None) == STAMPS).all()


def test_two_columns_of_stamps_named_alike_are_refused():
    table = {"Start time": written("%Y-%m-%d %H:%M"), "End time": written("%Y-%m-%d %H:%M")}
    with pytest.raises(DataError, match="2 columns of dates.*cannot be told.*Start time, End time"):
        read(table)


@pytest.mark.parametrize(
    "table",
    [
        {
            "Year": [2020] * 15 + [2021] * 15,
            "DOY": [365] * 15 + [1] * 15,
            "HHMM": [*range(0, 50, 10)] * 6,
        },
        {"datenum": np.linspace(738216, 738218, 30)},
        {"Month": ["Jan-15", "Feb-15"] * 15},
    ],
)
def test_parts_of_a_time_that_cannot_be_read_are_refused_and_no_variables(table):
    with pytest.raises(DataError, match="no time that can be read, but columns named like parts"):
        read(table)
