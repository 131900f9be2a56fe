"""The rows of the score table: each score with its floor, its Gaussian and its chance level."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from modules.fidelity import copies, floors, grades, scores
from modules.windows.splits import TEST_SHARE

WIDTHS = {"classic": 1, "4x wider": 4}


class ScoreRow(NamedTuple):
    """One score. Numbers are means over `seeds`, None where there is nothing to say.

    `deviation` is the standard deviation of `values`, one per seed, not a confidence interval.
    `floor` is the same score for real windows in place of synthetic ones, `gaussian` for one
    multivariate Gaussian, `chance` for a guess. Lower is better unless `note` says otherwise.
    """

    score: str
    judge: str
    value: float | None
    deviation: float | None = None
    floor: float | None = None
    gaussian: float | None = None
    chance: float | None = None
    note: str = ""
    seeds: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


class Columns(NamedTuple):
    """Names of the columns, and what the physical scores need of a wind site.

    `wind_speed`, `power`: column numbers, with their units. `to_physical`: scaled (n, T, F) ->
    physical units.
    """

    names: Sequence[str]
    wind_speed: int | None = None
    power: int | None = None
    speed_unit: str = "unit of the speed"
    power_unit: str = "unit of the power"
    to_physical: Callable[[np.ndarray], np.ndarray] = np.asarray


class Steps(NamedTuple):
    """Training steps of the judges; None lets the encoder's follow the size of the data."""

    discriminative: int = scores.DISCRIMINATIVE_STEPS
    predictive: int = scores.PREDICTIVE_STEPS
    encoder: int | None = None


class Sets(NamedTuple):
    """The windows that a table compares, and the splits of those whose start rows are known.

    Windows are float32 (n, T, F), scaled to 0...1, each set with its own n. `floor`: two sets of
    real ones. `unseen`: real ones that the generator has not seen, None where there are none.
    """

    real: np.ndarray
    synthetic: np.ndarray
    gaussian: np.ndarray
    floor: tuple[np.ndarray, np.ndarray]
    unseen: np.ndarray | None
    real_split: scores.Split | None
    floor_splits: tuple[scores.Split | None, scores.Split | None]


def discriminative_rows(sets: Sets, seeds: Sequence[int], steps: int) -> list[ScoreRow]:
    return [_discriminative_row(sets, judge, seeds, steps) for judge in WIDTHS]


def _discriminative_row(sets: Sets, judge: str, seeds: Sequence[int], steps: int) -> ScoreRow:
    score = partial(scores.discriminative_score, seeds=seeds, width=WIDTHS[judge], steps=steps)
    values = score(sets.real, sets.synthetic, real_split=sets.real_split)
    first_split, second_split = sets.floor_splits
    floor = score(*sets.floor, real_split=first_split, synthetic_split=second_split)
    gaussian = score(sets.real, sets.gaussian, real_split=sets.real_split)
    n_test = round(TEST_SHARE * (len(sets.real) + len(sets.synthetic)))
    chance = floors.discriminative_chance(n_test)
    note = f"0.5 is worst; keenest of {len(seeds)} judges {values.max():.3f}"
    return row("discriminative", judge, (values, floor, gaussian), seeds, chance, note)


def predictive_rows(sets: Sets, seeds: Sequence[int], steps: int) -> list[ScoreRow]:
    made = [
        scores.predictive_score(sets.real, x, seeds=seeds, steps=steps)
        for x in (sets.synthetic, sets.real, sets.gaussian)
    ]
    chance = floors.constant_predictor_error(sets.real)
    note = "floor: trained on the real windows; chance: the best constant"
    return [row("predictive", "classic", made, seeds, chance, note)]


def context_fid_rows(sets: Sets, seeds: Sequence[int], steps: int | None) -> list[ScoreRow]:
    score = partial(scores.context_fid_scores, steps=steps)
    if sets.unseen is None:
        synthetic, gaussian = score(sets.real, [sets.synthetic, sets.gaussian], seeds=seeds).T
        floor, note = score(sets.floor[0], [sets.floor[1]], seeds=seeds[:1]).T[0], "halves, 1 seed"
    else:
        others = [sets.synthetic, sets.gaussian, sets.unseen]
        synthetic, gaussian, floor = score(sets.real, others, seeds=seeds).T
        note = "the held-out windows"
    note = f"floor: {note}; small sets score higher"
    return [row("context-fid", "TS2Vec", (synthetic, floor, gaussian), seeds, None, note)]


def correlational_rows(sets: Sets, seeds: Sequence[int]) -> list[ScoreRow]:
    drawn = three(sets, partial(scores.correlational_score, seeds=seeds))
    of_all = three(sets, scores.correlational_score_of_all)
    columns = sets.real.shape[-1]
    note = f"sum over {columns * (columns + 1) // 2} pairs / 10"
    return [
        row("correlational", "a fifth a draw", drawn, seeds, None, note),
        row("correlational", "all windows", of_all, note=note),
    ]


