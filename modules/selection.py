"""Which weights of the joint phase are kept: the nearest to held-out windows, copies ruled out."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist

from models.fast_recurrent import forward
from modules.memorisation import nearest_windows
from modules.splits import blocked_split

SCORES = ("heldout_distance", "neighbour_ratio")
N_WINDOWS = 600  # a side
MOST_SEARCHED = 10000  # training windows searched for copies
NEAREST_ALLOWED = 0.5  # neighbour ratio below which training windows come back
SEED_OFFSET = 1000  # from the seed of the training


def split(starts, settings):
    """Return the `starts` to train on and those held out, in blocks of time; int arrays.

    `settings`: with `seq_len`, `seed` and `heldout`, the share of blocks; 0 trains on everything.
    Raises DataError when no window fits a block, see `modules.splits.blocked_split`.
    """
    if not settings.heldout:
        return starts, starts[:0]
    parts = blocked_split(starts, settings.seq_len, settings.seed, test_share=settings.heldout)
    return tuple(starts[part] for part in parts)


class Selection:
    """Scores what a model makes of one fixed noise.

    `model`: noise (B, T, Z) -> scaled window (B, T, F), the very networks that are trained.
    `scaled`: float32 (n_rows, F). `starts`: int (n,), of the training windows. `unseen`: int (m,),
    of held-out windows; where there are none, the distance is to training windows, and blocks of
    time among them show how far apart windows are. `noise`: see `modules.noise.noise_maker`.
    """

    def __init__(self, model, scaled, starts, unseen, *, seq_len, noise, seed, fast):
        self._model, self._fast = model, fast
        shape = (N_WINDOWS, seq_len, model.input_shape[-1])
        random = tf.random.Generator.from_seed(seed + SEED_OFFSET, alg="philox")
        self._noise = noise(random, shape)

        def windows_at(some, at_most=N_WINDOWS):
            chosen = np.linspace(0, len(some) - 1, min(at_most, len(some))).astype(int)
            return scaled[some[chosen][:, None] + np.arange(seq_len)]

        rest, apart = starts, unseen
        if not len(unseen):
            rest, apart = (starts[i] for i in blocked_split(starts, seq_len, seed))
        self._train = windows_at(starts, MOST_SEARCHED)
        from_rest = nearest_windows(windows_at(apart), windows_at(rest, MOST_SEARCHED))[0]
        self._unseen_distance = max(np.median(from_rest), np.finfo(np.float32).tiny)
        self._distance = EnergyDistance(windows_at(unseen if len(unseen) else starts))

    def scores(self):
        """Return the scores of the model as it stands, named as in SCORES; lower distance first."""
        windows = self._draw().numpy()
        nearest = np.median(nearest_windows(windows, self._train)[0])
        return dict(
            zip(SCORES, (self._distance(windows), nearest / self._unseen_distance), strict=True)
        )

    @staticmethod
    def is_no_copy(named):
        """Whether the windows keep their distance from those trained on."""
        return named["neighbour_ratio"] >= NEAREST_ALLOWED

    @tf.function(autograph=False)
    def _draw(self):
        if self._fast:
            return forward(self._model, self._noise, training=False)
        return self._model(self._noise, training=False)


class EnergyDistance:
    """Between sets of windows: 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Szekely and Rizzo, 2013).

    A window counts with its values and its steps from row to row, each in the deviations of
    `real`, float32 (n, T, F): level and roughness weigh the same. Zero for equal distributions.
    """

    def __init__(self, real):
        parts = real, np.diff(real, axis=1)
        self._scales = [np.maximum(part.std(axis=(0, 1)), 1e-6) for part in parts]
        self._real = self._flat(real)
        self._among_real = _mean_distance(self._real)

    def __call__(self, windows):
        flat = self._flat(windows)
        between = cdist(self._real, flat).mean()
        return float(2 * between - self._among_real - _mean_distance(flat))

    def _flat(self, windows):
        parts = windows, np.diff(windows, axis=1)
        scaled = [part / scale for part, scale in zip(parts, self._scales, strict=True)]
        return np.concatenate([part.reshape(len(part), -1) for part in scaled], axis=1)


def _mean_distance(flat):
    """Mean distance between two different ones of `flat` (n, D)."""
    return cdist(flat, flat).sum() / (len(flat) * max(1, len(flat) - 1))
