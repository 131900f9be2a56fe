"""What rows are made for: which words these records can have, and what networks see of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.columns import Column
from modules.runs.run import create
from modules.runs.safe import load_table
from modules.timegan.conditions import Conditions, Occurred, Rows, settled
from modules.windows.cut import cut
from tests.timegan.farm import STEPS, farm, without_times
from tests.tiny import tiny_settings

ALL = ("turbine", "hour", "month", "State", "Wind")


def conditions(words, site_data=None, starts=None):
    """The conditions of a farm, and of each of its rows."""
    site_data = site_data or farm(names=("Wind", "Power", "State"))
    _, every = cut(site_data.tables, STEPS)
    return Conditions.fit(words, site_data, every if starts is None else starts, STEPS)


def test_columns_are_spelt_as_the_records_have_them_and_named_once():
    assert settled(("turbine", "wind", "Wind"), farm()) == ("turbine", "Wind")


def one_turbine(site_data):
    return replace(site_data, tables={"WT01": site_data.tables["WT01"]})


def daily(site_data):
    parts = {name: table.iloc[::24] for name, table in site_data.tables.items()}
    return replace(site_data, tables=parts, freq="D")


@pytest.mark.parametrize(
    ("words", "change", "said"),
    [
        (("sun",), lambda x: x, r"Received: 'sun'\. There is: turbine, hour, month, Wind, Power"),
        (("turbine",), one_turbine, r"two turbines or more\. Received: one, WT01\."),
        (("hour",), without_times, r"`hour` needs records with time stamps"),
        (("month",), without_times, r"`month` needs records with time stamps"),
        (("hour",), daily, r"several times of day\. Received: steps of 1D\."),
        (("Power", "Wind"), lambda x: x, r"must leave a column to make\."),
    ],
)
def test_what_these_records_cannot_have_is_refused(words, change, said):
    with pytest.raises(DataError, match=said):
        settled(words, change(farm()))


def test_daily_records_have_seasons():
    assert settled(("month",), daily(farm())) == ("month",)


def test_networks_see_turbine_clock_state_and_wind():
    made, encoded = conditions(ALL)
    assert encoded.shape == (2 * 40 * 24, 2 + 2 + 2 + 1 + 2) and encoded.dtype == np.float32
    times = pd.DatetimeIndex(["2021-01-01 06:00", "2021-07-02 15:00"])
    wind = made.occurred.values[0]
    seen = made.encoded(
        Rows(
            np.array([0, 1]),
            times,
            np.array([[np.quantile(wind, 0.01), 3], [np.quantile(wind, 0.99), 1]]),
        )
    )
    np.testing.assert_array_equal(seen[:, :2], [[1, 0], [0, 1]])
    np.testing.assert_allclose(seen[:, 2:4], [[1, 0], np.float32([-(0.5**0.5)] * 2)], atol=1e-6)
    np.testing.assert_allclose(seen[:, 4:6], [[0, 1], [0, -1]], atol=0.01)
    np.testing.assert_allclose(seen[:, 6:], [[0, 0, 1], [1, 1, 0]], atol=1e-6)


def test_a_direction_is_seen_as_sine_and_cosine():
    site_data = farm()
    wind = Column(name="Wind", kind="angle", lower=0, upper=360, observed_min=0, observed_max=359)
    made, _ = conditions(("Wind",), replace(site_data, columns=[wind, site_data.columns[1]]))
    seen = made.encoded(Rows(np.zeros(2, int), None, np.array([[90.0], [180.0]])))
    np.testing.assert_allclose(seen, [[1, 0], [0, -1]], atol=1e-6)


def test_the_rows_are_those_that_windows_are_cut_from():
    site_data = farm(days=4)
    site_data.tables["WT01"].iloc[30:33, 1] = np.nan
    series, starts = cut(site_data.tables, STEPS)
    made, encoded = conditions(("turbine", "hour", "Wind"), site_data, starts)
    rows = made.pool
    assert len(encoded) == len(series) == len(rows.times) == 2 * 96 - 3
    np.testing.assert_array_equal(rows.values[:, 0], series[:, 0])
    np.testing.assert_array_equal(rows.turbines, np.repeat([0, 1], [93, 96]))
    assert list(rows.times[29:31]) == list(pd.to_datetime(["2021-01-02 05:00", "2021-01-02 09:00"]))


def test_only_what_was_trained_on_has_occurred_and_no_window_crosses_what_was_held_out():
    starts = np.concatenate([np.arange(0, 10), np.arange(40, 60), np.arange(100, 110)])
    made, _ = conditions(("turbine", "hour"), farm(days=4), starts)
    occurred = made.occurred
    assert occurred.owners.tolist() == [0, 0, 1] and occurred.lengths.tolist() == [17, 27, 17]
    drawn = occurred.starts(STEPS)
    firsts = np.concatenate([np.arange(n - STEPS + 1) for n in occurred.lengths])
    assert len(drawn) == len(firsts) == len(starts)


def test_windows_of_one_turbine_can_be_had_alone():
    made, _ = conditions(("turbine",))
    drawn = made.occurred.starts(STEPS, owner=1)
    assert (made.pool.turbines[drawn] == 1).all() and len(drawn) == 40 * 24 - STEPS + 1


def test_what_occurred_survives_its_file(tmp_path):
    run = create(tmp_path)
    run.write_settings("timegan", tiny_settings())
    made, encoded = conditions(ALL)
    run.save_table(made.occurred)
    _, occurred = load_table(run.model_folder, Occurred)
    again = replace(made, occurred=occurred)
    np.testing.assert_array_equal(again.encoded(again.pool), encoded)


def test_records_without_times_or_columns_survive_theirs(tmp_path):
    run = create(tmp_path)
    run.write_settings("timegan", tiny_settings())
    made, encoded = conditions(("turbine",), without_times(farm()))
    run.save_table(made.occurred)
    _, occurred = load_table(run.model_folder, Occurred)
    again = replace(made, occurred=occurred)
    assert again.pool.times is None and again.pool.values.shape == (2 * 40 * 24, 0)
    np.testing.assert_array_equal(again.encoded(again.pool), encoded)


@pytest.mark.parametrize(
    "change",
    [
        {"owners": [0, 7]},
        {"owners": [0.5, 1.0]},
        {"lengths": [-1, 1]},
        {"firsts": ["2021-01-01"]},
        {"turbines": [1, 2]},
        {"turbines": ["a", "a"]},
        {"values": [[np.inf] * 7]},
    ],
)
def test_a_file_that_holds_something_else_is_refused(change):
    fields = {
        "names": ["Power"], "turbines": ["a", "b"], "owners": [0, 1],
        "firsts": ["2021-01-01", "2021-01-02"], "lengths": [3, 4], "values": [[1.0] * 7],
    }  # fmt: skip
    Occurred.of(**fields)
    with pytest.raises((ValueError, TypeError)):
        Occurred.of(**(fields | change))


def test_stamps_of_two_kinds_are_refused():
    firsts = ["2021-01-01", "2021-01-02T00:00:00+09:00"]
    mixed = Occurred.of(["Power"], ["a", "b"], [0, 1], firsts, [3, 4], [[1.0] * 7])
    with pytest.raises(ValueError, match="one offset, or none"):
        mixed.rows("1h")


def test_given_columns_are_put_back_in_their_places():
    made, _ = conditions(("Power",))
    columns = farm(names=("Wind", "Power", "State")).columns
    whole = made.put_back(np.array([[1.0, 3.0]]), np.array([[2.0]]), columns)
    np.testing.assert_array_equal(whole, [[1, 2, 3]])
