"""Losses against NumPy float64 and against values worked out by hand."""

import inspect

import numpy as np
import pytest
import tensorflow as tf

from models import losses
from tests import twin

RANDOM = np.random.default_rng(0)
REAL, OTHER = RANDOM.uniform(size=(2, 6, 5, 3)).astype(np.float32)
LOGITS = RANDOM.normal(0, 3, (3, 6, 5, 1)).astype(np.float32)
CASES = {
    "reconstruction_loss": (REAL, OTHER),
    "supervised_loss": (REAL, OTHER),
    "adversarial_loss": (LOGITS[0],),
    "discriminator_loss": tuple(LOGITS),
    "moment_loss": (REAL, OTHER),
    "correlation_loss": (REAL, OTHER),
    "huber_loss": (3 * REAL, OTHER),
    "absolute_loss": (REAL, OTHER),
    "spread": (REAL, OTHER),
}


@pytest.mark.parametrize("name", CASES)
def test_loss_equals_its_float64_twin(name):
    ours = float(getattr(losses, name)(*CASES[name]))
    expected = getattr(twin, name)(*(x.astype(np.float64) for x in CASES[name]))
    assert ours == pytest.approx(float(expected), rel=2e-6)


def test_every_loss_of_the_module_has_a_case():
    functions = {name for name, value in vars(losses).items() if inspect.isfunction(value)}
    public = {name for name in functions if not name.startswith("_")}
    assert public == set(CASES)


def test_reconstruction_loss_of_a_constant_error_is_that_error():
    assert float(losses.reconstruction_loss(REAL, REAL + 0.5)) == pytest.approx(0.5, rel=1e-5)


def test_supervised_loss_is_zero_for_a_supervisor_that_tells_the_next_step():
    latent = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    told = np.roll(latent, -1, axis=1)
    assert float(losses.supervised_loss(latent, told)) == 0
    assert float(losses.supervised_loss(latent, latent)) == pytest.approx(9.0)


def test_supervised_loss_ignores_what_is_said_about_the_step_after_the_last():
    told = np.roll(REAL, -1, axis=1)
    told[:, -1] = 99
    assert float(losses.supervised_loss(REAL, told)) == 0


def test_undecided_logits_cost_log_two_each():
    zero = np.zeros((4, 3, 1), np.float32)
    assert float(losses.adversarial_loss(zero)) == pytest.approx(np.log(2))
    assert float(losses.discriminator_loss(zero, zero)) == pytest.approx(2 * np.log(2))
    assert float(losses.discriminator_loss(zero, zero, zero)) == pytest.approx(3 * np.log(2))


def test_adversarial_loss_falls_as_the_judge_is_fooled():
    sure_fake, sure_real = (np.full((2, 2, 1), x, np.float32) for x in (-3, 3))
    assert float(losses.adversarial_loss(sure_real)) < 0.05
    assert float(losses.adversarial_loss(sure_fake)) > 3
    assert float(losses.discriminator_loss(sure_real, sure_fake)) < 0.1


@pytest.mark.parametrize("logit", [-30.0, -3.0, 3.0, 30.0])
def test_a_judge_that_is_sure_and_wrong_has_a_gradient(logit):
    value = tf.constant([[[logit]]])
    with tf.GradientTape() as tape:
        tape.watch(value)
        wrong = (value, tf.zeros_like(value)) if logit < 0 else (tf.zeros_like(value), value)
        loss = losses.discriminator_loss(*wrong)
    assert abs(tape.gradient(loss, value).numpy().item()) > 0.9


@pytest.mark.parametrize("name", ["reconstruction_loss", "moment_loss"])
def test_gradient_stays_finite_where_the_error_is_zero(name):
    constant = tf.fill((3, 4, 2), 0.5)
    with tf.GradientTape() as tape:
        tape.watch(constant)
        loss = getattr(losses, name)(tf.fill((3, 4, 2), 0.5), constant)
    assert np.isfinite(tape.gradient(loss, constant).numpy()).all()


def test_moment_loss_sees_mean_and_deviation_of_each_step_apart():
    random = np.random.default_rng(1)
    real = random.normal(size=(64, 3, 2)).astype(np.float32)
    shifted = real.copy()
    shifted[:, 1, 0] += 0.6
    assert float(losses.moment_loss(real, shifted)) == pytest.approx(0.6 / 6, rel=1e-4)
    wider = real.copy()
    column = real[:, 2, 1]
    wider[:, 2, 1] = column.mean() + 2 * (column - column.mean())
    expected = column.std() / 6
    assert float(losses.moment_loss(real, wider)) == pytest.approx(expected, rel=1e-4)


def test_correlation_loss_is_nought_for_equal_windows_and_for_other_units():
    assert float(losses.correlation_loss(REAL, REAL)) == 0
    assert float(losses.correlation_loss(REAL, 3 * REAL + 2)) == pytest.approx(0, abs=1e-4)


def test_correlation_loss_sees_two_columns_that_part_and_one_that_forgets():
    random = np.random.default_rng(4)
    series = np.cumsum(random.normal(size=(500, 8, 1)), axis=1)
    alike = np.concatenate([series, series], 2).astype(np.float32)
    opposed = np.concatenate([series, -series], 2).astype(np.float32)
    # Of the four pairs at each lag the two across columns change from 1 to -1, or nearly so.
    assert float(losses.correlation_loss(alike, opposed)) == pytest.approx(1, abs=0.1)
    shuffled = random.permuted(alike[..., :1], axis=1)
    forgetful = np.concatenate([shuffled, shuffled], 2).astype(np.float32)
    assert float(losses.correlation_loss(alike, forgetful)) > 0.02
