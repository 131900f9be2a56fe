"""The copula of records that have conditions: its noise follows them and keeps the values."""

import numpy as np
import pytest
import tensorflow as tf

from modules.timegan.conditions import Conditions
from modules.timegan.effects import ConditionedCopula, Effects
from modules.windows.cut import cut, windows_at
from tests.timegan.farm import STEPS, farm


@pytest.fixture(scope="module")
def drawn():
    """(real rows, their conditions, noise for 500 windows' conditions, those windows' starts)."""
    site_data = farm()
    series, starts = cut(site_data.tables, STEPS)
    _, encoded = Conditions.fit(("turbine", "hour"), site_data, starts, STEPS)
    copula = ConditionedCopula.fit(("Wind", "Power"), series, starts, STEPS, encoded)
    chosen = np.random.default_rng(3).choice(starts, 500)
    random = tf.random.Generator.from_seed(1, alg="philox")
    noise = copula(random, (500, STEPS, 2), tf.constant(windows_at(encoded, chosen, STEPS)))
    return series, encoded, noise.numpy(), chosen


def test_noise_has_the_days_and_the_turbines_means(drawn):
    series, encoded, noise, starts = drawn
    rows = starts[:, None] + np.arange(STEPS)
    is_second = encoded[rows, 1] == 1
    hours = rows % 24
    for hour in (6, 18):
        for owner in (False, True):
            expected = (9 if owner else 5) + (2 if hour == 6 else -2)
            found = noise[..., 0][(hours == hour) & (is_second == owner)]
            assert abs(found.mean() - expected) < 0.5


def test_noise_keeps_each_columns_distribution(drawn):
    series, _, noise, _ = drawn
    levels = np.linspace(0.05, 0.95, 19)
    real, made = (np.quantile(x.reshape(-1, 2), levels, axis=0) for x in (series, noise))
    assert np.abs((made - real) / series.std(0)).max() < 0.25


def test_columns_go_together_as_in_the_records(drawn):
    series, _, noise, _ = drawn
    power = noise[..., 1] - 100 * noise[..., 0]
    assert power.std() < 2.5 * (series[:, 1] - 100 * series[:, 0]).std()


@pytest.mark.parametrize("slopes, left", [([[0.0]], [0.0]), ([[np.inf]], [1.0]), ([0.0], [1.0])])
def test_effects_that_are_none_are_refused(slopes, left):
    with pytest.raises(ValueError):
        Effects.of(["x"], slopes, left)
