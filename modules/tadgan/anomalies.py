"""From scores to findings: Orion's sliding threshold, its padding and its pruning, vectorised.

Steps are counted through all stretches of a turbine; nothing joins two of them.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

WINDOW_SHARE, STEP_SHARE = 0.33, 0.1  # of all steps, of a window
DEVIATIONS = 4  # above the mean is an anomaly
LEAST_DROP = 0.1  # from one maximum to the next, for those above it to stand out


class Finding(NamedTuple):
    """An anomaly: its first and last step, and how far its maximum is above the threshold."""

    first: int
    last: int
    severity: float


def find(score: np.ndarray, lengths: Sequence[int], *, padding: int) -> list[Finding]:
    """The findings in `score`, float (M,), in time order.

    `lengths`: the steps of each stretch, M in all. `padding`: steps that a finding is drawn out to
    either side. A window of a third of the steps slides by a tenth of itself; what lies above its
    mean by four deviations counts, unless its maximum is hardly above the next lower one.
    """
    stretch = np.repeat(np.arange(len(lengths)), lengths)
    size = math.ceil(WINDOW_SHARE * len(score))
    found: list[Finding] = []
    for start in range(0, len(score), math.ceil(STEP_SHARE * size)):
        window = slice(start, start + size)
        found += [
            Finding(first + start, last + start, severity)
            for first, last, severity in _in_window(score[window], stretch[window], padding)
        ]
        if start + size >= len(score):
            break
    return _merged(found, stretch)


def above(
    score: np.ndarray, lengths: Sequence[int], *, threshold: float, padding: int
) -> list[Finding]:
    """The findings where `score`, float (M,), is above one `threshold`, in time order.

    `lengths`, `padding`: see `find`. The severity is in thresholds. A sliding threshold cannot see
    a fault of more than a seventeenth of its window: the fault itself raises mean and deviation.
    """
    stretch = np.repeat(np.arange(len(lengths)), lengths)
    runs = _runs(_drawn_out(score > threshold, stretch, padding), stretch)
    return [
        Finding(first, last, float(score[first : last + 1].max() / threshold - 1))
        for first, last in runs
    ]


def _in_window(score: np.ndarray, stretch: np.ndarray, padding: int) -> Iterator[Finding]:
    threshold = score.mean() + DEVIATIONS * score.std()
    is_high = _drawn_out(score > threshold, stretch, padding)
    runs = _runs(is_high, stretch)
    highest_below = score[~is_high].max(initial=0)
    for first, last in _standing_out(score, runs, highest_below):
        maximum = score[first : last + 1].max()
        yield Finding(first, last, (maximum - threshold) / (score.mean() + score.std()))


def _runs(is_high: np.ndarray, stretch: np.ndarray) -> list[tuple[int, int]]:
    """First and last step of each run of high ones that stays in one stretch."""
    edges = np.flatnonzero(np.diff(np.where(is_high, stretch, -1), prepend=-1, append=-1))
    return [
        (first, stop - 1) for first, stop in itertools.pairwise(edges.tolist()) if is_high[first]
    ]


def _drawn_out(is_high: np.ndarray, stretch: np.ndarray, padding: int) -> np.ndarray:
    """Steps within `padding` of a high one in their own stretch: bool (M,)."""
    steps = np.arange(len(is_high))
    first = np.maximum(steps - padding, np.searchsorted(stretch, stretch))
    stop = np.minimum(steps + padding + 1, np.searchsorted(stretch, stretch, side="right"))
    n_before = np.concatenate([[0], np.cumsum(is_high)])
    return n_before[stop] > n_before[first]


def _standing_out(
    score: np.ndarray, runs: Sequence[tuple[int, int]], highest_below: float
) -> list[tuple[int, int]]:
    """The runs whose maxima are above the last large drop, highest first."""
    maxima = np.array([score[first : last + 1].max() for first, last in runs])
    order = np.argsort(-maxima, kind="stable")
    falling = np.append(maxima[order], highest_below)
    drops = np.flatnonzero((falling[:-1] - falling[1:]) / falling[:-1] >= LEAST_DROP)
    n_kept = drops[-1] + 1 if drops.size else 0
    return [runs[i] for i in order[:n_kept]]


def _merged(found: list[Finding], stretch: np.ndarray) -> list[Finding]:
    """Findings that touch or overlap as one, its severity the mean weighted by their lengths.

    Orion weighs by last - first, which is 0 for two of a single step.
    """
    groups: list[list[Finding]] = []
    for finding in sorted(found, key=lambda finding: finding.first):
        last = max((part.last for part in groups[-1]), default=-1) if groups else -1
        if groups and finding.first <= last + 1 and stretch[finding.first] == stretch[last]:
            groups[-1].append(finding)
        else:
            groups.append([finding])
    return [_joined(group) for group in groups]


def _joined(group: list[Finding]) -> Finding:
    weights = [part.last - part.first + 1 for part in group]
    severity = np.average([part.severity for part in group], weights=weights)
    return Finding(group[0].first, max(part.last for part in group), float(severity))
