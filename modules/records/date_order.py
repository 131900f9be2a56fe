"""Day before month or month before day: one answer for all files that are read together."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY, ORDERS
from modules.records.stamps import Reading

MONTH_LENGTHS = (28, 31)
CONSTANT = 0.9
MOST_FILES = 400  # a year of daily exports
HOUR = pd.Timedelta(hours=1)
STEADY = "no other order gives a constant step"


def agree(
    readings: Sequence[tuple[Path, Reading]], date_format: str | None = None
) -> list[Reading]:
    """The readings, each left with one order, the same for all, and with one count of hours.

    A day above 12 in a file tells its order; so does the order that alone gives the file, or all
    of them together, a constant step. A notice says so, unless the user has given `date_format`.

    Raises DataError where two files tell different orders, or one another than the given, and
    where nothing decides.
    """
    settled = _one_count_of_hours(readings)
    open_ones = [
        (path, one) for (path, _), one in zip(readings, settled, strict=True) if _may_turn(one)
    ]
    if not open_ones:
        return settled
    order, reason = _one_order(open_ones, date_format)
    _, first = open_ones[0]
    notice = f"Dates such as {first.example!r} are read as {spell(order)}: {reason}."
    notices = (notice,) if date_format is None else ()
    return [
        replace(one, stamps={order: one.stamps[order]}, notices=one.notices + notices)
        if _may_turn(one)
        else one
        for one in settled
    ]


def _one_order(readings: list[tuple[Path, Reading]], date_format: str | None) -> tuple[str, str]:
    """(The order of all `readings`, what tells it)."""
    by_order: dict[str, tuple[Path, Reading]] = {}
    for path, one in readings:
        if order := _own_order(one):
            by_order.setdefault(order, (path, one))
    if len(by_order) > 1:
        raise DataError(_two_orders(*list(by_order.values())[:2]))
    possible = set(ORDERS) if date_format not in ORDERS else {date_format}
    for order, (path, one) in by_order.items():
        if order not in possible:
            raise DataError(
                f"{path} is not written {date_format}: dates such as {one.example!r} follow each "
                f"other as {spell(order)} alone. Drop `--date_format`; where it is right, pass it "
                "whole, such as `--date_format '%d/%m/%Y %H:%M'`."
            )
        possible = {order}
    for path, one in readings:
        if not possible & set(one.stamps):
            raise DataError(_two_orders(readings[0], (path, one)))
        possible &= set(one.stamps)
    if by_order and all(len(one.stamps) > 1 for _, one in readings):
        return next(iter(by_order)), STEADY
    if date_format in ORDERS and not by_order:
        _check_turned(str(date_format), readings)
    return _decide(possible, readings)


def _check_turned(order: str, readings: list[tuple[Path, Reading]]) -> None:
    """Raises DataError where the days of all files follow each other only if one is turned."""
    days = [
        {name: np.unique(found.dropna().asi8 // DAY) for name, found in one.stamps.items()}
        for _, one in readings
    ]
    if not 2 < len(days) <= MOST_FILES or _follow([by[order] for by in days]):
        return
    for place, by in enumerate(days):
        for other in by.keys() - {order}:
            turned = [by[other] if i == place else each[order] for i, each in enumerate(days)]
            if _follow(turned):
                path, one = readings[place]
                raise DataError(
                    f"{path} is probably not written {order} as the others are: only if its dates, "
                    f"such as {one.example!r}, are {spell(other)}, do the days of all files follow "
                    "each other. Run it apart, write 2021-04-01, or pass a whole format, such as "
                    "`--date_format '%d/%m/%Y %H:%M'`, where they are right."
                )


def _follow(days: list[np.ndarray]) -> bool:
    return bool((np.diff(np.unique(np.concatenate(days))) == 1).all())


def _own_order(reading: Reading) -> str:
    """The order that the text of a file, or its steps, leave it alone; empty where several may be.

    Where the text leaves several, one must give even steps and no other.
    """
    if len(reading.stamps) == 1:
        return reading.order
    even = [
        order
        for order, found in reading.stamps.items()
        if evenness(np.unique(found.dropna().asi8)) >= CONSTANT
    ]
    return even[0] if len(even) == 1 else ""


def _two_orders(first: tuple[Path, Reading], second: tuple[Path, Reading]) -> str:
    return (
        f"{first[0]} and {second[0]} write day and month in different orders: "
        f"{first[1].example!r} and {second[1].example!r}. Run them apart, or write 2021-04-01."
    )


def _may_turn(reading: Reading) -> bool:
    """Whether the order does not stand in the text itself."""
    return set(reading.stamps) != {"YMD"}


def spell(order: str) -> str:
    """`order`, such as DMY, in words."""
    words = {"D": "day", "M": "month", "Y": "year"}
    return ", ".join(words[letter] for letter in order)


def _decide(possible: set[str], readings: list[tuple[Path, Reading]]) -> tuple[str, str]:
    if len(possible) == 1:
        return next(iter(possible)), "no other order gives a date in every row"
    orders = sorted(possible)
    if not any(_differ(one, orders).any() for _, one in readings):
        return orders[0], "any order gives the same"
    shares = {}
    for order in orders:
        every = np.concatenate([one.stamps[order].dropna().asi8 for _, one in readings])
        shares[order] = evenness(np.unique(every))
    best = [order for order, share in shares.items() if share == max(shares.values())]
    regular = [order for order, share in shares.items() if share >= CONSTANT]
    if len(regular) == 1 or (len(best) == 1 and shares[best[0]] == 1):
        return regular[0] if len(regular) == 1 else best[0], STEADY
    raise DataError(_undecided(possible, readings))


def _undecided(possible: set[str], readings: list[tuple[Path, Reading]]) -> str:
    orders = sorted(possible)
    path, one = next((path, one) for path, one in readings if _differ(one, orders).any())
    row = int(np.argmax(_differ(one, orders)))
    choices = " or ".join(f"`--date_format {order}`" for order in orders)
    meanings = " or ".join(f"{one.stamps[order][row]} ({order})" for order in orders)
    return (
        f"{path}: in stamps such as {one.example!r} day and month cannot be told apart: "
        f"row {row + 1} may be {meanings}. Pass {choices}."
    )


def _differ(reading: Reading, orders: list[str]) -> np.ndarray:
    """bool (n,): the rows whose stamp depends on the order."""
    first, *others = (reading.stamps[order] for order in orders)
    return np.any([first.notna() & (first != other) for other in others], axis=0)


def evenness(times: np.ndarray) -> float:
    """How evenly the dates of `times`, int64 (n,) us, distinct and sorted, follow: 0 to 1.

    The share of hops from date to date that are one day, where there are several times a day; else
    of the commonest hop, or 1 where all hops are months.
    """
    hops = np.diff(np.unique(times // DAY))
    if not len(hops):
        return 0.0
    if np.median(np.diff(times)) < DAY:
        return float((hops == 1).mean())
    if ((hops >= MONTH_LENGTHS[0]) & (hops <= MONTH_LENGTHS[1])).all():
        return 1.0
    return float(np.unique(hops, return_counts=True)[1].max() / len(hops))


def _one_count_of_hours(readings: Sequence[tuple[Path, Reading]]) -> list[Reading]:
    """Hours 1 to 24 become the starts of their hours; files that hold neither 0 nor 24 follow."""
    counts = {one.hours: path for path, one in readings}
    if "0-23" in counts and "1-24" in counts:
        raise DataError(
            f"{counts['0-23']} counts hours from 0 to 23, {counts['1-24']} from 1 to 24. "
            "Run them apart, or count them in one way."
        )
    if "1-24" not in counts:
        return [one for _, one in readings]
    notice = "Hours from 1 to 24 are read as the hours that begin at 00:00 to 23:00."
    return [
        replace(
            one,
            stamps={order: found - HOUR for order, found in one.stamps.items()},
            notices=(*one.notices, notice),
        )
        for _, one in readings
    ]
