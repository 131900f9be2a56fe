"""The forecaster as a judge: what it learns from synthetic windows, told on real ones.

Train on synthetic, test on real (TSTR; Esteban, Hyland and Raetsch 2017, arXiv:1706.02633), with
train on real, test on real (TRTR) and persistence beside it.
"""

import keras
import numpy as np
import tensorflow as tf

from models.forecaster import LOSSES, Forecaster, forecaster
from modules.training.device import Device
from modules.training.phases import Phase, compiled

UNITS = 24
LEARNING_RATE = 0.003
BATCH_SIZE = 128
MOST_STEPS, STEPS_PER_SCORE = 600, 50
PATIENCE = 4  # scores without a new best before training stops
HELD_OUT = 0.2
FEWEST_WINDOWS = 10


def judge(
    real_train: np.ndarray,
    real_test: np.ndarray,
    synthetic: np.ndarray,
    *,
    target: int,
    repeats: int = 3,
    seed: int = 0,
) -> dict[str, float]:
    """Return how well a forecaster that learnt from synthetic windows does on real ones.

    `real_train`, `real_test`, `synthetic`: float32 (n, T, F), scaled to 0...1. The task: column
    number `target` at t + 1 from all columns up to t, at every step. The last fifth of the windows
    a network learns from is held out to stop it early; no real window helps a network that learns
    from synthetic ones.

    Returns mean absolute errors on `real_test`: `mae_tstr` and `mae_trtr`, means over networks
    from the seeds `seed` ... `seed + repeats - 1`; `mae_persistence`, of "no change"; `ratio`,
    tstr / trtr, best at 1; `sd`, the deviation of `mae_tstr` over the seeds, NaN for one. Where
    `mae_trtr` does not beat persistence the judge says nothing.

    Raises ValueError for windows of different shapes, or fewer than 10 of a kind.
    """
    _check(real_train, real_test, synthetic, target)
    actual = real_test[:, 1:, target]
    seeds = range(seed, seed + repeats)
    mae_tstr, mae_trtr = (
        np.array([_error(fit(windows, target, s), real_test, actual) for s in seeds])
        for windows in (synthetic, real_train)
    )
    return {
        "mae_tstr": float(mae_tstr.mean()),
        "mae_trtr": float(mae_trtr.mean()),
        "mae_persistence": float(np.abs(actual - real_test[:, :-1, target]).mean()),
        "ratio": float(mae_tstr.mean() / mae_trtr.mean()),
        "sd": float(mae_tstr.std(ddof=1)) if repeats > 1 else float("nan"),
    }


def fit(windows: np.ndarray, target: int, seed: int) -> Forecaster:
    """Return a small `Forecaster` of column `target`, stopped early on the last fifth of `windows`.

    `windows`: float32 (n, T, F). Adam, the Huber loss, and the weights of the lowest held-out mean
    absolute error.
    """
    keras.utils.set_random_seed(seed)
    device = Device(has_gpu=bool(tf.config.list_physical_devices("GPU")))
    model = Forecaster(forecaster(windows.shape[-1], units=UNITS), device.call)
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(model.network.trainable_variables)
    n_learnt = round((1 - HELD_OUT) * len(windows))
    learnt, held_out = tf.constant(windows[:n_learnt]), windows[n_learnt:]
    random = tf.random.Generator.from_seed(seed, alg="philox")

    def step() -> dict[str, tf.Tensor]:
        drawn = random.uniform((min(BATCH_SIZE, n_learnt),), maxval=n_learnt, dtype=tf.int32)
        batch = tf.gather(learnt, drawn)
        return model.training_step(optimizer, batch[:, :-1], batch[:, 1:, target, None])

    run_steps = compiled(Phase("judge", MOST_STEPS, step, LOSSES))
    lowest, best, since = np.inf, model.network.get_weights(), 0
    for _ in range(MOST_STEPS // STEPS_PER_SCORE):
        run_steps(tf.constant(STEPS_PER_SCORE))
        error = _error(model, held_out, held_out[:, 1:, target])
        since += 1
        if error < lowest:
            lowest, best, since = error, model.network.get_weights(), 0
        if since == PATIENCE:
            break
    model.network.set_weights(best)
    return model


def _error(model: Forecaster, windows: np.ndarray, actual: np.ndarray) -> float:
    return np.abs(model.predict(windows[:, :-1])[..., 0] - actual).mean()


def _check(
    real_train: np.ndarray, real_test: np.ndarray, synthetic: np.ndarray, target: int
) -> None:
    shapes = {
        "real_train": real_train.shape, "real_test": real_test.shape, "synthetic": synthetic.shape
    }  # fmt: skip
    fewest = min(shape[0] for shape in shapes.values())
    if len({shape[1:] for shape in shapes.values()}) > 1 or fewest < FEWEST_WINDOWS:
        raise ValueError(
            "Windows must be (n, T, F) with n at least 10, and one T and F. "
            f"Received: {', '.join(f'{name} {shape}' for name, shape in shapes.items())}."
        )
    if not 0 <= target < real_train.shape[-1]:
        raise ValueError(
            f"`target` must be a column from 0 to {real_train.shape[-1] - 1}. "
            f"Received: target={target!r}."
        )
