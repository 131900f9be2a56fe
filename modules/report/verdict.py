"""What the scores of a report say in words: five lights, each with its evidence and its remedy."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modules.fidelity.rows import ScoreRow

GOOD, USABLE, POOR, SILENT = "good", "usable", "poor", "not learnt"
UNJUDGED = "not judged"
WORDS = (GOOD, USABLE, POOR)
GUESS = 0.5  # area under the curve of a judge that sees nothing
SMALLEST = 1e-9
LEAST_COURSE = 0.05  # of a column's range: what varies less by the hour is judged as if it did so


class Light(NamedTuple):
    """One aspect of the windows: a word, what it rests on, and what to do about it."""

    name: str
    word: str
    evidence: str
    remedy: str


@dataclass(frozen=True)
class Criterion:
    """How a score is judged: `far` from right is good up to one limit, usable up to the next.

    `scores`: names of the rows it is about, `judges`: of their judges, empty is any. `said`: the
    evidence, with value, floor and judge to be filled in.
    """

    light: str
    scores: str
    judges: tuple[str, ...]
    far: Callable[[ScoreRow], float]
    good: float
    usable: float
    said: str


def beyond_floor(row: ScoreRow) -> float:
    """How much higher than between real windows."""
    return _value(row) - (row.floor or 0.0)


def beyond_guess(row: ScoreRow) -> float:
    """How much surer a judge is than between real windows, or than a guess."""
    return _value(row) - max(row.floor or GUESS, GUESS)


def off_one(row: ScoreRow) -> float:
    """How many times too large or too small, as a logarithm; 0 where real windows are as far."""
    off = _off(_value(row))
    return 0.0 if row.floor is not None and off <= _off(row.floor) else off


def off_floor(row: ScoreRow) -> float:
    """How many times the floor, or how small a part of it, as a logarithm."""
    return _off(_value(row) / max(row.floor or 0.0, SMALLEST))


def of_course(row: ScoreRow) -> float:
    """How much further off than real blocks, as a share of what no course at all would be."""
    return beyond_floor(row) / max(row.chance or 0.0, row.floor or 0.0, LEAST_COURSE)


def too_near(row: ScoreRow) -> float:
    """How much nearer than unseen records, as a share."""
    return 1 - _value(row)


# The limits and their reasons stand in docs/report.md.
CRITERIA = (
    Criterion(
        "values", "marginal", (), beyond_floor, 0.02, 0.05,
        "the values of {judge} lie {value:.3f} of their range off (real blocks: {floor:.3f})",
    ),
    Criterion(
        "values", "direction", (), beyond_floor, 5, 15,
        "{judge} is {value:.0f} degrees off (real blocks: {floor:.0f})",
    ),
    Criterion(
        "dynamics", "step ratio", (), off_one, math.log(1.1), math.log(1.5),
        "{judge} moves {value:.2f} times as much per step as the records",
    ),
    Criterion(
        "dynamics", "first step", (), off_one, math.log(1.1), math.log(1.5),
        "the first step of {judge} in a window is {value:.2f} times the records'",
    ),
    Criterion(
        "dynamics", "last step", (), off_one, math.log(1.1), math.log(1.5),
        "the last step of {judge} in a window is {value:.2f} times the records'",
    ),
    Criterion(
        "dynamics", "repeated values", (), beyond_floor, 0.05, 0.15,
        "{judge} repeats its value {value:.0%} of the rows more or less often than the records",
    ),
    Criterion(
        "dynamics", "told apart", ("steps", "dynamics"), beyond_guess, 0.1, 0.25,
        "a boosted tree tells synthetic {judge} with {value:.2f} (real blocks: {floor:.2f})",
    ),
    Criterion(
        "joint behaviour", "told apart", ("rows", "levels"), beyond_guess, 0.1, 0.25,
        "a boosted tree tells synthetic {judge} with {value:.2f} (real blocks: {floor:.2f})",
    ),
    Criterion(
        "joint behaviour", "power-curve residual", (), off_floor, math.log(1.1), math.log(1.5),
        "power strays {value:.3g} from the power curve (records: {floor:.3g})",
    ),
    Criterion(
        "joint behaviour", "rose", (), beyond_floor, 0.1, 0.25,
        "{value:.0%} of the rows lie elsewhere on the rose of {judge} (real blocks: {floor:.0%})",
    ),
    Criterion(
        "joint behaviour", "operation", (), beyond_floor, 0.02, 0.05,
        "{value:.1%} too many or too few rows are {judge} (real blocks: {floor:.1%})",
    ),
    Criterion(
        "values", "turbine means", (), of_course, 0.25, 0.5,
        "the mean of {judge} per turbine lies {value:.3f} of its range off (real blocks: "
        "{floor:.3f})",
    ),
    Criterion(
        "time of day and season", "hourly means", (), of_course, 0.25, 0.5,
        "the hourly means of {judge} lie {value:.3f} of its range off (real blocks: {floor:.3f})",
    ),
    Criterion(
        "time of day and season", "monthly means", (), of_course, 0.25, 0.5,
        "the monthly means of {judge} lie {value:.3f} of its range off (real blocks: {floor:.3f})",
    ),
    Criterion(
        "copies", "copy rate", (), beyond_floor, 0.001, 0.01,
        "{value:.1%} of the windows equal a training window",
    ),
    Criterion(
        "copies", "neighbour ratio", (), too_near, 0.3, 0.6,
        "windows lie {value:.2f} times as far from the training windows as unseen records do",
    ),
)  # fmt: skip
REMEDIES = {
    "values": "train with `--quantile_mapping`, or longer",
    "dynamics": "train with `--preset best`, or longer",
    "joint behaviour": "train with `--preset best`, or longer",
    "time of day and season": "train with `--preset best`, or longer",
    "copies": "do not give these windows away: train with more records or fewer steps",
}
# Of a run of `best`, which maps quantiles and has a critic of steps as it is.
REMEDIES_OF_BEST = {
    "values": "train with more `--joint_steps`",
    "dynamics": "train with more `--joint_steps`, or a higher `--critic_weight`",
    "joint behaviour": "train with more `--joint_steps`",
    "time of day and season": "train with more `--joint_steps`",
}
CLOCK = Light(
    "time of day and season",
    SILENT,
    "no clock was a condition, so that windows begin at any hour",
    "where you need the hour, train with `--condition hour,month`",
)
OF_TREES = [criterion.light for criterion in CRITERIA if criterion.scores == "told apart"]
TREES = "grades"  # the row that says why no tree could judge
UNSEEN = Light(
    "",
    UNJUDGED,
    "too few records for boosted trees, which learn in some blocks of time and judge in others",
    "train with records of more weeks, or with shorter windows by `--seq_len`",
)


def grade(row: ScoreRow) -> str | None:
    """The word for one row, None where none of `CRITERIA` is about it."""
    criterion = _criterion(row)
    if criterion is None or row.value is None:
        return None
    far = criterion.far(row)
    return GOOD if far <= criterion.good else USABLE if far <= criterion.usable else POOR


def lights(rows: Sequence[ScoreRow], preset: str = "") -> list[Light]:
    """The five lights of `rows`; one without a row is left out. None is better than its worst.

    `preset`: the training's, for what else there is to try.
    """
    made = []
    remedies = REMEDIES | (REMEDIES_OF_BEST if preset == "best" else {})
    for name, remedy in remedies.items():
        judged = [(row, c) for row in rows if (c := _criterion(row)) and c.light == name]
        judged = [(row, c) for row, c in judged if row.value is not None]
        if not judged:
            continue
        row, criterion = max(judged, key=lambda pair: _severity(*pair))
        word = grade(row) or GOOD
        said = criterion.said.format(judge=row.judge, value=row.value, floor=row.floor or 0.0)
        made.append(Light(name, word, said, "" if word == GOOD else remedy))
    if not made:
        return []
    if any(row.score == TREES and row.value is None for row in rows):
        made = _without_trees(made)
    if CLOCK.name not in [light.name for light in made]:
        made.append(CLOCK)
    return sorted(made, key=lambda light: list(REMEDIES).index(light.name))


def _without_trees(made: Sequence[Light]) -> list[Light]:
    """`made` where no tree could judge: what trees have a word in is not good without them."""
    kept = [light for light in made if light.name not in OF_TREES or light.word in (USABLE, POOR)]
    missing = [name for name in OF_TREES if name not in [light.name for light in kept]]
    return kept + [UNSEEN._replace(name=name) for name in missing]


def sentence(found: Sequence[Light]) -> str:
    """The verdict in one sentence: no better than the worst light."""
    words = *WORDS, UNJUDGED
    by_word = {word: [x.name for x in found if x.word == word] for word in words}
    if by_word[POOR]:
        return f"Do not rely on these windows yet: poor in {_listed(by_word[POOR])}."
    if by_word[USABLE]:
        return f"Usable with care: {_listed(by_word[USABLE])} not as in the records."
    if by_word[UNJUDGED]:
        names = _listed(by_word[UNJUDGED])
        return f"Not judged in {names}; else as good as other real records."
    return "As good as other real records by every judge of this page."


def beaten_by_gaussian(rows: Sequence[ScoreRow]) -> list[str]:
    """The scores in which a Gaussian without a network is nearer to right than `rows` are."""
    return [
        f"{row.score} ({row.judge})"
        for row in rows
        if row.value is not None
        and row.gaussian is not None
        and (criterion := _criterion(row)) is not None
        and criterion.light != "copies"
        and criterion.far(row._replace(value=row.gaussian)) < criterion.far(row)
    ]


def _criterion(row: ScoreRow) -> Criterion | None:
    fitting = (c for c in CRITERIA if c.scores == row.score)
    return next((c for c in fitting if not c.judges or row.judge in c.judges), None)


def _severity(row: ScoreRow, criterion: Criterion) -> tuple[int, float]:
    """The worse word first, then how far beyond its own limit."""
    word = grade(row) or GOOD
    return WORDS.index(word), criterion.far(row) / criterion.usable


def _value(row: ScoreRow) -> float:
    if row.value is None:
        raise ValueError(f"{row.score} ({row.judge}) has no value")
    return row.value


def _off(ratio: float) -> float:
    return abs(math.log(max(ratio, SMALLEST))) if math.isfinite(ratio) else math.inf


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
