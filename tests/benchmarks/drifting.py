"""Twenty-eight made columns of a building, as UCI Energy has them: what no turbine has together.

Levels that drift for months, rooms that are near-duplicates but for a sensor, a column that is a
sum of others, meters in steps of ten that rest, weather by the hour drawn in lines, white noise.
"""

import numpy as np
from scipy.signal import lfilter

N_ROWS, PER_HOUR = 10_000, 6
N_ROOMS = 9
SEED = 0


def columns():
    """{name: float64 (N_ROWS,)}, 28 of them, oldest row first."""
    random = np.random.default_rng(SEED)
    hours = np.arange(N_ROWS) / PER_HOUR
    day = np.sin(2 * np.pi * (hours - 9) / 24)
    made = {}
    outdoors = _by_the_hour(random, 6 + 12 * hours / hours[-1] + 4 * day, 3.0, 40)
    damp = np.clip(_by_the_hour(random, 80 - 8 * day, 9.0, 30), 25, 100)
    busy = np.clip(day, 0, 1) + _memory(random, 0.3, 3)
    made["appliances"] = 10 * np.round(np.exp(3.9 + 0.5 * busy + _memory(random, 0.55, 0.5)) / 10)
    made["lights"] = 10 * np.round(np.clip(_memory(random, 14, 4) + 6 * busy - 14, 0, 50) / 10)
    house = 19 + 0.25 * (outdoors - 6) + _memory(random, 0.6, 60)
    wet = 40 + 0.1 * (damp - 80) + _memory(random, 3, 50)
    for room in range(1, N_ROOMS + 1):
        own, moist = _memory(random, 0.15 * room / 2, 12), _memory(random, 0.8, 6)
        made[f"temperature_{room}"] = house + own + random.normal(0, 0.02, N_ROWS)
        made[f"humidity_{room}"] = wet - 0.8 * own + moist + random.normal(0, 0.05, N_ROWS)
    made["temperature_out"], made["humidity_out"] = outdoors, damp
    made["pressure"] = _by_the_hour(random, 755, 7.0, 60)
    made["wind_speed"] = np.abs(_by_the_hour(random, 4, 2.4, 8))
    made["visibility"] = np.clip(_by_the_hour(random, 40, 12.0, 3), 1, 66)
    made["dew_point"] = outdoors - (100 - damp) / 5
    made["white_1"] = random.uniform(0, 50, N_ROWS)
    made["white_2"] = made["white_1"].copy()
    return {name: np.round(values, 2) for name, values in made.items()}


def _memory(random, deviation, hours):
    """Noise of this deviation which forgets in so many hours."""
    kept = np.exp(-1 / (PER_HOUR * hours))
    noise = random.normal(0, deviation * np.sqrt(1 - kept**2), N_ROWS)
    noise[0] = random.normal(0, deviation)
    return lfilter([1], [1, -kept], noise)


def _by_the_hour(random, mean, deviation, hours):
    """A reading an hour, lines between: `mean`, (N_ROWS,) or a number, and noise around it."""
    on_the_hour = np.arange(0, N_ROWS, PER_HOUR)
    readings = mean + _memory(random, deviation, hours)
    return np.interp(np.arange(N_ROWS), on_the_hour, readings[on_the_hour])
