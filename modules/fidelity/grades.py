"""Judges in grades: whether a boosted tree tells rows, steps, levels and dynamics apart.

A tree of plain statistics sees what a small recurrent judge misses. Windows are float32 (n, T, F),
scaled or in physical units: trees do not mind; an angle is its sine and cosine.
"""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from modules.fidelity.scores import Split, check_pair
from modules.windows.splits import shuffled_split

MOST_EXAMPLES = 4000  # a side, for training and for testing each
N_TREES = 100
FLAT = 1e-12


def rows_of(windows: np.ndarray) -> np.ndarray:
    """Every row alone: (n * T, F)."""
    return windows.reshape(-1, windows.shape[-1])


def steps_of(windows: np.ndarray) -> np.ndarray:
    """Every change from a row to the next: (n * (T - 1), F)."""
    return rows_of(np.diff(windows, axis=1))


def levels_of(windows: np.ndarray) -> np.ndarray:
    """Mean and deviation of each column of a window: (n, 2 F)."""
    return np.concatenate([windows.mean(axis=1), windows.std(axis=1)], axis=1)


def dynamics_of(windows: np.ndarray) -> np.ndarray:
    """How each column of a window moves: (n, 4 F).

    Mean and largest change of a step, share of steps that stand still, and the correlation of
    neighbouring steps.
    """
    steps = np.diff(windows.astype(np.float64), axis=1)
    sizes = np.abs(steps)
    centred = steps - steps.mean(axis=1, keepdims=True)
    power = np.square(centred).sum(axis=1)
    together = (centred[:, 1:] * centred[:, :-1]).sum(axis=1)
    memory = np.divide(together, power, out=np.zeros_like(power), where=power > FLAT)
    views = sizes.mean(axis=1), sizes.max(axis=1), (steps == 0).mean(axis=1), memory
    return np.concatenate(views, axis=1)


GRADES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "rows": rows_of,
    "steps": steps_of,
    "levels": levels_of,
    "dynamics": dynamics_of,
}


def tree_auc(
    real: np.ndarray,
    synthetic: np.ndarray,
    grade: str,
    *,
    seed: int,
    real_split: Split | None = None,
    synthetic_split: Split | None = None,
) -> float:
    """How surely a boosted tree tells `synthetic` from `real` by a `grade`: .5 not at all, 1 ever.

    Area under the ROC curve on windows that it has not learned from. `real_split` and
    `synthetic_split`: seed -> (train, test) indices; None is at random, and windows that share rows
    want blocks of time. Raises DataError where there are too few windows.
    """
    check_pair(real, synthetic)
    view = GRADES[grade]
    sides = []
    for label, windows, split in ((0, synthetic, synthetic_split), (1, real, real_split)):
        parts = split(seed) if split else shuffled_split(len(windows), [seed, label])
        sides.append([_thinned(view(windows[part]), seed) for part in parts])
    (fake_train, fake_test), (real_train, real_test) = sides
    judge = HistGradientBoostingClassifier(
        max_iter=N_TREES, early_stopping=False, random_state=seed
    )
    # OpenMP's threads wait for each other in a busy loop: beside other work one is the fastest.
    with threadpool_limits(1):
        judge.fit(np.concatenate([fake_train, real_train]), _labels(fake_train, real_train))
        told = judge.predict_proba(np.concatenate([fake_test, real_test]))[:, 1]
    return float(roc_auc_score(_labels(fake_test, real_test), told))


def _labels(fake: np.ndarray, real: np.ndarray) -> np.ndarray:
    return np.repeat([0, 1], [len(fake), len(real)])


def _thinned(examples: np.ndarray, seed: int) -> np.ndarray:
    if len(examples) <= MOST_EXAMPLES:
        return examples
    chosen = np.random.default_rng([seed, 9]).choice(len(examples), MOST_EXAMPLES, replace=False)
    return examples[np.sort(chosen)]


def step_ratios(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """Mean size of a step, synthetic against real, per column: float64 (F,); 1 is right.

    A column that never moves in either is right; one that moves only in `synthetic` is infinite.
    """
    return _ratio(_sizes(real).mean((0, 1)), _sizes(synthetic).mean((0, 1)))


def edge_ratios(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """Mean size of the first and of the last step against that of real windows: (2, F)."""
    ends = [0, -1]
    return _ratio(_sizes(real)[:, ends].mean(0), _sizes(synthetic)[:, ends].mean(0))


def still_shares(windows: np.ndarray) -> np.ndarray:
    """Share of rows that repeat the one before, per column: float64 (F,)."""
    return (np.diff(windows, axis=1) == 0).mean((0, 1))


def still_gaps(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """How far the `still_shares` of `synthetic` are off, per column: float64 (F,)."""
    return np.abs(still_shares(synthetic) - still_shares(real))


def _sizes(windows: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(windows.astype(np.float64), axis=1))


def _ratio(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    both_still = (real <= FLAT) & (synthetic <= FLAT)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both_still, 1.0, synthetic / real)