def marginal_rows(sets: Sets, names: Sequence[str]) -> list[ScoreRow]:
    made = np.stack(three(sets, scores.marginal_distances))
    note = "Wasserstein distance, of the scaled range"
    rows = [row("marginal", "mean of the columns", made.mean(axis=1), note=note)]
    return rows + [
        row("marginal", str(name), column, note=note)
        for name, column in zip(names, made.T, strict=True)
    ]


def autocorrelation_rows(sets: Sets) -> list[ScoreRow]:
    made = three(sets, scores.autocorrelation_distance)
    return [row("autocorrelation", "all lags", made, note="mean over columns and lags")]


def memorisation_rows(
    synthetic: np.ndarray,
    gaussian: np.ndarray,
    train: np.ndarray,
    unseen: np.ndarray | None = None,
    rest: np.ndarray | None = None,
) -> list[ScoreRow]:
    """Whether `synthetic`, float32 (m, T, F), holds windows of `train` again: two rows.

    How near `unseen` windows come to `rest`, training windows that share no row with them, is the
    floor, and the unit of the second row; without them there are neither. `gaussian`: draws of
    `modules.fidelity.floors.gaussian_windows`.
    """
    if unseen is None or rest is None:
        made = [copies.closeness(x, train).rate for x in (synthetic, gaussian)]
        note = f"{len(train):,} training windows searched"
        return [
            row("copy rate", "exact", (made[0], None, made[1]), note=note),
            row("neighbour ratio", "nearest", (None, None, None), note="needs held-out windows"),
        ]
    pairs = ((synthetic, train), (unseen, rest), (gaussian, train))
    return closeness_rows(*(copies.closeness(*pair) for pair in pairs), n_searched=len(train))


def closeness_rows(
    synthetic: copies.Closeness,
    unseen: copies.Closeness,
    gaussian: copies.Closeness,
    *,
    n_searched: int,
) -> list[ScoreRow]:
    """The two rows of `memorisation_rows`, of what has been searched for already."""
    found = (synthetic, unseen, gaussian)
    unit = max(unseen.median, float(np.finfo(np.float32).tiny))
    ratios = [one.median / unit for one in found]
    note = (
        "share of windows; idle hours repeat in the floor too; "
        f"{n_searched:,} training windows searched"
    )
    meaning = "to the nearest training window, unseen records = 1; well below 1 is copying"
    return [
        row("copy rate", "exact", [one.rate for one in found], note=note),
        row("neighbour ratio", "nearest", ratios, note=meaning),
    ]


def grade_rows(sets: Sets, names: Sequence[str], seeds: Sequence[int]) -> list[ScoreRow]:
    """What a boosted tree tells apart, and how much each feature moves."""
    first_split, second_split = sets.floor_splits
    note = "boosted tree: 0.5 sees no difference, 1 tells every one"
    rows = []
    for grade in grades.GRADES:
        judge = partial(grades.tree_auc, grade=grade)
        made = [
            [judge(sets.real, x, seed=seed, real_split=sets.real_split) for seed in seeds]
            for x in (sets.synthetic, sets.gaussian)
        ]
        floor = [
            judge(*sets.floor, seed=seed, real_split=first_split, synthetic_split=second_split)
            for seed in seeds
        ]
        rows.append(row("told apart", grade, (made[0], floor, made[1]), seeds, 0.5, note))
    note = "mean step against the real one; 1 is right"
    ratios = np.stack(three(sets, grades.step_ratios), axis=1)
    rows += [
        row("step ratio", str(name), column, note=note)
        for name, column in zip(names, ratios, strict=True)
    ]
    for edge, score in enumerate(("first step", "last step")):
        ratios = np.stack(three(sets, lambda *pair, e=edge: grades.edge_ratios(*pair)[e]), axis=1)
        furthest = int(np.argmax(np.abs(np.log(np.maximum(ratios[:, 0], grades.FLAT)))))
        note = f"{score} of a window against the real one, of the column furthest from 1"
        rows.append(row(score, str(names[furthest]), ratios[furthest], note=note))
    gaps = np.stack(three(sets, grades.still_gaps), axis=1)
    furthest = int(np.argmax(gaps[:, 0]))
    note = (
        "share of rows that repeat the one before, off the real share, of the column furthest off"
    )
    return [*rows, row("repeated values", str(names[furthest]), gaps[furthest], note=note)]


def three(sets: Sets, score: Callable[[np.ndarray, np.ndarray], Any]) -> list[Any]:
    """`score` of the synthetic windows, of real ones in their place, and of the Gaussian's."""
    return [
        score(*pair)
        for pair in ((sets.real, sets.synthetic), sets.floor, (sets.real, sets.gaussian))
    ]


def row(
    score: str,
    judge: str,
    made: Sequence[Any],
    seeds: Sequence[int] = (),
    chance: float | None = None,
    note: str = "",
) -> ScoreRow:
    """`made`: the values of synthetic, floor and Gaussian: a number, None, or one per seed."""
    value, floor, gaussian = (None if x is None else float(np.mean(x)) for x in made)
    values = tuple(map(float, made[0])) if len(seeds) else ()
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return ScoreRow(
        score, judge, value, deviation, floor, gaussian, chance, note, tuple(seeds), values
    )
