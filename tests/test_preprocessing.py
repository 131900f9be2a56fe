"""Scalers and their inverses on any shape; angles as sine and cosine."""

import numpy as np
import pytest

from modules.errors import DataError
from modules.preprocessing import (
    SCALERS,
    MinMaxScaler,
    RelativeScaler,
    RobustScaler,
    StandardScaler,
    decode_angles,
    encode_angles,
    feature_names,
)
from modules.records.columns import Column
from tests.scaling.tables import NAMES as PRICES
from tests.scaling.tables import TURNS, directions, pitch, prices

NAMES = ["WindSpeed", "ActivePower", "Pitch"]
TABLE = np.array([[0.0, 10, -5], [4, 30, 95], [2, 14, 20], [1, 18, 0]])


@pytest.fixture(params=sorted(SCALERS))
def scaler(request):
    return SCALERS[request.param]().fit(TABLE, NAMES)


def test_minmax_scales_each_column_to_0_and_1():
    scaled = MinMaxScaler().fit(TABLE).transform(TABLE)
    np.testing.assert_array_equal(scaled.min(0), 0)
    np.testing.assert_array_equal(scaled.max(0), 1)
    np.testing.assert_allclose(scaled[2], [0.5, 0.2, 0.25])


def test_standard_scales_each_column_to_mean_0_and_population_deviation_1():
    scaled = StandardScaler().fit(TABLE).transform(TABLE)
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-15)
    np.testing.assert_allclose(scaled.std(0), 1)


def test_robust_leaves_the_outermost_beyond_0_to_1():
    table = np.arange(101.0)[:, None]  # 1 and 99 are its 1st and 99th percentile
    scaled = RobustScaler().fit(table).transform(table)
    np.testing.assert_allclose(scaled, (table - 1) / 98)


def test_robust_scales_a_column_that_hardly_ever_moves_by_its_range():
    table = np.append(np.full(999, 5.0), 25.0)[:, None]
    scaled = RobustScaler().fit(table).transform(table)
    assert scaled[0] == 0 and scaled[-1] == 1


@pytest.mark.parametrize("shape", [(3,), (7, 3), (2, 5, 3), (2, 2, 2, 3)])
def test_inverse_takes_any_shape_whose_last_axis_is_the_columns(scaler, shape):
    values = np.random.default_rng(0).normal(10, 30, shape)
    restored = scaler.inverse_transform(scaler.transform(values))
    assert restored.shape == shape
    np.testing.assert_allclose(restored, values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("column", ["ActivePower", 1, np.int64(1)])
@pytest.mark.parametrize("shape", [(), (6,), (4, 3)])
def test_inverse_of_one_column_by_name_or_number_is_that_of_the_whole_table(scaler, column, shape):
    scaled = np.random.default_rng(0).uniform(size=(*shape, 3))
    expected = scaler.inverse_transform(scaled)[..., 1]
    alone = scaler.inverse_transform(scaled[..., 1], columns=column)
    assert alone.shape == shape
    np.testing.assert_array_equal(alone, expected)
    np.testing.assert_allclose(scaler.transform(alone, columns=column), scaled[..., 1])


def test_inverse_of_some_columns_keeps_the_order_asked_for(scaler):
    scaled = np.random.default_rng(0).uniform(size=(5, 3))
    some = scaler.inverse_transform(scaled[:, [2, 0]], columns=["Pitch", 0])
    np.testing.assert_array_equal(some, scaler.inverse_transform(scaled)[:, [2, 0]])


def test_minmax_inverse_gives_physical_units():
    scaler = MinMaxScaler().fit(TABLE, NAMES)
    power = scaler.inverse_transform(np.array([0, 0.5, 1]), columns="ActivePower")
    np.testing.assert_array_equal(power, [10, 20, 30])


def test_constant_column_survives_the_round_trip(scaler):
    table = np.column_stack([TABLE[:, 0], np.full(4, 7.25)])
    scaler = type(scaler)().fit(table)
    scaled = scaler.transform(table)
    np.testing.assert_array_equal(scaled[:, 1], 0)
    np.testing.assert_array_equal(scaler.inverse_transform(scaled)[:, 1], 7.25)


def test_nan_is_kept_and_does_not_reach_the_other_rows(scaler):
    table = TABLE.copy()
    table[1, 0] = np.nan
    again = type(scaler)().fit(table, NAMES)
    without = type(scaler)().fit(np.delete(TABLE, 1, 0), NAMES)
    assert again.offset_[0] == without.offset_[0]
    assert again.scale_[0] == pytest.approx(without.scale_[0])
    scaled = again.transform(table)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(table))
    np.testing.assert_allclose(again.inverse_transform(scaled), table, atol=1e-12)


def test_values_outside_the_fitted_range_are_not_clipped(scaler):
    beyond = np.array([[-3.0, 99, 200]])
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(beyond)), beyond)


def test_column_without_a_number_is_refused_by_name(scaler):
    table = TABLE.copy()
    table[:, 1:] = np.nan
    with pytest.raises(DataError, match="without a single number: ActivePower, Pitch"):
        type(scaler)().fit(table, NAMES)


@pytest.mark.parametrize("column", ["Wind", 3, -1])
def test_unknown_column_is_refused_with_the_known_ones(scaler, column):
    with pytest.raises(DataError, match=f"no column {column!r}.*WindSpeed, ActivePower, Pitch"):
        scaler.inverse_transform(np.zeros(2), columns=column)


@pytest.mark.parametrize("call", ["transform", "inverse_transform"])
def test_unfitted_scaler_is_refused(scaler, call):
    with pytest.raises(DataError, match="has not been fitted"):
        getattr(type(scaler)(), call)(TABLE)


