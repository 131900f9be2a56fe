"""The plug for a family: each has its four functions, and a new one needs no shared room."""

import importlib
import os
import sys
import types
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from pydantic import BaseModel, Field

import gan_generator
import gan_train
import settings
from modules.errors import DataError
from modules.runs.output import write_table
from modules.runs.safe import load_model
from modules.trainer import Trainer
from modules.training.phases import Phase
from settings import FAMILIES, TrainingSettings

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("read", "prepare", "learn", "write")

pytestmark = pytest.mark.usefixtures("own_logging")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_a_folder_with_the_four_functions(family):
    plugged = importlib.import_module(f"modules.{family}.family")
    assert all(callable(getattr(plugged, name)) for name in FUNCTIONS)


# A third family, from here to the blank lines: it learns the mean of a file of numbers.
class ConstantSettings(TrainingSettings):
    """A constant predictor: `python gan_train.py constant`."""

    numbers: str = Field("numbers.txt", description="File of numbers, one a line.")
    train_step: int = Field(60, description="Training steps.")


class Numbers(BaseModel):
    values: list[float]

    @property
    def report(self):
        return self

    def description(self):
        return {"unit": "none"}

    def fingerprint(self):
        return str(self.values)


def read(settings):
    if not Path(settings.numbers).exists():
        raise DataError(f"{settings.numbers} does not exist. Set `--numbers`.")
    return settings, Numbers(values=Path(settings.numbers).read_text().split())


def prepare(data, settings):
    return settings, tf.constant(data.values)


def learn(values, settings, run, device):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)], name=run.model_name)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(model.trainable_variables)

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(device.call(model, ZERO, training=True) - values))
        optimizer.apply(tape.gradient(loss, model.trainable_variables))
        return {"loss": loss}

    phase, state = Phase("mean", settings.train_step, step, ("loss",)), {"model": model}
    intervals = {name: getattr(settings, name) for name in ("log_interval", "checkpoint_interval")}
    Trainer([phase], state, run, [(optimizer, 0.1)], **intervals).train()
    run.save_model(model)


def write(run, settings, device):
    model = load_model(run.model_folder / "model.keras")
    value = float(device.call(model, ZERO, training=False)[0, 0])
    table = pd.DataFrame({"value": [value] * settings.n_windows})
    return write_table("Constant", table, settings.output)


ZERO = tf.zeros((1, 1))


@pytest.fixture
def constant(tmp_path, monkeypatch):
    """The third family, plugged in, in a folder with its numbers."""
    family = types.ModuleType("modules.constant.family")
    vars(family).update(read=read, prepare=prepare, learn=learn, write=write)
    monkeypatch.setitem(sys.modules, "modules.constant", types.ModuleType("modules.constant"))
    monkeypatch.setitem(sys.modules, "modules.constant.family", family)
    monkeypatch.setitem(settings.FAMILIES, "constant", ConstantSettings)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numbers.txt").write_text("1\n2\n6\n")
    return tmp_path


def generated(folder):
    (path,) = folder.glob("Constant_*.csv")
    return pd.read_csv(path)["value"].to_numpy()


def test_a_new_family_trains_and_generates(constant):
    assert gan_train.main(["constant"]) == 0
    assert gan_generator.main(["--n_windows", "2", "--output", "."]) == 0
    np.testing.assert_allclose(generated(constant), [3.0, 3.0], atol=1e-3)
    written = (constant / "TimeGan_Result" / "experiment_01" / "train.log").read_text()
    assert "numbers = 'numbers.txt'" in written and "mean 60/60" in written
    table = (constant / "TimeGan_Result" / "index.html").read_text(encoding="utf-8")
    assert "<td>constant</td>" in table and "experiment_01/train.log" in table


def test_a_new_family_is_resumed(constant, monkeypatch):
    save = Trainer._save

    def stopping(self, phase, step):
        save(self, phase, step)
        if step == 20:
            os.kill(os.getpid(), 2)

    monkeypatch.setattr(Trainer, "_save", stopping)
    assert gan_train.main(["constant", "--checkpoint_interval", "20"]) == 130
    monkeypatch.setattr(Trainer, "_save", save)
    assert gan_train.main(["constant", "--resume"]) == 0
    assert gan_generator.main(["--output", "."]) == 0
    np.testing.assert_allclose(generated(constant), np.full(1440, 3.0), atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--numbers", "none.txt"], "none.txt does not exist. Set `--numbers`."),
        (["--freq", "10min"], "unrecognized arguments: --freq"),
        (["--resume"], "No unfinished run of constant in TimeGan_Result"),
        (["--batch_size", "0"], "`batch_size`"),
    ],
)
def test_a_new_family_is_refused_like_the_others(constant, capsys, arguments, said):
    assert gan_train.main(["constant", *arguments]) == 2
    output = capsys.readouterr().out
    assert said in output and output.count("\n") == 1
    assert not (constant / "TimeGan_Result").exists()


def test_a_new_family_refuses_changed_data_at_a_resumption(constant, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "train", stopped)
    assert gan_train.main(["constant"]) == 130
    assert gan_train.main(["constant", "--resume", "--check_only"]) == 0
    (constant / "numbers.txt").write_text("1\n2\n7\n")
    assert gan_train.main(["constant", "--resume", "--check_only"]) == 2
    assert gan_train.main(["constant", "--resume"]) == 2
