"""Train one TimeGAN, for so many minutes if asked, and draw as many windows as are scored."""

import shutil
import time

import numpy as np

from modules import quantiles, runs
from modules.learning import learn
from modules.noise import noise_maker
from modules.selection import split
from modules.synthesis import sample
from settings import TimeGANSettings
from tests.benchmarks.datasets import STEPS
from tests.benchmarks.pace import TRIAL_INTERVAL, TRIAL_STEPS, StepClock, joint_steps, pace_of

PRETRAINING = {"autoencoder": 1500, "supervised": 1000}  # where a wall-clock time is given
NEVER = 10**9


def generate(dataset, overrides, folder, *, seed, minutes, has_gpu):
    """Train with the settings `overrides` in `folder`; return (raw, mapped, account).

    `raw`, `mapped`: float32 (n, 24, F) in the scale of `dataset`, without and with quantile
    mapping. `minutes` None trains the settings' own steps. `account`: dict for JSON.
    """
    settings = TimeGANSettings(**_known(overrides, seed, minutes))
    if minutes is not None:
        pace = _trial(dataset, settings, folder, has_gpu)
        steps = joint_steps(minutes, pace, PRETRAINING)
        settings = settings.model_copy(update={"joint_steps": steps})
    began = time.perf_counter()
    with StepClock() as clock:
        scaler, timegan, run = _learn(dataset, settings, folder, has_gpu)
    account = {
        "minutes": (time.perf_counter() - began) / 60,
        "steps": clock.steps(),
        "settings": settings.model_dump(mode="json"),
    }
    model, fast = timegan.synthetic_model(run.model_name), not has_gpu
    scaled = sample(
        model, len(dataset.scored_starts), STEPS, noise=noise_maker(settings.noise, STEPS),
        seed=settings.seed, fast=fast,
    )  # fmt: skip
    training, _ = split(dataset.starts, settings)
    mapping = quantiles.learn(model, scaler, dataset.features, training, settings, fast=fast)
    raw, mapped = (
        dataset.scaled(scaler.inverse_transform(x.astype(np.float64)))
        for x in (scaled, mapping(scaled))
    )
    return raw, mapped, account


def _known(overrides, seed, minutes):
    fields = {"seq_len": STEPS, "seed": seed, "report": "none"}
    if minutes is not None:
        fields |= {f"{phase}_steps": n for phase, n in PRETRAINING.items()}
    return fields | overrides


def _trial(dataset, settings, folder, has_gpu):
    """Time a few steps of every phase."""
    few = {f"{phase}_steps": TRIAL_STEPS for phase in (*PRETRAINING, "joint")}
    intervals = {"log_interval": TRIAL_INTERVAL, "checkpoint_interval": NEVER}
    began = time.perf_counter()
    with StepClock() as clock:
        _learn(dataset, settings.model_copy(update=few | intervals), folder, has_gpu)
    total = time.perf_counter() - began
    return pace_of(clock.lines, total, log_interval=settings.log_interval)


def _learn(dataset, settings, folder, has_gpu):
    """The one place where a training is called. Earlier ones in `folder` are removed."""
    shutil.rmtree(folder / "runs", ignore_errors=True)
    run = runs.create(folder / "runs")
    run.write_settings("timegan", settings)
    scaler, timegan = learn(
        dataset.features, dataset.names, dataset.starts, settings, run, has_gpu=has_gpu
    )
    return scaler, timegan, run
