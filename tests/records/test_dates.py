import numpy as np
import pandas as pd
import pytest

from modules.records.dates import days_since_1970, looks_like_time, read_cells
from modules.records.times import MixedTimeZones, Unreadable, read_times


def read(*cells, **options):
    return read_times(pd.Series(cells, dtype=str), **options)


def only(*cells):
    (stamps,) = read(*cells).stamps.values()
    return stamps


@pytest.mark.parametrize(
    "written",
    [
        "2021-04-01 05:10:00",
        "2021.04.01 05:10",
        "2021/4/1 5:10",
        "2021-04-01T05:10:00.000",
        "2021-04-01T05:10:00,000",
        "2021 04 01 05 10 00",
        "2021. 4. 1. 오전 5:10:00",
        "2021년 4월 1일 5시 10분",
        "2021-04-01 5:10 AM",
        "01-Apr-2021 05:10",
        "1 April 2021 05:10",
        "01. Apr. 2021 05:10",
        "Thu, 01 Apr 2021 05:10:00",
        "April 1, 2021 5:10 am",
        "01APR2021:05:10:00",
        "2021-Apr-01 05:10",
        "202104010510",
        "20210401051000",
        "20210401T0510",
        "20210401 05:10",
        "20210401-051000",
    ],
)
def test_a_form_with_one_reading_is_read(written):
    assert only(written)[0] == pd.Timestamp("2021-04-01 05:10")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20210401", "2021-04-01 00:00"),
        ("2021040105", "2021-04-01 05:00"),
        ("202104010510", "2021-04-01 05:10"),
        ("20210401051020", "2021-04-01 05:10:20"),
    ],
)
@pytest.mark.parametrize("dtype", [str, np.int64, float])
def test_eight_ten_twelve_and_fourteen_digits_are_told_apart(written, meant, dtype):
    (stamps,) = read_times(pd.Series([written]).astype(dtype)).stamps.values()
    assert stamps[0] == pd.Timestamp(meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2021-04-01 12:00:00 AM", "2021-04-01 00:00"),
        ("2021-04-01 12:30 p.m.", "2021-04-01 12:30"),
        ("2021-04-01 오전 12:00:00", "2021-04-01 00:00"),
        ("2021-04-01 오후 1:30", "2021-04-01 13:30"),
        ("2021-04-01 11:59PM", "2021-04-01 23:59"),
    ],
)
def test_clocks_of_twelve_hours_know_their_half(written, meant):
    assert only(written)[0] == pd.Timestamp(meant)


@pytest.mark.parametrize(
    "written",
    [
        "2021.03.31 24:00:00",
        "2021-03-31T24:00",
        "31-Mar-2021 24:00",
        "2021033124",
        "202103312400",
        "31.03.2021 24:00:00",
    ],
)
def test_the_hour_24_is_midnight_of_the_next_day_in_every_form(written):
    assert only(written)[0] == pd.Timestamp("2021-04-01")


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2021-04-01 05:00:00 UTC", 5),
        ("2021-04-01T05:00Z", 5),
        ("2021-04-01 05:00+09:00", -4),
        ("2021-04-01 05:00-0330", 8.5),
        ("2021-04-01 05:00 KST", -4),
        ("2021-04-01 05:00 UTC+01", 4),
    ],
)
def test_offsets_and_zones_become_utc(written, hour):
    assert only(written)[0] == pd.Timestamp("2021-04-01", tz="UTC") + pd.Timedelta(hours=hour)


def test_offsets_may_change_within_a_column():
    stamps = only("2014-10-26T02:30:00+02:00", "2014-10-26T02:30:00+01:00")
    assert [stamp.hour for stamp in stamps] == [0, 1]


def test_fractions_of_a_second_are_kept():
    assert only("2021-04-01 00:00:00.25")[0].microsecond == 250_000


def test_missing_stamps_stay_missing():
    (stamps,) = read_times(pd.Series(["01-Apr-2021", None])).stamps.values()
    assert stamps.isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("written", "orders"),
    [
        ("03/04/2021", ["DMY", "MDY"]),
        ("13 04 2021 00:10", ["DMY"]),
        ("04.13.2021", ["MDY"]),
        ("1.2.03", ["DMY", "MDY", "YMD"]),
        ("99-12-31", ["YMD"]),
        ("2021-04-01", ["YMD"]),
    ],
)
def test_every_order_that_gives_a_date_is_open(written, orders):
    assert list(read(written).stamps) == orders


def test_one_day_above_twelve_settles_the_column():
    assert list(read("03/04/2021", "13/04/2021").stamps) == ["DMY"]


def test_two_digits_are_years_of_this_century_or_the_last():
    stamps = read("13.04.21", "13.04.99").stamps["DMY"]
    assert stamps.year.tolist() == [2021, 1999]


