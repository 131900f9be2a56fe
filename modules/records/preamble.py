"""Where the table of a text begins: what stands above it, its delimiter, its first row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modules.errors import DataError
from modules.records.header_rows import (
    check_header,
    fitted,
    holds_values,
    is_row_of_ways,
    is_units_row,
    is_value,
    joined,
    more_header_rows,
    unique,
)
from modules.records.words import bare_unit, is_unit

HEAD_BYTES = 1 << 18
HEAD_RECORDS = 300
DELIMITERS = "\t;|,"  # a comma last, for it may be the decimal mark

_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
_TURBINE_NOTE = re.compile(r"turbine(?: name)?\s*[:=]\s*(.+)", re.IGNORECASE)
_OPENING_QUOTE = re.compile(rb'(?:^|[,;\t|\n])"')
_QUOTED = re.compile(rb'(?:[^"]|"")*"(?!")')


@dataclass(frozen=True)
class Layout:
    """How a text is laid out.

    `names`: of the columns, as many as a row has fields. `start` is the byte, `line` the number
    of the line (from 1) at which the first row begins. `units`: by name, from a row of units.
    `notes`: what was skipped or joined. `turbine`: out of a comment such as `# Turbine: WT 1`.
    """

    names: list[str]
    delimiter: str
    start: int
    line: int
    units: dict[str, str]
    notes: tuple[str, ...]
    turbine: str | None


@dataclass(frozen=True)
class _Record:
    """One record without the end of its line, and the byte and line at which the next begins."""

    text: str
    stop: int
    next_line: int


CAMPBELL = "TOA5"  # the first cell of a Campbell logger's file


def find_layout(text: bytes, path: Path) -> Layout:
    """The layout of `text`, UTF-8.

    Above the header may stand a `sep=;` line, comments that begin with # (of which the last one is
    the header where a row follows it at once), blank lines and free text. Below it may stand more
    rows of names, joined with the first, and a row of units; in a Campbell logger's file (TOA5)
    also one of Avg, Smp and the like.

    Raises DataError where there is no header.
    """
    records, delimiter = _without_separator_line(list(_records(text)))
    records = [record for record in records if record.text.strip(" \t\r,;|")]
    if not records:
        raise DataError(f"{path} is empty. Remove it or export it again.")
    n_comments = next(
        (i for i, record in enumerate(records) if not record.text.startswith("#")), len(records)
    )
    delimiter = delimiter or _delimiter(records[n_comments:] or records)
    rows = [_cells(record.text.lstrip("#"), delimiter, path) for record in records]
    is_campbell = rows[0][:1] == [CAMPBELL]
    top = 1 if is_campbell and len(rows) > 1 else _first_row(rows, n_comments)
    names, n_names = rows[top], 1
    below = rows[top + 1 :]
    check_header(names, below, delimiter, path)
    n_names += more_header_rows(names, below)
    names = joined(rows[top : top + n_names])
    has_units = is_units_row(rows[top + n_names : top + n_names + 1], rows[top + n_names + 1 :])
    last = top + n_names - 1 + has_units
    units_row = rows[last]
    has_ways = is_campbell and is_row_of_ways(rows[last + 1 : last + 2])
    last += has_ways
    names = unique(fitted(names, rows[last + 1 :]))
    units = dict(zip(names, map(bare_unit, units_row), strict=False)) if has_units else {}
    notes = (
        (top, "lines skipped above the header: {}"),
        (n_names if n_names > 1 else 0, "rows of column names joined: {}"),
        (int(has_units), "the row below the header is read as units"),
        (int(has_ways), "the row of Avg, Max and the like below it is left out"),
    )
    return Layout(
        names,
        delimiter,
        records[last].stop,
        records[last].next_line,
        {name: unit for name, unit in units.items() if is_unit(unit)},
        tuple(note.format(count) for count, note in notes if count),
        _turbine(records[:n_comments]),
    )


def _records(text: bytes) -> Iterator[_Record]:
    """The first records of `text`; the end of a line inside quotes does not end one."""
    head = text[: max(HEAD_BYTES, 3 * text.find(b"\n"))]
    start, line = 0, 1
    for _ in range(HEAD_RECORDS):
        stop, n_lines = start, 0
        while stop < len(head) and (stop == start or _is_open(head[start:stop])):
            stop, n_lines = (head.find(b"\n", stop) + 1 or len(head)), n_lines + 1
        is_cut_off = stop == len(head) < len(text) and not head.endswith(b"\n")
        if start == stop or (is_cut_off and start):
            return
        content = head[start:stop].decode(errors="replace").rstrip("\r\n")
        yield _Record(content, stop, line + n_lines)
        start, line = stop, line + n_lines


def _is_open(part: bytes) -> bool:
    """Whether a quotation that begins a field of `part` is not closed in it."""
    place = 0
    while opening := _OPENING_QUOTE.search(part, place):
        closed = _QUOTED.match(part, opening.end())
        if closed is None:
            return True
        place = closed.end()
    return False


def _without_separator_line(records: list[_Record]) -> tuple[list[_Record], str | None]:
    found = _SEPARATOR_LINE.fullmatch(records[0].text.strip(" \r")) if records else None
    return (records, None) if found is None else (records[1:], found.group(1))


def _delimiter(records: list[_Record]) -> str:
    """The one that cuts most records into one number of fields, more than one.

    Decimal commas cut the rows evenly too, but not the header with them.
    """

    def agreement(delimiter: str) -> tuple[int, int, int]:
        counts = Counter(_n_fields(record.text, delimiter) for record in records)
        del counts[1]
        n_fields, n_records = counts.most_common(1)[0] if counts else (1, 0)
        return n_records, n_fields, records[0].text.count(delimiter)

    return max(DELIMITERS, key=agreement)


def _n_fields(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([text], delimiter=delimiter), []))
    except csv.Error:
        return 1


def _cells(text: str, delimiter: str, path: Path) -> list[str]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise DataError(f"{path} has a header that is no CSV ({error}). Export it again.") from None


def _first_row(rows: list[list[str]], n_comments: int) -> int:
    """The place of the row of names: below the comments, or the last of them.

    It is the last comment where a record of as many fields follows. Free text above the header is
    narrower than the records, or fills the first cell alone of a row that a spreadsheet has padded.
    """
    rest = rows[n_comments:]
    if not rest:
        return n_comments - 1
    if n_comments and len(rows[n_comments - 1]) == len(rest[0]) and holds_values(rest[0]):
        return n_comments - 1
    width, _ = Counter(map(len, rest[len(rest) // 2 :])).most_common(1)[0]
    for place, row in enumerate(rest):
        if len(row) >= width and not _is_note(row, rest[place + 1 :]):
            is_header = place == 0 or not any(map(is_value, row))
            return n_comments + place if is_header else n_comments
    return n_comments


def _is_note(row: list[str], below: list[list[str]]) -> bool:
    """Whether a padded row is a title or `Turbine:, WT 1`, not names over several columns.

    Then the next row that is none of these holds names, also in its first cell.
    """
    next_row = next((other for other in below if not _fills_the_first(other)), None)
    if not _fills_the_first(row) or not next_row:
        return False
    return bool(next_row[0]) and not holds_values(next_row)


def _fills_the_first(row: list[str]) -> bool:
    return len(row) > 2 and not any(row[2:]) and (not row[1] or row[0].endswith(":"))


def _turbine(comments: list[_Record]) -> str | None:
    for comment in comments:
        found = _TURBINE_NOTE.fullmatch(comment.text.lstrip("#").strip().rstrip(",;\t"))
        if found:
            return found.group(1).strip().strip('"') or None
    return None
