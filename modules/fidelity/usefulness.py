"""What synthetic records are worth to a model of normal power: its error and its false alarms.

Such a model tells what a turbine ought to give by its other columns; what strays from it by more
than its own band is taken for a fault. Rows are float32 (n, F), an angle its sine and cosine.
"""

from typing import NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from modules.errors import DataError
from modules.windows.splits import shuffled_split, thinned

MOST_ROWS = 50_000
LEAST_ROWS = 100
BAND = 99.0  # per cent of the model's own errors that its band holds
BAND_SHARE = 0.2  # of the rows, from which it learns the band and nothing else


class Worth(NamedTuple):
    """Mean absolute error in the unit of the power, and the share of rows beyond the band."""

    error: float
    false_alarms: float


def power_model_worth(
    learnt: np.ndarray, unseen: np.ndarray, *, power: int, seed: int = 0
) -> Worth:
    """Train a model of column `power` on rows `learnt` (n, F) and try it on `unseen` (m, F).

    A boosted tree; the other columns of the same row are what it sees. `unseen` are records without
    faults, so that every alarm is a false one. Raises DataError for fewer than a hundred rows, or
    no other column.
    """
    if min(len(learnt), len(unseen)) < LEAST_ROWS or learnt.shape[1] < 2:
        raise DataError(
            f"A model of normal power needs {LEAST_ROWS} rows on either side, and another column. "
            f"Received: {len(learnt)} and {len(unseen)} rows of {learnt.shape[1]} columns."
        )
    learnt = thinned(learnt, MOST_ROWS)
    to_fit, to_judge = shuffled_split(len(learnt), seed, test_share=BAND_SHARE)
    model = HistGradientBoostingRegressor(early_stopping=False, random_state=seed)
    # OpenMP's threads wait for each other in a busy loop: beside other work one is the fastest.
    with threadpool_limits(1):
        model.fit(*_split(learnt[to_fit], power))
        own, found = (_errors(model, rows, power) for rows in (learnt[to_judge], unseen))
    return Worth(float(found.mean()), float((found > np.percentile(own, BAND)).mean()))


def _errors(model: HistGradientBoostingRegressor, rows: np.ndarray, power: int) -> np.ndarray:
    given, wanted = _split(rows, power)
    return np.abs(wanted - model.predict(given))


def _split(rows: np.ndarray, power: int) -> tuple[np.ndarray, np.ndarray]:
    return np.delete(rows, power, axis=1), rows[:, power]
