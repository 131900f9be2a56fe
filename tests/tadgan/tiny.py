"""TadGAN small enough for a test."""

import keras
import numpy as np

from modules.tadgan.steps import TadGAN
from settings import TadGANSettings
from tests.tiny import CPU

STEPS, FEATURES = 18, 2


def tiny_settings(**fields):
    sizes = {"seq_len": STEPS, "latent_dim": 3, "batch_size": 4, "n_critic": 2, "train_step": 3}
    return TadGANSettings(**(sizes | fields))


def tiny_tadgan(*, device=CPU, seed=0, **fields):
    keras.utils.set_random_seed(seed)
    return TadGAN(tiny_settings(**fields), FEATURES, device)


def tiny_waves(n_rows=60):
    """Two sine waves in -1...1: float32 (n_rows, 2)."""
    t = np.arange(n_rows)[:, None]
    return np.sin(t * [0.3, 0.7] + [0.0, 1.0]).astype(np.float32)
