"""Our training steps, and the naive way beside them: `python -m ... ours|naive C1|C2`.

Naive: stock Keras layers, one tf.function per update, called from Python, batches from the host,
TensorFlow's own thread settings.
"""

import sys

import keras
import numpy as np
import tensorflow as tf

from modules.timegan.noise import noise_maker
from modules.timegan.synthesis import sample
from modules.training.device import Device
from modules.training.phases import compiled
from modules.training.setup import configure
from modules.utils import NETWORKS, TimeGAN
from modules.windows.batches import Batches
from settings import TimeGANSettings
from tests.benchmarks.speed import cases
from tests.benchmarks.speed.serving import serve


def main():
    side, case = sys.argv[1:]
    if side == "ours":
        configure(None)
    timegan, scaled = _model(cases.CASES[case], Device(has_gpu=side == "naive"))
    runs = {"ours": _ours, "naive": _naive}[side](timegan, scaled)
    serve(runs, _generator(timegan), _parameters(timegan), f"TensorFlow {tf.__version__}")


def _model(case, device):
    keras.utils.set_random_seed(0)
    # gamma 0: the discriminator is updated at every step, on every side.
    settings = TimeGANSettings(
        batchnorm=False, gamma=0, sel_rnn=case.cell, hidden_dim=case.hidden,
        num_layers=cases.N_LAYERS, seq_len=cases.N_STEPS, batch_size=cases.BATCH,
    )  # fmt: skip
    scaled = np.random.default_rng(0).random((cases.N_ROWS, case.n_features), np.float32)
    return TimeGAN(settings, case.n_features, device), scaled


def _parameters(timegan):
    return {name: getattr(timegan, name).count_params() for name in NETWORKS}


def _ours(timegan, scaled):
    batches = Batches(
        scaled,
        np.arange(len(scaled) - cases.N_STEPS + 1),
        seq_len=cases.N_STEPS,
        batch_size=cases.BATCH,
        z_dim=scaled.shape[1],
        noise=noise_maker("uniform", cases.N_STEPS),
        seed=0,
    )
    runs = {phase.name: compiled(phase) for phase in timegan.phases(batches)}
    return {
        name: lambda n, run=run: [float(loss) for loss in run(tf.constant(n)).values()]
        for name, run in runs.items()
    }


def _generator(timegan):
    model, noise = timegan.synthetic_model(), noise_maker("uniform", cases.N_STEPS)
    return lambda n: sample(model, n, cases.N_STEPS, noise=noise, seed=0, device=timegan.device)


def _naive(timegan, scaled):
    windows = np.lib.stride_tricks.sliding_window_view(scaled, cases.N_STEPS, 0)
    windows = windows.swapaxes(1, 2).copy()
    random = np.random.default_rng(0)
    names = ("autoencoder", "supervised", "generator", "embedder", "discriminator")
    update = {name: tf.function(getattr(timegan, f"{name}_step")) for name in names}

    def real():
        return tf.constant(windows[random.integers(len(windows), size=cases.BATCH)])

    def noise():
        shape = (cases.BATCH, cases.N_STEPS, scaled.shape[1])
        return tf.constant(random.random(shape, np.float32))

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
