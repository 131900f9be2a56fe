"""Pictures of how near synthetic windows come to those trained on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modules.fidelity.copies import Closeness
from modules.report.pictures import COLOURS, PALETTE, sheet

N_PAIRS = 3
N_BINS = 40
MOST_FEATURES = 4  # of a pair, those that vary most


def draw_nearest(
    synthetic: Closeness,
    unseen: Closeness,
    windows: np.ndarray,
    train: np.ndarray,
    names: Sequence[str],
    path: Path,
) -> None:
    """Write a PNG: how far windows lie from their nearest training window, and three nearest pairs.

    `synthetic`, `unseen`: of the synthetic `windows`, float32 (m, T, F), scaled, to `train`,
    float32 (n, T, F), and of records not trained on. `names`: the F features'.
    """
    with sheet(path, 3.4) as figure:
        first, *pairs = figure.subplots(1, 1 + N_PAIRS, width_ratios=(1.5, *[1] * N_PAIRS))
        furthest = max(x.distances.max() for x in (synthetic, unseen)) or 1.0
        edges = np.linspace(0, furthest, N_BINS + 1)
        for side, found, style in (("unseen records", unseen, "-"), ("synthetic", synthetic, "--")):
            shares = np.histogram(found.distances, edges)[0] / len(found.distances)
            colour = COLOURS["real" if side.startswith("unseen") else "synthetic"]
            first.stairs(shares, edges, color=colour, linestyle=style, label=side)
        first.set_xlabel("distance to the nearest training window [scaled]")
        first.set_ylabel("share of windows")
        first.legend()
        for panel, i in zip(pairs, nearest_pairs(synthetic), strict=False):
            ours, theirs = windows[i], train[synthetic.nearest[i]]
            for colour, feature in zip(PALETTE.values(), _liveliest(theirs), strict=False):
                panel.plot(theirs[:, feature], "-", color=colour, label=names[feature])
                panel.plot(ours[:, feature], "--", color=colour)
            panel.set_title(f"distance {synthetic.distances[i]:.3g}", fontsize=9)
            panel.set_xlabel("steps")
            panel.legend(fontsize=6)


def nearest_pairs(found: Closeness) -> list[int]:
    """The windows that lie nearest to a training window, the nearest first, three at most."""
    return [int(i) for i in np.argsort(found.distances, kind="stable")[:N_PAIRS]]


def _liveliest(window: np.ndarray) -> np.ndarray:
    return np.sort(np.argsort(-window.std(axis=0), kind="stable")[:MOST_FEATURES])
