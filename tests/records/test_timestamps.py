import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.timestamps import (
    MixedTimeZones,
    cut_dates,
    find_time_gaps,
    freq_length,
    infer_step,
    normalise_freq,
    parse_times,
    snap,
    spell_step,
)

TEN_MINUTES = pd.Timedelta(minutes=10)
SECONDS = [1, 2, 5, 10, 15, 20, 30]
HOURS = [1, 2, 3, 4, 6, 8, 12, 24, 7 * 24]
USUAL = SECONDS + [60 * n for n in SECONDS] + [3600 * n for n in HOURS]


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ("10T", "10min"),
        ("10min", "10min"),
        ("10m", "10min"),
        ("1H", "1h"),
        ("1h", "1h"),
        ("H", "1h"),
        ("30S", "30s"),
        ("1D", "24h"),
        ("1W", "168h"),
    ],
)
def test_old_and_new_frequency_names_mean_the_same_step(written, step):
    assert freq_length(normalise_freq(written)) == pd.Timedelta(step)


@pytest.mark.parametrize("written", ["M", "1M", "ME", "MS"])
def test_a_month_is_labelled_by_its_first_day(written):
    assert normalise_freq(written) == "MS"


@pytest.mark.parametrize("written", ["0T", "ten", "10", "T10", "2M", "1B"])
def test_an_unknown_frequency_is_refused_with_an_example(written):
    with pytest.raises(DataError, match=f"freq='{written}'. Pass `--freq 10min`"):
        normalise_freq(written)


@pytest.mark.parametrize(
    "written",
    ["2021.04.01 24:00:00", "2021-04-01 24:00:00", "2021-04-01T24:00", "2021/04/01 24:00"],
)
def test_the_hour_24_is_midnight_of_the_next_day(written):
    assert parse_times(pd.Series([written]))[0] == pd.Timestamp("2021-04-02")


@pytest.mark.parametrize(
    "written",
    ["2021.04.01 00:10:00", "2021-04-01 00:10", "2021/04/01 00:10:00", "20210401001000"],
)
def test_the_known_formats_give_the_same_stamp(written):
    assert parse_times(pd.Series([written]))[0] == pd.Timestamp("2021-04-01 00:10")


def test_offsets_become_utc_across_a_change_of_clocks():
    stamps = parse_times(pd.Series(["2014-10-26T02:30:00+02:00", "2014-10-26T02:30:00+01:00"]))
    assert [stamp.hour for stamp in stamps] == [0, 1]
    assert str(stamps.tz) == "UTC"


def test_missing_stamps_stay_missing():
    assert parse_times(pd.Series(["2021-04-01", None])).isna().tolist() == [False, True]


def test_a_mix_of_offset_and_none_is_refused():
    with pytest.raises(MixedTimeZones):
        parse_times(pd.Series(["2021-04-01 00:00:00+09:00", "2021-04-01 00:10:00"]))


def test_an_unreadable_stamp_is_named():
    with pytest.raises(ValueError) as refusal:
        parse_times(pd.Series(["2021-04-01 00:00:00", "yesterday"]))
    assert refusal.value.args[1] == "yesterday"


def test_jittered_stamps_have_the_usual_step_and_snap_to_it():
    exact = pd.date_range("2021-01-01", periods=200, freq="10min", unit="us")
    jitter = np.random.default_rng(0).integers(-2, 3, 200)
    stamps = exact + pd.to_timedelta(jitter, unit="s")
    assert infer_step(stamps) == TEN_MINUTES
    assert (snap(stamps, TEN_MINUTES) == exact).all()


def test_stamps_far_from_the_grid_are_not_moved():
    stamps = pd.DatetimeIndex(["2021-01-01 00:00", "2021-01-01 00:10", "2021-01-01 00:14"])
    assert snap(stamps.as_unit("us"), TEN_MINUTES)[2] == stamps[2]


def test_a_logger_with_its_own_minute_keeps_it():
    exact = pd.date_range("2021-01-01 00:05", periods=50, freq="10min", unit="us")
    assert (snap(exact, TEN_MINUTES) == exact).all()


def test_a_logger_that_jitters_about_its_own_minute_has_a_regular_grid_there():
    exact = pd.date_range("2021-01-01 00:03", periods=200, freq="10min", unit="us")
    jitter = np.random.default_rng(0).integers(-2, 3, 200)
    snapped = snap(exact + pd.to_timedelta(jitter, unit="s"), TEN_MINUTES)
    assert (np.diff(snapped) == TEN_MINUTES).all()
    assert abs(snapped[0] - exact[0]) < pd.Timedelta(seconds=1)


@pytest.mark.parametrize("usual", USUAL)
def test_a_step_within_two_percent_of_a_usual_one_is_that(usual):
    for factor, expected in ((1.019, usual), (1.03, 1.03 * usual)):
        seconds = np.arange(20) * usual * factor
        stamps = pd.Timestamp("2021-01-01") + pd.to_timedelta(seconds, unit="s")
        assert infer_step(stamps).total_seconds() == pytest.approx(expected, rel=1e-5)


def test_step_of_a_single_stamp_is_unknown():
    assert infer_step(pd.DatetimeIndex(["2021-01-01"])) is None


def test_a_gap_needs_more_than_one_and_a_half_steps():
    stamps = pd.DatetimeIndex(
        ["2021-01-01 00:00", "2021-01-01 00:10:02", "2021-01-01 00:19:59", "2021-01-01 00:40"]
    )
    assert find_time_gaps(stamps, TEN_MINUTES) == [(stamps[2], stamps[3])]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0.2, "1s"),
        (10, "10s"),
        (90, "90s"),
        (600, "10min"),
        (3600, "1h"),
        (86400, "1D"),
        (27 * 86400, "27D"),
        (28 * 86400, "1M"),
        (89 * 86400, "1M"),
        (90 * 86400, "1Q"),
        (364 * 86400, "1Q"),
        (365 * 86400, "1Y"),
    ],
)
def test_a_step_is_spelt_as_the_setting_takes_it(seconds, written):
    assert spell_step(pd.Timedelta(seconds=seconds)) == written


class TestCutDates:
    table = pd.DataFrame(
        {"a": np.arange(432.0)}, index=pd.date_range("2021-04-01", periods=432, freq="10min")
    )

    def test_both_ends_are_included_and_a_date_means_its_whole_day(self):
        kept = cut_dates(self.table, "2021-04-01 12:00", "2021-04-02")
        assert str(kept.index[0]) == "2021-04-01 12:00:00"
        assert str(kept.index[-1]) == "2021-04-02 23:50:00"

    def test_an_exact_end_is_included(self):
        kept = cut_dates(self.table, None, "2021-04-01 00:20:00")
        assert len(kept) == 3

    def test_an_unreadable_date_is_refused(self):
        with pytest.raises(DataError, match="date_end='soon'"):
            cut_dates(self.table, None, "soon")

    def test_an_offset_against_naive_stamps_is_refused(self):
        with pytest.raises(DataError, match="only where the stamps have one"):
            cut_dates(self.table, "2021-04-01 00:00:00+09:00", None)

    def test_rows_without_times_cannot_be_cut(self):
        with pytest.raises(DataError, match="need a time column"):
            cut_dates(pd.DataFrame({"a": [1.0]}), "2021-04-01", None)
