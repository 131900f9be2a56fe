"""The forecaster's training: its network, its optimiser, its row of the phase table.

Shape letters: B windows per batch, T time steps (`window_size`), F features, O steps ahead
(`horizon`).
"""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from models import losses
from models.forecaster import LOSSES, Forecaster, forecaster
from modules.forecaster.examples import Examples
from modules.preprocessing import Scaler
from modules.training.phases import LARGEST_LOSS, Phase
from modules.windows.batches import drawn
from settings import ForecasterSettings

MOST_VALIDATED = 2048  # windows; above that every n-th one, so that a score costs little
SCORES = ("val_mae", "val_persistence_mae")  # the best weights are those of the lowest val_mae


def build(settings: ForecasterSettings, scaler: Scaler, name: str) -> keras.Sequential:
    """Return the network of a run; its outputs are in the unit of the target."""
    i = scaler.names_.index(settings.target)
    return forecaster(
        len(scaler.names_),
        settings.horizon,
        scale=float(scaler.scale_[i]),
        offset=float(scaler.offset_[i]),
        name=name,
    )


def build_optimizer(settings: ForecasterSettings) -> keras.optimizers.Optimizer:
    if settings.optimizer == "adam":
        return keras.optimizers.Adam(settings.lr, beta_1=settings.momentum)
    return keras.optimizers.SGD(settings.lr, momentum=settings.momentum)


def plan(
    model: Forecaster,
    optimizer: keras.optimizers.Optimizer,
    training: Examples,
    validation: Examples,
    settings: ForecasterSettings,
) -> tuple[Phase, Iterator[tf.Tensor]]:
    """Return (the row of the phase table, the iterator over its windows, for the checkpoints).

    An epoch draws every training window once. A batch may hold the end of an epoch and the
    beginning of the next one, so that all are of one size.
    """
    starts = drawn(training.starts, settings.shuffle_buffer, seed=settings.seed).repeat()
    iterator = iter(starts.batch(settings.batch_size, drop_remainder=True).prefetch(1))
    features, ahead = tf.constant(training.features), tf.constant(training.ahead)
    n_steps = round(settings.epochs * training.starts.size / settings.batch_size)
    optimizer.build(model.network.trainable_variables)

    def step() -> dict[str, tf.Tensor]:
        drawn_starts = next(iterator)
        windows = training.windows(features, drawn_starts)
        return model.training_step(optimizer, windows, training.windows(ahead, drawn_starts))

    phase = Phase(
        "forecast",
        min(settings.train_step, max(1, n_steps)),
        step,
        LOSSES,
        validate=lambda: validate(model, validation),
        scores=SCORES,
        best={"network": model.network},
        largest=LARGEST_LOSS * max(1.0, float(np.abs(training.current).max())),
    )
    return phase, iterator


def validate(model: Forecaster, examples: Examples) -> dict[str, float]:
    """Mean absolute error of the model and of persistence ("no change"), as named in SCORES.

    Over every step of every window and every step ahead, in the target's unit.
    """
    every = -(-examples.starts.size // MOST_VALIDATED)
    starts = examples.starts[::every]
    ahead = examples.windows(examples.ahead, starts)
    forecast = model.predict(examples.windows(examples.features, starts).numpy())
    errors = (
        losses.absolute_loss(ahead, tf.constant(forecast)),
        losses.absolute_loss(ahead, examples.windows(examples.current, starts)),
    )
    return {name: float(error) for name, error in zip(SCORES, errors, strict=True)}
