"""The text that a column writes time in, read whole cell by whole cell.

A column is parsed a shape at a time (`modules.records.shapes`): one regular expression finds where
the year, the hour and the rest stand, and arithmetic does the rest.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.records.shapes import number, shapes

DAY = 86_400_000_000  # microseconds, as all lengths here
ORDERS = {"DMY": (2, 1, 0), "MDY": (2, 0, 1), "YMD": (0, 1, 2)}  # where year, month, day stand
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
GERMAN_MONTHS = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
MONTH_NUMBERS = {name: i + 1 for i, name in enumerate(MONTHS)} | GERMAN_MONTHS
# Hours from UTC of the names that mean one zone only.
ZONES = {"z": 0, "utc": 0, "gmt": 0, "kst": 9, "jst": 9, "cest": 2, "cet": 1, "eest": 3, "eet": 2}
CENTURY = 70  # two digits below it are of this century (POSIX)

_MONTH = r"(?P<name>[a-zä]{3,9})\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_COMPACT = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_MONTHLY = r"(?P<y>\d{4})[-/](?P<m>\d{2})"
_DATES = (
    r"(?P<y>\d{4})(?P<s>[-./ ]) ?(?P<m>\d{1,2})(?P=s) ?(?P<d>\d{1,2})\.?",
    r"(?P<y>\d{4})년 ?(?P<m>\d{1,2})월 ?(?P<d>\d{1,2})일",
    _COMPACT,
    r"(?P<first>\d{1,2})(?P<s>[-./ ]) ?(?P<second>\d{1,2})(?P=s) ?(?P<y>\d{4})",
    r"(?P<first>\d{1,2})(?P<s>[-./ ])(?P<second>\d{1,2})(?P=s)(?P<third>\d{2})",
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})\.?(?P<s>[-./ ]?){_MONTH},?(?P=s)(?P<y>\d{{4}}|\d{{2}})",
    rf"{_WEEKDAY}{_MONTH}[- ](?P<d>\d{{1,2}})(?:, ?|[- ])(?P<y>\d{{4}})",
    rf"(?P<y>\d{{4}})(?P<s>[-./ ]){_MONTH}(?P=s)(?P<d>\d{{1,2}})",
)
_HALF = r"a\.?m\.?|p\.?m\.?|오전|오후"
_CLOCKS = (
    r"(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<sec>\d{2})(?:[.,:](?P<f>\d{1,9}))?)?",
    r"(?P<h>\d{1,2})\.(?P<min>\d{2})\.(?P<sec>\d{2})",
    r"(?P<h>\d{1,2})시(?: ?(?P<min>\d{1,2})분(?: ?(?P<sec>\d{1,2})초)?)?",
    r"(?P<h>\d{2}) (?P<min>\d{2})(?: (?P<sec>\d{2}))?",
    r"(?P<h>\d{2})(?P<min>\d{2})(?:(?P<sec>\d{2})(?:\.(?P<f>\d{1,9}))?)?",
    r"(?P<h>\d{1,2})",
)
_ZONE = rf" ?(?P<zone>{'|'.join(ZONES)})?(?P<offset>(?P<sign>[+-])\d{{2}}(?::?\d{{2}})?)?"


def _patterns() -> list[re.Pattern[str]]:
    clocks = [rf"(?:(?P<half>{_HALF}) ?)?{c}(?: ?(?P<half2>{_HALF}))?{_ZONE}" for c in _CLOCKS]
    whole = [rf"{date}(?: ?(?P<zone>utc|z))?" for date in (*_DATES, _MONTHLY)]
    # Before a bare hour with an offset behind it, which 00-10 would be too.
    whole += [
        rf"{date}[ t_](?P<h>\d{{2}})[-h](?P<min>\d{{2}})(?:[-m](?P<sec>\d{{2}})s?)?"
        for date in _DATES
    ]
    whole += [rf"{date}(?: ?[t,_] ?| +|:| - ){clock}" for date in _DATES for clock in clocks]
    whole += [_COMPACT + clock for clock in (r"(?P<h>\d{2})", _CLOCKS[4], "-" + _CLOCKS[4])]
    whole += clocks[:3]
    # Only ASCII's digits are numbers of one byte each.
    return [re.compile(pattern, re.IGNORECASE | re.ASCII) for pattern in whole]


_PATTERNS = _patterns()
_LOOKS = re.compile(
    r"\d{1,4}([-./ ]) ?\d{1,2}\1 ?\d{1,4}\b.*|(?:오전|오후|[ap]m)? ?\d{1,2}:\d{2}\b.*"
    r"|\d[-\d./ ]*[ t_,:]\d{1,2}:\d{2}\b.*"
    r"|(?:19|20)\d{2}[-./ ]?w?\d{1,3}(?:[-./_ t:]\d{1,4})+.*|[a-z](?:19|20)\d{6,10}"
    r"|\d{6}[ _t-]\d{4}(?:\d{2})?"
    r"|\d{1,2}[-/ .]?[a-zä]{3,9}[-/ .,]+\d{2,4}\b.*|\d{4}년.*",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)


@dataclass(frozen=True)
class Cells:
    """Times as n cells write them, while day and month may still change places.

    `parts`: int64 (n, 3), year, month and day in the order in which they stand. The rest is bool
    (n,): `known`, that this is the order year, month, day; `two_digits`, of the year; `dated`,
    `timed`, `zoned`, that the cell has a date, a clock, an offset from UTC; `read`, that its form
    is known. `clock` and `offset`: int64 (n,), us.
    """

    parts: np.ndarray
    known: np.ndarray
    two_digits: np.ndarray
    dated: np.ndarray
    timed: np.ndarray
    zoned: np.ndarray
    read: np.ndarray
    clock: np.ndarray
    offset: np.ndarray

    def times(self, order: str) -> tuple[np.ndarray, np.ndarray]:
        """(int64 (n,) us since 1970, bool (n,) whether there is such a time) in `order`.

        `order`: a key of `ORDERS`. Without a date the time counts from midnight.
        """
        parts = self.parts[:, ORDERS[order]]
        if order != "YMD" and self.known.any():
            parts = np.where(self.known[:, None], self.parts, parts)
        year, month, day = parts.T
        if self.two_digits.any():
            full = year + np.where(year < CENTURY, 2000, 1900)
            year = np.where(self.two_digits, full, year)
        days, exists = days_since_1970(year, month, day)
        exists &= self.read & (self.known | self.two_digits | (order != "YMD"))
        return days * DAY + self.clock - self.offset, exists

    def orders(self) -> tuple[str, ...]:
        """The orders that may be meant: one where all cells have the same, else all."""
        return ("YMD",) if self.known.all() else tuple(ORDERS)


def days_since_1970(
    year: np.ndarray, month: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(days int64 (n,), bool (n,) whether the calendar has that day); all int64 (n,)."""
    exists = (month >= 1) & (month <= 12) & (year >= 1) & (year <= 9999)
    months = np.where(exists, (year - 1970) * 12 + month - 1, 0)
    first, following = (
        (months + ahead).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        for ahead in (0, 1)
    )
    exists &= (day >= 1) & (day <= following - first)
    return first + day - 1, exists


