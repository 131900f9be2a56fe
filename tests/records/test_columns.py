import numpy as np
import pytest

from modules.records.columns import Atom, Column, find_atoms, observe, resolve, wrap_angle

ROTOR = Column(name="RotorPosition", kind="rotor", lower=0, upper=360)


def test_pitch_of_359_degrees_is_minus_one():
    assert wrap_angle(359.0, -180.0) == -1.0


@pytest.mark.parametrize("start", [0.0, -180.0])
def test_wrapped_angles_never_reach_the_end_of_the_circle(start):
    wrapped = wrap_angle(np.array([-1e-20, 360.0, 720.0, -180.0, 180.0, np.nan]), start)
    assert np.nanmin(wrapped) >= start
    assert np.nanmax(wrapped) < start + 360


def test_angles_inside_the_circle_come_back_bit_for_bit():
    angles = np.random.default_rng(0).uniform(0, 360, 1000)
    assert (wrap_angle(angles) == angles).all()


def test_rotor_up_to_60_is_a_speed_and_above_it_an_angle():
    rng = np.random.default_rng(0)
    speed = resolve(ROTOR, rng.uniform(0, 12, 500))
    angle = resolve(ROTOR, rng.uniform(0, 360, 500))
    assert (speed.kind, speed.unit, speed.upper) == ("speed", "rpm", 60)
    assert (angle.kind, angle.unit, angle.lower) == ("angle", "deg", 0)


def test_one_stray_reading_does_not_turn_a_rotor_speed_into_a_position():
    readings = np.append(np.linspace(0, 12, 5000), 300.0)
    assert resolve(ROTOR, readings).kind == "speed"


def test_an_angle_with_negative_readings_is_a_vane_and_starts_at_minus_180():
    vane = resolve(Column(name="Va", kind="angle"), np.linspace(-30, 30, 100))
    compass = resolve(Column(name="Wa", kind="angle"), np.linspace(0, 350, 100))
    assert (vane.lower, vane.upper) == (-180, 180)
    assert (compass.lower, compass.upper) == (0, 360)


def test_a_zero_and_a_rated_plateau_are_atoms_with_their_shares():
    power = np.concatenate([np.zeros(200), np.linspace(1, 2990, 600), np.full(200, 3000.0)])
    low, high = find_atoms(power)
    assert (low.value, high.value) == (0.0, 3000.0)
    assert low.share == pytest.approx(0.2, abs=0.01)
    assert high.share == pytest.approx(0.2, abs=0.01)


def test_an_atom_is_the_repeated_value_and_not_its_noisy_neighbours():
    random = np.random.default_rng(0)
    power = np.concatenate(
        [np.linspace(0, 2900, 5000), random.uniform(2987, 3000, 500), np.full(500, 3000.0)]
    )
    (high,) = find_atoms(power)
    assert high.value == 3000.0
    assert high.share == pytest.approx((500 + 500 * 3 / 13) / 6000, abs=0.01)


def test_a_smooth_distribution_has_no_atom():
    assert find_atoms(np.random.default_rng(0).exponential(100, 20_000)) == ()


def test_learnt_limits_survive_the_round_trip_through_json():
    column = observe(
        Column(name="P", unit="kW", kind="power"), np.array([0.0] * 50 + [1.0, 2.0, 9.0])
    )
    assert (column.observed_min, column.observed_max) == (0.0, 9.0)
    assert isinstance(column.atoms[0], Atom)
    assert Column.model_validate_json(column.model_dump_json()) == column


def test_a_column_without_readings_learns_nothing():
    column = Column(name="P", kind="power")
    assert observe(column, np.full(3, np.nan)) == column


def test_whole_numbers_are_seen_and_few_of_them_are_codes():
    few = observe(Column(name="gear"), np.array([1.0, 2.0, 5.0] * 10))
    many = observe(Column(name="rpm"), np.arange(100.0))
    broken = observe(Column(name="v"), np.array([0.5, 1.0] * 20))
    assert (few.codes, few.whole) == ((1, 2, 5), True)
    assert (many.codes, many.whole) == ((), True)
    assert (broken.codes, broken.whole) == ((), False)


def test_whole_degrees_are_no_codes():
    column = observe(Column(name="d", kind="angle", lower=0), np.array([0.0, 90.0] * 20))
    assert (column.codes, column.whole) == ((), True)


def test_the_spread_leaves_lone_spikes_out_and_nothing_else():
    readings = np.random.default_rng(0).normal(size=2000)
    assert observe(Column(name="a"), readings).spread == np.ptp(readings)
    spiked = observe(Column(name="a"), np.append(readings, [1e6, -1e9]))
    assert spiked.spread == np.ptp(readings)
    assert spiked.observed == (-1e9, 1e6)


def test_a_column_that_rarely_moves_has_its_whole_spread():
    assert observe(Column(name="rain"), np.array([0.0] * 500 + [3.0])).spread == 3


def test_columns_of_older_runs_have_the_spread_of_their_limits():
    assert Column(name="a", observed_min=-5.0, observed_max=10.0).spread == 15


def test_one_spike_makes_no_atom_of_the_other_readings():
    readings = np.random.default_rng(0).uniform(0, 2000, 5000)
    assert find_atoms(np.append(readings, 1e9)) == find_atoms(readings) == ()
