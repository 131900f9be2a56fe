"""The forecaster of documents 001 and 004: what comes next, said at every step of a window.

Shape letters: B windows per batch, T time steps, F features, O outputs per step.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from models import losses

LOSSES = ("huber_loss", "mae")  # of a training step
WINDOWS_PER_CALL = 1024
KERNEL_SIZE = 5  # steps the convolution looks back over, its own included


def forecaster(
    n_features: int,
    n_outputs: int = 1,
    *,
    units: int = 60,
    scale: float = 1.0,
    offset: float = 0.0,
    name: str = "forecaster",
) -> keras.Sequential:
    """Return a causal `keras.Sequential`: window (B, T, F) -> forecasts (B, T, O), any T.

    Output at step t depends on steps up to t alone. `units` is the width of the convolution and
    both LSTM layers; the dense layers are a half and a sixth of it (60, 30 and 10 in document
    001). The last layer turns the network's O(1) numbers into the target's units: `scale * x +
    offset`, 400 and 0 in document 001, which has a Lambda there. Stock layers only, so that plain
    `keras.saving.load_model` opens the file anywhere.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((None, n_features), dtype="float32"),
            layers.Conv1D(units, KERNEL_SIZE, padding="causal", activation="relu"),
            layers.LSTM(units, return_sequences=True),
            layers.LSTM(units, return_sequences=True),
            layers.Dense(units // 2, activation="relu"),
            layers.Dense(units // 6, activation="relu"),
            layers.Dense(n_outputs),
            layers.Rescaling(scale, offset),
        ],
        name=name,
    )


class Forecaster(tf.Module):
    """A forecasting network, with what training and forecasting do with it.

    `call`: computes a network, (network, inputs, training=...), such as `models.fast_recurrent`'s
    `forward`.
    """

    def __init__(self, network: keras.Model, call: Callable[..., tf.Tensor]) -> None:
        super().__init__(name="forecaster")
        self.network = network
        self._compute = call
        self.horizon: int = network.output_shape[-1]

    def training_step(
        self, optimizer: keras.optimizers.Optimizer, windows: tf.Tensor, ahead: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Move the network down the Huber loss. `windows`: (B, T, F); `ahead`: (B, T, O)."""
        with tf.GradientTape() as tape:
            forecast = self._call(windows, training=True)
            loss = losses.huber_loss(ahead, forecast)
        variables = self.network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return {"huber_loss": loss, "mae": losses.absolute_loss(ahead, forecast)}

    def predict(self, windows: np.ndarray) -> np.ndarray:
        """Forecasts float32 (n, T, O), in the target's unit, of scaled windows (n, T, F)."""
        batches = range(0, len(windows), WINDOWS_PER_CALL)
        calls = [self._predict(tf.constant(windows[i : i + WINDOWS_PER_CALL])) for i in batches]
        return np.concatenate(calls)

    @tf.function(autograph=False)
    def _predict(self, windows: tf.Tensor) -> tf.Tensor:
        return self._call(windows, training=False)

    def _call(self, windows: tf.Tensor, training: bool) -> tf.Tensor:
        return self._compute(self.network, windows, training=training)
