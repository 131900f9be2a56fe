"""How unlike what the networks expect every time step is: the recipe of Orion 0.7.1, vectorised.

Shape letters: N windows of one stretch, one step apart, L steps each, F features, V variables; the
stretch has M = N + L - 1 steps.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

SCORE_WINDOW = 10  # steps that `area` and `dtw` compare at once, in Orion
SMOOTHED_SHARE, MOST_SMOOTHED = 0.01, 200  # of the windows, and steps
RECONSTRUCTION_SHARE = 0.5  # of the reconstruction in a `sum`
CHUNK = 2**22  # numbers held at once


def unrolled(windows: np.ndarray) -> np.ndarray:
    """The median, at every step, of what the windows over it say: (N, L, F) -> (M, F)."""
    n_windows, length, n_features = windows.shape
    offsets = np.arange(length)
    result = np.empty((n_windows + length - 1, n_features))
    per_call = max(1, CHUNK // (length * n_features))
    for start in range(0, len(result), per_call):
        of_window = np.arange(start, min(start + per_call, len(result)))[:, None] - offsets
        is_there = (of_window >= 0) & (of_window < n_windows)
        said = windows[np.clip(of_window, 0, n_windows - 1), offsets].astype(np.float64)
        whole = is_there.all(1)
        part = result[start : start + per_call]
        part[whole] = np.median(said[whole], 1)
        part[~whole] = np.nanmedian(np.where(is_there[..., None], said, np.nan)[~whole], 1)
    return result


def point_error(real: np.ndarray, recovered: np.ndarray, window: int = SCORE_WINDOW) -> np.ndarray:
    """Distance at every step. Both (M, F), as the result."""
    return np.abs(real - recovered)


def area_error(real: np.ndarray, recovered: np.ndarray, window: int = SCORE_WINDOW) -> np.ndarray:
    """Difference of the areas under both curves over the `window` steps about each: (M, F)."""
    steps = np.arange(len(real))
    first = np.maximum(steps - window // 2, 0)
    last = np.minimum(steps + (window - 1) // 2, len(real) - 1)
    heights = real - recovered
    area = np.zeros_like(heights)
    area[1:] = np.cumsum((heights[1:] + heights[:-1]) / 2, 0)
    return np.abs(area[last] - area[first])


def dtw_error(real: np.ndarray, recovered: np.ndarray, window: int = SCORE_WINDOW) -> np.ndarray:
    """Dynamic time warping of the steps about each, squared cost, its root: (M, F).

    Of `window` steps, one more where that is even, centred: Orion writes the result half a window
    late, and zeros at the end.
    """
    half = window // 2
    pair = (np.pad(x, ((half, half), (0, 0))) for x in (real, recovered))
    ours, theirs = (
        np.lib.stride_tricks.sliding_window_view(x, 2 * half + 1, 0) for x in pair
    )  # (M, F, 2 * half + 1)
    above = [np.full(real.shape, np.inf)] * (2 * half + 2)
    above[0] = np.zeros(real.shape)
    for i in range(2 * half + 1):
        row = [np.full(real.shape, np.inf)]
        for j in range(2 * half + 1):
            cost = np.square(ours[..., i] - theirs[..., j])
            row.append(cost + np.minimum(np.minimum(above[j], above[j + 1]), row[j]))
        above = row
    return np.sqrt(above[-1])


ERRORS: dict[str, Callable[..., np.ndarray]] = {
    "point": point_error,
    "area": area_error,
    "dtw": dtw_error,
}


def sliding_mode(values: np.ndarray, length: int) -> np.ndarray:
    """The likeliest of the values of the windows over every step: (N,) -> (N + length - 1,).

    By a Gaussian kernel density (Scott's width); where all are alike, that one.
    """
    n_windows = len(values)
    n_steps = n_windows + length - 1
    padded = np.concatenate([np.full(length - 1, np.nan), values, np.full(length - 1, np.nan)])
    # Newest window first: of two that are as likely, Orion takes the later one.
    over = np.lib.stride_tricks.sliding_window_view(padded, length)[:, ::-1]
    result = np.empty(n_steps)
    n_over = np.isfinite(over).sum(1)
    for count in np.unique(n_over):
        steps = np.flatnonzero(n_over == count)
        per_call = max(1, CHUNK // int(count) ** 2)
        for start in range(0, len(steps), per_call):
            some = steps[start : start + per_call]
            there = over[some][np.isfinite(over[some])].reshape(len(some), count)
            result[some] = _modes(there)
    return result


def _modes(values: np.ndarray) -> np.ndarray:
    """The likeliest value of each row: (n, k) -> (n,)."""
    count = values.shape[1]
    if count == 1:
        return values[:, 0]
    variance = values.var(1, ddof=1) * count ** (-2 / 5)
    is_alike = variance == 0
    distances = np.square(values[:, :, None] - values[:, None])
    density = np.exp(-distances / (2 * np.where(is_alike, 1, variance))[:, None, None]).sum(2)
    return values[np.arange(len(values)), density.argmax(1)]


def critic_score(modes: np.ndarray) -> np.ndarray:
    """Distance from the usual value in deviations, plus 1: (M,) -> (M,)."""
    lower, upper = np.quantile(modes, [0.25, 0.75])
    usual = modes[(modes >= lower) & (modes <= upper)].mean()
    return np.abs(modes - usual) / _or_one(modes.std()) + 1


def reconstruction_score(errors: np.ndarray) -> np.ndarray:
    """Deviations above the mean, plus 1; what is below counts as the mean: (M, V) -> (M, V)."""
    return np.maximum((errors - errors.mean(0)) / _or_one(errors.std(0)), 0) + 1


def _or_one(deviation: np.ndarray) -> np.ndarray:
    return np.where(deviation > 0, deviation, 1)


def smooth(values: np.ndarray, n_windows: int) -> np.ndarray:
    """Centred running mean over 1 % of the windows, at least a step: (M, ...) -> (M, ...)."""
    width = min(max(1, int(SMOOTHED_SHARE * n_windows)), MOST_SMOOTHED)
    return pd.DataFrame(values).rolling(width, center=True, min_periods=1).mean().to_numpy()


def combined(critic: np.ndarray, reconstruction: np.ndarray, combination: str) -> np.ndarray:
    """The score of every step: `mult`, `sum` or `rec`, of two scores (M,)."""
    if combination == "mult":
        return critic * reconstruction
    if combination == "sum":
        shares = 1 - RECONSTRUCTION_SHARE, RECONSTRUCTION_SHARE
        return shares[0] * (critic - 1) + shares[1] * (reconstruction - 1)
    return reconstruction
