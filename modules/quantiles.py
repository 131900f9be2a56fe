"""Quantile mapping: what a model makes, brought to the distribution its training data had.

A monotone function per column sets how often each value occurs and leaves the ranks, and with
them the order in time and the dependence between columns, as the model made them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from modules.mapping import LARGEST_NUMBER
from modules.synthesis import sample

LEVELS = 1001
FITTED_WINDOWS = 2000
SEED_SHIFT = 1_000_003  # other windows than those that the report judges


@dataclass(frozen=True, eq=False)
class QuantileMapping:
    """One fixed function per feature, the same whatever number of windows or rows it is given.

    `names`: the F features', in the scaler's order. `generated`, `training`: float64 (F, K), the
    quantiles at K evenly spaced levels from 0 to 1, scaled. Sine and cosine of an angle are mapped
    each for itself: measured on simulated and on trained directions, the angle gains by it.
    """

    FILE: ClassVar = "quantiles.json"

    names: tuple[str, ...]
    generated: np.ndarray
    training: np.ndarray

    @classmethod
    def fit(cls, names, generated, training, weights=None):
        """Learn from scaled windows `generated` (..., F) and scaled rows `training` (n_rows, F).

        `weights`: int (n_rows,), how often each row counts; None is once. Quantiles are values
        that occurred, so that a point mass such as 0 kW stays one.
        """
        return cls.of(names, quantiles_of(generated), quantiles_of(training, weights))

    @classmethod
    def of(cls, names, generated, training):
        """Return the mapping of the features `names` with these quantiles, (F, K) each.

        Raises ValueError or TypeError when they are no quantiles of F features.
        """
        names = tuple(names)
        generated, training = np.array(generated, np.float64), np.array(training, np.float64)
        if not all(isinstance(name, str) for name in names):
            raise TypeError("names must be text")
        if not generated.ndim == 2 or not generated.shape == training.shape:
            raise ValueError("as many generated as training quantiles are needed")
        if len(names) != len(generated) or generated.shape[1] < 2:
            raise ValueError("two or more quantiles per feature are needed")
        both = np.stack([generated, training])
        if not (np.abs(both) <= LARGEST_NUMBER).all():
            raise ValueError("quantiles must be finite")
        if not (np.diff(both) >= 0).all():
            raise ValueError("quantiles must not decrease")
        return cls(names, generated, training)

    def __call__(self, scaled):
        """Map scaled windows (..., F) to float64 (..., F), in the range of the training rows.

        Linear between quantiles. A value that is several generated quantiles at once goes to the
        training quantile in the middle of theirs, and one beyond all of them to the nearest's.

        >>> mapping = QuantileMapping.of(["Power"], [[0, 0, 0, 1, 2]], [[5, 6, 7, 20, 40]])
        >>> mapping(np.array([[-1.0], [0.0], [0.5], [1.5], [3.0]]))[:, 0]
        array([ 6.,  6., 13., 30., 40.])
        """
        return mapped(scaled, self.generated, self.training)


def quantiles_of(rows, weights=None):
    """Return the quantiles of every column at `LEVELS` even levels: float64 (F, LEVELS).

    `rows`: scaled (..., F). `weights`: int (n_rows,), how often each row counts; None is once.
    """
    rows, levels = rows.reshape(-1, rows.shape[-1]), np.linspace(0, 1, LEVELS)
    return np.quantile(rows, levels, axis=0, method="inverted_cdf", weights=weights).T


def mapped(scaled, generated, training):
    """Map windows (..., F) from quantiles `generated` to `training`, (F, K): `QuantileMapping`."""
    columns = zip(np.moveaxis(scaled, -1, 0), generated, training, strict=True)
    return np.stack([_map(*column) for column in columns], -1)


def _map(values, generated, training):
    knots, first, ties = np.unique(generated, return_index=True, return_counts=True)
    middle = first + (ties - 1) / 2
    targets = np.interp(middle, np.arange(len(training)), training)
    # On a steep piece, interpolation may pass its end by a rounding error.
    return np.clip(np.interp(values, knots, targets), targets[0], targets[-1])


def learn(model, noise, scaler, series, starts, settings, *, fast):
    """Fit a `QuantileMapping` to 2000 windows of the finished synthetic `model`.

    `noise`: see `modules.synthesis.sample`. `series`: float (n_rows, F), not scaled, and `starts`,
    int (n_windows,), as `modules.windows.cut` gives them. A row counts as often as it stood in a
    training window.
    """
    seed = settings.seed + SEED_SHIFT
    generated = sample(model, FITTED_WINDOWS, settings.seq_len, noise=noise, seed=seed, fast=fast)
    weights = occurrences(starts, settings.seq_len, len(series))
    return QuantileMapping.fit(scaler.names_, generated, scaler.transform(series), weights)


def occurrences(starts, seq_len, n_rows):
    """Return in how many windows each row stands, int (n_rows,).

    >>> occurrences(np.array([0, 1, 4]), seq_len=2, n_rows=6)
    array([1, 2, 1, 0, 1, 1])
    """
    begun = np.bincount(starts, minlength=n_rows)
    over = np.bincount(starts + seq_len, minlength=n_rows)[:n_rows]
    return np.cumsum(begun - over)
