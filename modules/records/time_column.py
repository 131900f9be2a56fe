"""Which columns of a file tell time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY, looks_like_time, read_cells
from modules.records.numeric_times import calendar_digits, clock_unit, is_epoch, read_numbers
from modules.records.times import as_text, in_format, read_times

SAMPLE = 50
RUN = 1000  # rows that a clock is followed for
ONE_WAY = 0.9
CALENDAR = {
    "year": ("year", "yyyy", "yr", "년", "년도", "연도"),
    "month": ("month", "mm", "mo", "월"),
    "day": ("day", "dd", "dy", "일"),
}
CLOCK = {
    "hour": ("hour", "hours", "hr", "hh", "he", "hour_ending", "hour_of_day", "시", "stunde"),
    "minute": ("minute", "minutes", "min", "mi", "분"),
    "second": ("second", "seconds", "sec", "ss", "초"),
}
CLOCK_NUMBERS = ("time", "hrmn", "hhmm", "hhmmss", "time_of_day", "시각", "시간")
PARTS_OF_TIME = "year yyyy 연도 년 month 월 doy day_of_year julian_day jday hhmm datenum".split()
DAY_NUMBERS = ("day", "day_number", "dayno", "day_no", "일차")

_NAMED = re.compile(
    r"date|time|stamp|datum|zeit|fecha|tarih|일시|시간|시각|날짜|일자"
    r"|(?:^|[^a-z])(?:ts|dt|epoch|unix)(?:$|[^a-z])"
)

Kind = Literal["stamp", "date", "clock", "count", "looks", ""]


@dataclass(frozen=True)
class TimeColumns:
    """Names of the columns that tell time together.

    `date`: one column of stamps, dates or day numbers, or year, month (and day). `clock`: none,
    one column of clocks, or hour (and minute, and second). `counted`: `date` is a day number.
    """

    date: tuple[str, ...]
    clock: tuple[str, ...] = ()
    counted: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return self.date + self.clock


def is_named_like_time(name: str) -> bool:
    """Whether `name` has a word for time in it: Date/Time, PCTimeStamp, MESS_DATUM, 측정일시."""
    return _NAMED.search(name.lower()) is not None


def kind_of(values: pd.Series, date_format: str | None = None) -> Kind:
    """What a column (n,) tells; empty where that is no time.

    Stamps, dates, clocks, a count of seconds or days from an origin, or what looks like one of
    them and cannot be read.
    """
    present = values.dropna()
    if present.empty or pd.api.types.is_bool_dtype(values):
        return ""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "stamp" if read_times(present).timed else "date"
    if pd.api.types.is_numeric_dtype(values):
        return _kind_of_numbers(present, is_named_like_time(str(values.name)), date_format)
    sample = as_text(pd.concat([present.head(SAMPLE), present.tail(SAMPLE)]))
    if date_format is not None and "%" in date_format:
        right = in_format(sample, date_format, utc=True).notna()
        if right.mean() > 0.5:
            return "stamp" if "%H" in date_format or "%I" in date_format else "date"
    cells = read_cells(sample)
    if cells.read.mean() <= 0.5:
        return "looks" if looks_like_time(sample) else ""
    if not cells.dated.any():
        return "clock"
    return "stamp" if (cells.clock != 0).any() else "date"


def _kind_of_numbers(present: pd.Series, named: bool, date_format: str | None) -> Kind:
    numbers = present.to_numpy()
    if named and date_format is not None and "%" in date_format:
        return "stamp"
    # A cell that is missing turns whole numbers into floats.
    is_whole = np.issubdtype(numbers.dtype, np.integer) or (
        numbers.dtype == np.float64 and (numbers == np.floor(numbers)).all()
    )
    if not named and not is_whole:
        return ""
    may_count = named or is_epoch(numbers)
    found = read_numbers(numbers) if may_count else calendar_digits(numbers)
    if found is None or not (may_count or found.exists.all()):
        return ""
    if found.how:
        return "count"
    return "stamp" if (found.times % DAY != 0).any() else "date"


def find_time(
    raw: pd.DataFrame,
    path: Path,
    names: dict[str, str],
    candidates: Sequence[str],
    *,
    required: bool,
    date_format: str | None = None,
) -> TimeColumns | None:
    """The columns of `raw` that tell time; None where none does.

    `names`: plain name -> column. `candidates`: plain names of a site's time column, best first.
    Where time is `required`, only columns named like time are looked at.

    Raises DataError where several columns may be meant, and where one looks like time that cannot
    be read, or has no date.
    """
    exact = [
        names[name.lower()]
        for name in candidates
        if name.lower() in names
        and not (name == "index" and pd.api.types.is_numeric_dtype(raw[names["index"]]))
    ]
    looked_at = [n for n in raw.columns if not required or n in exact or is_named_like_time(n)]
    kinds = {name: kind_of(raw[name], date_format) for name in looked_at}
    rank = _Ranking(exact, path)
    by_kind = {
        kind: [name for name in raw.columns if kinds.get(name) == kind]
        for kind in ("stamp", "date", "clock", "count", "looks")
    }
    if by_kind["stamp"]:
        return TimeColumns((rank.best(by_kind["stamp"], "dates"),))
    if by_kind["date"]:
        date = rank.best(by_kind["date"], "dates")
        repeats = bool(raw[date].dropna().duplicated().any())
        clock = _clock_beside(raw, date, names, by_kind, rank) if repeats else ()
        if clock or not (repeats and by_kind["count"]):
            return TimeColumns((date,), clock)
    if by_kind["count"]:
        return TimeColumns((rank.best(by_kind["count"], "seconds since 1970"),))
    calendar = _parts(raw, names, CALENDAR)
    if len(calendar) > 1:
        return TimeColumns(calendar, _clock_beside(raw, calendar[-1], names, by_kind, rank))
    if by_kind["clock"]:
        return _clock_by_day(raw, path, names, by_kind["clock"], rank)
    if by_kind["looks"] and not exact:
        return TimeColumns((rank.best(by_kind["looks"], "what looks like time"),))
    if exact:
        return TimeColumns((exact[0],))
    parts = [names[name] for name in PARTS_OF_TIME if name in names]
    if parts and not required:
        raise DataError(
            f"{path} has no time that can be read, but columns named like parts of one: "
            f"{', '.join(parts)}. Write the whole time into a column 'datetime', or remove them to "
            "take the rows as they follow each other."
        )
    return None


@dataclass(frozen=True)
class _Ranking:
    exact: list[str]
    path: Path

    def best(self, found: list[str], what: str) -> str:
        """The one of `found` that the site names, else the one named like time, else the only."""
        for name in self.exact:
            if name in found:
                return name
        named = [name for name in found if is_named_like_time(name)] or found
        if len(named) > 1:
            raise DataError(
                f"{self.path} has {len(named)} columns of {what}, and it cannot be told which is "
                f"the time: {', '.join(named)}. Name the one to use 'datetime', or remove the "
                "others."
            )
        return named[0]


def _parts(
    raw: pd.DataFrame, names: dict[str, str], parts: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Numeric columns for the first, the first two ... of `parts`."""
    found: list[str] = []
    for aliases in parts.values():
        name = next((names[alias] for alias in aliases if alias in names), None)
        if name is None or not pd.api.types.is_numeric_dtype(raw[name]):
            break
        found.append(name)
    return tuple(found)


