"""Codes for a missing reading, such as -999, told from readings by their value."""

import numpy as np

LEAST_OTHERS = 10
# What loggers and archives write for no reading: nines, and the ends of their integers.
SURE_SENTINELS = tuple(
    [10.0**n - 1 for n in range(3, 11)] + [10.0**n - 0.1 for n in range(3, 6)]
) + (99.99, 999.99, 9999.99, 32767.0, 32768.0, 65535.0, 2147483647.0, 2147483648.0, 4294967295.0)
FILL_VALUES_FROM = 1e10  # powers of ten from here on, such as 1e20 and -1e30
LIKELY_SENTINELS = (99.0, 99.9, 990.0, 777.0, 7777.0, 888.0, 8888.0, 9990.0)
FAR, FAR_FOR_ONE = 1.5, 2.0  # times the height of the highest other reading


def sentinel_flag(values: np.ndarray) -> np.ndarray:
    """Readings that stand for a missing one, such as -999, 9999 and 1e20: bool (n,).

    `values`: float (n,), NaN where missing. One of `SURE_SENTINELS` counts where it stands alone:
    no other reading on its side of 0 is two thirds as high, or half as high where the code comes
    once. One of `LIKELY_SENTINELS` must come twice besides, and further away from the others than
    they are spread. At least ten others must be there.
    """
    flag = np.zeros(values.shape, dtype=bool)
    size = np.abs(values)
    if not (size >= min(LIKELY_SENTINELS)).any():
        return flag
    is_sure = np.isin(size, SURE_SENTINELS) | _is_fill_value(size)
    is_likely = np.isin(size, LIKELY_SENTINELS)
    present = np.isfinite(values)
    for candidates in (is_sure, is_likely):
        for code in np.unique(values[candidates]):
            here = values == code
            # Without the other codes, so that several do not hide one another.
            others = values[present & ~is_sure & ~flag & ~here]
            least = 2 if candidates is is_likely else 1
            if others.size >= LEAST_OTHERS and here.sum() >= least:
                flag |= here & _is_alone(float(code), int(here.sum()), others, least > 1)
    return flag


def _is_fill_value(size: np.ndarray) -> np.ndarray:
    large = (size >= FILL_VALUES_FROM) & np.isfinite(size)
    power = np.log10(np.where(large, size, 1.0))
    return large & (np.abs(power - np.rint(power)) < 1e-9)


def _is_alone(code: float, count: int, others: np.ndarray, beyond_their_spread: bool) -> bool:
    nearest = float(others.max() if code > 0 else -others.min())
    if beyond_their_spread and abs(code) - nearest <= np.ptp(others):
        return False
    return abs(code) > (FAR if count > 1 else FAR_FOR_ONE) * nearest
