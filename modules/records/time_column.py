"""Which columns of a file tell time, and their stamps."""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY, days_since_1970, looks_like_time, read_cells
from modules.records.numeric_times import calendar_digits, clock_digits
from modules.records.readers import first_line_where
from modules.records.times import (
    MixedTimeZones,
    Times,
    Unreadable,
    as_text,
    read_numbers,
    read_times,
)

SAMPLE = 50
DAY_ONE = pd.Timestamp("2001-01-01")
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
DAY_NUMBERS = ("day", "day_number", "dayno", "day_no", "일차")

_NAMED = re.compile(
    r"date|time|stamp|datum|zeit|fecha|tarih|일시|시간|시각|날짜|일자"
    r"|(?:^|[^a-z])(?:ts|dt|epoch|unix)(?:$|[^a-z])"
)
_HOUR_NAMED = re.compile(r"time|hour|hrmn|hhmm|시각|시간")

Kind = Literal["stamp", "date", "clock", "count", "looks", ""]
Hours = Literal["", "0-23", "1-24", "either"]

logger = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Reading:
    """`stamps`: order of day and month -> stamps (n,), more than one while it is open which.

    `hours`: how a column of hours counts, empty without one. `notices`: what was decided.
    """

    stamps: dict[str, pd.DatetimeIndex]
    example: str = ""
    hours: Hours = ""
    notices: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """The first order that the stamps can be read in, the only one once it is agreed on."""
        return next(iter(self.stamps))

    def take(self, rows: np.ndarray) -> Self:
        """The reading of `rows`, int (k,), alone."""
        return replace(self, stamps={order: found[rows] for order, found in self.stamps.items()})


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
        right = pd.to_datetime(sample, format=date_format, errors="coerce", utc=True).notna()
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
    if not named and not np.issubdtype(numbers.dtype, np.integer):
        return ""
    found = read_numbers(numbers) if named else calendar_digits(numbers)
    if found is None or not (named or found.exists.all()):
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
        clock = _clock_beside(raw, names, by_kind, rank) if repeats else ()
        if clock or not (repeats and by_kind["count"]):
            return TimeColumns((date,), clock)
    if by_kind["count"]:
        return TimeColumns((rank.best(by_kind["count"], "seconds since 1970"),))
    calendar = _parts(raw, names, CALENDAR)
    if len(calendar) > 1:
        return TimeColumns(calendar, _clock_beside(raw, names, by_kind, rank))
    if by_kind["clock"]:
        return _clock_by_day(raw, path, names, by_kind["clock"], rank)
    if by_kind["looks"] and not exact:
        return TimeColumns((rank.best(by_kind["looks"], "what looks like time"),))
    return TimeColumns((exact[0],)) if exact else None


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
    raw: pd.DataFrame, names: dict[str, str], by_kind: dict[str, list[str]], rank: _Ranking
) -> tuple[str, ...]:
    """The columns that tell the time of day beside one of dates; empty where none does."""
    if by_kind["clock"]:
        return (rank.best(by_kind["clock"], "clocks"),)
    parts = _parts(raw, names, CLOCK)
    if parts:
        return parts
    digits = [
        name
        for name in raw.columns
        if _HOUR_NAMED.search(name.lower()) and _clock_unit(raw[name]) is not None
    ]
    return (digits[0],) if len(digits) == 1 else ()


def _clock_unit(values: pd.Series) -> int | None:
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


def read_stamps(
    raw: pd.DataFrame, columns: TimeColumns, path: Path, date_format: str | None = None
) -> Reading:
    """The stamps (n,) that `columns` of `raw` tell.

    Raises DataError, with the line, for a cell that cannot be read, and for stamps of which only
    some carry a UTC offset.
    """
    if columns.clock and date_format is not None and "%" in date_format:
        joined = as_text(raw[columns.date[0]]) + " " + as_text(raw[columns.clock[0]])
        joined = joined.where(raw[list(columns.names)].notna().all(axis=1))
        return Reading(_read(joined, columns.date[0], raw, path, date_format).stamps)
    dates, notices = _dates(raw, columns, path, date_format)
    if not columns.clock:
        return Reading(dates.stamps, _example(raw[columns.date[0]]), notices=notices)
    clock, hours, utc = _clocks(raw, columns.clock, path)
    stamps = {order: (found + clock).as_unit("us") for order, found in dates.stamps.items()}
    if utc and any(found.tz is None for found in stamps.values()):
        stamps = {order: found.tz_localize("UTC") for order, found in stamps.items()}
    return Reading(stamps, _example(raw[columns.date[0]]), hours, notices)


def _example(values: pd.Series) -> str:
    present = values.dropna()
    return str(present.iloc[0]) if len(present) else ""


