"""Time TimeGAN's training steps, ours beside the naive way, in one run:

    python -m tests.benchmarks.training_steps

Naive: stock Keras layers, one tf.function per update, called from Python, batches from the host,
TensorFlow's own thread settings. Each side has a process; they take turns, so that both meet the
same machine, and the ratio is what to read. C1: GRU, hidden 24, 5 features. C2: LSTM, hidden 64,
9 features. Both 3 layers, 24 steps, batch 128.
"""

import argparse
import multiprocessing
import platform
import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from modules.timegan.noise import noise_maker
from modules.training.device import Device
from modules.training.phases import compiled
from modules.training.setup import configure
from modules.utils import TimeGAN
from modules.windows.batches import Batches
from settings import TimeGANSettings

CASES = {
    "C1": (5, {"sel_rnn": "GRU", "hidden_dim": 24}),
    "C2": (9, {"sel_rnn": "LSTM", "hidden_dim": 64}),
}
PHASES = ("autoencoder", "supervised", "joint")
N_ROWS = 20000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns each side takes")
    parser.add_argument("--seconds", type=float, default=3, help="length of a turn")
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, TensorFlow {tf.__version__}")
    print("| case | phase | naive steps/s | ours steps/s | ratio (range over rounds) |")
    print("|---|---|---|---|---|")
    for case in CASES:
        with _Side("naive", case) as naive, _Side("ours", case) as ours:
            for phase in PHASES:
                _compare(case, phase, naive, ours, arguments)


def _compare(case, phase, naive, ours, arguments):
    for side in (naive, ours):
        side.speed(phase, 0)  # compiled here
    pairs = [
        tuple(side.speed(phase, arguments.seconds) for side in (naive, ours))
        for _ in range(arguments.rounds)
    ]
    ratios = sorted(fast / slow for slow, fast in pairs)
    slow, fast = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    print(f"| {case} | {phase} | {slow:.2f} | {fast:.2f} | {ratio} |", flush=True)


class _Side:
    """A process that trains the naive way or ours when asked to."""

    def __init__(self, name, case):
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(name, case, theirs))

    def __enter__(self):
        self._process.start()
        return self

    def __exit__(self, *_):
        self._connection.send(None)
        self._process.join()

    def speed(self, phase, seconds):
        """Return steps per second of `phase`, over `seconds`."""
        self._connection.send((phase, seconds))
        return self._connection.recv()


def _serve(name, case, connection):
    if name == "ours":
        configure(None)
    runs = {"ours": _ours, "naive": _naive}[name](case)
    while asked := connection.recv():
        phase, seconds = asked
        runs[phase](1)
        started, n_steps, elapsed = time.perf_counter(), 0, 0.0
        while elapsed < seconds:
            runs[phase](10)
            n_steps += 10
            elapsed = time.perf_counter() - started
        connection.send(n_steps / max(elapsed, 1e-9))


def _model(case, device):
    n_features, sizes = CASES[case]
    keras.utils.set_random_seed(0)
    # gamma 0: the discriminator is updated at every step, on both sides.
    settings = TimeGANSettings(batchnorm=False, gamma=0, **sizes)
    scaled = np.random.default_rng(0).random((N_ROWS, n_features), np.float32)
    return TimeGAN(settings, n_features, device), scaled


def _ours(case):
    timegan, scaled = _model(case, Device())
    starts = np.arange(len(scaled) - 23)
    batches = Batches(
        scaled,
        starts,
        seq_len=24,
        batch_size=128,
        z_dim=scaled.shape[1],
        noise=noise_maker("uniform", 24),
        seed=0,
    )
    runs = {phase.name: compiled(phase) for phase in timegan.phases(batches)}
    return {name: lambda n, run=run: run(tf.constant(n)) for name, run in runs.items()}


def _naive(case):
    timegan, scaled = _model(case, Device(has_gpu=True))
    windows = np.lib.stride_tricks.sliding_window_view(scaled, 24, 0).swapaxes(1, 2).copy()
    random = np.random.default_rng(0)
    update = {
        name: tf.function(getattr(timegan, f"{name}_step"))
        for name in ("autoencoder", "supervised", "generator", "embedder", "discriminator")
    }

    def real():
        return tf.constant(windows[random.integers(len(windows), size=128)])

    def noise():
        return tf.constant(random.random((128, 24, scaled.shape[1]), np.float32))

    def joint():
        for _ in range(timegan.args.generator_updates):
            batch = real()
            update["generator"](batch, noise())
            update["embedder"](batch)
        update["discriminator"](real(), noise())

    phases = {
        "autoencoder": lambda: update["autoencoder"](real()),
        "supervised": lambda: update["supervised"](real()),
        "joint": joint,
    }
    return {name: lambda n, step=step: [step() for _ in range(n)] for name, step in phases.items()}


if __name__ == "__main__":
    main()
