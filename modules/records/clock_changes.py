"""Clocks put forward and back without a column that tells it: seen in the order of the rows.

Where clocks are set back an hour comes twice; rows that follow each other in time tell the first,
which is summer time, from the second. Where they are put forward an hour is missing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from modules.records.file_records import Records
from modules.records.identity import plain

HOUR = pd.Timedelta(hours=1)
DAY = pd.Timedelta(days=1)
EARLY = 3 * HOUR  # of the day: when clocks change, at the latest
TOLERANCE = 0.1  # of the step between two records
# A column of times that says so is on a clock that is never changed.
_ON_ONE_CLOCK = re.compile(r"(?:^|_)(?:utc|gmt|zulu|kst|jst)(?:_|$)")


def _sunday(year: int, month: int, place: int) -> pd.Timestamp:
    """The `place`-th Sunday of a month, -1 for its last."""
    days = pd.date_range(f"{year}-{month:02}-01", periods=31, freq="D")
    return days[(days.month == month) & (days.day_of_week == 6)][place]


Rule: TypeAlias = Callable[[int], tuple[pd.Timestamp, pd.Timestamp]]

# Spring and autumn of a year: Europe, North America, Australia.
RULES: tuple[Rule, ...] = (
    lambda year: (_sunday(year, 3, -1), _sunday(year, 10, -1)),
    lambda year: (_sunday(year, 3, 1), _sunday(year, 11, 0)),
    lambda year: (_sunday(year, 10, 0), _sunday(year, 4, 0)),
)


@dataclass
class _Run:
    """Rows of one owner in one file, `rows`, int (n,), in time order, with their `stamps`.

    `forward`, `back`: by the day of a change, the place in `rows` that it comes behind.
    """

    rows: np.ndarray
    stamps: pd.DatetimeIndex
    forward: dict[pd.Timestamp, int] = field(default_factory=dict)
    back: dict[pd.Timestamp, int] = field(default_factory=dict)
    is_clear: bool = True


def with_changes_told(records: Sequence[Records]) -> list[Records] | None:
    """`records` with whether clocks were forward, see `Records.summer`; None where none changed.

    None also where the rows allow another reading: they go back in time elsewhere, repeat readings
    with the hour, lack such hours more often, or run on where clocks of that part of the world are
    changed; and where the column of the stamps says UTC.
    """
    if any(one.stamps is None or one.stamps.tz is not None for one in records):
        return None
    if any(_ON_ONE_CLOCK.search(plain(one.time_name or "")) for one in records):
        return None
    runs = [list(_runs(one)) for one in records]
    every = [run for of_file in runs for run in of_file]
    if not all(run.is_clear for run in every) or not any(r.back or r.forward for r in every):
        return None
    rule = next((rule for rule in RULES if all(_fits(run, rule) for run in every)), None)
    if rule is None:
        return None
    told = []
    for one, of_file in zip(records, runs, strict=True):
        summer = np.zeros(len(one.table), bool)
        for run in of_file:
            summer[run.rows] = _in_summer(run, rule)
        told.append(replace(one, summer=summer))
    return told


def _runs(records: Records) -> Iterator[_Run]:
    stamps, owners = records.stamps, records.turbines
    if stamps is None:
        return
    present = np.flatnonzero(stamps.notna())
    if owners is None:
        parts = [present]
    else:
        whose = pd.factorize(owners)[0][present]
        order = np.argsort(whose, kind="stable")
        parts = np.split(present[order], np.flatnonzero(np.diff(whose[order])) + 1)
    yield from (_run(rows, stamps[rows], records.table) for rows in parts if len(rows) > 2)


def _run(rows: np.ndarray, stamps: pd.DatetimeIndex, table: pd.DataFrame) -> _Run:
    hops = np.diff(stamps.as_unit("us").asi8).astype(float)
    if np.median(hops) < 0:  # the newest first
        rows, stamps, hops = rows[::-1], stamps[::-1], -hops[::-1]
    run, usual, hour = _Run(rows, stamps), float(np.median(hops)), HOUR / pd.Timedelta("1us")
    if not 0 < usual <= hour:
        run.is_clear = not (hops < 0).any()
        return run
    near = TOLERANCE * usual
    backs = np.flatnonzero(np.abs(hops - usual + hour) <= near)
    forwards = np.flatnonzero(np.abs(hops - usual - hour) <= near)
    for places, found in ((backs, run.back), (forwards, run.forward)):
        days = stamps[places].normalize()
        early = (stamps[places] - days <= EARLY + HOUR) & (days.day_of_week == 6)
        behind = stamps[places + 1]  # clocks jump from one full hour to another
        early &= behind - behind.floor("h") <= pd.Timedelta(usual + near, "us")
        found |= dict(zip(days[early], places[early], strict=True))
    copied = [day for day, at in run.back.items() if _is_copied(run, at, table)]
    is_elsewhere = bool(copied) or len(backs) > len(run.back) or len(forwards) > len(run.forward)
    run.is_clear = not is_elsewhere and int((hops < 0).sum()) <= len(run.back)
    return run


def _is_copied(run: _Run, place: int, table: pd.DataFrame) -> bool:
    """Whether the hour behind `place` repeats the readings before it, which do not stand still."""
    first = np.flatnonzero(run.stamps[: place + 1] >= run.stamps[place + 1])
    second = np.arange(place + 1, min(place + 1 + len(first), len(run.rows)))
    values = table.to_numpy()[run.rows]
    is_still = np.array_equal(values[first], values[first - 1], equal_nan=True)
    once, twice = values[first[: len(second)]], values[second]
    return not is_still and np.array_equal(once, twice, equal_nan=True)


def _fits(run: _Run, rule: Rule) -> bool:
    """Whether the changes of a run are those of `rule`, each that the rows reach over."""
    changes = [rule(year) for year in range(run.stamps[0].year, run.stamps[-1].year + 1)]
    for found, days in zip((run.forward, run.back), zip(*changes, strict=True), strict=True):
        due = [day for day in days if day not in found and _reaches_over(run, day)]
        if due or not found.keys() <= set(days):
            return False
    return True


def _reaches_over(run: _Run, day: pd.Timestamp) -> bool:
    """Whether there are rows shortly before and shortly behind the early hours of `day`."""
    before = (run.stamps >= day - EARLY) & (run.stamps < day + HOUR)
    behind = (run.stamps > day + EARLY) & (run.stamps <= day + 2 * EARLY)
    return bool(before.any() and behind.any())


def _in_summer(run: _Run, rule: Rule) -> np.ndarray:
    """Whether clocks were forward at each row of a run, bool (n,)."""
    days, places = run.stamps.normalize(), np.arange(len(run.rows))
    summer = np.zeros(len(run.rows), bool)
    for year in np.unique(run.stamps.year):
        spring, autumn = rule(int(year))
        of_year = run.stamps.year == year
        if spring < autumn:
            summer |= of_year & (run.stamps > spring + EARLY - HOUR) & (run.stamps < autumn + EARLY)
        else:
            is_winter = (run.stamps >= autumn + EARLY) & (run.stamps <= spring + EARLY - HOUR)
            summer |= of_year & ~is_winter
    for found, is_summer_after in ((run.forward, True), (run.back, False)):
        for day, place in found.items():
            summer[days == day] = ((places > place) == is_summer_after)[days == day]
    return summer
