"""The forecaster of documents 001 and 004: what comes next, said at every step of a window.

Shape letters: B windows per batch, T time steps, F features, O outputs per step.
"""

import keras

KERNEL_SIZE = 5  # steps the convolution looks back over, its own included


def forecaster(n_features, n_outputs=1, *, units=60, scale=1.0, offset=0.0, name="forecaster"):
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
