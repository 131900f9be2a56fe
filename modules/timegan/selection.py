"""What is kept of a training: weights and chain nearest to the records, copies ruled out."""

import logging
from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist

from modules.fidelity.copies import nearest_windows
from modules.fidelity.distance import EnergyDistance, flat
from modules.fidelity.floors import gaussian_windows
from modules.timegan.noise import Noise, inputs, settled, warmed_up
from modules.training.device import Device
from modules.windows.cut import windows_at
from modules.windows.splits import thinned

N_WINDOWS = 600  # a side
MOST_SEARCHED = 10000  # training windows searched for copies
NEAREST_ALLOWED = 0.3  # neighbour ratio below which training windows come back
SEED_OFFSET = 1000  # from the seed of the training

log = logging.getLogger(__name__)


class Selection:
    """Scores what a model makes of one fixed noise.

    `model`: noise (B, T, Z) -> scaled window (B, T, F), the very networks that are trained.
    `scaled`: float32 (n_rows, F). `finished`: makes of windows (n, T, F) of the model what would be
    written of them, scaled too. `starts`: int (n,), of the training windows. `unseen`: int (m,), of
    held-out windows. The distance is to windows of all records, evenly: those held out of a few
    blocks of time have a weather of their own, by which early weights may win. `noise`: see
    `modules.timegan.noise`. `warm_up`: rows cut off before, see `modules.timegan.synthesis.sample`.
    `conditions`: float32 (n_rows, C), of which windows get those of the windows they are held to.
    """

    NAMES: tuple[str, ...] = ("records_distance", "neighbour_ratio")

    def __init__(
        self,
        model: keras.Model,
        scaled: np.ndarray,
        starts: np.ndarray,
        unseen: np.ndarray,
        *,
        seq_len: int,
        noise: Noise,
        seed: int,
        device: Device,
        finished: Callable[[np.ndarray], np.ndarray],
        warm_up: int = 0,
        conditions: np.ndarray | None = None,
    ) -> None:
        self._model, self._device = model, device
        self._warm_up = settled(noise, warm_up)
        shape = (N_WINDOWS, self._warm_up + seq_len, model.inputs[0].shape[-1])
        random = tf.random.Generator.from_seed(seed + SEED_OFFSET, alg="philox")
        judged = thinned(np.sort(np.concatenate([starts, unseen])), N_WINDOWS)
        given = None
        if conditions is not None:
            given = windows_at(conditions, np.resize(judged, N_WINDOWS), seq_len)
        self._inputs = inputs(noise, random, shape, warmed_up(given, self._warm_up))
        self._finished = finished
        searched, chosen = thinned(starts, MOST_SEARCHED), thinned(starts, N_WINDOWS)
        self._train = windows_at(scaled, searched, seq_len)
        between = cdist(flat(windows_at(scaled, chosen, seq_len)), flat(self._train))
        between[np.abs(chosen[:, None] - searched) < seq_len] = np.inf
        self._usual = max(np.median(between.min(axis=1)), np.finfo(np.float32).tiny)
        self._distance = EnergyDistance(windows_at(scaled, judged, seq_len))

    def scores(self) -> dict[str, float]:
        """Return the scores of the model as it stands, named as in `NAMES`.

        The second is the distance to the nearest training window, in units of that between
        training windows that share no row. Held-out blocks would not do as the unit: records that
        drift lie far from the rest, and honest windows would pass for copies.
        """
        return self._scores_of(self._draw().numpy())

    def choose(self, chains: Mapping[str, keras.Model]) -> str:
        """Return the name of the chain whose windows lie nearest to the records.

        `chains`: what may make windows of the noise, by name; the first is what has been trained,
        and is kept where every other makes copies, or lies no nearer. All distances are logged,
        those of training windows and of a Gaussian beside them.
        """
        trained, *_ = chains
        scored = {}
        for name, model in chains.items():
            windows = self._device.call(model, self._inputs, training=False)[:, self._warm_up :]
            scored[name] = self._scores_of(windows.numpy())
        distance, _ = self.NAMES
        allowed = [name for name in chains if name == trained or self.is_no_copy(scored[name])]
        chosen = min(allowed, key=lambda name: scored[name][distance])
        compared = {name: scores[distance] for name, scores in scored.items()}
        compared |= self._references()
        told = ", ".join(f"{name} {value:.4f}" for name, value in compared.items())
        log.info("%s: %s", distance, told)
        log.info("Windows are made by: %s", chosen)
        if chosen != trained:
            log.warning(
                "`keep_best`: %s lies nearer to the records than what was trained. More "
                "joint steps may change that.",
                chosen,
            )
        return chosen

    def _references(self) -> dict[str, float]:
        """How far training windows and a Gaussian's lie from the records."""
        train = thinned(self._train, N_WINDOWS)
        made = {
            "training windows": train,
            "Gaussian": gaussian_windows(train, N_WINDOWS, seed=SEED_OFFSET),
        }
        return {name: self._distance(windows) for name, windows in made.items()}

    def _scores_of(self, windows: np.ndarray) -> dict[str, float]:
        if not np.isfinite(windows).all():
            return dict.fromkeys(self.NAMES, np.nan)
        windows = self._finished(windows)
        nearest = np.median(nearest_windows(windows, self._train)[0])
        return dict(zip(self.NAMES, (self._distance(windows), nearest / self._usual), strict=True))

    @staticmethod
    def is_no_copy(named: dict[str, float]) -> bool:
        """Whether the windows keep their distance from those trained on."""
        return named["neighbour_ratio"] >= NEAREST_ALLOWED

    @tf.function(autograph=False)
    def _draw(self) -> tf.Tensor:
        windows = self._device.call(self._model, self._inputs, training=False)
        return windows[:, self._warm_up :]
