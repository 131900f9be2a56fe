"""Can who holds the synthetic windows tell which records were trained on? An attack by distance.

A check on memorisation, no guarantee of privacy: other attacks may see more.
"""

import numpy as np
from scipy.stats import rankdata

from modules.fidelity.copies import nearest_windows
from modules.windows.splits import BLOCK

N_DRAWS = 200
INTERVAL = (2.5, 97.5)  # per cent


def attack(members: np.ndarray, others: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """How much a window looks trained on: minus its distance to the nearest synthetic one.

    `members`, trained on, and `others`, float32 (n, T, F) and (k, T, F), and `synthetic`, float32
    (m, T, F), in one scale. Returns float64 (n + k,), the members first.
    """
    return -nearest_windows(np.concatenate([members, others]), synthetic)[0]


def auc(scores: np.ndarray, is_member: np.ndarray) -> float:
    """Area under the ROC curve of `scores` float (n,): .5 is a guess, 1 tells every member.

    `is_member`: bool (n,).

    >>> auc(np.array([3.0, 2.0, 1.0]), np.array([True, False, False]))
    1.0
    """
    n_members, n_others = int(is_member.sum()), int((~is_member).sum())
    above = rankdata(scores)[is_member].sum() - n_members * (n_members + 1) / 2
    return float(above / (n_members * n_others))


def interval(
    scores: np.ndarray, is_member: np.ndarray, blocks: np.ndarray, *, seed: int
) -> tuple[float, float]:
    """Where 95 % of the areas lie when whole blocks of time are drawn again, with replacement.

    `blocks`: int (n,), the block of each window; neighbours in time share their weather, and drawn
    one by one they would make the interval too narrow.
    """
    random = np.random.default_rng([seed, 11])
    sides = [
        [np.flatnonzero((blocks == block) & side) for block in np.unique(blocks[side])]
        for side in (is_member, ~is_member)
    ]
    areas = []
    for _ in range(N_DRAWS):
        drawn = [
            np.concatenate([parts[i] for i in random.integers(0, len(parts), len(parts))])
            for parts in sides
        ]
        chosen = np.concatenate(drawn)
        areas.append(auc(scores[chosen], is_member[chosen]))
    low, high = np.percentile(areas, INTERVAL)
    return float(low), float(high)


def blocks_of(starts: np.ndarray, seq_len: int) -> np.ndarray:
    """The block of time that a window beginning at `starts`, int (n,), lies in: int (n,)."""
    return np.asarray(starts) // (BLOCK * seq_len)
