"""One training of TadGAN, from features to networks: what gan_train.py and the benchmarks share."""

import logging
from collections.abc import Sequence

import keras
import numpy as np

from modules.preprocessing import SCALERS, Scaler
from modules.runs.run import Run
from modules.tadgan.steps import TadGAN, centred
from modules.trainer import Trainer
from modules.training.device import Device
from settings import TadGANSettings

log = logging.getLogger(__name__)


def train(
    features: np.ndarray,
    names: Sequence[str],
    starts: np.ndarray,
    settings: TadGANSettings,
    run: Run,
    device: Device,
) -> tuple[Scaler, TadGAN]:
    """Train in the folder of `run`; return (scaler, `TadGAN`).

    `features`: float64 (n_rows, F), columns `names`; `starts`: int (n_windows,), where windows of
    `settings.seq_len` rows begin.
    """
    scaler = SCALERS[settings.scaler]().fit(features, names)
    scaled = centred(scaler.transform(features), settings.scaler).astype(np.float32)
    n_steps = n_training_steps(len(starts), settings)
    log.info(
        "%d windows of %d x %d, %d steps -> %s",
        len(starts), settings.seq_len, features.shape[1], n_steps, run.folder,
    )  # fmt: skip
    keras.utils.set_random_seed(settings.seed)
    tadgan = TadGAN(settings, features.shape[1], device)
    batches = tadgan.batches(scaled, starts)
    Trainer(
        tadgan.phases(batches, n_steps),
        {"tadgan": tadgan, "random": batches.random},
        run,
        tadgan.rates,
        log_interval=settings.log_interval,
        checkpoint_interval=settings.checkpoint_interval,
        on_nan=settings.on_nan,
    ).train()
    return scaler, tadgan


def n_training_steps(n_windows: int, settings: TadGANSettings) -> int:
    """Steps in which the critics see every window `epochs` times, at most `train_step`."""
    per_step = settings.batch_size * settings.n_critic
    return min(settings.train_step, max(1, round(settings.epochs * n_windows / per_step)))
