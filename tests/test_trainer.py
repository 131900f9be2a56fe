"""The training loop on phases that count their own steps, and once on TimeGAN's joint phase."""

import csv
import logging
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from modules.errors import RunError
from modules.runs.run import create
from modules.trainer import STEPS_PER_CALL, Trainer
from modules.training.phases import Phase, compiled
from modules.utils import NETWORKS
from tests.tiny import tiny_batches, tiny_timegan


class Counter(tf.Module):
    """`loss` is the number of the step, `half` half of it; from `lost_at` on `loss` is NaN."""

    def __init__(self, lost_at=10**6):
        super().__init__()
        self.value = tf.Variable(0.0)
        self.lost_at = lost_at

    def step(self):
        number = self.value.assign_add(1.0)
        return {
            "loss": tf.where(number >= self.lost_at, float("nan"), number),
            "half": number / 2,
        }


def phase(name, n_steps, counter):
    return Phase(name, n_steps, counter.step, ("loss", "half"))


def make_trainer(tmp_path, phases, counters, *, log_interval=4, checkpoint_interval=7):
    intervals = {"log_interval": log_interval, "checkpoint_interval": checkpoint_interval}
    state = {f"counter_{i}": counter for i, counter in enumerate(counters)}
    trainer = Trainer(phases, state, create(tmp_path / "results"), **intervals)
    trainer.saved = []
    save = trainer.checkpoints.save

    def recorded():
        trainer.saved.append((int(trainer.phase_index), int(trainer.step)))
        return save()

    trainer.checkpoints.save = recorded
    return trainer


@pytest.fixture
def trained(tmp_path, caplog, capsys):
    """Two phases, 20 and 5 steps, logged every 4 and saved every 7."""
    counters = Counter(), Counter()
    phases = [phase("first", 20, counters[0]), phase("second", 5, counters[1])]
    trainer = make_trainer(tmp_path, phases, counters)
    with caplog.at_level(logging.INFO, logger="modules.trainer"):
        trainer.train()
    messages = [r.getMessage() for r in caplog.records if r.name == "modules.trainer"]
    return SimpleNamespace(
        trainer=trainer, counters=counters, messages=messages, stderr=capsys.readouterr().err
    )


