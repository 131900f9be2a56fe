"""Columns that follow others: what is done to a leader is done to what follows it."""

import numpy as np
import pytest

from modules.preprocessing import MinMaxScaler, RelativeScaler, decode_angles
from modules.records.columns import Column
from modules.timegan.finish import Finish
from modules.timegan.following import Following
from modules.timegan.standstill import Standstill
from tests.scaling.tables import NAMES, TURNS, directions, pitch, prices

COLUMNS = [Column(name=name, kind="angle", lower=0.0) for name in ("Vane", "Yaw", "Wind")]


@pytest.fixture
def following():
    return Following(RelativeScaler().fit(directions(), TURNS), COLUMNS)


@pytest.fixture
def angles():
    return decode_angles(directions(), COLUMNS).reshape(10, 100, 3)


def test_what_is_taken_apart_comes_together_again(following, angles):
    parts = following.apart(angles)
    np.testing.assert_array_equal(parts[..., :2], angles[..., :2])
    assert np.abs(parts[..., 2]).max() < 10  # no angle, but the asinh of what is left
    assert following.circular == [True, True, False]
    off = (following.together(parts) - angles + 180) % 360 - 180
    np.testing.assert_allclose(off, 0, atol=1e-9)


def test_the_wind_turns_with_a_nacelle_that_is_turned(following, angles):
    parts = following.apart(angles)
    parts[..., 1] += 30
    turned = following.together(parts)[..., 2] - angles[..., 2]
    np.testing.assert_allclose((turned + 180) % 360 - 180, 30, atol=1e-9)


def test_a_nacelle_that_is_held_holds_the_sum_that_gives_the_wind(following, angles):
    still = Standstill.of(["Vane", "Yaw", "Wind"], following.circular, [0.0, 40.0, 0.0])
    held = Finish(None, still, following)(angles)
    assert (np.diff(held[..., 1], axis=1) == 0).mean() > 0.1

    def left(table):
        return (table[..., 2] - table[..., 1] + table[..., 0] + 180) % 360 - 180

    np.testing.assert_allclose(left(held), left(angles), atol=1e-9)


def test_prices_go_where_the_opening_one_is_taken():
    table = prices()
    following = Following(RelativeScaler().fit(table, NAMES), [Column(name=name) for name in NAMES])
    parts = following.apart(table)
    np.testing.assert_array_equal(parts[:, 0], table[:, 0])
    assert np.abs(parts[:, 1:3]).max() < 10
    parts[:, 0] += 100  # High is twice Open, Close three times High
    moved = following.together(parts) - table
    np.testing.assert_allclose(moved, [[100, 200, 600, 0]] * len(table), rtol=1e-3, atol=1e-9)


def test_a_scaler_that_leaves_columns_as_they_are_has_no_followers():
    table = prices()
    following = Following(MinMaxScaler().fit(table, NAMES), [Column(name=name) for name in NAMES])
    assert following.apart(table) is table
    assert following.together(table) is table


def test_a_price_that_rests_is_left_alone():
    table = prices()[:, :2].repeat(2, axis=0)
    scaler = RelativeScaler().fit(table, NAMES[:2])
    assert [(one.leaders, one.rests) for one in scaler.remainders_] == [((0,), True)]
    following = Following(scaler, [Column(name=name) for name in NAMES[:2]])
    assert following.apart(table) is table


def test_a_column_that_is_only_drawn_in_follows_nobody():
    scaler = RelativeScaler().fit(pitch(), ["Pitch"])
    assert [remainder.column for remainder in scaler.remainders_] == [0]
    following = Following(scaler, [Column(name="Pitch")])
    table = pitch()
    assert following.apart(table) is table
