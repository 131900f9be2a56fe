"""Columns that others nearly give: found, taken apart, put together again."""

import numpy as np
import pytest

from modules import followers
from modules.errors import DataError
from modules.followers import Follower, apart, together
from modules.preprocessing import MinMaxScaler, RelativeScaler

NAMES = ["Open", "High", "Close", "Volume"]


def prices(n=1000, spread=0.1):
    """High follows Open with heavy tails, Close is given by High, Volume stands alone."""
    random = np.random.default_rng(0)
    opening = random.normal(100, 20, n)
    high = 2 * opening + 5 + spread * random.standard_t(3, n)
    return np.stack([opening, high, 3 * high - 1, random.normal(0, 1, n)], 1)


def test_a_column_is_found_with_what_its_leaders_say_of_it():
    first, second = followers.found(prices(), NAMES)
    assert (first.column, first.leaders) == (1, (0,))
    assert first.weights == pytest.approx([2], abs=1e-3)
    assert first.constant == pytest.approx(5, abs=0.05)
    assert first.spread == pytest.approx(0.17, abs=0.05)  # of Student's t with 3 degrees
    assert (second.column, second.leaders, second.spread) == (2, (1,), 0)
    assert second.weights == pytest.approx([3])


def test_what_is_left_counts_by_its_asinh_in_units_of_its_spread():
    follower = Follower(column=1, leaders=(0,), weights=(2.0,), constant=1.0, spread=0.5)
    left = follower.left(np.array([[10.0, 21.0], [10.0, 22.0], [np.nan, 1.0]]))
    np.testing.assert_allclose(left, [0, np.arcsinh(2), np.nan])


def test_what_is_taken_apart_comes_together_again():
    table = prices()
    known = followers.found(table, NAMES)
    np.testing.assert_allclose(together(apart(table, known), known), table, rtol=1e-9)
    assert (apart(table, known)[:, 2] == 0).all()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"n": 150}, "too few rows"),
        ({"spread": 5.0}, "too much is left"),
    ],
)
def test_there_are_no_followers_where_it_cannot_be_said(changed, why):
    assert not [f for f in followers.found(prices(**changed), NAMES) if f.column == 1], why


def test_a_sensors_noise_is_not_worth_a_column_of_its_own():
    table = prices()
    table[:, 1] = 2 * table[:, 0] + 0.1 * np.random.default_rng(1).normal(size=len(table))
    assert [f.column for f in followers.found(table[:, :2], NAMES[:2])] == []


def test_an_angle_neither_follows_nor_leads():
    table = prices()[:, :2]
    assert not followers.found(table, ["Yaw_sin", "Yaw_cos"])
    assert followers.found(table, ["Yaw_sin", "Pitch"])


def test_a_column_that_stands_still_neither_follows_nor_leads():
    table = prices()[:, :2]
    table[:, 0] = 7
    assert not followers.found(table, NAMES[:2])


def test_the_one_column_that_adds_most_leads():
    table = prices()[:, [3, 0, 1]]
    (only,) = followers.found(table, ["Volume", "Open", "High"])
    assert only.leaders == (1,)


def test_rows_that_are_not_recorded_do_not_count():
    table = prices(2000)
    table[::3, 0] = np.nan
    assert [f.column for f in followers.found(table, NAMES)] == [1, 2]


def test_relative_scales_what_is_left_to_0_and_1_and_gives_all_back():
    table = prices()
    scaler = RelativeScaler().fit(table, NAMES)
    scaled = scaler.transform(table)
    np.testing.assert_allclose(scaled.min(0), 0, atol=1e-15)
    np.testing.assert_allclose(scaled.max(0), [1, 1, 0, 1])
    assert scaled[:, 1].std() > 0.05  # of what parts them a hundredth would be seen otherwise
    np.testing.assert_allclose(scaler.inverse_transform(scaled), table, rtol=1e-9)


def test_relative_is_minmax_where_nothing_follows():
    table = np.random.default_rng(0).normal(size=(500, 3))
    ours, plain = RelativeScaler().fit(table), MinMaxScaler().fit(table)
    np.testing.assert_array_equal(ours.transform(table), plain.transform(table))


def test_a_user_is_told_which_columns_follow_which():
    said = RelativeScaler().fit(prices(), NAMES).told()
    assert said == "Nearly given by others: High by Open; Close by High."
    assert RelativeScaler().fit(prices()[:, :1]).told() == MinMaxScaler().fit(prices()).told() == ""


def test_a_follower_alone_is_refused_by_name_and_a_leader_is_not():
    scaler = RelativeScaler().fit(prices(), NAMES)
    for ask in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(DataError, match="High is scaled by what other columns say of it: give"):
            ask(np.zeros(3), "High")
        with pytest.raises(DataError, match="Close is scaled by"):
            ask(np.zeros((3, 2)), ["Open", 2])
    np.testing.assert_allclose(scaler.inverse_transform(np.zeros(1), "Volume"), scaler.offset_[3])


def test_what_a_relative_scaler_says_of_itself_makes_it_again():
    table = prices()
    scaler = RelativeScaler().fit(table, NAMES)
    again = RelativeScaler.of(**scaler.content())
    np.testing.assert_array_equal(again.transform(table), scaler.transform(table))


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaders": []},
        {"leaders": [1]},
        {"weights": [1.0, 2.0]},
        {"weights": [float("nan")]},
        {"constant": float("inf")},
        {"spread": -1.0},
        {"column": 9},
        {"column": "Open"},
        {"more": 1},
    ],
)
def test_followers_that_cannot_be_are_refused(wrong):
    content = RelativeScaler().fit(prices(), NAMES).content()
    content["followers"] = [content["followers"][0] | wrong]
    with pytest.raises(ValueError, match=r"follower|leader|weight|finite|greater|integer|permit"):
        RelativeScaler.of(**content)


def test_followers_out_of_order_are_refused():
    content = RelativeScaler().fit(prices(), NAMES).content()
    content["followers"].reverse()
    with pytest.raises(ValueError, match="in their order"):
        RelativeScaler.of(**content)
