"""Windows that keep to the clock and the turbine they were made for, and windows that do not."""

import numpy as np
import pandas as pd
import pytest

from modules.fidelity.adherence import adherence_rows
from modules.fidelity.labels import Labels

N_DAYS = 365
TIMES = pd.date_range("2021-01-01", periods=24 * N_DAYS, freq="1h")
OWNERS = np.where(np.arange(len(TIMES)) % 2, "WT02", "WT01").astype(object)


def values(times, shift=0):
    """A day's sine of .1, and a second column that stands still: (n, 2)."""
    course = 0.5 + 0.1 * np.sin(2 * np.pi * (times.hour + shift) / 24)
    return np.stack([course, np.full(len(times), 0.3)], 1)


def judged(made, labels):
    rows = adherence_rows(values(TIMES), Labels(OWNERS, TIMES), made, labels, ["Wind", "Temp"])
    return {(row.score, row.judge): row for row in rows}


def test_the_same_course_is_as_near_as_the_records_to_themselves():
    found = judged(values(TIMES), Labels(None, TIMES, ("hour",)))
    assert set(found) == {("hourly means", "Wind"), ("hourly means", "Temp")}
    wind = found["hourly means", "Wind"]
    assert wind.value == pytest.approx(0) and wind.floor == pytest.approx(0)
    assert wind.chance == pytest.approx(0.1 * 2 / np.pi, rel=0.02)
    assert found["hourly means", "Temp"].chance == pytest.approx(0)


def test_noon_at_midnight_is_twice_as_far_as_no_course_at_all():
    wind = judged(values(TIMES, shift=12), Labels(None, TIMES, ("hour",)))["hourly means", "Wind"]
    assert wind.value == pytest.approx(2 * wind.chance)


def test_windows_are_held_against_the_turbines_and_months_they_were_made_for():
    real = values(TIMES) + (TIMES.month.to_numpy() == 6)[:, None] * [0.2, 0]
    real[OWNERS == "WT02", 1] += 0.3
    june = pd.date_range("2024-06-01", periods=240, freq="1h")
    made = values(june) + [0.2, 0.3]
    labels = Labels(np.full(240, "WT02", object), june, ("hour", "month", "turbine"))
    rows = adherence_rows(real, Labels(OWNERS, TIMES), made, labels, ["Wind", "Temp"])
    assert {row.score for row in rows} == {"hourly means", "monthly means", "turbine means"}
    for row in rows:
        near = 0.11 if row.score == "hourly means" and row.judge == "Wind" else 0.01
        assert row.value < near


def test_a_turbine_at_the_other_ones_level_is_told():
    real = values(TIMES)
    real[OWNERS == "WT02"] += 0.2
    labels = Labels(OWNERS[:1000], None, ("turbine",))
    made = np.full((1000, 2), 0.5)
    rows = adherence_rows(real, Labels(OWNERS, None), made, labels, ["Wind", "Temp"])
    wind = next(row for row in rows if row.judge == "Wind")
    assert wind.value == pytest.approx(0.1, abs=0.02) == wind.chance and wind.floor < 0.02


def test_what_was_no_condition_has_no_row():
    assert not judged(values(TIMES), Labels(OWNERS, TIMES, ("Wind",)))
