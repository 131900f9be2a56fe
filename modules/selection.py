"""Which weights of the joint phase are kept: the nearest to held-out windows, copies ruled out."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist

from models.fast_recurrent import call
from modules.errors import DataError
from modules.memorisation import nearest_windows
from modules.quantiles import as_rows, mapped, occurrences, quantiles_of
from modules.splits import blocked_split, spread
from modules.windows import windows_at

SCORES = ("heldout_distance", "neighbour_ratio")
N_WINDOWS = 600  # a side
MOST_SEARCHED = 10000  # training windows searched for copies
NEAREST_ALLOWED = 0.3  # neighbour ratio below which training windows come back
NARROWEST = 0.03  # of the widest deviation, the least that is whitened to the same
TINY = 1e-6  # deviation of a column that stands still
SEED_OFFSET = 1000  # from the seed of the training


def split(starts, settings):
    """Return the `starts` to train on and those held out, in blocks of time; int arrays.

    `settings`: with `seq_len`, `seed` and `heldout`, the share of blocks; 0 trains on everything.
    Raises DataError when no window fits a block, see `modules.splits.blocked_split`.
    """
    if not settings.heldout:
        return starts, starts[:0]
    try:
        parts = blocked_split(starts, settings.seq_len, settings.seed, test_share=settings.heldout)
    except DataError as error:
        raise DataError(f"`heldout`: {error} Or train on all of it: `--heldout 0`.") from None
    return tuple(starts[part] for part in parts)


class Selection:
    """Scores what a model makes of one fixed noise.

    `model`: noise (B, T, Z) -> scaled window (B, T, F), the very networks that are trained.
    `scaled`: float32 (n_rows, F). `starts`: int (n,), of the training windows. `unseen`: int (m,),
    of held-out windows; where there are none, the distance is to training windows. `noise`: see
    `modules.noise`. `maps`: score the windows as quantile mapping leaves them.
    """

    def __init__(self, model, scaled, starts, unseen, *, seq_len, noise, seed, fast, maps=False):
        self._model, self._fast = model, fast
        shape = (N_WINDOWS, seq_len, model.input_shape[-1])
        random = tf.random.Generator.from_seed(seed + SEED_OFFSET, alg="philox")
        self._noise = noise(random, shape)
        self._quantiles = None
        if maps:
            rows, begins, n_together = as_rows(scaled, starts, seq_len)
            self._quantiles = quantiles_of(rows, occurrences(begins, n_together, len(rows)))

        searched, chosen = spread(starts, MOST_SEARCHED), spread(starts, N_WINDOWS)
        self._train = windows_at(scaled, searched, seq_len)
        between = cdist(_flat(windows_at(scaled, chosen, seq_len)), _flat(self._train))
        between[np.abs(chosen[:, None] - searched) < seq_len] = np.inf
        self._usual = max(np.median(between.min(axis=1)), np.finfo(np.float32).tiny)
        judged = unseen if len(unseen) else starts
        judged = spread(judged, N_WINDOWS)
        self._distance = EnergyDistance(windows_at(scaled, judged, seq_len))

    def scores(self):
        """Return the scores of the model as it stands, named as in SCORES.

        The second is the distance to the nearest training window, in units of that between
        training windows that share no row. Held-out blocks would not do as the unit: records that
        drift lie far from the rest, and honest windows would pass for copies.
        """
        windows = self._draw().numpy()
        if self._quantiles is not None:
            rows = windows.reshape(-1, len(self._quantiles))
            windows = mapped(rows, quantiles_of(rows), self._quantiles).reshape(windows.shape)
        nearest = np.median(nearest_windows(windows, self._train)[0])
        return dict(zip(SCORES, (self._distance(windows), nearest / self._usual), strict=True))

    @staticmethod
    def is_no_copy(named):
        """Whether the windows keep their distance from those trained on."""
        return named["neighbour_ratio"] >= NEAREST_ALLOWED

    @tf.function(autograph=False)
    def _draw(self):
        return call(self._model, self._noise, training=False, fast=self._fast)


class EnergyDistance:
    """Between sets of windows: 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely and Rizzo, 2013).

    A window counts with its values and its steps from row to row, each whitened by `real`, float32
    (n, T, F): level and roughness weigh the same, and how far power strays from what the wind
    gives as much as how strong the wind is. Zero for equal distributions.
    """

    def __init__(self, real):
        self._whitenings = [_whitening(part) for part in (real, np.diff(real, axis=1))]
        self._real = self._flat(real)
        self._among_real = _mean_distance(self._real)

    def __call__(self, windows):
        flat = self._flat(windows)
        between = cdist(self._real, flat).mean()
        return float(2 * between - self._among_real - _mean_distance(flat))

    def _flat(self, windows):
        parts = windows, np.diff(windows, axis=1)
        white = [part @ matrix for part, matrix in zip(parts, self._whitenings, strict=True)]
        return np.concatenate([_flat(part) for part in white], axis=1)


def _whitening(windows):
    """Matrix (F, F) that makes the rows of `windows` columns of deviation 1 without correlation.

    Deviations below `NARROWEST` of the widest stay small: there, noise would count like weather.
    """
    rows = windows.reshape(-1, windows.shape[-1])
    scales = np.maximum(rows.std(axis=0), TINY)
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov((rows / scales).T, bias=True)))
    narrowest = max(NARROWEST**2 * variances[-1], TINY)
    return axes / np.sqrt(np.maximum(variances, narrowest)) / scales[:, None]


def _flat(windows):
    return windows.reshape(len(windows), -1)


def _mean_distance(flat):
    """Mean distance between two different ones of `flat` (n, D)."""
    return cdist(flat, flat).sum() / (len(flat) * max(1, len(flat) - 1))
