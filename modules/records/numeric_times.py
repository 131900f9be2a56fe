"""Numbers that tell time: calendar digits, seconds since 1970, a spreadsheet's days."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.records.dates import DAY, days_since_1970

YEARS = (1900, 2100)
DIGITS = (14, 12, 10, 8)
# What one counts, how many of them lie between 1973 and 2100, and the us in each.
EPOCHS = (
    ("seconds", 1e8, 4.1e9, 1e6),
    ("milliseconds", 1e11, 4.1e12, 1e3),
    ("microseconds", 1e14, 4.1e15, 1.0),
    ("nanoseconds", 1e17, 4.1e18, 1e-3),
)
SERIALS = (20_000, 70_000)  # days since 1899-12-30: 1954 to 2091
SERIAL_ORIGIN = -25_569 * DAY
MILLISECOND = 1000
LEAST_SHORT = 10  # stamps: fewer may look like a date, or even, by chance


@dataclass(frozen=True)
class NumericTimes:
    """`times`: int64 (n,) us since 1970; `exists`: bool (n,). `how`: what the numbers count."""

    times: np.ndarray
    exists: np.ndarray
    utc: bool = False
    how: str = ""


def calendar_digits(numbers: np.ndarray) -> NumericTimes | None:
    """YYYYMMDD, with HH, HHMM or HHMMSS behind it; `numbers`: float or int (n,), n > 0.

    None where they have not all so many digits, or most are no date between 1900 and 2100.
    """
    if not (np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all()):
        return None
    lowest, highest = numbers.min(), numbers.max()
    width = next((w for w in DIGITS if lowest >= YEARS[0] * 10 ** (w - 4)), None)
    if width is None or highest >= (YEARS[1] + 1) * 10 ** (width - 4):
        return None
    whole = numbers.astype(np.int64) * 10 ** (14 - width)
    date, clock = np.divmod(whole, 1_000_000)
    days, exists = days_since_1970(date // 10_000, date // 100 % 100, date % 100)
    since_midnight, right = clock_digits(clock)
    exists &= right
    return NumericTimes(days * DAY + since_midnight, exists) if exists.mean() > 0.5 else None


def read_numbers(numbers: np.ndarray) -> NumericTimes | None:
    """What `numbers` (n,) tell, as calendar digits or counted; None where it is no time."""
    if numbers.dtype == bool or not len(numbers):
        return None
    return calendar_digits(numbers) or short_digits(numbers) or counted(numbers)


def short_digits(numbers: np.ndarray) -> NumericTimes | None:
    """YYMMDDHHMM or YYMMDDHHMMSS of this century; `numbers`: float or int (n,), n > 0.

    None where one of them is no date, or where so few are there that they may count seconds.
    """
    if not (numbers == np.floor(numbers)).all():
        return None
    for width, name in ((10, "YYMMDDHHMM"), (12, "YYMMDDHHMMSS")):
        if 10 ** (width - 2) <= numbers.min() and numbers.max() < 10**width:
            found = calendar_digits(numbers.astype(np.int64) + 20 * 10**width)
            if found is None or not found.exists.all():
                continue
            if len(np.unique(numbers)) >= LEAST_SHORT:
                return NumericTimes(found.times, found.exists, how=name)
    return None


def is_epoch(numbers: np.ndarray) -> bool:
    """Whether whole `numbers`, (n,), count from 1970 whatever their column is called.

    They go one way, and most steps are the same and more than 1, which a counter of rows has.
    """
    found = counted(numbers)
    if found is None or len(numbers) < LEAST_SHORT:
        return False
    sizes, times = np.unique(np.diff(numbers.astype(np.int64)), return_counts=True)
    share = times.max() / times.sum()
    one_way = max(times[sizes > 0].sum(), times[sizes < 0].sum()) / times.sum()
    return bool(share > 0.5 and one_way >= 0.9 and abs(sizes[np.argmax(times)]) > 1)


def clock_digits(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(us since midnight, whether a clock shows that), both (n,), of HHMMSS as int64 (n,)."""
    hour, minute, second = numbers // 10_000, numbers // 100 % 100, numbers % 100
    right = (hour >= 0) & (minute < 60) & (second < 60)
    right &= (hour < 24) | ((hour == 24) & (numbers % 10_000 == 0))
    return ((hour * 60 + minute) * 60 + second) * 1_000_000, right


def counted(numbers: np.ndarray) -> NumericTimes | None:
    """Seconds (or thousandths and the like) since 1970 in UTC, or a spreadsheet's days.

    `numbers`: float or int (n,), n > 0. Told apart by their range; None where they are neither.
    Whole numbers in the range of the days are not taken for them.
    """
    if not np.isfinite(numbers).all():
        return None
    lowest, highest = numbers.min(), numbers.max()
    every = np.ones(len(numbers), bool)
    for unit, least, most, length in EPOCHS:
        if least <= lowest and highest < most:
            exact = np.issubdtype(numbers.dtype, np.integer)
            if exact and length >= 1:
                times = numbers.astype(np.int64) * int(length)
            elif exact:
                times = numbers.astype(np.int64) // round(1 / length)
            else:
                times = np.rint(numbers * length).astype(np.int64)
            return NumericTimes(times, every, utc=True, how=f"{unit} since 1970 in UTC")
    if SERIALS[0] <= lowest and highest < SERIALS[1] and (numbers != np.floor(numbers)).any():
        # Ten digits of a day are exact to the millisecond.
        times = np.rint(numbers * (DAY / MILLISECOND)).astype(np.int64) * MILLISECOND
        return NumericTimes(times + SERIAL_ORIGIN, every, how="a spreadsheet's days since 1899")
    return None


def clock_unit(values: pd.Series) -> int | None:
    """What brings a column of hours, HHMM or HHMMSS to HHMMSS; None where it is no such column."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return None
    numbers = values.dropna().to_numpy(dtype=float)
    if not numbers.size or (numbers != np.floor(numbers)).any() or numbers.min() < 0:
        return None
    unit = next((unit for unit in (10_000, 100, 1) if numbers.max() * unit <= 240_000), None)
    if unit is None or not clock_digits((numbers * unit).astype(np.int64))[1].all():
        return None
    return unit
