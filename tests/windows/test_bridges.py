"""Bridges over short gaps: by hand, in a line, on the circle, and where none is built."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modules.records.columns import Column
from modules.records.site import SiteData
from modules.windows.bridges import bridged, gap_for_half, recorded
from modules.windows.cut import cut, n_windows

NAN = np.nan
KINDS = {
    "Speed": Column(name="Speed", kind="speed"),
    "Dir": Column(name="Dir", kind="angle", lower=0.0, upper=360.0),
    "Vane": Column(name="Vane", kind="angle", lower=-180.0, upper=180.0),
    "State": Column(name="State", kind="code", codes=(1.0, 3.0)),
}


def records(*tables, **columns):
    """Records of as many turbines as `tables`, name -> values; or of one, from `columns`."""
    made = {
        f"T{i}": pd.DataFrame(table, dtype=float) for i, table in enumerate(tables or [columns])
    }
    names = made["T0"].columns
    return SiteData(made, [KINDS[name] for name in names], None, time_zone=None, report=None)


def column(site_data):
    return next(iter(site_data.tables.values())).iloc[:, 0].to_numpy()


@pytest.mark.parametrize(
    ("name", "values", "filled"),
    [
        ("Speed", [2, NAN, NAN, 8, NAN, 9], [2, 4, 6, 8, 8.5, 9]),
        ("Dir", [350, NAN, NAN, NAN, 30], [350, 0, 10, 20, 30]),
        ("Dir", [30, NAN, NAN, NAN, 350], [30, 20, 10, 0, 350]),
        ("Vane", [170, NAN, NAN, -160], [170, -180, -170, -160]),
        ("State", [1, NAN, NAN, 3], [1, 1, 1, 3]),
    ],
)
def test_a_short_gap_is_bridged(name, values, filled):
    made = column(bridged(records(**{name: values}), 3))
    np.testing.assert_allclose(made, filled, atol=1e-9)


def test_a_gap_one_row_too_long_stays_and_so_do_those_at_the_ends():
    values = [NAN, 1, NAN, NAN, 4, NAN, NAN, NAN, 8, NAN]
    made = column(bridged(records(Speed=values), 2))
    np.testing.assert_array_equal(made, [NAN, 1, 2, 3, 4, NAN, NAN, NAN, 8, NAN])


def test_each_column_has_gaps_of_its_own():
    site_data = records(Speed=[1, NAN, NAN, 4, 5, 6], Dir=[10, 20, 30, NAN, NAN, 60])
    made = bridged(site_data, 2).tables["T0"].to_numpy()
    np.testing.assert_allclose(made, np.transpose([np.arange(1.0, 7), np.arange(10.0, 70, 10)]))
    assert n_windows(site_data.tables, 6) == 0


def test_without_gaps_allowed_nothing_is_made():
    site_data = records(Speed=[1, NAN, 3])
    assert bridged(site_data, 0) is site_data


def test_the_records_stay_as_they_were():
    site_data = records(Speed=[1, NAN, 3])
    bridged(site_data, 1)
    np.testing.assert_array_equal(column(site_data), [1, NAN, 3])


def test_rows_left_out_by_choice_are_no_gap_to_bridge():
    site_data = records(Speed=[1, NAN, 3, NAN, 5])
    site_data = replace(site_data, left_out={"T0": pd.DataFrame({"Speed": [2.0]}, index=[1])})
    np.testing.assert_array_equal(column(bridged(site_data, 1)), [1, NAN, 3, 4, 5])
    assert gap_for_half(site_data, 5) is None


def test_recorded_cells_stand_beside_the_rows_that_windows_are_cut_of():
    site_data = records(
        {"Speed": [1, NAN, 3, NAN, NAN, 6, 7], "Dir": [1, 2, NAN, 4, 5, 6, 7]},
        {"Speed": [1, 2, 3], "Dir": [1, NAN, 3]},
    )
    after = bridged(site_data, 1)
    there = recorded(site_data, after, site_data.columns, 2)
    series, _ = cut(after.tables, 2)
    assert there.dtype == np.float32 and len(there) == len(series) == 3 + 2 + 3
    speed, sine, cosine = there.T.tolist()
    assert speed == [1, 0, 1, 1, 1, 1, 1, 1]
    assert sine == cosine == [1, 1, 0, 1, 1, 1, 0, 1]
    (alone,) = recorded(site_data, after, site_data.columns[:1], 2).T.tolist()
    assert alone == speed


def test_the_gap_advised_gives_half_of_the_windows_that_may_be_had():
    values = np.arange(31.0)
    values[3] = values[9:11] = values[17:22] = NAN
    site_data = records(Speed=values)
    advised = gap_for_half(site_data, 8)
    assert advised == 2
    assert n_windows(bridged(site_data, 1).tables, 8) == 2 + 2  # rows 0-8 and 22-30
    assert n_windows(bridged(site_data, 2).tables, 8) == 10 + 2  # rows 0-16
    assert n_windows(bridged(site_data, 5).tables, 8) == 24


@pytest.mark.parametrize("values", [[1, NAN, NAN, 4], [NAN, 2, NAN, NAN], [1]])
def test_where_no_shorter_gap_gives_a_window_none_is_advised(values):
    assert gap_for_half(records(Speed=values), 2) is None
