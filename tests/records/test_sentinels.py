import numpy as np
import pytest

from modules.records.sentinels import sentinel_flag

READINGS = {
    "wind_speed": np.linspace(1.33, 9.6, 100),
    "directions": np.linspace(0, 359, 100),
    "power": np.linspace(-4, 1452, 100),
    "of_a_large_turbine": np.linspace(-30, 5500, 100),
}


@pytest.mark.parametrize("name", ["wind_speed", "directions", "power"])
@pytest.mark.parametrize("code", [-999, -9999, 9999, -999.9, -9999.99, 1e20, -1e30, -32768])
def test_a_code_alone_far_outside_is_flagged(name, code):
    values = np.insert(READINGS[name], [5, 60], code)
    assert np.flatnonzero(sentinel_flag(values)).tolist() == [5, 61]


def test_several_codes_do_not_hide_one_another():
    values = np.concatenate(
        (READINGS["wind_speed"], [-999, -9999, 999, 999, np.nan, 1e20, -99, -99])
    )
    assert np.flatnonzero(sentinel_flag(values)).tolist() == [100, 101, 102, 103, 105, 106, 107]


@pytest.mark.parametrize("code", [99, -99, 990])
def test_a_likely_code_must_come_twice_and_far_outside(code):
    assert sentinel_flag(np.append(READINGS["wind_speed"], [code, code]))[-2:].all()
    assert not sentinel_flag(np.append(READINGS["wind_speed"], code)).any()
    assert not sentinel_flag(np.append(READINGS["power"], [code, code])).any()


@pytest.mark.parametrize(
    "values",
    [
        np.arange(0.0, 1200.0),
        np.append(np.linspace(400, 998, 100), 999),
        np.append(np.linspace(-1200, 5, 100), -999),
        np.append(np.linspace(980, 1030, 100), [999, 999]),
        np.append(READINGS["wind_speed"], [50, 50, 1e6]),
        np.array([1.0, 2.0, -999]),
        np.full(100, np.nan),
        np.zeros(0),
    ],
)
def test_readings_that_happen_to_be_such_numbers_stay(values):
    assert not sentinel_flag(values).any()


def test_a_code_that_comes_once_must_be_twice_as_high():
    readings = READINGS["of_a_large_turbine"]
    assert sentinel_flag(np.append(readings, [9999, 9999]))[-2:].all()
    assert not sentinel_flag(np.append(readings, 9999)).any()
