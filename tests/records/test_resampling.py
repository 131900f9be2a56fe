import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.columns import Column
from modules.records.resampling import circular_mean, resultant_length, to_grid

MINUTE = pd.Timedelta(minutes=1)
ANGLE = Column(name="direction", kind="angle", lower=0, upper=360)
LINEAR = Column(name="power")


def minutes(values, name, start="2021-01-01"):
    index = pd.date_range(start, periods=len(values), freq="1min", unit="us")
    return pd.DataFrame({name: np.asarray(values, dtype=float)}, index=index)


def test_350_and_10_degrees_average_to_north_and_not_south():
    grid, _ = to_grid(minutes([350, 10] * 5, "direction"), [ANGLE], "10min", MINUTE, 0.5)
    assert np.cos(np.deg2rad(grid["direction"].iloc[0])) == pytest.approx(1)
    assert 0 <= grid["direction"].iloc[0] < 360


@pytest.mark.parametrize(
    ("readings", "mean"), [([350, 10], 0), ([340, 10], 355), ([350, np.nan, 10], 0), ([77], 77)]
)
def test_a_bin_of_few_directions_averages_on_the_circle(readings, mean):
    table = minutes(readings, "direction")
    grid, _ = to_grid(table, [ANGLE], f"{len(readings)}min", MINUTE, 0)
    assert (grid["direction"].iloc[0] - mean + 180) % 360 - 180 == pytest.approx(0)


def test_a_vane_averages_to_its_own_circle():
    vane = Column(name="direction", kind="angle", lower=-180, upper=180)
    grid, _ = to_grid(minutes([-20, 10] * 5, "direction"), [vane], "10min", MINUTE, 0.5)
    assert grid["direction"].iloc[0] == pytest.approx(-5)


def test_other_kinds_average_arithmetically():
    grid, n_bins = to_grid(minutes(np.arange(20), "power"), [LINEAR], "10min", MINUTE, 0.5)
    assert grid["power"].tolist() == [4.5, 14.5]
    assert n_bins == 2
    assert grid.index.freqstr == "10min"


@pytest.mark.parametrize(("min_fraction", "kept"), [(0.5, True), (0.6, False), (0, True)])
def test_a_bin_needs_its_fraction_of_readings(min_fraction, kept):
    values = [1.0] * 5 + [np.nan] * 5
    grid, _ = to_grid(minutes(values, "power"), [LINEAR], "10min", MINUTE, min_fraction)
    assert np.isfinite(grid["power"].iloc[0]) == kept


def test_an_empty_bin_is_missing_even_when_no_fraction_is_asked():
    table = minutes(np.arange(30), "power")
    table.iloc[10:20] = np.nan
    grid, n_bins = to_grid(table, [LINEAR], "10min", MINUTE, 0)
    assert grid["power"].isna().tolist() == [False, True, False]
    assert n_bins == 3


def test_a_removed_hour_is_put_back_as_missing_rows():
    table = minutes(np.arange(180), "power")
    table = pd.concat([table.iloc[:60], table.iloc[120:]])
    grid, n_bins = to_grid(table, [LINEAR], "10min", MINUTE, 0.5)
    assert len(grid) == 18 and n_bins == 12
    assert grid["power"].isna().sum() == 6


def test_records_at_the_wanted_step_come_back_unchanged():
    angles = np.random.default_rng(0).uniform(0, 360, 100)
    grid, _ = to_grid(minutes(angles, "direction"), [ANGLE], "1min", MINUTE, 1)
    assert (grid["direction"].to_numpy() == angles).all()


def test_months_of_different_length_make_one_grid():
    index = pd.date_range("2020-01-31", periods=13, freq="ME", unit="us")
    table = pd.DataFrame({"power": np.arange(13.0)}, index=index)
    grid, _ = to_grid(table, [LINEAR], "MS", pd.Timedelta(days=31), 0.5)
    assert grid["power"].tolist() == list(range(13))
    assert grid.index.freqstr == "MS"


@pytest.mark.parametrize(("freq", "labels"), [("QS", 4), ("YS", 1), ("30D", 13)])
def test_long_steps_average_all_their_days(freq, labels):
    index = pd.date_range("2021-01-01", periods=365, freq="D", unit="us")
    table = pd.DataFrame({"power": np.arange(365.0)}, index=index)
    grid, _ = to_grid(table, [LINEAR], freq, pd.Timedelta(days=1), 0)
    expected = table["power"].resample(freq).mean()
    assert len(grid) == labels
    assert grid["power"].tolist() == pytest.approx(expected.tolist())


