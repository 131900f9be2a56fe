"""Which columns are learnt by what is left of them."""

import numpy as np
import pytest

from modules.scaling import finding
from modules.scaling.finding import found
from modules.scaling.remainders import Direction
from tests.scaling.tables import NAMES, TURNS, directions, pitch, prices


def columns_of(table, names):
    return [remainder.column for remainder in found(table, names)]


def test_a_column_is_found_with_what_its_leaders_say_of_it():
    first, second = found(prices(), NAMES)
    assert (first.column, first.leaders) == (1, (0,))
    assert first.weights == pytest.approx([2], abs=1e-3)
    assert first.constant == pytest.approx(5, abs=0.05)
    assert first.spread == pytest.approx(0.17, abs=0.05)  # of Student's t with 3 degrees
    assert (second.column, second.leaders, second.spread) == (2, (1,), 0)
    assert second.weights == pytest.approx([3])


@pytest.mark.parametrize("changed", [{"n": 150}, {"spread": 5.0}], ids=["few rows", "much left"])
def test_nothing_follows_where_that_cannot_be_said(changed):
    assert 1 not in columns_of(prices(**changed), NAMES)


def test_a_sensors_noise_is_not_worth_a_column_of_its_own():
    table = prices()[:, :2]
    table[:, 1] = 2 * table[:, 0] + 0.1 * np.random.default_rng(1).normal(size=len(table))
    assert not found(table, NAMES[:2])


def resting(how):
    """A reading, and one that follows it but rests: held for three rows, or at 0 one row in 7."""
    random = np.random.default_rng(0)
    reading = np.cumsum(0.1 * random.standard_t(3, 2000)) + 5 * np.sin(np.arange(2000) / 200)
    if how == "held":
        return np.stack([reading, reading[np.arange(2000) // 3 * 3]], 1)
    is_off = np.arange(2000) % 7 == 0
    reading = np.where(is_off, 0, reading)
    return np.stack([reading, np.where(is_off, 0, reading + 0.1 * random.standard_t(3, 2000))], 1)


@pytest.mark.parametrize("how", ["held", "off"])
def test_a_follower_that_rests_is_told(how):
    (only,) = found(resting(how), ["Reading", "Other"])
    assert (only.column, only.leaders, only.rests) == (1, (0,), True)
    assert not any(remainder.rests for remainder in found(prices(), NAMES))


def test_a_follower_may_be_recorded_late(monkeypatch):
    monkeypatch.setattr(finding, "MOST_ROWS", 400)
    table = resting("held")
    table[:400, 1] = np.nan
    assert [remainder.rests for remainder in found(table, ["Reading", "Other"])] == [True]


def test_what_is_wholly_given_rests_with_its_leaders():
    table = resting("off")[:, [0, 0]]
    (only,) = found(table, ["Reading", "Other"])
    assert (only.spread, only.rests) == (0, False)


def test_the_one_column_that_adds_most_leads():
    (only,) = found(prices()[:, [3, 0, 1]], ["Volume", "Open", "High"])
    assert only.leaders == (1,)


def test_rows_that_are_not_recorded_do_not_count():
    table = prices(2000)
    table[::3, 0] = np.nan
    assert columns_of(table, NAMES) == [1, 2]


def test_a_column_that_stands_still_neither_follows_nor_leads():
    table = prices()[:, :2]
    table[:, 0] = 7
    assert not found(table, NAMES[:2])


@pytest.mark.parametrize("value", [0.1, 0.3, 1e9 + 0.1, 1e-300])
def test_constants_whose_mean_is_not_quite_theirs_are_left_alone(value):
    assert not found(np.full((1000, 2), value), ["Limit", "Price"])


def test_far_readings_are_drawn_in_and_usual_ones_still_seen():
    (only,) = found(pitch(), ["Pitch"])
    assert only.leaders == ()
    assert only.constant == pytest.approx(0, abs=0.1)
    assert 0.5 < only.spread < 9  # between how the usual readings and how all of them deviate
    assert not found(np.random.default_rng(0).normal(size=(1000, 1)), ["Wind"])


def test_far_readings_of_columns_alike_but_for_noise_are_left_alone():
    noise = np.random.default_rng(1).normal(size=(1000, 1))
    table = np.concatenate([pitch(), pitch() + 0.1 * noise], 1)
    assert not found(table, ["Pitch1", "Pitch2"])


def test_a_direction_that_two_others_give_is_found_with_their_signs():
    (only,) = found(directions(), TURNS)
    assert isinstance(only, Direction)
    assert (only.column, set(zip(only.leaders, only.weights, strict=True))) == (
        4,
        {(0, -1), (2, 1)},
    )
    assert only.constant == pytest.approx(10, abs=0.1)
    assert only.spread == pytest.approx(0.85, abs=0.3)


@pytest.mark.parametrize("whole", [False, True])
def test_a_direction_that_others_give_wholly_leaves_nothing_but_rounding(whole):
    table = directions(spread=0.0)
    if whole:
        angles = np.round(np.rad2deg(np.arctan2(table[:, :4:2], table[:, 1:4:2])))
        angles = np.deg2rad(np.c_[angles, (angles[:, 1] - angles[:, 0] + 10) % 360])
        table = np.stack([np.sin(angles), np.cos(angles)], -1).reshape(-1, 6)
    (only,) = found(table, TURNS)
    assert (only.column, sorted(only.leaders), only.spread) == (4, [0, 2], 0)
    (same,) = found(table[:, [2, 3, 2, 3]], TURNS[:4])
    assert (same.column, same.leaders, same.spread) == (2, (0,), 0)
    table[:, 2:4] = table[0, 2:4]
    assert not found(table[:, [0, 1, 2, 3]], TURNS[:4])


def test_the_yaw_of_another_turbine_needs_one_leader():
    (only,) = found(_twice(directions()), TURNS[:4])
    assert (only.column, only.leaders, only.weights) == (2, (0,), (1,))


def _twice(table):
    """The yaw, and one that lies off it by a few degrees with heavy tails."""
    yaw = np.arctan2(table[:, 2], table[:, 3])
    other = yaw + np.deg2rad(np.random.default_rng(2).standard_t(3, len(yaw)))
    return np.stack([np.sin(yaw), np.cos(yaw), np.sin(other), np.cos(other)], 1)


@pytest.mark.parametrize(
    "changed", [{"tails": False}, {"spread": 20.0}], ids=["noise", "much left"]
)
def test_a_direction_is_left_alone_where_what_is_left_is_noise_or_much(changed):
    assert not found(directions(**changed), TURNS)


def test_sines_and_cosines_are_no_amounts():
    table = directions()[:, [2, 3, 2]]
    assert not found(table, ["Yaw_sin", "Yaw_cos", "Force"])
    assert found(table, ["Yaw_sin", "Pitch", "Force"])


def test_pairs_that_are_sines_and_cosines_by_name_alone_are_amounts():
    table = 0.9 * directions()
    assert not any(isinstance(remainder, Direction) for remainder in found(table, TURNS))
    assert columns_of(prices()[:, :2], ["Yaw_sin", "Yaw_cos"]) == [1]
