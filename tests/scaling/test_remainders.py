"""What is left of a column: taken, put back, told and refused."""

import numpy as np
import pytest

from modules.scaling.finding import found
from modules.scaling.remainders import Amount, Direction, apart, read, together
from tests.scaling.tables import NAMES, TURNS, directions, pitch, prices

TABLES = {
    "amounts": (prices(), NAMES),
    "directions": (directions(), TURNS),
    "alone": (pitch(), ["Pitch"]),
}
REFUSED = r"remainder|leader|weight|finite|greater|valid int|tag|permit"


def test_what_is_left_counts_by_its_asinh_in_units_of_its_spread():
    amount = Amount(column=1, leaders=(0,), weights=(2.0,), constant=1.0, spread=0.5)
    left = amount.left(np.array([[10.0, 21.0], [10.0, 22.0], [np.nan, 1.0]]))
    np.testing.assert_allclose(left, [[0], [np.arcsinh(2)], [np.nan]])


def test_what_is_left_of_a_direction_goes_the_short_way_round():
    one = Direction(column=2, leaders=(0,), weights=(1,), constant=0.0, spread=1.0)
    angles = np.deg2rad([[350.0, 10], [10, 350]])
    table = np.stack([np.sin(angles), np.cos(angles)], -1).reshape(2, 4)
    np.testing.assert_allclose(one.left(table), [[np.arcsinh(20), 0], [np.arcsinh(-20), 0]])


@pytest.mark.parametrize("which", TABLES)
def test_what_is_taken_apart_comes_together_again(which):
    table, names = TABLES[which]
    known = found(table, names)
    assert known
    parts = apart(table.reshape(10, 100, -1), known)
    assert np.abs(parts - table.reshape(10, 100, -1)).max() > 0.1
    np.testing.assert_allclose(together(parts, known).reshape(table.shape), table, atol=1e-9)


def test_of_what_others_give_wholly_nothing_is_left():
    table, names = TABLES["amounts"]
    assert (apart(table, found(table, names))[:, 2] == 0).all()


@pytest.mark.parametrize("which", TABLES)
def test_remainders_are_made_again_of_what_they_say(which):
    table, names = TABLES[which]
    known = found(table, names)
    said = [remainder.model_dump(mode="json") for remainder in known]
    assert read(said, table.shape[1]) == known


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaders": [1]},
        {"weights": [1.0, 2.0]},
        {"weights": [float("nan")]},
        {"constant": float("inf")},
        {"spread": -1.0},
        {"column": 9},
        {"column": "Open"},
        {"kind": "other"},
        {"kind": "direction", "column": 3, "weights": [1.0]},
        {"kind": "direction"},
        {"more": 1},
    ],
    ids=str,
)
def test_remainders_that_cannot_be_are_refused(wrong):
    said = found(*TABLES["amounts"])[0].model_dump(mode="json")
    with pytest.raises(ValueError, match=REFUSED):
        read([said | wrong], 4)


def test_remainders_out_of_order_are_refused():
    said = [remainder.model_dump(mode="json") for remainder in found(*TABLES["amounts"])]
    with pytest.raises(ValueError, match="in their order"):
        read(said[::-1], 4)
