"""A loss that diverges under `--on_nan rollback`, and a generator that collapses."""

import csv
import logging

import keras
import pytest
import tensorflow as tf

from modules.errors import RunError
from modules.runs.run import create
from modules.trainer import MOST_ROLLBACKS, Trainer
from modules.training.phases import Phase
from modules.utils import collapse_alarm
from tests.tiny import tiny_batches, tiny_timegan

N_STEPS, LOGGED, SAVED, LR = 20, 2, 4, 0.1


class Climber(tf.Module):
    """`loss` counts the steps up; from step `lost_at` on it is NaN while the rate is above
    `bearable`."""

    def __init__(self, lost_at, bearable):
        super().__init__()
        self.value = tf.Variable(0.0)
        self.optimizer = keras.optimizers.SGD(LR)
        self.optimizer.build([keras.Variable(0.0)])
        self.lost_at, self.bearable = lost_at, bearable

    def step(self):
        number = self.value.assign_add(1.0)
        rate = tf.convert_to_tensor(self.optimizer.learning_rate)
        is_lost = tf.logical_and(number >= self.lost_at, rate > self.bearable)
        return {"loss": tf.where(is_lost, float("nan"), number)}


def make_trainer(tmp_path, climber, on_nan="rollback", alarm=lambda _named: None):
    how = {"log_interval": LOGGED, "checkpoint_interval": SAVED, "on_nan": on_nan}
    phase = Phase("only", N_STEPS, climber.step, ("loss",), alarm=alarm)
    state = {"climber": climber}
    return Trainer([phase], state, create(tmp_path), [(climber.optimizer, LR)], **how)


def steps_and_losses(trainer):
    with (trainer.run.folder / "losses.csv").open() as file:
        return [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]


def warnings_of_the_trainer(caplog):
    """Not those of TensorFlow, which counts the loops that the tests before have made."""
    return [r.getMessage() for r in caplog.records if r.name == "modules.trainer"]


def test_a_diverged_run_goes_back_and_on_at_half_the_rate(tmp_path, caplog):
    climber = Climber(lost_at=11, bearable=0.3 * LR)
    trainer = make_trainer(tmp_path, climber)
    with caplog.at_level(logging.WARNING, logger="modules.trainer"):
        trainer.train()
    assert float(climber.value) == N_STEPS
    assert float(climber.optimizer.learning_rate) == pytest.approx(LR / 4)
    # Logged means of two steps: nothing lost, nothing twice, nothing of the diverged steps.
    assert steps_and_losses(trainer) == [(step, step - 0.5) for step in range(2, N_STEPS + 1, 2)]
    said = warnings_of_the_trainer(caplog)
    assert [message.split(" Back to ")[0] for message in said] == [
        "loss (nan) diverged by only step 12."
    ] * 2
    assert said[1].endswith("with 0.5 of the learning rate (2 of 5 times).")


def test_a_run_that_keeps_diverging_ends_with_its_name_and_place(tmp_path):
    climber = Climber(lost_at=6, bearable=0.0)
    trainer = make_trainer(tmp_path, climber)
    with pytest.raises(RunError, match=r"loss \(nan\) diverged by only step 6\. Last good check"):
        trainer.train()
    assert int(trainer.rollbacks) == MOST_ROLLBACKS
    assert float(climber.optimizer.learning_rate) == pytest.approx(LR / 2**MOST_ROLLBACKS)
    assert [step for step, _ in steps_and_losses(trainer)] == [2, 4]


def test_rollbacks_made_are_remembered_over_a_resumption(tmp_path):
    trainer = make_trainer(tmp_path, Climber(lost_at=6, bearable=0.0))
    with pytest.raises(RunError):
        trainer.train()
    again = Climber(lost_at=6, bearable=0.0)
    resumed = Trainer(
        [Phase("only", N_STEPS, again.step, ("loss",))],
        {"climber": again},
        trainer.run,
        [(again.optimizer, LR)],
        **{"log_interval": LOGGED, "checkpoint_interval": SAVED, "on_nan": "rollback"},
    )
    with pytest.raises(RunError, match="diverged by only step 6"):
        resumed.train()
    assert float(again.optimizer.learning_rate) == pytest.approx(LR / 2**MOST_ROLLBACKS)


def test_without_rollback_the_first_divergence_ends_the_run(tmp_path):
    climber = Climber(lost_at=6, bearable=0.3 * LR)
    with pytest.raises(RunError, match="Try a smaller learning rate, or `--on_nan rollback`"):
        make_trainer(tmp_path, climber, on_nan="stop").train()
    assert float(climber.optimizer.learning_rate) == pytest.approx(LR)


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    climber = Climber(lost_at=10**6, bearable=0.0)
    trainer = make_trainer(tmp_path, climber, on_nan="stop")
    spoilt = tf.Variable(float("inf"), name="spoilt")
    climber.spoilt = spoilt
    with pytest.raises(RunError, match=r"The weights .*spoilt.* diverged by only step 4\."):
        trainer.train()
    assert trainer.checkpoints.latest.endswith("ckpt-1")


@pytest.mark.parametrize("spread", [0.0, 0.0999])
def test_windows_that_are_nearly_all_alike_raise_the_alarm(spread):
    expected = rf"^The generated windows vary {spread:.0%} as much .* has collapsed\. Try `--lr"
    with pytest.raises(UserWarning, match=expected):
        raise UserWarning(collapse_alarm({"spread": spread, "moment_loss": 1.0}))


@pytest.mark.parametrize("named", [{"spread": 0.1}, {"spread": 1.3}, {"reconstruction_loss": 0.0}])
def test_windows_that_vary_raise_no_alarm(named):
    assert collapse_alarm(named) is None


def test_the_alarm_is_silent_while_a_phase_warms_up(tmp_path, caplog):
    climber = Climber(lost_at=10**6, bearable=0.0)
    trainer = make_trainer(tmp_path, climber, alarm=lambda named: f"alarm at {named['loss']:.1f}")
    with caplog.at_level(logging.WARNING, logger="modules.trainer"):
        trainer.train()
    said = warnings_of_the_trainer(caplog)
    assert said[0] == "alarm at 5.5"  # step 6 of 20: the first log line past a fifth
    assert len(said) == 8


@pytest.mark.whole
def test_a_collapsed_timegan_is_told_in_the_joint_phase(tmp_path, caplog):
    fields = {"train_step": 10, "log_interval": 5, "checkpoint_interval": 10}
    timegan, batches = tiny_timegan(gamma=0.0, lr=1e-9, **fields), tiny_batches()
    for variable in timegan.recovery.variables:
        variable.assign(keras.ops.zeros_like(variable))  # every window comes out the same
    joint = timegan.phases(batches)[-1]
    state = {"timegan": timegan, "random": batches.random}
    with caplog.at_level(logging.WARNING, logger="modules.trainer"):
        intervals = {"log_interval": 5, "checkpoint_interval": 10}
        Trainer([joint], state, create(tmp_path), **intervals).train()
    said = warnings_of_the_trainer(caplog)
    assert len(said) == 2
    assert "the generator has collapsed" in said[0]
