"""Columns that repeat a part of the time beside them, such as the hour: no variables."""

import numpy as np
import pandas as pd

from modules.records.identity import is_whole, plain
from modules.records.stamps import Reading

AGREEING = 0.95  # of the rows; those around midnight may differ by a time zone
# By name: the part of a stamp, and after how many it begins anew. 0: it never does.
_PARTS = {
    "year": (("year", "yyyy", "yr", "jahr", "yil", "년", "년도", "연도"), 0),
    "quarter": (("quarter", "quartal"), 4),
    "month": (("month", "mm", "mon", "month_of_year", "monat", "ay", "월"), 12),
    "week": (("week", "week_of_year", "weekofyear", "calendar_week", "kw", "주차"), 53),
    "day": (("day", "dd", "day_of_month", "dom", "tag", "gun", "일"), 0),
    "day_of_year": (("day_of_year", "dayofyear", "doy", "yday", "julian_day", "jday"), 0),
    "day_of_week": (
        ("weekday", "day_of_week", "dayofweek", "dow", "wday", "day", "wochentag", "요일"),
        7,
    ),
    "hour": (("hour", "hours", "hr", "hh", "hour_of_day", "hod", "stunde", "saat", "시"), 24),
    "minute": (("minute", "minutes", "mi", "minute_of_hour", "분"), 60),
    "second": (("second", "seconds", "sec", "ss", "초"), 60),
}


def is_part_of(values: pd.Series, time: Reading) -> bool:
    """Whether `values`, (n,), are called a part of the stamps in `time`, (n,), and agree with it.

    Counted from 0 or 1, from Sunday or Monday, in UTC or not: by one number more or less. Where
    the part hardly changes, readings that hardly do must be that number throughout.
    """
    if not is_whole(values):
        return False
    name = plain(str(values.name))
    numbers = values.to_numpy(np.float64)
    for part, (names, turn) in _PARTS.items():
        if name in names and any(_agrees(numbers, s, part, turn) for s in time.stamps.values()):
            return True
    return False


def _agrees(numbers: np.ndarray, stamps: pd.DatetimeIndex, part: str, turn: int) -> bool:
    told = stamps.isocalendar()["week"] if part == "week" else getattr(stamps, part)
    whole = np.asarray(told, np.float64)
    apart = numbers - whole
    is_known = np.isfinite(apart)
    apart = apart[is_known]
    if apart.size == 0:
        return False
    _, n_told = np.unique(whole[is_known], return_counts=True)
    is_still = bool(turn) and n_told.max() >= AGREEING * len(apart)
    if is_still or np.unique(numbers[is_known]).size < 2:
        return bool((apart == 0).all())
    if turn:
        _, n_each = np.unique(np.mod(apart, turn), return_counts=True)
        return float(n_each.max()) >= AGREEING * len(apart)
    return float((apart == 0).mean()) >= AGREEING
