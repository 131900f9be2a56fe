"""How many decimals readings have, and how many are written."""

import numpy as np
import pytest

from modules.records.columns import Column, observe
from modules.records.digits import decimals, digits_of


@pytest.mark.parametrize(
    ("largest", "digits"), [(0, 17), (0.05, 7), (0.5, 6), (9.9, 5), (10, 4), (3000, 2), (1e6, 0)]
)
def test_the_largest_number_of_a_column_has_six_digits(largest, digits):
    assert decimals(largest) == digits


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([3, -7, 1000], 0),
        ([4.3, 12.0], 1),
        ([4.3, 12.25, 359.99], 2),
        (np.float32([4.3, 12.25, 359.99]), 2),
        ([0.00001, 0.5], 5),
        ([np.pi, 2.0], None),
        ([1e9 + 0.5, 0.25], None),
    ],
)
def test_the_decimals_of_readings_are_those_they_were_written_with(values, digits):
    assert digits_of(np.tile(np.asarray(values, np.float64), 50)) == digits


def test_one_stray_reading_in_a_thousand_does_not_count_and_two_do():
    values = np.round(np.random.default_rng(0).uniform(0, 20, 1000), 1)
    values[5] = np.pi
    assert digits_of(values) == 1
    values[7] = np.e
    assert digits_of(values) is None


def test_values_are_written_with_the_decimals_of_the_records():
    column = observe(Column(name="Temperature"), np.tile([4.3, 12.2, -1.0], 50))
    np.testing.assert_array_equal(
        column.written(np.array([[3.14159], [np.nan]])), [[3.1], [np.nan]]
    )


def test_few_readings_tell_nothing():
    assert digits_of(np.full(99, 4.3)) is None


def test_of_records_with_many_decimals_six_significant_are_written():
    column = observe(Column(name="Power"), np.tile([0.1234567, 2000.7654321], 50))
    assert column.written(np.array(3.14159)) == 3.14


@pytest.mark.parametrize("readings", [np.arange(80.0), 2_000_000 + np.arange(500.0)])
def test_whole_readings_are_written_whole_however_few_or_large(readings):
    column = observe(Column(name="Counter"), readings)
    assert column.digits is None
    assert column.written(readings[:1] + 7.9) == readings[0] + 8
