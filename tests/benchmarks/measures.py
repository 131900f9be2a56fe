"""Every score of a set of windows, a list of values each: those of `fidelity.evaluation`.

`evaluate` there scores floor and Gaussian anew beside every set. A benchmark has many sets to one
floor and one Gaussian, and so takes the same scores apart: a test holds the two together.
"""

from functools import partial

import numpy as np

from modules.fidelity import copies, floors, scores, wind_scores
from modules.fidelity import rows as score_rows
from modules.windows.splits import blocked_split
from tests.benchmarks.datasets import STEPS

JUDGED = ("discriminative", "discriminative 4x", "predictive", "context-fid")
DRAWN = ("correlational",)  # a value per seed, without a judge
PLAIN = ("correlational of all", "marginal", "autocorrelation", "copy rate", "neighbour ratio")
WIND = ("power-curve residual", "ramps of speed", "ramps of power")
SCORES = (*JUDGED, *DRAWN, *PLAIN, *WIND)


def measure(dataset, synthetic, wanted, *, seeds, steps=score_rows.Steps()):  # noqa: B008
    """Score `synthetic`, float32 (m, 24, F) scaled, against all real windows of `dataset`.

    Returns {score: [value per judge seed]}, one value where nothing is trained or drawn, for the
    scores out of `wanted` that have a meaning for `dataset`.
    """
    split = _split(dataset, np.arange(len(dataset.scored_starts)))
    return _made(dataset, dataset.windows(), synthetic, (split, None), wanted, seeds, steps)


def gaussian(dataset, wanted, *, seeds, steps=score_rows.Steps()):  # noqa: B008
    """The same for one multivariate Gaussian over the flattened window."""
    real = dataset.windows()
    drawn = floors.gaussian_windows(real, len(real), seed=seeds[0])
    return measure(dataset, drawn, wanted, seeds=seeds, steps=steps)


def copula(dataset, wanted, *, seeds, steps=score_rows.Steps()):  # noqa: B008
    """The same for the noise that the generator gets: what is better is the networks' doing."""
    import tensorflow as tf

    from modules.timegan.copula import Copula

    real, scaled = dataset.windows(), dataset.scaled(dataset.features)
    noise = Copula.fit(dataset.names, scaled, dataset.starts, STEPS)
    drawn = noise(tf.random.Generator.from_seed(seeds[0], alg="philox"), real.shape).numpy()
    return measure(dataset, drawn, wanted, seeds=seeds, steps=steps)


def floor(dataset, wanted, *, seeds, steps=score_rows.Steps()):  # noqa: B008
    """The same for one half of the real windows against the other.

    The predictive score is that of training on the real windows. Copies have no floor.
    """
    real, starts = dataset.windows(), dataset.scored_starts
    halves = floors.real_halves(
        len(real), STEPS, seed=seeds[0], starts=starts if dataset.blocked else None
    )
    splits = [_split(dataset, half) for half in halves]
    first, second = (real[half] for half in halves)
    apart = [name for name in wanted if name not in ("copy rate", "neighbour ratio", "predictive")]
    made = _made(dataset, first, second, splits, apart, seeds, steps)
    if "predictive" in wanted:
        made |= _made(dataset, real, real, (None, None), ["predictive"], seeds, steps)
    return made


def _made(dataset, real, synthetic, splits, wanted, seeds, steps):
    makers = _judged(real, synthetic, splits, seeds, steps) | _unjudged(real, synthetic, seeds)
    makers |= {
        "copy rate": lambda: [copies.closeness(synthetic, real).rate],
        "neighbour ratio": lambda: [_neighbour_ratio(dataset, real, synthetic)],
    }
    if dataset.power is not None:
        makers |= _wind(dataset, real, synthetic)
    return {name: [float(x) for x in makers[name]()] for name in wanted if name in makers}


def _judged(real, synthetic, splits, seeds, steps):
    discriminative = partial(
        scores.discriminative_score, real, synthetic, seeds=seeds, steps=steps.discriminative,
        real_split=splits[0], synthetic_split=splits[1],
    )  # fmt: skip
    return {
        "discriminative": discriminative,
        "discriminative 4x": partial(discriminative, width=4),
        "predictive": partial(
            scores.predictive_score, real, synthetic, seeds=seeds, steps=steps.predictive
        ),
        "context-fid": partial(
            scores.context_fid_score, real, synthetic, seeds=seeds, steps=steps.encoder
        ),
    }


def _unjudged(real, synthetic, seeds):
    return {
        "correlational": partial(scores.correlational_score, real, synthetic, seeds=seeds),
        "correlational of all": lambda: [scores.correlational_score_of_all(real, synthetic)],
        "marginal": lambda: [scores.marginal_distances(real, synthetic).mean()],
        "autocorrelation": lambda: [scores.autocorrelation_distance(real, synthetic)],
    }


def _wind(dataset, real, synthetic):
    at = {"wind_speed": dataset.wind_speed, "power": dataset.power}
    real, synthetic = dataset.physical(real), dataset.physical(synthetic)

    def residual():
        return [
            wind_scores.power_curve_residual(synthetic, wind_scores.power_curve(real, **at), **at)
        ]

    def ramps(column):
        return [wind_scores.ramp_distance(real, synthetic, column=column)]

    return {
        "power-curve residual": residual,
        "ramps of speed": partial(ramps, dataset.wind_speed),
        "ramps of power": partial(ramps, dataset.power),
    }


def _neighbour_ratio(dataset, real, synthetic):
    """Median distance to the nearest real window; 1: as far as blocks of time are from the rest.

    Generators train on all windows, so that blocks of them stand in for unseen records.
    """
    rest, unseen = blocked_split(dataset.scored_starts, STEPS, 0)
    nearest = copies.nearest_windows
    usual = np.median(nearest(real[unseen], real[rest])[0])
    return np.median(nearest(synthetic, real)[0]) / max(usual, np.finfo(np.float32).tiny)


def _split(dataset, rows):
    """How a judge splits the windows numbered `rows`; None is the papers' way, at random."""
    return partial(blocked_split, dataset.scored_starts[rows], STEPS) if dataset.blocked else None
