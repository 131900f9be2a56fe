"""Columns that stand still and then move: exact answers, and what is refused."""

import numpy as np
import pytest

from modules.timegan.standstill import Standstill, repeated_shares


def one(values, band, *, is_angle=False):
    column = Standstill.of(["x"], [is_angle], [band])
    return column(np.array(values, float)[None, :, None])[0, :, 0].tolist()


def test_a_value_is_held_until_it_lies_further_away_than_the_band():
    assert one([0, 1, 2, 3, 4, 5, 4, 3], 2) == [0, 0, 0, 3, 3, 3, 3, 3]
    assert one([0, 1, 2, 3], 0) == [0, 1, 2, 3]


def test_an_angle_is_held_across_north():
    assert one([359, 1, 3, 358], 3, is_angle=True) == [359, 359, 3, 358]


def test_the_band_makes_a_column_as_still_as_the_records():
    drawn = np.cumsum(np.random.default_rng(0).normal(size=(300, 24, 3)), axis=1)
    standstill = Standstill.fit("abc", [False, True, False], drawn, np.array([0.7, 0.5, 0.05]))
    held = standstill(drawn)
    still = (np.diff(held, axis=1) == 0).mean((0, 1))
    np.testing.assert_allclose(still, [0.7, 0.5, 0.0], atol=0.01)
    np.testing.assert_array_equal(held[..., 2], drawn[..., 2])


def test_a_column_read_in_whole_degrees_stands_as_often_as_the_records_too():
    random = np.random.default_rng(0)
    drawn = 10 + np.cumsum(random.normal(0, 0.1, (300, 24, 1)), axis=1)
    drawn += random.normal(0, 0.2, drawn.shape)
    made = np.round(drawn)
    assert (np.diff(made, axis=1) == 0).mean() < 0.85
    standstill = Standstill.fit(["Temperature"], [False], drawn, np.array([0.9]), made)
    held = standstill(drawn, made)
    assert (np.diff(held, axis=1) == 0).mean() == pytest.approx(0.9, abs=0.005)
    assert np.abs(np.diff(held, axis=1)).max() == 1


def test_a_column_that_repeats_as_often_already_is_left_free():
    drawn = np.repeat(np.random.default_rng(0).normal(size=(50, 12, 1)), 2, axis=1)
    assert Standstill.fit(["x"], [False], drawn, np.array([0.5])).bands.tolist() == [0.0]


def test_repeats_count_inside_windows_alone():
    series = np.array([1.0, 1, 1, 2, 2, 3])[:, None]
    assert repeated_shares(series, np.array([0, 3]), 3).tolist() == [0.75]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ((["a"], [False], [-1.0]), "not below zero"),
        ((["a"], [False], [float("nan")]), "finite"),
        ((["a"], [False], []), "a band per variable"),
        ((["a"], ["no"], [1.0]), "true or false"),
        (([1], [False], [1.0]), "text"),
    ],
)
def test_what_cannot_be_one_is_refused(fields, reason):
    with pytest.raises((ValueError, TypeError), match=reason):
        Standstill.of(*fields)
