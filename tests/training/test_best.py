"""The trainer's scores at log steps, and the best weights by the first of them."""

from types import SimpleNamespace

import pandas as pd
import pytest
import tensorflow as tf

from modules.errors import RunError
from modules.runs.run import create
from modules.trainer import Trainer
from modules.training.phases import Phase

INTERVALS = {"log_interval": 2, "checkpoint_interval": 100}


def train(tmp_path, scored, n_steps=8, **fields):
    """Count a weight up by one a step, scored by `scored(weight)`; return (weight, run)."""
    weight = tf.Variable(0.0)

    def step():
        return {"loss": weight.assign_add(1.0)}

    phase = Phase(
        "count", n_steps, step, ("loss",),
        validate=lambda: {"val_score": scored(float(weight)), "val_other": 7.0},
        scores=("val_score", "val_other"),
        best={"network": SimpleNamespace(variables=[weight])},
        **fields,
    )  # fmt: skip
    run = create(tmp_path)
    Trainer([phase], {"weight": tf.train.Checkpoint(weight=weight)}, run, **INTERVALS).train()
    return float(weight), run


def test_a_phase_ends_with_the_weights_of_its_lowest_score(tmp_path):
    assert train(tmp_path, lambda weight: abs(weight - 4.0))[0] == 4.0


def test_weights_between_log_steps_are_not_scored(tmp_path):
    assert train(tmp_path, lambda weight: abs(weight - 4.9))[0] == 4.0


def test_scores_stand_beside_the_losses_in_the_csv(tmp_path):
    _, run = train(tmp_path, lambda weight: -weight)
    rows = pd.read_csv(run.folder / "losses.csv")
    assert list(rows) == ["phase", "step", "loss", "val_score", "val_other"]
    assert rows["val_score"].tolist() == [-2, -4, -6, -8]
    assert rows["val_other"].tolist() == [7] * 4


def test_a_score_that_is_no_number_stops_the_run(tmp_path):
    with pytest.raises(RunError, match=r"val_score \(nan\) diverged by count step 2"):
        train(tmp_path, lambda weight: float("nan"))


def test_weights_that_fail_the_check_beside_the_score_are_passed_over(tmp_path):
    def is_odd_pair(named):
        return named["val_score"] > -5

    assert train(tmp_path, lambda weight: -weight, may_be_best=is_odd_pair)[0] == 4.0


def test_the_last_weights_stay_where_none_pass(tmp_path, caplog):
    assert train(tmp_path, lambda weight: -weight, may_be_best=lambda _named: False)[0] == 8.0
    assert "no weights passed the checks beside val_score" in caplog.text


def test_a_phase_without_scores_keeps_its_last_weights(tmp_path):
    weight = tf.Variable(0.0)
    phase = Phase("count", 4, lambda: {"loss": weight.assign_add(1.0)}, ("loss",))
    Trainer([phase], {}, create(tmp_path), **INTERVALS).train()
    assert float(weight) == 4.0
