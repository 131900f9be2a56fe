"""Orion's scoring, step by step in loops: what `modules.tadgan` is held against.

Written from its recipe, its faults included: DTW errors are five steps late.
"""

import math

import numpy as np
import pandas as pd
from scipy import integrate, stats


def windows_over(values, step, length):
    """What the windows over `step` say of it, newest window first. `values`: (N, L) or (N,)."""
    n_steps = len(values) + length - 1
    offsets = range(max(0, step - n_steps + length), min(step + 1, length))
    return np.array([values[step - j, j] if values.ndim > 1 else values[step - j] for j in offsets])


def unrolled(windows):
    n_steps = len(windows) + windows.shape[1] - 1
    return np.array([np.median(windows_over(windows, t, windows.shape[1])) for t in range(n_steps)])


def sliding_mode(values, length):
    modes = []
    for t in range(len(values) + length - 1):
        over = windows_over(values, t, length)
        try:
            modes.append(over[np.argmax(stats.gaussian_kde(over)(over))])
        except (np.linalg.LinAlgError, ValueError):
            modes.append(np.median(over))
    return np.array(modes)


def point_error(real, recovered):
    return np.array([abs(a - b) for a, b in zip(real, recovered, strict=True)])


def area_error(real, recovered):
    areas = [
        pd.Series(x).rolling(10, center=True, min_periods=5).apply(integrate.trapezoid)
        for x in (real, recovered)
    ]
    return np.abs(areas[0] - areas[1]).to_numpy()


def dtw(a, b):
    table = np.full((len(a) + 1, len(b) + 1), np.inf)
    table[0, 0] = 0
    for i, x in enumerate(a, start=1):
        for j, y in enumerate(b, start=1):
            before = min(table[i - 1, j], table[i, j - 1], table[i - 1, j - 1])
            table[i, j] = (x - y) ** 2 + before
    return math.sqrt(table[-1, -1])


def dtw_error(real, recovered):
    """Five steps late, zeros where nothing is left."""
    real_padded, recovered_padded = (np.pad(x, 5) for x in (real, recovered))
    errors = [
        dtw(real_padded[i : i + 11], recovered_padded[i : i + 11]) for i in range(len(real) - 11)
    ]
    return np.array([0] * 5 + errors + [0] * (len(real) - len(errors) - 5))


def smooth(values, n_windows):
    width = max(1, math.trunc(0.01 * n_windows))
    return pd.Series(values).rolling(width, center=True, min_periods=width // 2).mean().to_numpy()


def critic_score(modes):
    lower, upper = np.quantile(modes, 0.25), np.quantile(modes, 0.75)
    usual = np.mean([c for c in modes if lower <= c <= upper])
    return np.absolute((modes - usual) / np.std(modes)) + 1


def reconstruction_score(errors):
    return np.clip(stats.zscore(errors), 0, None) + 1


def find(errors, padding):
    size = math.ceil(0.33 * len(errors))
    step = math.ceil(0.1 * size)
    sequences, start, end = [], 0, 0
    while end < len(errors):
        end = start + size
        sequences += in_window(errors[start:end], padding, start)
        start += step
    return merged(sequences)


def in_window(errors, padding, start):
    threshold = errors.mean() + 4 * errors.std()
    above = errors > threshold
    for i in np.flatnonzero(errors > threshold):
        above[max(0, i - padding) : i + padding + 1] = True
    runs, i = [], 0
    while i < len(above):
        if above[i]:
            first = i
            while i + 1 < len(above) and above[i + 1]:
                i += 1
            runs.append((first, i, errors[first : i + 1].max()))
        i += 1
    below = 0 if above.all() else max(errors[~above])
    rows = sorted([*runs, (-1, -1, below)], key=lambda row: -row[2])
    cut = -1
    for i in range(len(rows) - 1):
        if (rows[i][2] - rows[i + 1][2]) / rows[i][2] >= 0.1:
            cut = i
    scale = errors.mean() + errors.std()
    return [(a + start, b + start, (top - threshold) / scale) for a, b, top in rows[: cut + 1]]


def merged(sequences):
    result = []
    for first, last, score in sorted(sequences, key=lambda row: row[0]):
        if result and first <= result[-1][1] + 1:
            before = result[-1]
            before[1] = max(before[1], last)
            before[2].append((score, last - first + 1))
        else:
            result.append([first, last, [(score, last - first + 1)]])
    return [(a, b, np.average(*np.transpose(parts).tolist()[:1], weights=np.transpose(parts)[1]))
            for a, b, parts in result]  # fmt: skip
