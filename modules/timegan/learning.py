"""One training of TimeGAN, from features to a model: what gan_train.py and the benchmarks share."""

import logging

import keras
import numpy as np

from modules.preprocessing import SCALERS
from modules.timegan.noise import fitted_noise
from modules.timegan.selection import Selection
from modules.trainer import Trainer
from modules.utils import TimeGAN
from modules.windows.batches import Batches

log = logging.getLogger(__name__)


def learn(features, names, parts, settings, run, *, has_gpu):
    """Train all phases in the folder of `run`; return scaler, `TimeGAN` and noise.

    `features`: float64 (n_rows, F), columns `names`; `parts`: where the windows of
    `settings.seq_len` rows begin, those to train on and those held out, see
    `modules.timegan.selection.split`.
    """
    training, unseen = parts
    scaler = SCALERS[settings.scaler]().fit(features, names)
    scaled = scaler.transform(features).astype(np.float32)
    log.info(
        "%d windows of %d x %d to train on, %d held out -> %s",
        training.size, settings.seq_len, features.shape[1], unseen.size, run.folder,
    )  # fmt: skip

    keras.utils.set_random_seed(settings.seed)
    timegan = TimeGAN(settings, features.shape[1], fast=not has_gpu)
    noise = fitted_noise(settings, names, scaled, training)
    batches = Batches(
        scaled,
        training,
        seq_len=settings.seq_len,
        batch_size=settings.batch_size,
        z_dim=timegan.z_dim,
        noise=noise,
        seed=settings.seed,
    )
    selection = None
    if settings.keep_best:
        selection = Selection(
            timegan.synthetic_model(),
            scaled,
            training,
            unseen,
            seq_len=settings.seq_len,
            noise=noise,
            seed=settings.seed,
            fast=not has_gpu,
            maps=settings.quantile_mapping,
        )
    state = {"timegan": timegan, "random": batches.random}
    phases = timegan.phases(batches, selection)
    Trainer(
        phases,
        state,
        run,
        timegan.rates,
        log_interval=settings.log_interval,
        checkpoint_interval=settings.checkpoint_interval,
        on_nan=settings.on_nan,
    ).train()
    return scaler, timegan, noise
