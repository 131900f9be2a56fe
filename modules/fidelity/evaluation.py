"""Every score of a set of synthetic windows beside its reference rows: one plain table."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from modules.errors import DataError
from modules.fidelity import floors
from modules.fidelity.physical_rows import direction_rows, wind_rows
from modules.fidelity.rows import (
    Columns,
    ScoreRow,
    Sets,
    Steps,
    autocorrelation_rows,
    context_fid_rows,
    correlational_rows,
    discriminative_rows,
    grade_rows,
    marginal_rows,
    memorisation_rows,
    predictive_rows,
)
from modules.fidelity.scores import LEAST_WINDOWS, check_windows
from modules.windows.splits import blocked_split, windows_sharing_rows

SEEDS = (0, 1, 2, 3, 4)
N_TREES = 2  # seeds of the boosted trees: the first of the judges'
SCORES = (
    *("discriminative", "predictive", "context-fid", "correlational"),
    *("marginal", "autocorrelation", "grades", "memorisation", "wind", "directions"),
)


def evaluate(
    real: np.ndarray,
    synthetic: np.ndarray,
    *,
    starts: np.ndarray | None = None,
    heldout: np.ndarray | None = None,
    columns: Columns | Sequence[str] | None = None,
    seeds: Sequence[int] = SEEDS,
    steps: Steps | None = None,
    scores: Sequence[str] = SCORES,
) -> list[ScoreRow]:
    """All scores of `synthetic`, each with floor, Gaussian and chance beside it.

    Parameters
    ----------
    real : float32 (n, T, F)
        All real windows, scaled to 0...1: those trained on and, where there are, held-out ones.
    synthetic : float32 (m, T, F)
        As many as there are training windows, for scores comparable with published ones.
    starts : int array (n,), optional
        First row of each real window: judges are then tested on blocks of time of their own.
        Without it the split is the papers', at random.
    heldout : int indices or bool (n,), optional
        The real windows that the generator has not seen. They give the floor and the
        memorisation scores; without them the floor is one half of `real` against the other.
    columns : Columns or list of str, optional
        Physical scores are made where it names a wind-speed and a power column.
    seeds : sequence of int
        Judges are trained, and samples drawn, once per seed.
    steps : Steps, optional
        Fewer than the published ones, which None takes, make a quicker and less severe judge: not
        comparable with published figures.
    scores : sequence of str
        Those to make, out of `SCORES`; the first three train networks and take minutes.

    Returns
    -------
    list of ScoreRow
        The same for the same arguments. A score without a meaning for these data has the value
        None and the reason in its note.

    Raises
    ------
    DataError
        Where no score has a meaning (see `modules.fidelity.scores.check_windows`), and for held-out
        windows that are too few or share rows with training windows.
    """
    real, synthetic = (np.asarray(x, np.float32) for x in (real, synthetic))
    check_windows(real, synthetic)
    sets = _sets(real, synthetic, starts, heldout, seeds[0])
    if not isinstance(columns, Columns):
        columns = Columns(columns or [str(i) for i in range(real.shape[-1])])
    steps = steps or Steps()
    made: list[tuple[Any, ...]] = [
        ("discriminative", discriminative_rows, seeds, steps.discriminative),
        ("predictive", predictive_rows, seeds, steps.predictive),
        ("context-fid", context_fid_rows, seeds, steps.encoder),
        ("correlational", correlational_rows, seeds),
        ("marginal", marginal_rows, columns.names),
        ("autocorrelation", autocorrelation_rows),
        ("grades", grade_rows, columns.names, seeds[:N_TREES]),
        ("memorisation", _copies_of_training),
        ("wind", wind_rows, columns),
        ("directions", direction_rows, columns),
    ]
    return [
        row
        for score, make, *how in made
        if score in scores
        for row in _or_reason(score, make, sets, *how)
    ]


def _copies_of_training(sets: Sets) -> list[ScoreRow]:
    return memorisation_rows(sets.synthetic, sets.gaussian, sets.real, sets.unseen, sets.real)


def _sets(
    real: np.ndarray,
    synthetic: np.ndarray,
    starts: np.ndarray | None,
    heldout: np.ndarray | None,
    seed: int,
) -> Sets:
    length, everything = real.shape[1], np.arange(len(real))
    if heldout is None:
        train, unseen = everything, None
        halves = floors.real_halves(len(real), length, seed=seed, starts=starts)
    else:
        unseen = everything[heldout]
        train = np.setdiff1d(everything, unseen)
        _check_heldout(train, unseen, starts, length)
        halves = train, unseen
    splits = [
        None if starts is None else partial(blocked_split, np.asarray(starts)[rows], length)
        for rows in (train, *halves)
    ]
    return Sets(
        real=real[train],
        synthetic=synthetic,
        gaussian=floors.gaussian_windows(real[train], len(train), seed=seed),
        floor=(real[halves[0]], real[halves[1]]),
        unseen=None if unseen is None else real[unseen],
        real_split=splits[0],
        floor_splits=(splits[1], splits[2]),
    )


def _check_heldout(
    train: np.ndarray, unseen: np.ndarray, starts: np.ndarray | None, length: int
) -> None:
    if min(len(train), len(unseen)) < LEAST_WINDOWS:
        raise DataError(
            f"Training and held-out windows must be at least {LEAST_WINDOWS} each. "
            f"Received: {len(train)} and {len(unseen)}. Hold out more blocks, or pass heldout=None."
        )
    if starts is not None:
        shared = windows_sharing_rows(np.asarray(starts)[unseen], np.asarray(starts)[train], length)
        if shared.any():
            raise DataError(
                "Held-out windows must share no row with a training window. Received: "
                f"{shared.sum()} of {len(unseen)} that do. Choose them with "
                "modules.windows.splits.blocked_split."
            )


def _or_reason(score: str, make: Callable[..., list[ScoreRow]], *arguments: Any) -> list[ScoreRow]:
    try:
        return make(*arguments)
    except DataError as error:
        return [ScoreRow(score, "", None, note=str(error))]