def read_losses(trainer):
    with (trainer.run.folder / "losses.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_phase_runs_its_steps_once(trained):
    assert [float(counter.value) for counter in trained.counters] == [20, 5]


def test_losses_csv_has_a_row_per_log_step_and_one_at_the_end(trained):
    rows = read_losses(trained.trainer)
    assert list(rows[0]) == ["phase", "step", "loss", "half"]
    steps = [(row["phase"], int(row["step"])) for row in rows]
    assert steps == [("first", s) for s in (4, 8, 12, 16, 20)] + [("second", 4), ("second", 5)]
    # The mean since the stop before, and the stops are 4, 7, 8, 12, 14, 16, 20: every log line
    # and every checkpoint.
    losses = [float(row["loss"]) for row in rows]
    assert losses == [2.5, 8.0, 10.5, 15.5, 18.5, 2.5, 5.0]
    assert [float(row["half"]) for row in rows] == [loss / 2 for loss in losses]


def test_checkpoints_are_saved_at_their_interval_and_after_each_phase(trained):
    assert trained.trainer.saved == [(0, 0), (0, 7), (0, 14), (1, 0), (2, 0)]


def test_checkpoint_holds_step_phase_and_state(trained):
    counter, step, index = Counter(), tf.Variable(9, dtype=tf.int64), tf.Variable(9, dtype=tf.int64)
    checkpoint = tf.train.Checkpoint(phase_index=index, step=step, counter_0=counter)
    folder = trained.trainer.run.model_folder
    checkpoint.restore(str(folder / "ckpt-4")).expect_partial()
    assert (int(index), int(step), float(counter.value)) == (1, 0, 20.0)


def test_one_log_line_per_interval_says_phase_step_losses_and_time(trained):
    assert len(trained.messages) == 7
    assert trained.messages[0].startswith("first 4/20  loss 2.5000  half 1.2500  ")
    assert trained.messages[-1].startswith("second 5/5  loss 5.0000")
    assert all(message.endswith(" ms/step") for message in trained.messages)


def test_without_a_terminal_lines_tell_what_is_left_and_no_bar_is_drawn(trained):
    assert "%|" not in trained.stderr
    assert all(re.search(r"  \d+ s left  ", message) for message in trained.messages)


def test_the_time_left_counts_the_phases_to_come_by_their_cost():
    phases = [Phase("a", 10, dict, (), cost=2.0), Phase("b", 30, dict, (), cost=1.0)]
    trainer = SimpleNamespace(phases=phases, phase_index=0)
    assert Trainer._seconds_left(trainer, phases[0], 4, 2.0) == (6 + 30 / 2) * 2.0
    trainer.phase_index = 1
    assert Trainer._seconds_left(trainer, phases[1], 30, 2.0) == 0


def test_tensorboard_gets_the_same_numbers(trained):
    (path,) = trained.trainer.run.folder.glob("events.*")
    scalars = {}
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            scalars[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    expected = {
        (f"{row['phase']}/{name}", int(row["step"])): float(row[name])
        for row in read_losses(trained.trainer)
        for name in ("loss", "half")
    }
    assert scalars == expected


def test_no_call_is_longer_than_steps_per_call(tmp_path, monkeypatch):
    lengths = []

    def recording(phase):
        run = compiled(phase)
        return lambda n: lengths.append(int(n)) or run(n)

    monkeypatch.setattr("modules.trainer.compiled", recording)
    counter = Counter()
    trainer = make_trainer(
        tmp_path, [phase("only", 25, counter)], [counter], log_interval=100, checkpoint_interval=100
    )
    trainer.train()
    assert lengths == [STEPS_PER_CALL, STEPS_PER_CALL, 5]


def test_training_goes_on_from_where_the_state_stands(tmp_path):
    counters = Counter(), Counter()
    phases = [phase("first", 20, counters[0]), phase("second", 8, counters[1])]
    trainer = make_trainer(tmp_path, phases, counters)
    trainer.phase_index.assign(1)
    trainer.step.assign(5)
    trainer.train()
    assert [float(counter.value) for counter in counters] == [0, 3]
    assert [row["step"] for row in read_losses(trainer)] == ["8"]


def test_a_loss_that_stops_being_a_number_ends_the_run_with_its_name_and_place(tmp_path):
    counters = Counter(), Counter(lost_at=7)
    phases = [phase("first", 4, counters[0]), phase("second", 20, counters[1])]
    trainer = make_trainer(tmp_path, phases, counters)
    expected = r"^loss \(nan\) diverged by second step 7\..*ckpt-2\. Try a smaller learning rate"
    with pytest.raises(RunError, match=expected):
        trainer.train()
    assert [row["phase"] for row in read_losses(trainer)] == ["first", "second"]


def test_a_run_lost_at_its_first_step_still_has_the_checkpoint_of_its_beginning(tmp_path):
    counter = Counter(lost_at=1)
    trainer = make_trainer(tmp_path, [phase("only", 4, counter)], [counter])
    with pytest.raises(RunError, match="Last good checkpoint: .*ckpt-1"):
        trainer.train()
    assert trainer.saved == [(0, 0)]


def test_no_checkpoint_is_made_of_a_lost_run(tmp_path):
    counter = Counter(lost_at=5)
    trainer = make_trainer(
        tmp_path, [phase("only", 20, counter)], [counter], log_interval=100, checkpoint_interval=2
    )
    with pytest.raises(RunError, match="only step 6.*ckpt-3"):
        trainer.train()
    assert trainer.saved == [(0, 0), (0, 2), (0, 4)]


def test_alarms_are_silent_in_the_first_fifth_of_a_phase(tmp_path, caplog):
    counter = Counter()
    told = Phase(
        "only", 20, counter.step, ("loss",), alarm=lambda named: f"collapsed at {named['loss']}"
    )
    make_trainer(tmp_path, [told], [counter], log_interval=2, checkpoint_interval=100).train()
    # Means of two steps each, logged at 2, 4 ... 20: those after step 4 are told.
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert said == [f"collapsed at {step - 0.5}" for step in range(6, 21, 2)]


@pytest.mark.whole
def test_steps_per_call_in_one_call_equal_as_many_single_calls(tmp_path):
    timegan, batches = tiny_timegan(gamma=0.0), tiny_batches()
    state = tf.train.Checkpoint(timegan=timegan, random=batches.random)
    start = state.write(str(tmp_path / "start"))
    run = compiled(timegan.phases(batches)[-1])
    variables = [v for name in NETWORKS for v in getattr(timegan, name).variables]
    variables += [*timegan.generator_optimizer.variables, batches.random.state]

    together = {name: float(value) for name, value in run(tf.constant(4)).items()}
    expected = [variable.numpy() for variable in variables]
    state.read(start).assert_consumed()
    single = [run(tf.constant(1)) for _ in range(4)]

    for variable, value in zip(variables, expected, strict=True):
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-5, atol=1e-6)
    assert int(timegan.generator_optimizer.iterations) == 8
    for name, value in together.items():
        mean = np.mean([float(losses[name]) for losses in single])
        assert value == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize(
    ("log_interval", "steps"), [(4, [4, 8, 12, 16, 20]), (1, [4, 8, 12, 16, 20])]
)
def test_a_phase_is_shown_at_a_few_log_steps_however_often_it_logs(tmp_path, log_interval, steps):
    made = []
    counter = Counter()

    def picture():
        made.append(int(counter.value))
        return np.zeros((2, 2, 3), np.uint8)

    shown = replace(phase("first", 20, counter), picture=picture)
    make_trainer(tmp_path, [shown], [counter], log_interval=log_interval).train()
    assert made == steps
