"""A column to time stamps, in every order of day and month that its text allows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY, ORDERS, Cells, read_cells
from modules.records.numeric_times import read_numbers

EXAMPLE = pd.Timestamp("2021-10-20 10:20:30")


class MixedTimeZones(ValueError):
    """Some stamps of a column carry a UTC offset and others do not: one of each."""


class Unreadable(ValueError):
    """A cell that no known format reads."""


@dataclass(frozen=True)
class Times:
    """`stamps`: order (a key of `ORDERS`) -> stamps (n,), NaT where a cell is missing.

    Stamps with an offset are in UTC, the others without a zone. `dated`, `timed`: whether the
    column writes dates, and clocks. `how`: what numbers were taken for.
    """

    stamps: dict[str, pd.DatetimeIndex]
    dated: bool = True
    timed: bool = True
    how: str = ""


def order_of(date_format: str | None) -> str | None:
    """The order of day, month and year that `date_format` sets; see DataSettings."""
    if date_format is None or "%" not in date_format:
        return date_format
    places = {
        part: max(date_format.find(f"%{code}") for code in codes)
        for part, codes in (("Y", "Yy"), ("M", "mbB"), ("D", "d"))
    }
    found = "".join(sorted(places, key=lambda part: places[part]))
    return found if found in ORDERS else None


def read_times(values: pd.Series, date_format: str | None = None) -> Times:
    """Read every cell of `values` (n,): strings, numbers, datetimes.

    `24:00:00` is the next day's midnight. `date_format` is a format of strptime, or an order,
    which then must fit and comes first.

    Raises Unreadable with the first cell that is no time, and MixedTimeZones.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        stamps = pd.DatetimeIndex(values).as_unit("us")
        stamps = stamps if stamps.tz is None else stamps.tz_convert("UTC")
        return Times({"YMD": stamps}, timed=_has_clocks(stamps))
    present = values.dropna()
    if date_format is not None and "%" in date_format:
        return _by_format(present, values, date_format)
    if pd.api.types.is_numeric_dtype(values):
        return _of_numbers(present, values)
    return _of_text(present, values, date_format)


def as_text(values: pd.Series) -> pd.Series:
    """Every cell (n,) as a string that is valid Unicode, whatever object it was."""
    if values.dtype != object:
        return values.astype(str)
    return values.map(lambda cell: str(cell).encode(errors="replace").decode()).astype(str)


def _of_numbers(present: pd.Series, values: pd.Series) -> Times:
    found = read_numbers(present.to_numpy())
    if found is None:
        raise Unreadable(_spelt(present.iloc[0]) if len(present) else "nothing")
    if not found.exists.all():
        raise Unreadable(_spelt(present.iloc[int(np.argmin(found.exists))]))
    stamps = _back(found.times, present, values, utc=found.utc)
    return Times({"YMD": stamps}, timed=_has_clocks(stamps), how=found.how)


def _has_clocks(stamps: pd.DatetimeIndex) -> bool:
    return bool((stamps.dropna().as_unit("us").asi8 % DAY != 0).any())


def _spelt(cell: object) -> str:
    """A number as the file has it: blanks elsewhere in its column turn whole ones into floats."""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _of_text(present: pd.Series, values: pd.Series, order: str | None) -> Times:
    codes: np.ndarray | slice = slice(None)
    if present.dtype == object:
        # Arrow's clocks become objects, slow to spell; a day has few of them.
        codes, distinct = pd.factorize(present)
        text = as_text(pd.Series(distinct, dtype=object))
    else:
        text = as_text(present)
    cells = read_cells(text)
    if not cells.read.all():
        raise Unreadable(text.iloc[int(np.argmin(cells.read))])
    if cells.zoned.any() and not cells.zoned.all():
        raise MixedTimeZones(text[cells.zoned].iloc[0], text[~cells.zoned].iloc[0])
    if cells.dated.any() and not cells.dated.all():
        raise Unreadable(text.iloc[int(np.argmin(cells.dated))])
    if cells.known.any() and not cells.known.all():
        rarer = cells.known if cells.known.mean() < 0.5 else ~cells.known
        raise Unreadable(text.iloc[int(np.argmax(rarer))])
    _check_widths(text, cells)
    orders = cells.orders()
    if order in orders and len(orders) > 1:
        orders = (order, *(other for other in orders if other != order))
    tried = {one: cells.times(one) for one in orders}
    fitting = {one: times for one, (times, exists) in tried.items() if exists.all()}
    if order in tried and order not in fitting:
        raise Unreadable(text.iloc[int(np.argmin(tried[order][1]))])
    if not fitting:
        nearest = max((exists for _, exists in tried.values()), key=np.count_nonzero)
        raise Unreadable(text.iloc[int(np.argmin(nearest))])
    utc = bool(cells.zoned.any())
    stamps = {one: _back(times[codes], present, values, utc) for one, times in fitting.items()}
    return Times(stamps, dated=bool(cells.dated.any()), timed=bool(cells.timed.any()))


def _check_widths(text: pd.Series, cells: Cells) -> None:
    """Raises Unreadable where cells of mere digits have not all so many."""
    if not len(text) or not text.iloc[0].strip().isdecimal():
        return
    digits = text.str.len()[text.str.isdecimal().to_numpy(dtype=bool)]
    if digits.nunique() > 1:
        raise Unreadable(text[digits.index[digits.to_numpy() != digits.iloc[0]][0]])


def _by_format(present: pd.Series, values: pd.Series, date_format: str) -> Times:
    whole = pd.api.types.is_numeric_dtype(present)
    text = present.map(_spelt).astype(str) if whole else as_text(present).str.strip()
    utc = "%z" in date_format
    if whole:  # 01032021 has been read as a number
        text = text.str.zfill(len(EXAMPLE.strftime(date_format)))
    stamps = in_format(text, date_format, utc=utc)
    if stamps.isna().any():
        raise Unreadable(str(text[stamps.isna()].iloc[0]))
    times = pd.DatetimeIndex(stamps).as_unit("us").asi8
    timed = any(code in date_format for code in ("%H", "%I", "%T", "%X", "%c"))
    order = order_of(date_format) or "YMD"
    return Times({order: _back(times, present, values, utc)}, timed=timed)


def in_format(text: pd.Series, date_format: str, *, utc: bool) -> pd.Series:
    """The stamps that `text`, (n,), holds in a format of strptime, NaT where it does not.

    Raises DataError for what is no format.
    """
    try:
        return pd.to_datetime(text, format=date_format, utc=utc, errors="coerce")
    except ValueError as error:
        raise DataError(
            f"`date_format` must be an order of {', '.join(ORDERS)} or a format such as "
            f"'%d.%m.%Y %H:%M'. Received: date_format={date_format!r} ({error}). "
            "Correct `--date_format`."
        ) from None


def _back(times: np.ndarray, present: pd.Series, values: pd.Series, utc: bool) -> pd.DatetimeIndex:
    """Stamps of all `values`, those of its `present` cells in us."""
    if len(present) < len(values):
        whole = np.full(len(values), np.iinfo(np.int64).min)
        whole[values.notna().to_numpy()] = times
        times = whole
    stamps = pd.DatetimeIndex(times.astype("datetime64[us]"))
    return stamps.tz_localize("UTC") if utc else stamps