def test_times_in_utc_stay_in_utc():
    table = minutes(np.arange(20), "power").tz_localize("UTC")
    grid, _ = to_grid(table, [LINEAR], "10min", MINUTE, 0.5)
    assert str(grid.index.tz) == "UTC" and grid["power"].tolist() == [4.5, 14.5]


def test_a_step_finer_than_the_records_is_refused_with_theirs():
    table = minutes([1.0, 2.0], "power")
    with pytest.raises(DataError, match="one record every 10min. Pass `--freq 10min` or coarser"):
        to_grid(table, [LINEAR], "1min", pd.Timedelta(minutes=10), 0.5)


def test_a_stray_stamp_half_a_century_off_is_refused():
    table = minutes([1.0, 2.0, 3.0], "power")
    table.index = pd.DatetimeIndex(["1970-01-01", "2021-01-01 00:00", "2021-01-01 00:01"])
    with pytest.raises(DataError, match=r"of WT1 \(a.csv\) go from .*a stamp is probably wrong"):
        to_grid(table, [LINEAR], "1min", MINUTE, 0.5, "WT1 (a.csv)")


def test_circular_mean_ignores_missing_readings():
    assert circular_mean(np.array([80.0, 100.0, np.nan])) == pytest.approx(90)


class TestResultantLength:
    index = pd.date_range("2021-01-01", periods=6000, freq="10min", unit="us")
    random = np.random.default_rng(0)

    def length(self, degrees):
        return resultant_length([pd.DataFrame({"a": degrees % 360}, index=self.index)], "a")

    def test_a_rotor_position_sampled_every_ten_minutes_is_below_the_guard(self):
        uniform = self.random.uniform(0, 360, 6000)
        hourly = np.abs(np.exp(1j * np.deg2rad(uniform.reshape(-1, 6))).mean(axis=1))
        # Chance alone: the bare hourly length of noise is far above 0.2.
        assert hourly.mean() == pytest.approx(0.37, abs=0.02)
        assert self.length(uniform) < 0.2

    def test_a_steadily_turning_rotor_is_below_the_guard(self):
        assert self.length(np.arange(6000) * 77.0) < 0.2

    def test_a_wind_direction_is_far_above_the_guard(self):
        assert self.length(np.cumsum(self.random.normal(0, 8, 6000))) > 0.9

    def test_hours_at_rest_do_not_hide_an_aliased_position(self):
        angle = self.random.uniform(0, 360, 6000)
        angle[:4000] = 42.0
        assert self.length(angle) < 0.2

    @pytest.mark.parametrize("n_hours", [9, 10])
    def test_fewer_than_ten_hours_are_not_judged_a_lonely_record_beside_them_neither(self, n_hours):
        angles = pd.DataFrame({"a": self.random.uniform(0, 360, 6 * n_hours)})
        angles.index = self.index[: len(angles)]
        length = resultant_length([angles, angles.iloc[:1]], "a")
        assert (length is None) == (n_hours < 10)

    def test_an_hour_of_two_directions_in_turn_has_their_mean_cosine(self):
        # Of six readings a and a + 60, by turns: 6 of the 15 pairs are alike, 9 have cosine 1/2.
        hourly = self.random.uniform(0, 360, 1000).repeat(6)
        length = self.length(hourly + np.tile([0, 60], 3000))
        assert length == pytest.approx(np.sqrt((6 + 9 / 2) / 15))

    def test_a_parked_rotor_is_not_judged(self):
        assert self.length(np.full(6000, 42.0)) is None


def test_of_codes_the_most_frequent_stays_and_the_lowest_of_equals():
    state = Column(name="state", kind="code")
    values = [1, 1, 7, 7, 7, np.nan, *[np.nan] * 4, *[3, 2] * 5, *[np.nan] * 10, 4, *[5] * 9]
    grid, _ = to_grid(minutes(values, "state"), [state], "10min", MINUTE, 0.5)
    assert grid["state"].tolist()[:2] == [7, 2] and grid["state"].iloc[3] == 5
    assert np.isnan(grid["state"].iloc[2])
