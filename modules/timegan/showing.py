"""What the generator makes of one noise, as a picture for TensorBoard while it learns."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from modules.timegan.noise import Noise, inputs, settled, warmed_up
from modules.training.device import Device
from modules.windows.cut import windows_at
from modules.windows.splits import thinned

N_WINDOWS = 4  # a side
SEED_OFFSET = 2000  # from the seed of the training: its own draws stay as they are


class Showing:
    """Draws windows of `model`, noise (B, T, Z) -> scaled window (B, T, F), beside real ones.

    `scaled`: float32 (n_rows, F), of features `names`; `starts`: int (n,), of the training windows.
    `noise`, `warm_up`: see `modules.timegan.synthesis.sample`. `conditions`: float32 (n_rows, C).
    """

    def __init__(
        self,
        model: keras.Model,
        scaled: np.ndarray,
        starts: np.ndarray,
        names: Sequence[str],
        *,
        seq_len: int,
        noise: Noise,
        seed: int,
        device: Device,
        warm_up: int = 0,
        conditions: np.ndarray | None = None,
    ) -> None:
        self._model, self._device, self._names = model, device, names
        self._real = windows_at(scaled, thinned(starts, N_WINDOWS), seq_len)
        self._warm_up = settled(noise, warm_up)
        shape = (N_WINDOWS, self._warm_up + seq_len, model.inputs[0].shape[-1])
        random = tf.random.Generator.from_seed(seed + SEED_OFFSET, alg="philox")
        given = None
        if conditions is not None:
            given = windows_at(
                conditions, np.resize(thinned(starts, N_WINDOWS), N_WINDOWS), seq_len
            )
        self._inputs = inputs(noise, random, shape, warmed_up(given, self._warm_up))

    def picture(self) -> np.ndarray:
        """The windows of the networks as they stand, uint8 (height, width, 3)."""
        from modules.report.pictures import image_of_windows

        return image_of_windows(self._real, self._draw().numpy(), self._names)

    @tf.function(autograph=False)
    def _draw(self) -> tf.Tensor:
        windows = self._device.call(self._model, self._inputs, training=False)
        return windows[:, self._warm_up :]
