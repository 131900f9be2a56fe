"""Day before month or month before day: one answer for all files that are read together."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import DAY
from modules.records.stamps import Reading

MONTH_LENGTHS = (28, 31)
CONSTANT = 0.9
HOUR = pd.Timedelta(hours=1)


def agree(readings: Sequence[tuple[Path, Reading]], *, is_given: bool = False) -> list[Reading]:
    """The readings, each left with one order, the same for all, and with one count of hours.

    A day above 12 anywhere decides; else the order that alone gives a constant step. A notice says
    so, unless the user has given the order.

    Raises DataError where two files tell different orders, and where nothing decides.
    """
    settled = _one_count_of_hours(readings)
    open_ones = [
        (path, one) for (path, _), one in zip(readings, settled, strict=True) if _may_turn(one)
    ]
    if not open_ones:
        return settled
    first_path, first = open_ones[0]
    possible = set(first.stamps)
    for path, one in open_ones[1:]:
        if not possible & set(one.stamps):
            raise DataError(
                f"{first_path} and {path} write day and month in different orders: "
                f"{first.example!r} and {one.example!r}. Run them apart, or write 2021-04-01."
            )
        possible &= set(one.stamps)
    order, reason = _decide(possible, open_ones)
    notice = f"Dates such as {first.example!r} are read as {spell(order)}: {reason}."
    notices = () if is_given else (notice,)
    return [
        replace(one, stamps={order: one.stamps[order]}, notices=one.notices + notices)
        if _may_turn(one)
        else one
        for one in settled
    ]


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
        return regular[0] if len(regular) == 1 else best[0], "no other order gives a constant step"
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