def _clock_beside(
    raw: pd.DataFrame,
    date: str,
    names: dict[str, str],
    by_kind: dict[str, list[str]],
    rank: _Ranking,
) -> tuple[str, ...]:
    """The columns that tell the time of day beside `date`; empty where none does."""
    clocks = [name for name in by_kind["clock"] if _runs_within_days(raw, date, name)]
    if clocks:
        return (rank.best(clocks, "clocks"),)
    parts = _parts(raw, names, CLOCK)
    digits = [names[name] for name in CLOCK_NUMBERS if name in names]
    for found in (parts, tuple(digits[:1])):
        if found and clock_unit(raw[found[0]]) and _runs_within_days(raw, date, found[0]):
            return found
    return ()


def _runs_within_days(raw: pd.DataFrame, date: str, clock: str) -> bool:
    """Whether `clock` goes one way from row to row of one day: a length of time would not."""
    head = raw[[date, clock]].dropna().head(RUN)
    times = head[clock].to_numpy()
    if not pd.api.types.is_numeric_dtype(head[clock]):
        times = read_cells(as_text(head[clock])).clock
    same_day = (head[date].to_numpy()[1:] == head[date].to_numpy()[:-1]).astype(bool)
    steps = np.diff(times.astype(float))[same_day]
    return len(steps) > 0 and bool(max((steps >= 0).mean(), (steps <= 0).mean()) >= ONE_WAY)


def _clock_by_day(
    raw: pd.DataFrame, path: Path, names: dict[str, str], clocks: list[str], rank: _Ranking
) -> TimeColumns:
    clock = rank.best(clocks, "clocks")
    day = next((names[name] for name in DAY_NUMBERS if name in names), None)
    if day is None or not pd.api.types.is_integer_dtype(raw[day]):
        raise DataError(
            f"{path}, column '{clock}' holds times of day without a date, such as "
            f"{str(raw[clock].dropna().iloc[0])!r}. Add a column 'date', or one 'day' that counts "
            "the days from 1, or remove the column."
        )
    return TimeColumns((day,), (clock,), counted=True)
