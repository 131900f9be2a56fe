"""Train one TimeGAN, for so many minutes if asked, and draw as many windows as are scored."""

import csv
import shutil
import time

from modules.preprocessing import encode_angles
from modules.runs.run import create
from modules.timegan.layout import decoded
from modules.timegan.learning import fit_finish, train
from modules.timegan.synthesis import sample
from modules.training.progress import Plateau
from modules.utils import LOSSES
from modules.windows.splits import heldout_split
from settings import TimeGANSettings
from tests.benchmarks.datasets import STEPS
from tests.benchmarks.pace import (
    PRETRAINING,
    TRIAL_INTERVAL,
    TRIAL_STEPS,
    StepClock,
    joint_steps,
    pace_of,
)

NEVER = 10**9


def generate(dataset, overrides, folder, *, seed, minutes, timed, device):
    """Train with the settings `overrides` in `folder`; return (raw, mapped, account).

    `raw`, `mapped`: float32 (n, 24, F) in the scale of `dataset`, without and with quantile
    mapping. `minutes` None trains the settings' own steps; `timed`: the settings that another seed
    found to last so long, None where this one is to find out. `account`: dict for JSON.
    """
    settings = TimeGANSettings(**_known(overrides, seed, minutes))
    if timed:
        settings = TimeGANSettings(**(timed | {"seed": seed}))
    elif minutes is not None:
        settings = _filling(minutes, dataset, settings, folder, device)
    began = time.process_time()
    with StepClock() as clock:
        (scaler, model, noise), run = _learn(dataset, settings, folder, device)
    account = {
        "minutes": (time.process_time() - began) / 60,
        "steps": clock.steps(),
        "settings": settings.model_dump(mode="json"),
    }
    scaled = sample(
        model, len(dataset.scored_starts), STEPS, noise=noise,
        seed=settings.seed, device=device, warm_up=settings.warm_up,
    )  # fmt: skip
    training, _ = heldout_split(
        dataset.starts, settings.seq_len, share=settings.heldout, seed=settings.seed
    )
    columns = dataset.columns
    values, made = decoded(scaled, scaler, columns), []
    for is_mapped in (False, True):
        wanted = settings.model_copy(update={"quantile_mapping": is_mapped})
        finish = fit_finish(
            model, noise, scaler, columns, dataset.features, training, wanted, device
        )
        made.append(dataset.scaled(encode_angles(finish(values), columns)))
    raw, mapped = made
    return raw, mapped, account


def _known(overrides, seed, minutes):
    fields = {"seq_len": STEPS, "seed": seed, "report": "none"}
    if minutes is not None:
        fields |= {f"{phase}_steps": n for phase, n in PRETRAINING.items()}
    return fields | overrides


def _filling(minutes, dataset, settings, folder, device):
    """Return `settings` with as many joint steps as `minutes` hold."""
    pretraining = {phase: getattr(settings, f"{phase}_steps") for phase in PRETRAINING}
    if settings.plateau:
        # Steps saved would go to the joint phase, where each costs several times as much: where
        # the plateaus lie is found out beforehand.
        longest = settings.model_copy(update={"plateau": 0, "joint_steps": 1})
        *_, run = _learn(dataset, longest, folder, device)
        with (run.folder / "losses.csv").open() as file:
            pretraining = plateau_steps(list(csv.DictReader(file)), settings.plateau)
        lengths = {f"{phase}_steps": n for phase, n in pretraining.items()}
        settings = settings.model_copy(update={"plateau": 0} | lengths)
    pace = _trial(dataset, settings, folder, device)
    steps = joint_steps(minutes, pace, pretraining)
    return settings.model_copy(update={"joint_steps": steps})


def plateau_steps(rows, patience):
    """Return {phase: step at which its plateau is reached, else its last}.

    `rows`: dicts of text, those of a losses.csv. Up to the joint phase.
    """
    steps = {}
    for phase in PRETRAINING:
        plateau = Plateau()
        for row in (row for row in rows if row["phase"] == phase):
            steps[phase] = int(row["step"])
            plateau.add(float(row[LOSSES[phase][0]]))
            if plateau.is_reached(patience):
                break
    return steps


def _trial(dataset, settings, folder, device):
    """Time a few steps of every phase."""
    few = {f"{phase}_steps": TRIAL_STEPS for phase in (*PRETRAINING, "joint")}
    intervals = {"log_interval": TRIAL_INTERVAL, "checkpoint_interval": NEVER}
    began = time.process_time()
    with StepClock() as clock:
        _learn(dataset, settings.model_copy(update=few | intervals), folder, device)
    total = time.process_time() - began
    return pace_of(clock.lines, total, log_interval=settings.log_interval)


def _learn(dataset, settings, folder, device):
    """The one place where a training is called. Earlier ones in `folder` are removed."""
    shutil.rmtree(folder / "runs", ignore_errors=True)
    run = create(folder / "runs")
    run.write_settings("timegan", settings)
    parts = heldout_split(
        dataset.starts, settings.seq_len, share=settings.heldout, seed=settings.seed
    )
    learned = train(dataset.features, dataset.columns, parts, settings, run, device)
    return learned, run
