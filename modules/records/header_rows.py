"""The rows of names and units above the records of a text, told from the records themselves."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from modules.errors import DataError
from modules.records.numbers import is_number
from modules.records.words import is_missing_word, is_unit

MOST_HEADER_ROWS = 4

_LIKE_A_VALUE = re.compile(r"[-+.]?\d[-+\d.,eE:/ TZ]*")
_LIKE_A_TIME = re.compile(r".*\b\d{1,2}:\d{2}\b.*|\d{1,2}[-. /]?[^\W\d]{3,9}[-., /]+\d{2,4}")
_WAYS = frozenset("avg smp max min std tot wvc med mom cov tmx tmn".split())
_UNITS_OF_TIME = re.compile(r"[ymdhsYMDHS:./ T\-]{4,}|UTC.*|TS|RN|date|time|local.*", re.IGNORECASE)


def is_value(cell: str) -> bool:
    """Whether a cell is a number or a time, in any notation."""
    likely = _LIKE_A_VALUE.fullmatch(cell) or _LIKE_A_TIME.fullmatch(cell)
    return likely is not None or is_number(cell)


def holds_values(row: list[str]) -> bool:
    """Whether a row belongs to the records: it holds a value, or nothing but missing ones."""
    filled = [cell for cell in row if cell]
    return any(map(is_value, filled)) or all(map(is_missing_word, filled))


def check_header(header: list[str], below: list[list[str]], delimiter: str, path: Path) -> None:
    """Raises DataError for a header of values, unless it numbers the columns.

    A row that begins with a value and is half of values is one of the records, too, though it may
    hold a word such as OK.
    """
    are_values = [is_value(cell) for cell in header if cell]
    n_values = sum(are_values)
    begins_so = bool(header[0]) and are_values[0]
    is_record = begins_so and n_values > 1 and 2 * n_values >= len(header)
    if not (is_record or all(are_values)) or _is_count(header, below):
        return
    raise DataError(
        f"{path} has no header: its first line is {delimiter.join(header)[:80]!r}. "
        "Put a line with the column names first, or, where that line holds the names, replace "
        "them with words."
    )


def _is_count(header: list[str], below: list[list[str]]) -> bool:
    """Whether a header of numbers numbers the columns, as pandas does for an array.

    The rows below must not look like that too, or it may be the first of them.
    """
    has_index = header[:1] == [""]
    labels = header[has_index:]
    if not below or not _counts(labels) or labels[0] not in ("0", "1"):
        return False
    if has_index:
        return all(row[0] for row in below)
    with_point = any(re.search(r"\d[.,]\d", cell) for row in below for cell in row)
    return not any(map(_counts, below)) and len(labels) >= (2 if with_point else 3)


def _counts(cells: list[str]) -> bool:
    """Whether `cells` are whole numbers that go up by one."""
    if not cells or not all(re.fullmatch(r"\d{1,9}", cell) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return all(after - before == 1 for before, after in pairwise(numbers))


def more_header_rows(header: list[str], below: list[list[str]]) -> int:
    """How many rows below the first are names too."""
    n_more = 0
    while n_more < min(MOST_HEADER_ROWS - 1, len(below) - 1):
        row, records = below[n_more], below[n_more + 1 :]
        if len(row) != len(header) or not _is_row_of_names(row, header, records):
            break
        n_more += 1
    return n_more


def _is_row_of_names(row: list[str], header: list[str], records: list[list[str]]) -> bool:
    if holds_values(row) or is_units_row([row], records):
        return False
    filled = [place for place, cell in enumerate(row) if cell]
    if not any(_stands_above_values(place, records) for place in range(len(row))):
        return False
    names_the_index = all(header[place] == "" for place in filled)
    n_above = sum(_stands_above_values(place, records) for place in filled)
    return names_the_index or (len(filled) >= 2 and 2 * n_above >= len(filled))


def _stands_above_values(place: int, records: list[list[str]]) -> bool:
    cells = [row[place] for row in records if place < len(row) and row[place]]
    values = sum(map(is_value, cells))
    return values > 0 and 2 * values >= len(cells)


def is_units_row(head: list[list[str]], records: list[list[str]]) -> bool:
    """Whether at least half of the cells of the first row of `head` are units, the rest times'."""
    filled = [cell for row in head[:1] for cell in row if cell]
    if not records or any(map(is_value, filled)) or all(map(is_missing_word, filled)):
        return False
    others = [cell for cell in filled if not is_unit(cell)]
    is_likely = 2 * len(others) <= len(filled)
    return is_likely and all(_UNITS_OF_TIME.fullmatch(cell) for cell in others)


def is_row_of_ways(head: list[list[str]]) -> bool:
    """Whether the first row of `head` says but how readings became one: Avg, Smp, Max."""
    filled = [cell.casefold() for row in head[:1] for cell in row if cell]
    return bool(filled) and _WAYS.issuperset(filled)


def joined(rows: list[list[str]]) -> list[str]:
    """The names of the columns: those of all rows, a name over several columns for each of them."""
    if len(rows) == 1:
        return [_flat(name) for name in rows[0]]
    spread = []
    for upper, lower in zip(rows, rows[1:], strict=False):
        group, names = "", []
        for above, below in zip(upper, lower, strict=True):
            group = above or (group if below else "")
            names.append(group)
            group = group if below else ""
        spread.append(names)
    spread.append(rows[-1])
    return [
        _flat(" ".join(dict.fromkeys(part for part in parts if part)))
        for parts in zip(*spread, strict=True)
    ]


def _flat(name: str) -> str:
    return " ".join(name.split()) if "\n" in name or "\r" in name else name


def fitted(names: list[str], records: list[list[str]]) -> list[str]:
    """`names` without or with those of empty columns behind a trailing separator."""
    widths = Counter(map(len, records))
    if len(widths) != 1:
        return names
    surplus = next(iter(widths)) - len(names)
    if surplus > 0 and not any(any(row[len(names) :]) for row in records):
        return names + [""] * surplus
    if surplus < 0 and not any(names[surplus:]):
        return names[:surplus]
    return names


def unique(names: list[str]) -> list[str]:
    """`names` with `.1`, `.2` behind those that came before."""
    seen: dict[str, int] = {}
    told_apart = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        told_apart.append(f"{name}.{count}" if count else name)
    return told_apart
