"""Pictures of what a set of windows is like as a whole: distributions, correlations, embeddings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from modules.fidelity.scores import autocorrelations, correlations
from modules.records.columns import Column
from modules.report.pictures import COLOURS, grid, label, legend, log_shares, n_rows, sheet, view

N_BINS = 40
SPIKED = 20  # times as high as the middle bar
N_EMBEDDED = 500  # windows per side: t-SNE takes minutes for thousands
N_COMPONENTS = 30  # of the principal components that t-SNE starts from
PERPLEXITY = 30
MOST_NAMES = 40  # beside a correlation matrix; of more every second is named, or fewer
MOST_CELLS = 16  # columns up to which a correlation matrix shows its numbers


def draw_marginals(
    real: np.ndarray, synthetic: np.ndarray, columns: Sequence[Column], path: Path
) -> None:
    """Write a PNG: a histogram per variable.

    `real`, `synthetic`: float (n_windows, T, n_variables), physical units.
    """
    with sheet(path, 2.4 * n_rows(len(columns)) + 0.4) as figure:
        for i, (panel, column) in enumerate(zip(grid(figure, len(columns)), columns, strict=True)):
            values = {"real": real[..., i].ravel(), "synthetic": synthetic[..., i].ravel()}
            lowest, highest = view(list(values.values()), column)
            bins = np.linspace(lowest, highest, N_BINS + 1)
            for name, drawn in values.items():
                shares = np.full(len(drawn), 1 / len(drawn))
                drawn = np.clip(drawn, lowest, highest)  # lone spikes stand in the outermost bars
                look: dict[str, Any] = {"bins": bins, "color": COLOURS[name], "label": name}
                look |= {"alpha": 0.45} if name == "real" else {"histtype": "step", "lw": 1.5}
                panel.hist(drawn, weights=shares, **look)
            panel.set_xlabel(label(column))
            panel.set_ylabel("share of records")
            if is_spiked(values["real"], bins):
                log_shares(panel)
                panel.set_ylabel("share of records [log]")
        legend(figure, panel)


def is_spiked(values: np.ndarray, bins: np.ndarray) -> bool:
    """Whether one bar of the histogram of `values` (n,) hides the others: power at 0, pitch."""
    counts = np.histogram(values, bins)[0]
    others = counts[counts > 0]
    return bool(len(others) > 1 and counts.max() > SPIKED * np.median(others))


def draw_autocorrelations(
    real: np.ndarray,
    synthetic: np.ndarray,
    names: Sequence[str],
    path: Path,
    *,
    step: str = "steps",
) -> None:
    """Write a PNG: the autocorrelation within windows of every feature.

    `real`, `synthetic`: float (n_windows, T, F), scaled, F `names`. `step`: the unit of a lag.
    """
    found = {"real": autocorrelations(real), "synthetic": autocorrelations(synthetic)}
    with sheet(path, 2.2 * n_rows(len(names)) + 0.4) as figure:
        for i, (panel, name) in enumerate(zip(grid(figure, len(names)), names, strict=True)):
            for side, values in found.items():
                style = "-" if side == "real" else "--"
                lags = range(1, len(values) + 1)
                panel.plot(lags, values[:, i], style, color=COLOURS[side], label=side)
            panel.axhline(0, color="grey", linewidth=0.6)
            panel.set_title(name, fontsize=9)
            panel.set_xlabel(f"lag [{step}]")
            panel.set_ylabel("autocorrelation [no unit]", fontsize=8)
        legend(figure, panel)


def draw_correlations(
    real: np.ndarray, synthetic: np.ndarray, names: Sequence[str], path: Path
) -> None:
    """Write a PNG: the correlations of all pairs of features, real, synthetic and the difference.

    `real`, `synthetic`: float (n_windows, T, F), scaled, F `names`.
    """
    of_real, of_synthetic = correlations(real), correlations(synthetic)
    matrices = {
        "real": of_real,
        "synthetic": of_synthetic,
        "difference: synthetic - real": of_synthetic - of_real,
    }
    places = range(0, len(names), -(-len(names) // MOST_NAMES))
    labels = [names[i] for i in places]
    with sheet(path, 4.4) as figure:
        figure.set_layout_engine("compressed")
        panels = figure.subplots(1, 3, sharey=True)
        for panel, (title, matrix) in zip(panels, matrices.items(), strict=True):
            # A difference has a scale of its own: on that of correlations all would be pale.
            reach = 1.0 if panel is not panels[-1] else max(0.1, float(np.abs(matrix).max()))
            image = panel.imshow(matrix, cmap="PuOr", vmin=-reach, vmax=reach)
            panel.set_title(title)
            for axis in (panel.xaxis, panel.yaxis):
                axis.set_ticks(places, labels, fontsize=7)
            panel.tick_params("x", rotation=90)
            if len(names) <= MOST_CELLS:
                _write_cells(panel, matrix, reach)
            figure.colorbar(image, ax=panel, orientation="horizontal", shrink=0.7, pad=0.02)


def _write_cells(panel: Axes, matrix: np.ndarray, reach: float) -> None:
    decimals = 1 if reach == 1 else 2
    size = 7 if len(matrix) <= 10 else 5
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if abs(value) > 0.7 * reach else "black"
        text = f"{round(value, decimals) + 0:.{decimals}f}".replace("0.", ".")
        panel.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def draw_embeddings(real: np.ndarray, synthetic: np.ndarray, path: Path, *, seed: int = 0) -> None:
    """Write a PNG: PCA and t-SNE of up to 500 windows a side, a point per window.

    `real`, `synthetic`: float (n_windows, T, F), scaled. The principal components are those of
    the real windows; t-SNE sees both sets, without knowing which is which.
    """
    flat = [_spread(x).reshape(-1, x.shape[1] * x.shape[2]) for x in (real, synthetic)]
    both = np.concatenate(flat)
    pca = PCA(min(N_COMPONENTS, *flat[0].shape), random_state=seed).fit(flat[0])
    projected = pca.transform(both)
    perplexity = min(PERPLEXITY, (len(both) - 1) / 3)
    # OpenMP's threads wait for each other in a busy loop: one alone is several times as fast on
    # a machine that has other work.
    with threadpool_limits(1):
        tsne = TSNE(2, perplexity=perplexity, init="pca", random_state=seed)
        placed = tsne.fit_transform(projected)
    shares = 100 * pca.explained_variance_ratio_
    with sheet(path, 5) as figure:
        left, right = figure.subplots(1, 2)
        _scatter(left, projected, len(flat[0]))
        left.set_title("PCA")
        left.set_xlabel(f"component 1 [scaled, {shares[0]:.0f} % of the real variance]")
        left.set_ylabel(f"component 2 [scaled, {shares[1]:.0f} % of the real variance]")
        _scatter(right, placed, len(flat[0]))
        right.set_title(f"t-SNE, perplexity {perplexity:.0f}")
        right.set_xlabel("t-SNE 1 [no unit]")
        right.set_ylabel("t-SNE 2 [no unit]")
        legend(figure, left)


def _spread(windows: np.ndarray) -> np.ndarray:
    return windows[np.linspace(0, len(windows) - 1, min(N_EMBEDDED, len(windows))).astype(int)]


def _scatter(panel: Axes, points: np.ndarray, n_real: int) -> None:
    for name, part, marker in (("real", points[:n_real], "o"), ("synthetic", points[n_real:], "x")):
        look: dict[str, Any] = {"s": 12, "alpha": 0.6, "linewidths": 0.8}
        panel.scatter(
            part[:, 0], part[:, 1], color=COLOURS[name], marker=marker, label=name, **look
        )
