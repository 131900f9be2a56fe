"""How faithful synthetic windows are: scores over arrays, lower is better.

`real` and `synthetic` are float32 (n_windows, T, F), scaled to 0...1 by the same scaler. Scores
that train a network or draw samples return one value per seed, float64 (n_seeds,); report their
mean with the floor and the Gaussian of `modules.fidelity.floors` beside it, never alone.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import wasserstein_distance

from modules.errors import DataError
from modules.fidelity import context_fid, judges
from modules.windows.splits import shuffled_split

LEAST_WINDOWS = 20
DISCRIMINATIVE_STEPS, PREDICTIVE_STEPS = 2000, 5000
CORRELATION_DRAWS = 5
OUTSIDE_SHARE = 0.05

Split = Callable[[int], tuple[np.ndarray, np.ndarray]]  # seed -> (train, test) indices


def discriminative_score(
    real: np.ndarray,
    synthetic: np.ndarray,
    *,
    seeds: Sequence[int],
    width: int = 1,
    steps: int = DISCRIMINATIVE_STEPS,
    real_split: Split | None = None,
    synthetic_split: Split | None = None,
) -> np.ndarray:
    """|accuracy - 1/2| of a trained judge on windows it has not learned from: 0 to 0.5.

    Yoon, Jarrett and van der Schaar (NeurIPS 2019), section 5, as their published code has it:
    a single-layer GRU of int(F / 2) units and one logit after the last step.

    Parameters
    ----------
    real, synthetic : float32 (n, T, F), float32 (m, T, F)
    seeds : sequence of int
        One judge, with its own initial weights, batches and split, for each.
    width : int
        Factor on the judge's units. The judge of the papers (1) misses much that one of 4 sees.
    steps : int
        Training steps, of 128 real and 128 synthetic windows.
    real_split, synthetic_split : callable of a seed -> (train, test) index arrays, or None
        None: four fifths at random, as in the papers. For windows that share rows pass
        `functools.partial(blocked_split, starts, T)`.

    Returns
    -------
    float64 (n_seeds,)
        The accuracy is the mean of both sets', as with the papers' equally large sets.

    Raises
    ------
    DataError
        Where `check_windows` refuses.
    """
    check_windows(real, synthetic)
    # Streams of their own: with one order for both, windows alike in place stay together.
    real_split = real_split or (lambda seed: shuffled_split(len(real), [seed, 0]))
    synthetic_split = synthetic_split or (lambda seed: shuffled_split(len(synthetic), [seed, 1]))
    real_parts = [real_split(seed) for seed in seeds]
    synthetic_parts = [synthetic_split(seed) for seed in seeds]
    judge = judges.train_discriminators(
        real,
        synthetic,
        [train for train, _ in real_parts],
        [train for train, _ in synthetic_parts],
        hidden=judge_units(real.shape[-1], width),
        seeds=seeds,
        steps=steps,
    )
    right = judges.discriminator_logits(judge, real) > 0
    rejected = judges.discriminator_logits(judge, synthetic) <= 0
    accuracy = [
        (right[i, real_parts[i][1]].mean() + rejected[i, synthetic_parts[i][1]].mean()) / 2
        for i in range(len(seeds))
    ]
    return np.abs(np.asarray(accuracy, np.float64) - 0.5)


def predictive_score(
    real: np.ndarray,
    synthetic: np.ndarray,
    *,
    seeds: Sequence[int],
    width: int = 1,
    steps: int = PREDICTIVE_STEPS,
) -> np.ndarray:
    """Mean absolute error, on real windows, of a predictor trained on synthetic ones.

    Yoon, Jarrett and van der Schaar (NeurIPS 2019), section 5, as their published code has it:
    the last column at t+1 from the other columns at t, by a single-layer GRU of int(F / 2) units.
    Compare with real windows in place of `synthetic`, and with `constant_predictor_error`:
    on a last column that nothing predicts the score says nothing.

    Parameters as in `discriminative_score`. Returns float64 (n_seeds,).

    Raises
    ------
    DataError
        For one column alone, a constant last column, and where `check_windows` refuses.
    """
    check_windows(real, synthetic)
    if real.shape[-1] < 2 or real.shape[1] < 2:
        raise DataError(
            "The predictive score predicts the last column from the others, one step ahead, and "
            f"needs two columns and two steps. Received: windows of shape {real.shape[1:]}. "
            "Leave this score out."
        )
    if np.ptp(real[..., -1]) == 0:
        raise DataError(
            "The predictive score needs a last column that varies. Received: a last column that "
            f"is {real[0, 0, -1]:g} throughout. Put another column last or leave this score out."
        )
    hidden = judge_units(real.shape[-1], width)
    judge = judges.train_predictors(synthetic, hidden=hidden, seeds=seeds, steps=steps)
    error = np.abs(judges.predictions(judge, real) - real[:, 1:, -1].T)
    return error.mean(axis=(1, 2), dtype=np.float64)


def context_fid_score(
    real: np.ndarray, synthetic: np.ndarray, *, seeds: Sequence[int], steps: int | None = None
) -> np.ndarray:
    """Fréchet distance between real and synthetic windows, encoded by TS2Vec.

    Jeha et al., PSA-GAN (ICLR 2022); settings of Yuan and Qiao, Diffusion-TS (ICLR 2024). One
    encoder per seed, trained on the real windows alone for `steps` (None: 200 or 600, by size).
    Returns float64 (n_seeds,). Sets of a few hundred windows score higher for their size alone.
    """
    return context_fid_scores(real, [synthetic], seeds=seeds, steps=steps)[:, 0]


def context_fid_scores(
    real: np.ndarray,
    others: Sequence[np.ndarray],
    *,
    seeds: Sequence[int],
    steps: int | None = None,
) -> np.ndarray:
    """`context_fid_score` of several sets with the same encoders: float64 (n_seeds, n_sets)."""
    for other in others:
        check_windows(real, other)
    scores = []
    for seed in seeds:
        weights = context_fid.train_encoder(real, seed=seed, steps=steps)
        encoded = context_fid.encode(weights, real)
        against = [context_fid.encode(weights, other[: len(real)]) for other in others]
        scores.append([context_fid.frechet_distance(encoded, other) for other in against])
    return np.asarray(scores)


def correlational_score(
    real: np.ndarray,
    synthetic: np.ndarray,
    *,
    seeds: Sequence[int],
    n_draws: int = CORRELATION_DRAWS,
) -> np.ndarray:
    """Sum of the absolute differences of all pairwise correlations, divided by 10.

    Liao et al. (2020), as in Yuan and Qiao, Diffusion-TS (ICLR 2024): correlations at lag 0 over
    windows and steps, each pair once. The sum grows with the pairs, F (F + 1) / 2. Each seed
    draws a fifth (`n_draws`) of each set with replacement. Returns float64 (n_seeds,).

    Raises
    ------
    DataError
        For constant columns in `real`, and where `check_windows` refuses. A constant column in
        `synthetic` counts as correlated with nothing.
    """
    _check_columns_vary(real, synthetic)
    scores = []
    for seed in seeds:
        rng = np.random.default_rng([seed, 9])
        drawn = [x[rng.integers(0, len(x), len(x) // n_draws)] for x in (real, synthetic)]
        scores.append(_correlation_gap(*drawn))
    return np.asarray(scores)


def correlational_score_of_all(real: np.ndarray, synthetic: np.ndarray) -> float:
    """`correlational_score` over all windows, as a float: without the noise of the draws.

    On real against real the drawn score is noise alone, and larger than what it should measure.
    """
    _check_columns_vary(real, synthetic)
    return _correlation_gap(real, synthetic)


def _correlation_gap(real: np.ndarray, synthetic: np.ndarray) -> float:
    return float(np.abs(np.tril(correlations(synthetic) - correlations(real))).sum() / 10)


def _check_columns_vary(real: np.ndarray, synthetic: np.ndarray) -> None:
    check_windows(real, synthetic)
    constant = np.flatnonzero(np.ptp(real, axis=(0, 1)) == 0)
    if len(constant):
        raise DataError(
            "The correlational score needs columns that vary. Received: constant columns "
            f"{constant.tolist()} of {real.shape[-1]}. Drop them before scoring."
        )


def correlations(windows: np.ndarray) -> np.ndarray:
    """Correlations over windows and steps of (n, T, F), float64 (F, F); 0 for constant columns."""
    flat = np.asarray(windows, np.float64).reshape(-1, windows.shape[-1])
    flat = _standardised(flat, axis=0)
    return flat.T @ flat / len(flat)


def marginal_distances(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """Wasserstein distance between each column's values, float64 (F,), in the columns' scale."""
    check_windows(real, synthetic)
    columns = (x.reshape(-1, real.shape[-1]).T for x in (real, synthetic))
    return np.array([wasserstein_distance(a, b) for a, b in zip(*columns, strict=True)])


def autocorrelations(windows: np.ndarray) -> np.ndarray:
    """Autocorrelation within windows (n, T, F), float64 (T - 1, F) for the lags 1 to T - 1."""
    z = _standardised(np.asarray(windows, np.float64), axis=(0, 1))
    lags = range(1, windows.shape[1])
    return np.stack([(z[:, :-lag] * z[:, lag:]).mean(axis=(0, 1)) for lag in lags])


def autocorrelation_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """Mean absolute difference of the autocorrelations, over columns and lags."""
    check_windows(real, synthetic)
    return float(np.abs(autocorrelations(real) - autocorrelations(synthetic)).mean())


def _standardised(x: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    deviation = x.std(axis=axis, ddof=1)
    # Rounding gives a constant column a deviation of about 1e-17.
    return (x - x.mean(axis=axis)) / np.where(deviation > 1e-12, deviation, np.inf)


def judge_units(n_columns: int, width: int) -> int:
    """int(F / 2) units, times `width`; one column alone gets one, where the original fails."""
    return width * max(1, n_columns // 2)


def check_windows(real: np.ndarray, synthetic: np.ndarray) -> None:
    """Refuse what no score has a meaning for: DataError says what was found and what to do."""
    check_pair(real, synthetic)
    outside = ((real < 0) | (real > 1)).mean()
    if outside > OUTSIDE_SHARE:
        raise DataError(
            "Scores compare windows scaled to 0...1. Received: real with "
            f"{100 * outside:.0f} % of its values outside, from {real.min():g} to {real.max():g}. "
            "Scale both sets by the training span's minimum and maximum."
        )


def check_pair(real: np.ndarray, synthetic: np.ndarray) -> None:
    """Refuse windows of two shapes, too few of them, and what is no number; on any scale."""
    for name, x in (("real", real), ("synthetic", synthetic)):
        if x.ndim != 3 or x.shape[1:] != real.shape[1:]:
            raise DataError(
                "Both sets must be windows of one shape (n_windows, T, F). Received: real "
                f"{real.shape}, synthetic {synthetic.shape}. Cut both by the same window."
            )
        if len(x) < LEAST_WINDOWS:
            raise DataError(
                f"A score needs at least {LEAST_WINDOWS} windows on either side. Received: "
                f"{name} with {len(x)}. Use more data or shorter windows."
            )
        if not np.isfinite(x).all():
            bad = int((~np.isfinite(x)).any(axis=(1, 2)).sum())
            raise DataError(
                f"Windows must hold finite numbers. Received: {name} with NaN or infinity in "
                f"{bad} of {len(x)} windows. Drop them, or fill the gaps before cutting."
            )
