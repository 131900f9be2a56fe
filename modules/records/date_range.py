"""The dates of the settings, read as the records write theirs."""

import re

import pandas as pd

from modules.errors import DataError
from modules.records.dates import read_cells
from modules.records.times import order_of

_YEAR_FIRST = re.compile(r"\d{4}(-\d{1,2}(-\d{1,2}.*)?)?")


def cut_dates(
    table: pd.DataFrame,
    date_start: str | None,
    date_end: str | None,
    *,
    order: str | None = None,
) -> pd.DataFrame:
    """Rows from `date_start` to `date_end`, both included; a date alone means its whole day.

    `table`: (n_rows, F), sorted by its index. `order`: of day, month and year in the records, for
    dates that do not begin with the year. Raises DataError when a date cannot be read.
    """
    if date_start is None and date_end is None:
        return table
    if not isinstance(table.index, pd.DatetimeIndex):
        raise DataError(
            "`date_start` and `date_end` need a time column, and the files have none. Received: "
            f"date_start={date_start!r}, date_end={date_end!r}. Leave both out."
        )
    for name, date in (("date_start", date_start), ("date_end", date_end)):
        if date is None:
            continue
        iso = as_iso(name, date, order)
        try:
            table = table.loc[iso:] if name == "date_start" else table.loc[:iso]
        except (KeyError, ValueError, TypeError):
            raise _unreadable(name, date) from None
    return table


def as_iso(name: str, date: str, order: str | None) -> str:
    """The `date` of setting `name` with the year first, as exact as it was written.

    >>> as_iso("date_start", "01.04.2021 12:00", "DMY")
    '2021-04-01 12:00'
    """
    date = date.strip()
    cells = read_cells(pd.Series([date]))
    if _YEAR_FIRST.fullmatch(date) and "24:00" not in date:
        return date
    if not (cells.read.all() and cells.dated.all()):
        raise _unreadable(name, date)
    orders = cells.orders()
    meanings = {one: cells.times(one) for one in orders}
    meant = {one: int(times[0]) for one, (times, exists) in meanings.items() if exists.all()}
    known = order_of(order)
    if len(meant) > 1 and known in meant:
        meant = {known: meant[known]}
    if not meant:
        raise _unreadable(name, date)
    if len(set(meant.values())) > 1:
        stamps = " or ".join(f"{pd.Timestamp(t, unit='us').date()}" for t in meant.values())
        raise DataError(
            f"`{name}` may be {stamps}, and the records do not write their dates so. "
            f"Received: {name}={date!r}. Write it with the year first, such as 2021-04-01."
        )
    stamp = pd.Timestamp(next(iter(meant.values())), unit="us")
    zone = "+00:00" if cells.zoned.all() else ""
    if not cells.timed.all():
        return f"{stamp.date()}{zone}"
    exact = "%Y-%m-%d %H:%M:%S" if stamp.second else "%Y-%m-%d %H:%M"
    return f"{stamp.strftime(exact)}{zone}"


def _unreadable(name: str, date: str) -> DataError:
    return DataError(
        f"`{name}` must be a date such as 2021-04-01 or '2021-04-01 12:00', with a UTC "
        f"offset only where the stamps have one. Received: {name}={date!r}. "
        f"Correct `--{name}`."
    )
