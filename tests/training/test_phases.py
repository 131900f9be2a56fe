"""Phases that end early, get what others left, and slow down towards their end."""

import keras
import pandas as pd
import pytest
import tensorflow as tf

from modules.errors import Stopped
from modules.runs.run import create
from modules.trainer import Trainer
from modules.training.phases import Phase

INTERVALS = {"log_interval": 2, "checkpoint_interval": 4}
LR = 0.01


class Falling(tf.Module):
    """Its loss halves at every step until `floor`, and stays there."""

    def __init__(self, floor):
        super().__init__()
        self.floor = floor
        self.value = tf.Variable(64.0)
        self.n_steps = tf.Variable(0)

    def step(self):
        self.n_steps.assign_add(1)
        return {"loss": self.value.assign(tf.maximum(self.floor, self.value / 2))}


def table(first, second, patience=3):
    return [
        Phase("first", 100, first.step, ("loss",), patience=patience),
        Phase("second", 10, second.step, ("loss",), takes_spare=True),
    ]


def trainer(folder, phases, parts, rates=()):
    state = {f"part_{i}": part for i, part in enumerate(parts)}
    return Trainer(phases, state, folder, rates, **INTERVALS)


def test_a_phase_on_its_plateau_leaves_its_steps_to_the_one_that_takes_them(tmp_path):
    parts = Falling(4.0), Falling(0.0)
    run = create(tmp_path)
    trainer(run, table(*parts), parts).train()
    # Log steps 2, 4 ... hold losses (24, 6, 4, 4 ...): the low of step 6 is not undercut thrice.
    assert [int(part.n_steps) for part in parts] == [12, 10 + 100 - 12]
    rows = pd.read_csv(run.folder / "losses.csv")
    assert rows[rows.phase == "second"].step.max() == 98


def test_without_patience_a_phase_runs_to_its_end(tmp_path):
    parts = Falling(4.0), Falling(0.0)
    trainer(create(tmp_path), table(*parts, patience=0), parts).train()
    assert [int(part.n_steps) for part in parts] == [100, 10]


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_phase_begins_before_its_first_step_alone(tmp_path, monkeypatch, is_stopped):
    begun, run, part = [], create(tmp_path), Falling(0.0)
    phase = Phase("only", 8, part.step, ("loss",), begin=lambda: begun.append(int(part.n_steps)))
    training = trainer(run, [phase], (part,))
    if is_stopped:
        monkeypatch.setattr(training, "_take_stock", lambda *a: training._stop(*a[:3], 2))
        with pytest.raises(Stopped):
            training.train()
        trainer(run, [phase], (part,)).train()
    else:
        training.train()
    assert begun == [0] and int(part.n_steps) == 8


def test_a_gain_of_less_than_a_hundredth_is_a_plateau(tmp_path):
    slow = tf.Variable(1.0)
    phase = Phase("slow", 50, lambda: {"loss": slow.assign(slow * 0.999)}, ("loss",), patience=2)
    training = trainer(create(tmp_path), [phase], ())
    training.train()
    assert float(slow) == pytest.approx(0.999**6, rel=1e-5)


@pytest.mark.whole
@pytest.mark.parametrize("stopped_at", [6, 12, 40])
def test_a_stopped_training_ends_its_phases_at_the_same_steps(tmp_path, monkeypatch, stopped_at):
    parts = Falling(4.0), Falling(0.0)
    run = create(tmp_path)
    training = trainer(run, table(*parts), parts)
    total = 0

    def stop(*arguments):
        nonlocal total
        total += 2
        if total == stopped_at:
            training._stop(*arguments[:3], 2)

    take_stock = training._take_stock
    monkeypatch.setattr(training, "_take_stock", lambda *a: (take_stock(*a), stop(*a)))
    with pytest.raises(Stopped):
        training.train()
    resumed = Falling(4.0), Falling(0.0)
    trainer(run, table(*resumed), resumed).train()
    assert [int(part.n_steps) for part in resumed] == [12, 98]


def test_each_learning_rate_falls_to_nought_from_its_own(tmp_path):
    weight = tf.Variable(0.0)
    optimizers = [keras.optimizers.SGD(rate) for rate in (LR, 4 * LR)]
    rates = []

    def validate():
        rates.append([float(optimizer.learning_rate) for optimizer in optimizers])
        return {}

    phase = Phase(
        "decaying", 8, lambda: {"loss": weight + 1}, ("loss",), validate=validate, decay=0.5
    )
    pairs = list(zip(optimizers, (LR, 4 * LR), strict=True))
    trainer(create(tmp_path), [phase], (), pairs).train()
    # What steps 1-2, 3-4, 5-6 and 7-8 were made with: the decay begins at half way.
    assert [first for first, _ in rates] == pytest.approx([0.01, 0.01, 0.01, 0.005])
    assert [second for _, second in rates] == pytest.approx([0.04, 0.04, 0.04, 0.02])