def test_wrong_number_of_names_or_columns_is_refused(scaler):
    with pytest.raises(ValueError):
        type(scaler)().fit(TABLE, NAMES[:2])
    with pytest.raises(ValueError):
        scaler.transform(TABLE[:, :2])


COMPASS = Column(name="Wind", kind="angle", lower=0, upper=360)
VANE = Column(name="Vane", kind="angle", lower=-180, upper=180)
SPEED = Column(name="Speed", kind="speed")
MIXED = [SPEED, COMPASS, VANE]


def test_each_angle_becomes_two_named_features():
    expected = ["Speed", "Wind_sin", "Wind_cos", "Vane_sin", "Vane_cos"]
    assert feature_names(MIXED) == expected
    assert encode_angles(np.zeros((4, 6, 3)), MIXED).shape == (4, 6, 5)


def test_encoded_quarters_are_those_of_the_circle():
    encoded = encode_angles(np.array([[0.0], [90], [180], [270]]), [COMPASS])
    np.testing.assert_allclose(encoded, [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-15)


def test_angles_come_back_in_their_own_circle():
    series = np.array(
        [[1.0, 0, -180], [2, 359.99, -0.01], [3, 90, 0], [4, 180, 179.99], [5, 270.5, -90]]
    )
    np.testing.assert_allclose(decode_angles(encode_angles(series, MIXED), MIXED), series)


def test_360_degrees_are_0_and_a_vanes_180_is_minus_180():
    decoded = decode_angles(encode_angles(np.array([[0.0, 360, 180]]), MIXED), MIXED)
    # On the seam either end may come back, but never outside the half-open circle.
    assert min(decoded[0, 1], 360 - decoded[0, 1]) < 1e-9
    assert 0 <= decoded[0, 1] < 360
    assert 180 - abs(decoded[0, 2]) < 1e-9
    assert -180 <= decoded[0, 2] < 180


def test_decoding_needs_no_unit_circle():
    shrunk = 0.1 * encode_angles(np.array([[0.0, 200, -30]]), MIXED)
    np.testing.assert_allclose(decode_angles(shrunk, MIXED)[0, 1:], [200, -30])


def test_missing_angle_stays_missing():
    series = np.array([[1.0, np.nan, 10]])
    np.testing.assert_array_equal(
        np.isnan(decode_angles(encode_angles(series, MIXED), MIXED)), [[False, True, False]]
    )


def test_relative_scales_what_is_left_to_0_and_1_and_gives_all_back():
    table = prices()
    scaler = RelativeScaler().fit(table, PRICES)
    scaled = scaler.transform(table)
    np.testing.assert_allclose(scaled.min(0), 0, atol=1e-15)
    np.testing.assert_allclose(scaled.max(0), [1, 1, 0, 1])
    assert scaled[:, 1].std() > 0.05  # what parts High from Open is seen as well as a column
    np.testing.assert_allclose(scaler.inverse_transform(scaled), table, rtol=1e-9)


def test_relative_scales_a_direction_by_what_others_leave_of_it():
    table = directions()
    scaler = RelativeScaler().fit(table, TURNS)
    scaled = scaler.transform(table)
    np.testing.assert_allclose(scaled[:, 4:].max(0), [1, 0])
    np.testing.assert_allclose(scaler.inverse_transform(scaled), table, atol=1e-9)


def test_relative_is_minmax_where_nothing_follows():
    table = np.random.default_rng(0).normal(size=(500, 3))
    ours, plain = RelativeScaler().fit(table), MinMaxScaler().fit(table)
    np.testing.assert_array_equal(ours.transform(table), plain.transform(table))


def test_a_user_is_told_which_columns_follow_which():
    def told(table, names):
        return RelativeScaler().fit(table, names).told()

    assert told(prices(), PRICES) == "Nearly given by others: High by Open; Close by High"
    assert told(directions(), TURNS) == "Nearly given by others: Wind by Yaw, Vane"
    assert told(pitch(), ["Pitch"]) == "Far readings drawn in: Pitch"
    assert told(TABLE, NAMES) == MinMaxScaler().fit(TABLE, NAMES).told() == ""


def test_a_column_that_stands_for_what_is_left_is_refused_alone_and_a_leader_is_not():
    scaler = RelativeScaler().fit(prices(), PRICES)
    for ask in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(DataError, match="High is scaled by what other columns say of it: give"):
            ask(np.zeros(3), "High")
        with pytest.raises(DataError, match="Close is scaled by"):
            ask(np.zeros((3, 2)), ["Open", 2])
    np.testing.assert_allclose(scaler.inverse_transform(np.zeros(1), "Volume"), scaler.offset_[3])


def test_names_may_be_given_as_an_array():
    scaler = RelativeScaler().fit(prices(), PRICES)
    given = scaler.inverse_transform(np.zeros((3, 2)), np.array([0, 3]))
    np.testing.assert_array_equal(given, np.tile(scaler.offset_[[0, 3]], (3, 1)))


def test_what_a_bridged_leader_leaves_of_a_column_is_not_known():
    relative = RelativeScaler().fit(prices(), PRICES)  # High by Open, Close by High
    recorded = np.array([[1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 0]], np.float32)
    known = [[1, 1, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1], [1, 1, 0, 0]]
    before = recorded.copy()
    np.testing.assert_array_equal(relative.known(recorded), known)
    np.testing.assert_array_equal(recorded, before)
    assert MinMaxScaler().fit(prices(), PRICES).known(recorded) is recorded
    direction = RelativeScaler().fit(directions(), TURNS)  # Wind by Yaw and Vane
    assert direction.known(np.array([[0, 0, 1, 1, 1, 1]])).tolist() == [[0, 0, 1, 1, 0, 0]]
