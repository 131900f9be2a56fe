"""Trainings and scorings in processes of their own, and the folder that keeps what they made."""

import contextlib
import json
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks import datasets

RAW, MAPPED = "raw", "mapped"


@dataclass(frozen=True)
class Training:
    """One generator to train: `overrides` of the settings, for `minutes` of CPU time.

    Without `minutes` it trains the settings' own steps. Its folder holds `windows.npz` (raw and
    mapped), `training.json`, scores and the log.
    """

    dataset: str
    name: str
    overrides: dict
    seed: int
    minutes: float | None
    results: Path

    @property
    def folder(self):
        length = "own_steps" if self.minutes is None else f"{self.minutes:g}_minutes"
        return self.results / self.dataset / length / self.name / f"seed_{self.seed}"

    def timed(self):
        """The settings, a dict, that another seed of this training has been timed to, or None."""
        if self.minutes is None:
            return None
        names = [path.name for path in self.folder.parent.glob("seed_*")]
        seeds = sorted(int(name.removeprefix("seed_")) for name in names)
        accounts = (replace(self, seed=seed).account() for seed in seeds)
        return next((account["settings"] for account in accounts if account), None)

    def account(self):
        """What `generate` told of the training, or None: not finished, or of other overrides."""
        account = read(self.folder / "training.json")
        return account if account and account["overrides"] == self.overrides else None


@dataclass(frozen=True)
class Scoring:
    """The scores `wanted` of the windows kept in `path`, of the floor or of the Gaussian.

    `windows`: `raw` or `mapped` of a training's windows.npz; `floor`, `gaussian` or `copula`, with
    `path` the dataset's folder. `n_steps`: of the judges, None for the full ones.
    """

    dataset: str
    path: Path
    windows: str
    wanted: tuple[str, ...]
    seeds: tuple[int, ...]
    n_steps: int | None = None

    @property
    def file(self):
        seeds = "_".join(map(str, self.seeds))
        steps = "" if self.n_steps is None else f"_{self.n_steps}_steps"
        return self.path / f"scores_{self.windows}_judges_{seeds}{steps}.json"

    def scores(self):
        """{score: values}, of those made so far."""
        return read(self.file) or {}

    def missing(self):
        """The scores still to make. None is asked for again that has no meaning for the data."""
        made = self.scores()
        return tuple(name for name in self.wanted if name not in made)


def read(path):
    """The content of the JSON file `path`, None where there is none or half of one."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def write(path, content):
    """Write `content` as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1))
    part.replace(path)


def run(work, n_jobs):
    """Make what `work`, lists of trainings and scorings, still lacks; `n_jobs` lists at a time.

    Within a list one follows the other, and the rest is left out where one fails. Lists without a
    training come last: what they score may be another list's. Returns the number that failed.
    """
    stages = [], []
    for together in work:
        trains = any(isinstance(task, Training) for task in together)
        stages[0 if trains else 1].append(together)
    with ThreadPoolExecutor(n_jobs) as pool:
        return sum(
            sum(pool.map(lambda together: not _finish(together, n_jobs), stage)) for stage in stages
        )


def _finish(together, n_jobs):
    for task in together:
        is_training = isinstance(task, Training)
        if task.account() if is_training else not task.missing():
            continue
        folder = task.folder if is_training else task.path
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_work, args=(task, folder, n_jobs))
        process.start()
        process.join()
        what = f"train seed {task.seed}" if is_training else f"score {task.windows}"
        ended = "done" if process.exitcode == 0 else f"FAILED, see {folder / 'log.txt'}"
        minutes = (time.monotonic() - began) / 60
        print(f"{folder}: {what}: {ended} ({minutes:.1f} min)", file=sys.stderr, flush=True)
        if process.exitcode:
            return False
    return True


def _work(task, folder, n_jobs):
    """Do `task` in this new process; everything it says goes to the folder's log."""
    with (folder / "log.txt").open("a") as said, contextlib.redirect_stdout(said):
        os.dup2(said.fileno(), sys.stderr.fileno())
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        device = _configure(n_jobs)
        if isinstance(task, Training):
            train(task, device)
        else:
            score(task)


def _configure(n_jobs):
    """Share the cores out among the processes; return the `Device`."""
    import tensorflow as tf

    from modules.training.setup import configure

    if n_jobs > 1:
        tf.config.threading.set_inter_op_parallelism_threads(1)
        n_threads = max(1, (os.cpu_count() or 1) // n_jobs)
        tf.config.threading.set_intra_op_parallelism_threads(n_threads)
        tf.config.list_logical_devices()  # TensorFlow has started: `configure` leaves them so
    return configure(None)


def train(task, device):
    """Make the `Training` `task`: its windows, then its account, which says that all is there."""
    import numpy as np

    from tests.benchmarks.generators import generate

    for stale in task.folder.glob("*.json"):
        stale.unlink()
    raw, mapped, account = generate(
        datasets.load(task.dataset), task.overrides, task.folder,
        seed=task.seed, minutes=task.minutes, timed=task.timed(), device=device,
    )  # fmt: skip
    np.savez_compressed(task.folder / "windows.npz", raw=raw, mapped=mapped)
    write(task.folder / "training.json", account | {"overrides": task.overrides})


def score(task):
    """Make the scores that the `Scoring` `task` lacks, and write them to those there are."""
    import numpy as np

    from modules.fidelity.rows import Steps
    from tests.benchmarks import measures

    dataset = datasets.load(task.dataset)
    how = {"seeds": task.seeds}
    if task.n_steps is not None:
        how["steps"] = Steps(task.n_steps, task.n_steps, task.n_steps)
    if task.windows in (RAW, MAPPED):
        with np.load(task.path / "windows.npz") as kept:
            made = measures.measure(dataset, kept[task.windows], task.missing(), **how)
    else:
        made = getattr(measures, task.windows)(dataset, task.missing(), **how)
    # A score without a meaning is kept as an empty list.
    write(task.file, task.scores() | dict.fromkeys(task.missing(), []) | made)
