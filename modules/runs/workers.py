"""The processes of a training over several machines, which TensorFlow's TF_CONFIG tells apart."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modules import files
from modules.errors import SettingsError
from modules.runs.run import Run

VARIABLE = "TF_CONFIG"
EXAMPLE = (
    '{"cluster": {"worker": ["localhost:23456", "localhost:23457"]}, '
    '"task": {"type": "worker", "index": 0}}'
)
MULTIWORKER = "multiworker"

log = logging.getLogger(__name__)


def place() -> tuple[int, int]:
    """Which of how many workers this process is: (0, 2) is the first of two.

    A `chief` counts before the workers. Raises SettingsError where TF_CONFIG does not say.
    """
    text = os.environ.get(VARIABLE)
    if text is None:
        raise SettingsError(
            f"`--strategy {MULTIWORKER}` needs the environment variable {VARIABLE} in each "
            f"process, as in {EXAMPLE}."
        )
    try:
        config = json.loads(text)
        cluster, task = config["cluster"], config["task"]
        chiefs, n_workers = len(cluster.get("chief", ())), len(cluster.get("worker", ()))
        first = {"chief": 0, "worker": chiefs}[task["type"]]
        rank, n_all = first + int(task["index"]), chiefs + n_workers
        if not 0 <= rank < n_all:
            raise ValueError(f"task {rank} of {n_all}")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{VARIABLE} does not name this process among its workers ({error!r}). Received: "
            f"{text}. Write it as in {EXAMPLE}."
        ) from None
    return rank, n_all


@contextlib.contextmanager
def writing_apart(settings: Any, resumed: Run | None) -> Iterator[tuple[Any, Run | None]]:
    """Yield settings and run as they are in the first process, a scratch copy in any other.

    One process writes the run; what the others make is gone when they end.
    """
    rank, n_workers = place() if getattr(settings, "strategy", None) == MULTIWORKER else (0, 1)
    if rank == 0:
        yield settings, resumed
        return
    log.info("Worker %d of %d: the first one writes the run, and tells of it.", rank + 1, n_workers)
    with files.scratch_folder() as folder, _warnings_only():
        if resumed is not None:
            resumed = _copied(resumed, folder)
        yield settings.completed(result_dir=str(folder), report="none"), resumed
    log.info("Worker %d of %d has finished.", rank + 1, n_workers)


@contextlib.contextmanager
def _warnings_only() -> Iterator[None]:
    ours = logging.getLogger("modules")
    level = ours.level
    ours.setLevel(logging.WARNING)
    try:
        yield
    finally:
        ours.setLevel(level)


def _copied(run: Run, folder: Path) -> Run:
    copy = Run(folder / run.folder.name)
    files.copy_folder(run.folder, copy.folder)
    files.copy_folder(run.model_folder, copy.model_folder)
    return copy
