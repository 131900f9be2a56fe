"""Residuals as a normal-behaviour model reads them: what of a variable's error the others' errors,
the operating state and chance do not explain.

Shape letters: M steps of all stretches of a turbine, V variables.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

KEPT = 0.75  # of the steps, the usual ones, are fitted (least trimmed squares, Rousseeuw 1984)
N_REFITS = 6  # concentration steps: the kept steps no longer change much
N_STATES, LEAST_STEPS = 10, 100  # operating states, at most, and the steps each holds at least
DEVIATION = 1.4826  # of a normal distribution, in median absolute deviations


def whitened(
    residuals: np.ndarray, state: np.ndarray, lengths: Sequence[int], window: int
) -> np.ndarray:
    """How far each variable is from what is usual, in robust deviations: (M, V) -> (M, V).

    `residuals`: real less reconstructed, signed, in any unit. `state`: (M,), what the spread of an
    error depends on, such as wind speed. `lengths`: steps of each stretch, M in all.

    A residual is first freed of what it shares with the others: weather that the networks do not
    follow moves them together, a fault does not. Its spread is then taken by state, and its running
    median over `window` steps, as a fault lasts and a gust does not, is told in deviations of its
    own. All is fitted so that a quarter of the steps may be faults.
    """
    own = _standardised(_unshared(residuals))
    for steps in _by_state(state):
        own[steps] = _standardised(own[steps])
    stretches = np.split(own, np.cumsum(lengths)[:-1])
    return np.abs(_standardised(np.concatenate([_running(part, window) for part in stretches])))


def _running(stretch: np.ndarray, window: int) -> np.ndarray:
    """The median of the `window` steps about each, at the ends of the first and last whole window:
    fewer would vary more, and be false alarms."""
    width = min(window, len(stretch))
    return pd.DataFrame(stretch).rolling(width, center=True).median().bfill().ffill().to_numpy()


def _unshared(residuals: np.ndarray) -> np.ndarray:
    """Of each variable what a line through all the others leaves: (M, V) -> (M, V)."""
    scaled = _standardised(residuals)
    ones = np.ones((len(scaled), 1))
    return np.column_stack(
        [
            _off_line(np.hstack([ones, np.delete(scaled, i, axis=1)]), scaled[:, i])
            for i in range(scaled.shape[1])
        ]
    )


def _off_line(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Distance of `values` (M,) from their least trimmed squares fit by `known` (M, K): (M,)."""
    is_usual = np.ones(len(values), bool)
    for _ in range(N_REFITS):
        weights = np.linalg.lstsq(known[is_usual], values[is_usual], rcond=None)[0]
        off = values - known @ weights
        is_usual = np.abs(off) <= np.quantile(np.abs(off), KEPT)
    return off


def _by_state(state: np.ndarray) -> list[np.ndarray]:
    """Which steps (bool (M,)) are in each of as many equal parts of `state` as there are."""
    n_states = min(N_STATES, max(1, len(state) // LEAST_STEPS))
    edges = np.quantile(state, np.arange(1, n_states) / n_states)
    of = np.searchsorted(edges, state)
    return [of == i for i in np.unique(of)]


def _standardised(values: np.ndarray) -> np.ndarray:
    """Distance from the median in robust deviations, by column; of no spread, in its own unit."""
    off = values - np.median(values, 0)
    deviation = DEVIATION * np.median(np.abs(off), 0)
    return off / np.where(deviation > 0, deviation, 1)
