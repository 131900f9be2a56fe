"""Trainings in processes of their own, to be signalled and killed."""

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np

from tests.wind_files import westsouth, write

ROOT = Path(__file__).parents[1]
SIZES = {
    "timegan": "--hidden_dim 4 --num_layers 1 --seq_len 5 --batch_size 8".split(),
    "forecaster": "--window_size 5 --split 60 --batch_size 8 --epochs 100000".split(),
}
PHASES = {"timegan": ("autoencoder", "supervised", "joint"), "forecaster": ("forecast",)}
SLOWEST_START = 900


def start(folder, family, *arguments):
    """Begin a training of `family` in `folder`; its records are made there."""
    data = folder / "input" / "WT01.csv"
    if not data.exists():
        write(westsouth(100), data)
    command = [sys.executable, str(ROOT / "gan_train.py"), family, *SIZES[family], *arguments]
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(
            [*command, "--data_path", "input"], cwd=folder, stdout=said, stderr=said
        )


def rows(run):
    """Phase and step of every row of losses.csv, so far."""
    path = run.folder / "losses.csv"
    if not path.exists():
        return []
    with path.open() as file:
        read = [row for row in csv.DictReader(file) if row["phase"] and row["step"]]
    return [(row["phase"], int(row["step"])) for row in read]


def wait_for(process, is_reached, pause=0.02):
    """Return when `is_reached()`; False where the process ended, or took too long, before that."""
    deadline = time.monotonic() + SLOWEST_START
    while process.poll() is None and time.monotonic() < deadline:
        if is_reached():
            return True
        time.sleep(pause)
    return False


def resumptions(run):
    """(phase number from 0, step) that each resumption began at, out of train.log."""
    path = run.folder / "train.log"
    log = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    found = re.findall(r"Going on from \S+: phase (\d+), step (\d+)\n", log)
    return [(int(phase) - 1, int(step)) for phase, step in found]


def weights(run):
    model = keras.saving.load_model(run.model_folder / "model.keras", compile=False)
    return [np.asarray(weight) for weight in model.get_weights()]


def check_same(run, other):
    """Both runs have finished with the same weights, bit for bit, and the same rows."""
    for ours, theirs in zip(weights(run), weights(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    losses = [(r.folder / "losses.csv").read_bytes() for r in (run, other)]
    assert losses[0] == losses[1]
