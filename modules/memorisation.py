"""Were training windows copied? Distances from synthetic windows to their nearest real ones."""

import numpy as np

CHUNK_BYTES = 2**27
COPY_TOLERANCE = 1e-4  # of the scaled range: less than any sensor resolves


def nearest_windows(windows, train):
    """Euclidean distance to, and index of, the nearest window of `train`.

    `windows` float32 (n, T, F), `train` float32 (m, T, F), in the same scale.
    Returns float64 (n,) and int (n,).
    """
    queries = np.asarray(windows, np.float64).reshape(len(windows), -1)
    stored = np.asarray(train, np.float64).reshape(len(train), -1)
    lengths = (stored**2).sum(axis=1)
    chunk = max(1, CHUNK_BYTES // (8 * len(stored)))
    nearest = np.concatenate(
        [
            (lengths - 2 * queries[start : start + chunk] @ stored.T).argmin(axis=1)
            for start in range(0, len(queries), chunk)
        ]
    )
    return np.linalg.norm(queries - stored[nearest], axis=1), nearest


def nearest_neighbour_ratio(synthetic, train, heldout):
    """How near synthetic windows come to the training windows, next to unseen real ones.

    Median distance synthetic -> train over median distance heldout -> train. About 1: as far as
    unseen real windows are. Well below 1: training windows come back nearly unchanged.
    `heldout` must share no rows with `train`, or it looks nearer than unseen windows are.
    """
    to_train, unseen = (nearest_windows(x, train)[0] for x in (synthetic, heldout))
    return float(np.median(to_train) / max(np.median(unseen), np.finfo(np.float32).tiny))


def exact_copy_rate(windows, train, *, tolerance=COPY_TOLERANCE):
    """Share of `windows` that equal a training window to within `tolerance` everywhere."""
    nearest = nearest_windows(windows, train)[1]
    return copy_rate(windows, np.asarray(train)[nearest], tolerance=tolerance)


def copy_rate(windows, neighbours, *, tolerance=COPY_TOLERANCE):
    """Share of `windows` (n, T, F) that equal their own of `neighbours` (n, T, F) everywhere."""
    difference = np.abs(np.asarray(windows) - neighbours)
    return float((difference.max(axis=(1, 2)) <= tolerance).mean())
