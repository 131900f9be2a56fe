"""Cells of text to numbers: decimal commas, thousands, units, words for a missing reading.

A column is read as a whole: `1,234` is a number only where another of its cells tells what the
comma means.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.records.words import bare_unit, is_missing_word, is_unit

LEAST_SHARE = 0.5
PROBES = 500
LEAST_GROUPED, LEAST_PLAIN, FAR_BELOW = 10, 3, 10
ALL_WHOLE = 2.0**53  # from here on a float has nothing behind the point

_BODY = r"[-+\u2212]?(?:\d[\d.,'\u2019 \u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?"
_CELL = re.compile(rf"({_BODY})\s*(\D.*)?", re.DOTALL)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:(.)\d{3})(?:\1\d{3})*")
_SPACES = str.maketrans(dict.fromkeys("'\u2019 \u00a0\u202f", " ") | {"\u2212": "-"})


class NotNumbers(Exception):
    """Cells that do not read as numbers together: `fault` says why, `example` is one of them."""

    def __init__(self, fault: str, example: str, n_cells: int) -> None:
        super().__init__(fault)
        self.fault, self.example, self.n_cells = fault, example, n_cells


@dataclass(frozen=True)
class Reading:
    """A column of text as numbers: float64 (n,), NaN where missing, and what was decided.

    `decimal`: the mark, empty where no cell has one. `unit`: that of the cells. `words`: how many
    cells hold each word for a missing reading. `thousands`: the mark between them, likewise.
    """

    values: np.ndarray
    decimal: str
    unit: str
    words: dict[str, int]
    thousands: str = ""


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any notation, with a unit or without."""
    return _split(cell) is not None


def share_of_numbers(values: pd.Series) -> float:
    """Share of the cells of `values`, text (n,), that are numbers, among those not missing.

    Judged on some of them, evenly spaced; on all where those are missing.
    """
    places = np.unique(np.linspace(0, max(len(values) - 1, 0), PROBES).astype(int))
    probes = _filled(values.iloc[places] if len(values) else values) or _filled(values)
    return sum(map(is_number, probes)) / len(probes) if probes else 0.0


def grouped_example(numbers: np.ndarray) -> str | None:
    """A cell such as `1.144` of `numbers`, (n,), that mean 1144 beside 964; None where none does.

    So it is where plain numbers end below 1000, and what has a point begins at 1, never has more
    than three digits behind it, mostly just three, and lies far below nearly all of the plain ones.
    Of these there are several, not one code such as 999 alone. A small whole number, such as 2, may
    be 2.000 and is not counted among them.
    """
    if _has_more_digits(numbers[:PROBES]):  # the first few spare most columns the rest
        return None
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    is_whole = sizes == np.rint(sizes)
    whole, pointed = sizes[is_whole], sizes[~is_whole]
    if len(pointed) < LEAST_GROUPED or pointed.min() < 1:
        return None
    plain = whole[whole > pointed.max() + 1]
    is_few = len(plain) < LEAST_GROUPED or len(np.unique(plain)) < LEAST_PLAIN
    if is_few or plain.max() >= 1000:
        return None
    if _has_more_digits(pointed) or np.mean(np.round(pointed * 1000) % 10 != 0) < 0.5:
        return None
    return f"{pointed[0]:.3f}" if np.median(plain) > FAR_BELOW * pointed.max() else None


def _has_more_digits(numbers: np.ndarray) -> bool:
    """Whether any of `numbers`, (n,), has more than three digits behind the point."""
    thousandths = 1000 * numbers[np.abs(numbers) < ALL_WHOLE]
    return bool(np.abs(np.round(thousandths) - thousandths).max(initial=0.0) > 1e-6)


def _texts(values: pd.Series) -> pd.Series:
    is_object = values.dtype == object or isinstance(values.dtype, pd.CategoricalDtype)
    return values.astype(object).map(str, na_action="ignore").astype(str) if is_object else values


def _filled(values: pd.Series) -> list[str]:
    cells = _texts(values.dropna()).unique()
    return [cell for cell in cells if cell.strip() and not is_missing_word(cell)]