def read_cells(text: pd.Series) -> Cells:
    """What `text`, (n,) strings without a missing one, writes; see `Cells`."""
    n = len(text)
    names = ("known", "two_digits", "dated", "timed", "zoned", "read")
    flags = {name: np.zeros(n, bool) for name in names}
    parts, clock, offset = np.ones((n, 3), np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    parts[:, 0] = 1970
    for rows, cells in shapes(text):
        text_of_one = cells[0].tobytes().decode()
        match = _match(text_of_one)
        if match is None:
            continue
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        found = _numbers(match, text_of_one, cells)
        standing = _standing(found)
        if standing:
            parts[rows] = np.stack([found[name] for name in standing], axis=1)
        flags["known"][rows] = "second" not in found
        flags["two_digits"][rows] = "third" in found or len(groups.get("y", "four")) == 2
        flags["dated"][rows] = bool(standing)
        flags["timed"][rows] = "h" in found
        flags["zoned"][rows] = "zone" in groups or "offset" in groups
        clock[rows], flags["read"][rows] = _clock(found, groups)
        offset[rows] = _offset(found, groups)
    return Cells(parts=parts, clock=clock, offset=offset, **flags)


def _match(cell: str) -> re.Match[str] | None:
    tried = (pattern.fullmatch(cell) for pattern in _PATTERNS)
    return next((match for match in tried if match and _month_is_known(match)), None)


def _month_is_known(match: re.Match[str]) -> bool:
    name = match.groupdict().get("name")
    return name is None or name[:3].lower() in MONTH_NUMBERS


def _standing(found: dict[str, np.ndarray]) -> tuple[str, ...]:
    if "second" in found:
        return "first", "second", "third" if "third" in found else "y"
    return ("y", "m", "d") if "m" in found else ()


def _numbers(match: re.Match[str], cell: str, cells: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers of a shape, int64 (k,) each, by group; `f` in us, a named month as a number."""
    found = {}
    for group, value in match.groupdict().items():
        if value is None or not any(sign.isdigit() for sign in value) or group == "s":
            continue
        # Columns count bytes, and a syllable of Hangul takes three.
        start = len(cell[: match.start(group)].encode())
        places = [start + i for i, sign in enumerate(value) if sign.isdigit()]
        found[group] = number(cells, places)
        if group == "f":
            found[group] = found[group] * 1_000_000 // 10 ** len(value)
    if "name" in match.groupdict():
        found["m"] = np.full(len(cells), MONTH_NUMBERS[match["name"][:3].lower()])
    if "m" in found:
        found.setdefault("d", np.ones(len(cells), np.int64))
    return found


def _clock(
    found: dict[str, np.ndarray], groups: dict[str, str]
) -> tuple[np.ndarray, np.ndarray | bool]:
    """(us since midnight (k,), bool (k,) whether a clock shows that)."""
    nothing = np.zeros(1, np.int64)
    hour, minute, second = (found.get(group, nothing) for group in ("h", "min", "sec"))
    half = groups.get("half") or groups.get("half2")
    right = (minute < 60) & (second < 60)
    if half is None:
        right = right & ((hour < 24) | ((hour == 24) & (minute == 0) & (second == 0)))
    else:
        right = right & (hour <= 12)
        hour = hour % 12 + 12 * (half[0] in "pP" or half == "오후")
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + found.get("f", nothing), right


def _offset(found: dict[str, np.ndarray], groups: dict[str, str]) -> np.ndarray | int:
    named = ZONES[groups["zone"].lower()] * DAY // 24 if "zone" in groups else 0
    if "offset" not in groups:
        return named
    digits = found["offset"] if len(groups["offset"]) > 3 else found["offset"] * 100
    minutes = digits // 100 * 60 + digits % 100
    return named + minutes * (DAY // 1440) * (-1 if groups["sign"] == "-" else 1)


def looks_like_time(text: pd.Series) -> bool:
    """Whether most of `text`, (n,) strings, are digits with the separators of dates or clocks."""
    alike = [bool(_LOOKS.fullmatch(cell.strip())) for cell in text]
    return sum(alike) > 0.5 * len(alike)
