"""What the generator is asked for: turbines, first stamps and given series."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError, SettingsError
from modules.records.columns import Column
from modules.timegan import asked, given
from modules.timegan.conditions import Conditions
from modules.windows.cut import cut
from settings import GeneratorSettings, TimeGANSettings
from tests.timegan.farm import STEPS, farm

FIRST = "2021-01-01T00:00:00"


def conditions(*words, names=("Wind", "Power")):
    site_data = farm(names=names)
    _, starts = cut(site_data.tables, STEPS)
    return Conditions.fit(words, site_data, starts, STEPS)[0]


def ask(made, **settings):
    training = TimeGANSettings(seq_len=STEPS, location="generic", freq="1h")
    return asked.wanted_by(GeneratorSettings(**settings), made, training, FIRST)


def test_a_series_has_the_stamps_and_the_turbine_asked_for():
    found = ask(conditions("turbine", "hour"), turbine="WT02", start="2024-06-01", length=50)
    assert len(found.starts) == 1 and found.n_steps == 50 and found.tells_time
    expected = pd.date_range("2024-06-01", periods=50, freq="1h")
    assert list(found.times(0, 50)) == list(expected)
    assert set(found.turbines(0, 50)) == {"WT02"}
    shown = found.conditions(0, 1)[0]
    np.testing.assert_allclose(shown[:, 2], np.sin(2 * np.pi * expected.hour / 24), atol=1e-6)
    np.testing.assert_array_equal(shown[:, :2], np.tile([0, 1], (50, 1)))


def test_a_series_begins_with_the_records_where_no_start_is_asked_for():
    found = ask(conditions("hour"), length=3)
    assert found.times(0, 1)[0] == pd.Timestamp(FIRST) and found.names is None
    assert found.owners() is None


def test_windows_are_those_that_occurred_and_tell_their_own_time():
    made = conditions("turbine", "hour")
    found = ask(made, n_windows=7)
    times, owners = found.times(0, 7 * STEPS), found.turbines(0, 7 * STEPS)
    assert found.tells_time and set(owners) == {"WT01", "WT02"}
    assert (np.diff(times.to_numpy().reshape(7, STEPS), axis=1) == pd.Timedelta("1h")).all()
    np.testing.assert_array_equal(found.times(11, 5), times[11:16])
    np.testing.assert_array_equal(found.owners(), owners[::STEPS])
    again, other = ask(made, n_windows=3), ask(made, n_windows=3, seed=1)
    np.testing.assert_array_equal(again.starts, found.starts[:3])
    assert (other.starts != again.starts).any()


def test_more_windows_than_occurred_begin_anew():
    assert len(ask(conditions("hour"), n_windows=5000).starts) == 5000


def test_windows_without_the_hour_tell_no_time():
    assert not ask(conditions("turbine"), n_windows=2).tells_time
    assert not ask(conditions("month"), n_windows=1).tells_time


@pytest.mark.parametrize(
    ("words", "wish", "said"),
    [
        (("turbine",), {"turbine": "WT09"}, r"Received: 'WT09'\. There is: WT01, WT02\."),
        (("hour",), {"start": "2024-06-01"}, r"Pass `--length` too"),
        (("hour",), {"start": "soon", "length": 5}, r"must be a time stamp.*'soon'"),
        (("hour",), {"start": "now", "length": 5}, r"the year first.*'now'"),
        (("hour",), {"start": "12:00", "length": 5}, r"the year first.*'12:00'"),
        (("hour",), {"start": "01.02.2024", "length": 5}, r"the year first.*'01\.02\.2024'"),
        (("hour",), {"start": "2024-06-01T00:00+09:00", "length": 5}, r"Leave the offset out"),
        (("Wind",), {"length": 5000}, r"5,000 rows of Wind .* is 960\. Lower it, or .*`--given`"),
        (("Wind", "hour"), {"length": 5, "start": "2024-06-01"}, r"nobody knows Wind"),
        (("Wind",), {"length": 5, "given": "x.csv"}, r"Leave `--length` out"),
    ],
)
def test_what_cannot_be_had_is_refused(words, wish, said):
    with pytest.raises(SettingsError, match=said):
        ask(conditions(*words), **wish)


@pytest.mark.parametrize(
    ("wish", "words", "said"),
    [
        ({"turbine": "WT02"}, (), r"trained with nothing as `condition`.*`--condition turbine`"),
        ({"start": "2024-06-01"}, ("turbine",), r"with turbine as.*`--condition hour,month`"),
        ({"given": "x.csv"}, ("hour", "month"), r"with hour, month as `condition`"),
    ],
)
def test_what_the_run_was_not_trained_for_is_refused_with_what_to_do(wish, words, said):
    with pytest.raises(SettingsError, match=said):
        asked.refuse_what_was_no_condition(GeneratorSettings(**wish), words, "experiment_01")


def test_a_season_that_was_not_trained_on_is_told(caplog):
    made = conditions("month", "hour")
    ask(made, start="2024-01-20", length=5)
    assert not caplog.text
    ask(made, start="2024-06-01", length=5)
    assert "a season that the training had no records of" in caplog.text


@pytest.mark.parametrize(("freq", "is_told"), [("1h", True), ("1D", False)])
def test_that_stamps_do_not_show_the_time_of_day_is_told_where_they_have_one(caplog, freq, is_told):
    caplog.set_level("INFO")
    ask(replace(conditions("month"), freq=freq), length=3)
    assert ("the time of day of the stamps is not shown" in caplog.text) == is_told


def wind(tmp_path, table):
    path = tmp_path / "wind.csv"
    table.to_csv(path, index=False)
    return str(path)


def series(n=30, freq="1h"):
    times = pd.date_range("2022-03-04", periods=n, freq=freq)
    return pd.DataFrame({"DateTime": times, "Wind": np.linspace(4, 9, n).round(4)})


def test_a_given_series_is_taken_as_it_is(tmp_path):
    table = series()
    found = ask(conditions("Wind", "turbine"), given=wind(tmp_path, table), turbine="WT02")
    np.testing.assert_array_equal(found.given(0, 30)[:, 0], table["Wind"])
    assert list(found.times(0, 30)) == list(table["DateTime"]) and found.n_steps == 30
    assert set(found.turbines(0, 30)) == {"WT02"}


def test_a_given_series_may_name_its_turbine(tmp_path):
    table = series().assign(turbine="WT02")
    found = ask(conditions("Wind", "turbine"), given=wind(tmp_path, table))
    assert set(found.turbines(0, 30)) == {"WT02"}


def test_a_given_series_may_be_a_file_called_after_a_turbine(tmp_path):
    path = wind(tmp_path, series())
    made = conditions("Wind", "turbine")
    assert set(ask(made, given=path).turbines(0, 30)) == {"WT01"}
    (tmp_path / "wind.csv").rename(tmp_path / "wt2.csv")
    assert set(ask(made, given=str(tmp_path / "wt2.csv")).turbines(0, 30)) == {"WT02"}


def test_a_given_column_may_be_spelt_otherwise(tmp_path):
    table = series().rename(columns={"Wind": "WIND"})
    found = ask(conditions("Wind"), given=wind(tmp_path, table))
    np.testing.assert_array_equal(found.given(0, 30)[:, 0], table["WIND"])


def test_a_given_file_that_is_not_there_is_told_by_its_own_setting(tmp_path):
    with pytest.raises(DataError, match=r"no\.csv does not exist\. Set `--given`"):
        ask(conditions("Wind"), given=str(tmp_path / "no.csv"))


@pytest.mark.parametrize("start", ["2024", "2024-06", "20240601", "2024/06/01", "2024-06-01 12:00"])
def test_a_start_may_be_written_shorter(start):
    found = ask(conditions("hour"), start=start, length=3)
    assert found.times(0, 1)[0] == pd.Timestamp(start)


def test_a_given_series_without_stamps_begins_at_the_start(tmp_path):
    path = wind(tmp_path, series().drop(columns="DateTime"))
    found = ask(conditions("Wind", "hour"), given=path, start="2024-06-01")
    assert found.times(0, 1)[0] == pd.Timestamp("2024-06-01")


def lacking(table):
    return table.rename(columns={"Wind": "Gust"})


def with_hole(table):
    return table.assign(Wind=table["Wind"].where(table.index != 4))


def with_gap(table):
    return table.drop(index=7)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lacking, r"wind\.csv lacks Wind, which the run was trained to be given\. It has: Gust\."),
        (with_hole, r"column 'Wind' misses 1 of 30 values, the first in record 5 \(2022-03-04 04"),
        (with_gap, r"steps of 1h\. .* has 2022-03-04 08:00:00 after 2022-03-04 06:00:00"),
        (lambda x: pd.concat([x.assign(turbine=t) for t in "ab"]), r"one series\..* a, b"),
    ],
)
def test_a_given_series_at_fault_is_refused(tmp_path, change, said):
    with pytest.raises(DataError, match=said):
        ask(conditions("Wind"), given=wind(tmp_path, change(series())))


def test_a_given_series_in_another_unit_is_refused():
    made = conditions("Wind")
    raw = SimpleNamespace(columns=(Column(name="Wind", unit="km/h"),))
    with pytest.raises(DataError, match=r"column 'Wind' is in km/h, and .* m/s\."):
        given._check_columns("wind.csv", raw, made.columns)


def test_a_given_code_that_was_not_trained_on_is_refused(tmp_path):
    made = conditions("State", names=("Wind", "Power", "State"))
    table = series()[["DateTime"]].assign(State=[1, 3, 2] * 10)
    with pytest.raises(DataError, match=r"holds 2, a code .* There is: 1, 3\."):
        ask(made, given=wind(tmp_path, table))


def test_values_beyond_those_trained_on_are_told(tmp_path, caplog):
    ask(conditions("Wind"), given=wind(tmp_path, series().assign(Wind=np.linspace(4, 40, 30))))
    assert "of 30 values of Wind lie outside what the run was trained on" in caplog.text


def test_stamps_of_a_given_series_that_the_records_lack_are_told(tmp_path, caplog):
    found = ask(replace(conditions("Wind"), freq=None), given=wind(tmp_path, series()))
    assert not found.tells_time and "has stamps, the run's records have none" in caplog.text


def test_two_starts_are_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"time stamps of its own, from 2022-03-04"):
        ask(conditions("Wind", "hour"), given=wind(tmp_path, series()), start="2024-06-01")
