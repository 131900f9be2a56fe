"""Lone readings so far out that they would press all the others together."""

import numpy as np
import pandas as pd

from modules.records.sentinels import sentinel_flag

FAR = 10  # times the width of all other readings
MOST = 3  # of them on either side
LEAST_OTHERS, LEAST_DIFFERENT = 100, 20


def spike_flag(values: np.ndarray) -> np.ndarray:
    """Up to three readings on either side that lie far from all others: bool (n,).

    `values`: float (n,), NaN where missing. Far is ten times the width of all the others, so that
    not even the flood of a century counts as a spike. There must be a hundred others, twenty of
    them different.
    """
    flag = np.zeros(values.shape, dtype=bool)
    present = values[np.isfinite(values)]
    if present.size < LEAST_OTHERS + 2 * MOST:
        return flag
    ends = np.r_[0 : MOST + 1, present.size - MOST - 1 : present.size]
    sorted_ends = np.partition(present, ends)[ends]
    lowest, highest = sorted_ends[: MOST + 1], sorted_ends[MOST + 1 :][::-1]
    # The most first: one spike may stand far above another.
    for n_low, n_high in sorted(np.ndindex(MOST + 1, MOST + 1), key=sum)[:0:-1]:
        low, high = lowest[n_low], highest[n_high]
        reach = FAR * (high - low)
        is_far_below = n_low == 0 or low - lowest[n_low - 1] > reach
        is_far_above = n_high == 0 or highest[n_high - 1] - high > reach
        if not (is_far_below and is_far_above):
            continue
        inside = present[(present >= low) & (present <= high)]
        if np.unique(inside).size >= LEAST_DIFFERENT:
            return np.isfinite(values) & ((values < low) | (values > high))
    return flag


def spell_spikes(before: pd.Series, after: pd.Series, n_spikes: int, turbine: str) -> str:
    """A notice of `n_spikes` readings of a column that the rule took from it.

    `before` and `after` all rules: float (n,), by time.
    """
    gone = before[after.isna() & before.notna() & ~sentinel_flag(before.to_numpy())]
    gone = gone[(gone < after.min()) | (gone > after.max())]
    told = ", ".join(f"{value:g} at {stamp}" for stamp, value in gone.items())
    what = f"is {told}" if len(gone) == n_spikes else f"has {n_spikes} readings far outside"
    return (
        f"{turbine}: {before.name} {what}, and {after.min():g} to {after.max():g} elsewhere. "
        "That is blanked; where it is right, name `--cleaning_rules` without spike."
    )