@pytest.mark.parametrize(
    "wrong",
    [
        "yesterday",
        "2021-02-30",
        "2021-04-01 25:00",
        "2021-04-01 24:10",
        "2021-04-01 00:60",
        "2021-04-01 13:00 PM",
        "01-Foo-2021",
        "20211301",
        "01/04/2021",
        "05:10",
        "202104",
        "2021-04-01 00:10:00 XYZ",
        "x2021-04-01",
    ],
)
def test_the_first_cell_that_is_no_such_time_is_named(wrong):
    with pytest.raises(Unreadable) as refusal:
        read("2021-04-01 00:00", "2021-04-01 00:10", wrong)
    assert refusal.value.args[0] == wrong


def test_a_date_that_no_calendar_has_is_named():
    with pytest.raises(Unreadable, match="31.02.2021"):
        read("13.02.2021", "31.02.2021")


def test_the_rarer_of_two_forms_is_named():
    with pytest.raises(Unreadable, match="2021-04-03"):
        read("01/04/2021", "02/04/2021", "2021-04-03")


def test_digits_of_two_lengths_are_refused():
    with pytest.raises(Unreadable, match="20210402"):
        read("2021040100", "20210402")


def test_a_mix_of_offset_and_none_is_refused():
    with pytest.raises(MixedTimeZones):
        read("2021-04-01 00:00:00+09:00", "2021-04-01 00:10:00")


def test_a_format_that_is_given_comes_first_and_must_fit():
    assert read("04.01.2021", date_format="%m.%d.%Y").stamps["MDY"][0] == pd.Timestamp("2021-04-01")
    assert read("202104", date_format="%Y%m").stamps["YMD"][0] == pd.Timestamp("2021-04-01")
    assert next(iter(read("03/04/2021", date_format="MDY").stamps)) == "MDY"
    with pytest.raises(Unreadable, match="13/04/2021"):
        read("03/04/2021", "13/04/2021", date_format="MDY")
    with pytest.raises(Unreadable, match="2021-04-01"):
        read("2021-04-01", date_format="%d.%m.%Y")


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        (1617235800, "s"),
        (1617235800_000, "ms"),
        (1617235800_000_000, "us"),
        (1617235800 * 10**9, "ns"),
    ],
)
def test_numbers_since_1970_are_told_by_their_size(number, unit):
    times = read_times(pd.Series([number, number]))
    assert times.stamps["YMD"][0] == pd.Timestamp(number, unit=unit, tz="UTC")
    assert "since 1970 in UTC" in times.how


def test_days_of_a_spreadsheet_are_exact_to_the_second():
    stamps = pd.date_range("2021-04-01", periods=200, freq="10min", unit="us")
    days = (stamps - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)
    assert (read_times(pd.Series(days.round(10))).stamps["YMD"] == stamps).all()


@pytest.mark.parametrize("numbers", [[0, 1, 2], [0.5, np.nan], [44256, 44257], [1e30], [np.inf]])
def test_other_numbers_are_no_time(numbers):
    with pytest.raises(Unreadable):
        read_times(pd.Series(numbers))


def test_a_calendar_knows_its_leap_years():
    years, ones = np.array([2020, 2021, 1900, 2000]), np.ones(4, int)
    assert days_since_1970(years, 2 * ones, 29 * ones)[1].tolist() == [True, False, False, True]
    assert days_since_1970(np.array([1970]), ones[:1], ones[:1])[0].tolist() == [0]


@pytest.mark.parametrize(
    ("cell", "looks"),
    [
        ("2021-060 00:00", True),
        ("2021/13/45", True),
        ("00:00 01 March", True),
        ("01 Foo 2021", True),
        ("오전 10:00", True),
        ("3.5", False),
        ("1.234.567", False),
        ("1,5", False),
        ("WT01", False),
        ("", False),
    ],
)
def test_what_looks_like_time_has_digits_between_its_separators(cell, looks):
    assert looks_like_time(pd.Series([cell])) is looks


def test_a_million_stamps_are_parsed_shape_by_shape(monkeypatch):
    from modules.records import dates

    tried = []
    monkeypatch.setattr(
        dates, "_match", lambda cell, match=dates._match: tried.append(cell) or match(cell)
    )
    stamps = pd.date_range("2001-01-01", periods=100_000, freq="10min")
    cells = read_cells(pd.Series(stamps.strftime("%d.%m.%Y %H:%M")))
    assert cells.read.all() and len(tried) == 1


@pytest.mark.parametrize(
    "written", ["2021-04-01_00-10-00", "2021-04-01 00-10", "01.04.2021 - 00:10", "2021-04-01 00h10"]
)
def test_clocks_behind_dates_in_the_forms_of_file_names_and_tongues(written):
    (stamps, *_) = read(written, date_format="DMY").stamps.values()
    assert stamps[0] == pd.Timestamp("2021-04-01 00:10")


@pytest.mark.parametrize(
    ("written", "looks"),
    [
        ("210301 0010", True),
        ("2021-W09-1 00:00", True),
        ("2021/060/0000", True),
        ("T202103010000", True),
        ("2019-001", False),
        ("V90-2019-1", False),
        ("running", False),
    ],
)
def test_what_looks_like_time_is_seen_under_any_name(written, looks):
    assert looks_like_time(pd.Series([written] * 3)) == looks
