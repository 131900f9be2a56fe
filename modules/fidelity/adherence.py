"""Whether windows keep to what they were made for: the day's and the year's course, each turbine.

Apart from fidelity: windows may be as good as real ones and have their noon at midnight.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from modules.fidelity.labels import HOUR, MONTH, TURBINE, Labels
from modules.fidelity.rows import ScoreRow

BLOCK = pd.Timedelta(days=7)  # that the records are halved by, every other one
N_BLOCKS = 20  # of records without stamps
SCORES = {HOUR: "hourly means", MONTH: "monthly means", TURBINE: "turbine means"}


def adherence_rows(
    real: np.ndarray,
    of_real: Labels,
    made: np.ndarray,
    of_made: Labels,
    names: Sequence[str],
) -> list[ScoreRow]:
    """A row for each condition and feature: how far means lie from the records', share of a range.

    Of hours and months it is their course about the mean of all.

    `real`: float (n_rows, F) and `made`, (m, F), features `names` scaled to 0...1. Held against the
    records of the same turbines and months. The floor is between every other week of the records,
    chance that of windows without any course: the records' mean throughout.
    """
    real, of_real = _alike(real, of_real, of_made)
    rows = []
    for by, score in SCORES.items():
        groups, theirs = of_made.groups(by), of_real.groups(by)
        if by not in of_made.by or groups is None or theirs is None or not len(real):
            continue
        half = _every_other(of_real)
        there, here, one, other = (
            _course(_means(*part), by)
            for part in (
                (real, theirs), (made, groups), (real[half], theirs[half]),
                (real[~half], theirs[~half]),
            )
        )  # fmt: skip
        values, floors = distance(here, there), distance(one, other)
        chances = distance(there * 0 + there.mean(), there)
        note = "share of the range; floor: every other week of the records; chance: no course"
        rows += [
            ScoreRow(score, name, float(v), floor=float(f), chance=float(c), note=note)
            for name, v, f, c in zip(names, values, floors, chances, strict=True)
            if np.isfinite([v, f, c]).all()
        ]
    return rows


def _course(means: pd.DataFrame, by: str) -> pd.DataFrame:
    """Means by hour or month about their mean: how high all of them lie is the values' affair."""
    return means if by == TURBINE else means - means.mean()


def distance(means: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Mean distance of each column's means over the groups that both have: float64 (F,)."""
    return np.asarray((means - others).abs().mean())


def _means(values: np.ndarray, groups: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values).groupby(groups).mean()


def _alike(real: np.ndarray, of_real: Labels, of_made: Labels) -> tuple[np.ndarray, Labels]:
    """The records of the turbines and the months that were made, where these were conditions."""
    is_alike = np.ones(len(real), bool)
    for by in (TURBINE, MONTH):
        groups, theirs = of_made.groups(by), of_real.groups(by)
        if by in of_made.by and groups is not None and theirs is not None:
            is_alike &= np.isin(theirs, np.unique(groups))
    return real[is_alike], of_real.of(is_alike)


def _every_other(labels: Labels) -> np.ndarray:
    """Which rows lie in every other week, bool (n,), or block of rows where none has a time."""
    if labels.times is None:
        n_rows = 0 if labels.turbines is None else len(labels.turbines)
        return np.arange(n_rows) * N_BLOCKS // max(1, n_rows) % 2 == 0
    since = labels.times - labels.times.min()
    return np.asarray(since // BLOCK % 2 == 0)