def _dates(
    raw: pd.DataFrame, columns: TimeColumns, path: Path, date_format: str | None
) -> tuple[Times, tuple[str, ...]]:
    name = columns.date[0]
    if columns.counted:
        days = pd.to_timedelta(raw[name] - 1, unit="D")
        stamps = pd.DatetimeIndex(DAY_ONE + days).as_unit("us")
        notice = f"Column '{name}' counts days: day 1 is taken as {DAY_ONE.date()}."
        return Times({"YMD": stamps}), (notice,)
    if len(columns.date) > 1:
        return Times({"YMD": _calendar(raw, columns.date, path)}), ()
    times = _read(raw[name], name, raw, path, date_format)
    if times.how:
        return times, (f"Column '{name}' is read as {times.how}.",)
    return times, ()


def _calendar(raw: pd.DataFrame, names: tuple[str, ...], path: Path) -> pd.DatetimeIndex:
    parts = raw[list(names)]
    missing = parts.isna().any(axis=1).to_numpy()
    year, month, *rest = (parts[name].fillna(1).to_numpy(dtype=np.int64) for name in names)
    days, exists = days_since_1970(year, month, rest[0] if rest else np.ones_like(year))
    wrong = ~(exists | missing)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"{path}, row {place + 1} of the records: {', '.join(names)} are "
            f"{', '.join(str(cell) for cell in parts.iloc[place])}, which is no date. Correct it."
        )
    stamps = pd.DatetimeIndex((days * DAY).astype("datetime64[us]"))
    return stamps.where(~missing)


def _clocks(
    raw: pd.DataFrame, names: tuple[str, ...], path: Path
) -> tuple[pd.TimedeltaIndex, Hours, bool]:
    """(lengths since midnight (n,), how hours count, whether the clocks are in UTC)."""
    name = names[0]
    if not pd.api.types.is_numeric_dtype(raw[name]):
        times = _read(raw[name], name, raw, path, None)
        stamps = times.stamps["YMD"]
        return stamps.tz_localize(None) - pd.Timestamp(0), "", stamps.tz is not None
    unit = _clock_unit(raw[name])
    if unit is None:
        raise DataError(
            f"{path}, column '{name}' must hold hours from 0 to 23 or from 1 to 24. Received: "
            f"{raw[name].min():g} to {raw[name].max():g}. Correct it, or rename it."
        )
    digits = raw[name].to_numpy(dtype=float) * unit
    for part, length in zip(names[1:], (100, 1), strict=False):
        digits = digits + raw[part].to_numpy(dtype=float) * length
    missing = np.isnan(digits)
    clock, right = clock_digits(np.where(missing, 0, digits).astype(np.int64))
    if not right.all():
        place = int(np.argmin(right))
        raise DataError(
            f"{path}, row {place + 1} of the records: {', '.join(names)} are "
            f"{', '.join(str(raw[part].iloc[place]) for part in names)}, which is no time of day. "
            "Correct it."
        )
    lengths = pd.TimedeltaIndex(clock.astype("timedelta64[us]"))
    return lengths.where(~missing), _hours(raw[name]) if unit == 10_000 else "", False


def _hours(values: pd.Series) -> Hours:
    if values.min() == 0:
        return "0-23"
    return "1-24" if values.max() == 24 else "either"


def _read(
    values: pd.Series, name: str, raw: pd.DataFrame, path: Path, date_format: str | None
) -> Times:
    def line_of(is_fault: Callable[[str], bool]) -> str:
        return first_line_where(path, raw.columns.get_loc(name), is_fault)

    try:
        return read_times(values, date_format)
    except MixedTimeZones as mixed:
        raise DataError(
            f"{path}, column '{name}' mixes time stamps with a UTC offset ({mixed.args[0]}) and "
            f"without one ({mixed.args[1]}). Export all of them in one time zone."
        ) from None
    except Unreadable as error:
        example = str(error.args[0]).strip()
        line = line_of(lambda cell: cell == example)
        if pd.api.types.is_numeric_dtype(values) and date_format is None:
            raise DataError(
                f"{path}{line}, column '{name}' is named like the time and holds {example}, which "
                "is no date. Write stamps as 2021-04-01 00:10:00, pass their format, such as "
                "`--date_format %Y%m`, or rename the column where it is no time."
            ) from None
        raise DataError(
            f"{path}{line}, column '{name}' holds a time stamp that cannot be read: {example!r}. "
            "Write stamps as 2021-04-01 00:10:00 (or 2021.04.01 00:10:00), or pass their format, "
            "such as `--date_format '%d.%m.%Y %H:%M'`."
        ) from None