def read_numbers(values: pd.Series, decimal: str = "") -> Reading:
    """The numbers in `values`, text (n,).

    `decimal`: the mark of the rest of the file, which decides where this column cannot.

    Raises NotNumbers for text among the numbers, two notations or units in one column, and
    `1,234` alone.
    """
    codes, cells = pd.factorize(_texts(values).str.strip())
    counts = np.bincount(codes[codes >= 0], minlength=len(cells))
    filled = {place: cell for place, cell in enumerate(map(str, cells)) if cell}
    words = {cell: int(counts[place]) for place, cell in filled.items() if is_missing_word(cell)}
    found = {place: _split(cell) for place, cell in filled.items() if cell not in words}
    faults = [place for place, split in found.items() if split is None]
    if faults:
        raise NotNumbers("text among its numbers", filled[faults[0]], int(counts[faults].sum()))
    parts = {place: split for place, split in found.items() if split is not None}
    unit = _one_unit(cells, counts, parts)
    bodies = {place: body for place, (body, _) in parts.items()}
    mark = _decimal_mark(cells, counts, bodies, decimal)
    numbers = np.full(len(cells) + 1, np.nan)  # the last stands for an empty cell, whose code is -1
    for place, body in bodies.items():
        numbers[place] = _number(body, mark)
    marks = {sign for body in bodies.values() for sign in " .," if sign in body} - {mark}
    return Reading(numbers[codes], mark, unit, words, "".join(sorted(marks))[:1])


def _split(cell: str) -> tuple[str, str] | None:
    """The number of a cell and its unit, empty without one; None where it is no number."""
    found = _CELL.fullmatch(cell.strip())
    if found is None:
        return None
    body, unit = found.group(1).translate(_SPACES).strip(), (found.group(2) or "").strip()
    if unit and (unit == "-" or not is_unit(unit)):  # SAP writes -5 as 5-
        return None
    kinds = _marks(body)
    return None if kinds is None else (body, bare_unit(unit))


def _marks(body: str) -> tuple[str, str] | None:
    """(decimal mark, mark of thousands) of a number where it tells; None where it is malformed.

    A mark that may be either, as in 1,234, is both.
    """
    digits, *exponent = re.split("[eE]", body.lstrip("+-"))
    marks = [mark for mark in digits if not mark.isdigit()]
    kinds = sorted(set(marks), key=digits.index)
    if not kinds:
        return "", ""
    whole, _, rest = digits.rpartition(kinds[-1])
    if len(kinds) == 1:
        groups = None if exponent else _GROUPS.fullmatch(digits)
        if groups and len(marks) == 1 and kinds[0] != " ":
            return kinds[0], kinds[0]
        if groups:
            return "", kinds[0]
        return (kinds[0], "") if len(marks) == 1 and kinds[0] != " " else None
    is_sound = len(kinds) == 2 and kinds[-1] != " " and _GROUPS.fullmatch(whole) is not None
    return (kinds[1], kinds[0]) if is_sound and marks.count(kinds[1]) == 1 else None


def _one_unit(cells: pd.Index, counts: np.ndarray, parts: dict[int, tuple[str, str]]) -> str:
    """The unit of the cells, which most of them must bear and no other; empty without one."""
    places: dict[str, list[int]] = {}
    for place, (_, unit) in parts.items():
        places.setdefault(unit, []).append(place)
    named = [unit for unit in places if unit]
    if not named:
        return ""
    others = [place for unit, found in places.items() if unit != named[0] for place in found]
    n_others = int(counts[others].sum())
    if len(named) > 1 or n_others > int(counts[places[named[0]]].sum()):
        example = str(cells[places[named[-1]][0]])
        raise NotNumbers(
            f"several units ({', '.join(u or 'none' for u in places)})", example, n_others
        )
    return named[0]


def _decimal_mark(cells: pd.Index, counts: np.ndarray, bodies: dict[int, str], decimal: str) -> str:
    """The decimal mark of a column, which no cell of it may contradict; empty where it has none."""
    decimals: dict[str, int] = {}
    thousands: dict[str, int] = {}
    either: dict[str, int] = {}
    for place, body in bodies.items():
        mark, group = _marks(body) or ("", "")
        if mark and mark == group:
            either.setdefault(mark, place)
            continue
        if mark:
            decimals.setdefault(mark, place)
        if group:
            thousands.setdefault(group, place)
    clash = next((mark for mark in decimals if mark in thousands), None)
    if clash is not None or len(decimals) > 1:
        place = thousands[clash] if clash else list(decimals.values())[1]
        raise NotNumbers("numbers in two notations", str(cells[place]), int(counts[place]))
    open_marks = [] if decimals else [mark for mark in either if mark not in thousands]
    for mark in open_marks:
        groups_differ = any(group in ",." for group in thousands)
        if len(open_marks) == 1 and (groups_differ or mark == (decimal or ".")):
            return mark
        raise NotNumbers(
            "numbers that can be read in two ways, with decimals or in thousands",
            str(cells[either[mark]]),
            int(sum(counts[place] for place, body in bodies.items() if mark in body)),
        )
    return next(iter(decimals), "")


def _number(body: str, decimal: str) -> float:
    for mark in " .,":
        if mark != decimal:
            body = body.replace(mark, "")
    return float(body.replace(decimal, ".") if decimal else body)
