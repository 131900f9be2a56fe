import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.timestamps import (
    find_time_gaps,
    freq_length,
    grid_freq,
    infer_step,
    normalise_freq,
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


@pytest.mark.parametrize(
    "written", ["0T", "ten", "10", "T10", "2M", "5B", "99999999D", "9" * 20 + "D"]
)
def test_an_unknown_frequency_is_refused_with_an_example(written):
    with pytest.raises(DataError, match=f"freq='{written}'. Pass `--freq 10min`"):
        normalise_freq(written)


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
        (600, "10min"),
        (3600, "1h"),
        (10, "10s"),
        (10.01, "10s"),
        (1.5, "1500ms"),
        (0.1, "100ms"),
        (0.00025, "250us"),
        (90, "90s"),
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


@pytest.mark.parametrize("step", ["100ms", "250us", "1500ms", "40ms"])
def test_records_of_less_than_a_second_keep_their_step(step):
    stamps = pd.date_range("2021-01-01", periods=50, freq=step, unit="us")
    assert freq_length(grid_freq(None, [stamps])) == pd.Timedelta(step)


class TestWeekdays:
    days = pd.bdate_range("2021-03-01", periods=15)

    @pytest.mark.parametrize("freq", [None, "1D", "1B", "B"])
    def test_daily_records_from_monday_to_friday_have_a_grid_of_these_days(self, freq):
        assert grid_freq(freq, [self.days]) == "B"

    def test_one_turbine_with_a_weekend_makes_it_daily_for_all(self):
        every_day = pd.date_range("2021-03-01", periods=15)
        assert grid_freq("1D", [self.days, every_day]) == "D"
        assert grid_freq("1D", [every_day]) == "D"

    def test_a_single_week_may_be_any(self):
        assert grid_freq("1D", [self.days[:5]]) == "D"

    def test_a_weekend_is_no_gap_and_a_missing_wednesday_is_one(self):
        stamps = self.days.delete(7)
        gaps = find_time_gaps(stamps, pd.Timedelta(days=1), freq="B")
        assert gaps == [(stamps[6], stamps[7])]
