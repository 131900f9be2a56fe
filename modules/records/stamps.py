"""The stamps that the time columns of a file tell."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY, days_since_1970
from modules.records.numeric_times import clock_digits, clock_unit
from modules.records.readers import first_line_where
from modules.records.time_column import TimeColumns
from modules.records.times import MixedTimeZones, Times, Unreadable, as_text, read_times

HALF = 12  # hours
MOST_OF_A_HALF = pd.Timedelta(hours=10)
LEAST_REPEATS = 0.3  # of the stamps
DAY_ONE = pd.Timestamp("2001-01-01")

Hours = Literal["", "0-23", "1-24", "either"]


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


def check_halves(stamps: pd.DatetimeIndex, owner: pd.Series | None, path: Path) -> None:
    """Raises DataError where the clock of `stamps`, (n,), runs from 1 to 12 twice a day.

    `owner`: (n,), whose each row is. Then no hour but 1 to 12 is there, and stamps of one owner
    repeat, or fall back from 12 to 1 within a day.
    """
    hour = stamps.hour
    if stamps.tz is not None or not (hour.min() >= 1 and hour.max() <= HALF):
        return
    rows = pd.DataFrame({"stamp": stamps, "owner": 0 if owner is None else owner.to_numpy()})
    repeats = rows.dropna().duplicated(keep=False).mean()
    before, after = rows[:-1].reset_index(drop=True), rows[1:].reset_index(drop=True)
    same_day = before["stamp"].dt.normalize() == after["stamp"].dt.normalize()
    hours = [side["stamp"].dt.hour % HALF for side in (before, after)]
    turns = same_day & (before["owner"] == after["owner"]) & (hours[0] + hours[1] == 1)
    is_back = (after["stamp"] - before["stamp"]).abs() > MOST_OF_A_HALF
    if repeats >= LEAST_REPEATS or (turns & is_back).any():
        raise DataError(
            f"{path} has stamps of the hours 1 to 12 alone, which come twice a day: its clock has "
            "12 hours, without AM and PM. Export the times with AM and PM, or with 24 hours."
        )


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
    unit = clock_unit(raw[name])
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
