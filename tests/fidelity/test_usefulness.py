"""A model of normal power against records whose noise is known."""

import numpy as np
import pytest

from modules.errors import DataError
from modules.fidelity.usefulness import BAND, power_model_worth


def records(n, *, noise, seed, gain=1.0):
    random = np.random.default_rng(seed)
    wind = random.uniform(0, 10, n)
    power = gain * wind**2 + random.normal(0, noise, n)
    return np.stack([power, wind], -1).astype(np.float32)


def test_the_error_is_the_noise_that_nobody_can_foresee():
    found = power_model_worth(
        records(8000, noise=5, seed=0), records(4000, noise=5, seed=1), power=0
    )
    assert found.error == pytest.approx(5 * np.sqrt(2 / np.pi), rel=0.06)
    assert found.false_alarms == pytest.approx(1 - BAND / 100, abs=0.006)


def test_what_was_learnt_with_too_little_noise_gives_many_false_alarms():
    tried = records(2000, noise=5, seed=1)
    assert power_model_worth(records(8000, noise=1, seed=0), tried, power=0).false_alarms > 0.5


def test_a_wrong_curve_shows_in_the_error():
    learnt, tried = records(4000, noise=1, seed=0, gain=0.8), records(2000, noise=1, seed=1)
    assert power_model_worth(learnt, tried, power=0).error == pytest.approx(0.2 * 100 / 3, rel=0.1)


@pytest.mark.parametrize("shape", [(99, 2), (500, 1)])
def test_too_little_to_learn_from_is_refused(shape):
    with pytest.raises(DataError, match=rf"Received: {shape[0]} and 200 rows of {shape[1]}"):
        power_model_worth(np.zeros(shape), np.zeros((200, shape[1])), power=0)
