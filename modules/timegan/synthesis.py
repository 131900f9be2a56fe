"""From a trained synthetic model to a table in the site's own columns and units."""

import math

import numpy as np
import pandas as pd
import tensorflow as tf

from models.fast_recurrent import call
from modules.preprocessing import ANGLE, decode_angles
from modules.records.columns import ATOM_SLICE, wrap_angle
from modules.runs.spreadsheet import decimals

BATCH = 1024  # windows per call


def draw(trained, n_windows, n_steps, *, seed, fast, raw=False):
    """Return what `trained`, a `modules.runs.trained.Trained`, writes: float64, physical units.

    (n_windows, n_steps, n_variables). See `sample` and `to_physical`. `raw` leaves out the
    quantile mapping of a run that has one: the same windows, as the model made them.
    """
    noise = trained.noise
    scaled = sample(trained.model, n_windows, n_steps, noise=noise, seed=seed, fast=fast)
    if trained.quantiles is not None and not raw:
        scaled = trained.quantiles(scaled)
    return to_physical(scaled, trained.scaler, trained.columns)


def sample(model, n_windows, seq_len, *, noise, seed, fast):
    """Return `n_windows` scaled windows, float32 (n_windows, seq_len, F).

    `model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: the one it was trained with, a
    function of (`tf.random.Generator`, shape), see `noise_maker`. The same seed gives the same
    windows. A single long window is a seamless series: the recurrent state is carried through it.
    """
    random = tf.random.Generator.from_seed(seed, alg="philox")
    batch = min(BATCH, n_windows)
    noise_shape = (batch, seq_len, model.input_shape[-1])

    @tf.function(autograph=False)
    def draw():
        return call(model, noise(random, noise_shape), training=False, fast=fast)

    batches = [draw().numpy() for _ in range(math.ceil(n_windows / batch))]
    return np.concatenate(batches)[:n_windows]


def to_physical(scaled, scaler, columns):
    """Scaled windows (..., n_features) -> physical units (..., n_variables), within all limits.

    `columns`: list of `Column`. A value within 0.5 % of the range from an atom
    takes the atom's: a sigmoid gets near 0 kW and rated power but never reaches them. Values are
    then rounded as they will be written, and held within what the training data showed; an angle
    is wrapped last, for rounding can make 360 of 359.9999.
    """
    values = decode_angles(scaler.inverse_transform(scaled.astype(np.float64)), columns)
    for i, column in enumerate(columns):
        values[..., i] = _within_limits(values[..., i], column)
    return values + 0.0  # no negative zeros


def _within_limits(values, column):
    for atom in column.atoms:
        reach = ATOM_SLICE * (column.observed_max - column.observed_min)
        values = np.where(np.abs(values - atom.value) <= reach, atom.value, values)
    values = np.round(values, decimals(max(abs(column.observed_min), abs(column.observed_max))))
    if column.kind == ANGLE:
        return wrap_angle(values, column.lower)
    return np.clip(values, column.observed_min, column.observed_max)


def to_table(windows, columns, *, freq, start):
    """Lay windows (n_windows, T, n_variables) under each other, as the CSV has them.

    Columns `window` (0, 1, ...), `DateTime`, then the variables. Time runs on from `start` in
    steps of `freq` through all windows; without times (`freq` None) `step` counts the rows of a
    window in its place.
    """
    n_windows, n_steps, n_variables = windows.shape
    table = pd.DataFrame(
        windows.reshape(-1, n_variables), columns=[column.name for column in columns]
    )
    if freq is None:
        table.insert(0, _unlike("step", table), np.tile(np.arange(n_steps), n_windows))
    else:
        # Milliseconds: nanoseconds, pandas 2's default, end in 2262, too soon for monthly records.
        times = pd.date_range(start, periods=len(table), freq=freq, unit="ms")
        table.insert(0, _unlike("DateTime", table), times)
    table.insert(0, _unlike("window", table), np.repeat(np.arange(n_windows), n_steps))
    return table


def _unlike(name, table):
    """`name`, with underscores behind it where a variable is called so."""
    return _unlike(f"{name}_", table) if name in table else name
