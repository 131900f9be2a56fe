"""Tables whose columns stand below each other with blanks between: no delimiter, but alignment."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modules.records.encodings import UTF_8, decode
from modules.records.packages import may_be_prose

LEAST_ROWS = 2
MOSTLY = 0.9  # of the rows end in a number
_OTHER = re.compile(r'[\t;|"]|,(?!\d)|(?<!\d),')  # delimiters; a comma may be a decimal one
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?|nan|na|-+", re.IGNORECASE)
_DATE, _CLOCK = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}"), re.compile(r"\d{1,2}:\d{2}(?::.*)?")


def text_of(raw: bytes, path: Path) -> tuple[bytes, tuple[str, ...]]:
    """(The text of `raw` in UTF-8, see `decode`; what was decided).

    In a .txt or .tsv, tabs come between columns that blanks alone keep apart.
    """
    text, encoding = decode(raw, path)
    how = () if encoding == UTF_8 else (f"read as {encoding}",)
    aligned = with_tabs(text.decode()) if may_be_prose(path.name) else None
    if aligned is None:
        return text, how
    return aligned.encode(), (*how, "columns told apart by the blanks between them")


def with_tabs(text: str) -> str | None:
    """`text` with a tab between its columns, line by line; None where they do not align.

    They align where every row has as many words as the header, a date and its clock being one under
    one name; or where the same places are blank in every line, so that a cell may be empty.
    """
    lines = text.splitlines()
    is_row = [bool(line.strip()) and not line.startswith("#") for line in lines]
    rows = [line for line, is_one in zip(lines, is_row, strict=True) if is_one]
    if len(rows) <= LEAST_ROWS or any(_OTHER.search(row) for row in rows):
        return None
    cells = _by_words(rows) or _by_places(rows)
    if cells is None or len(cells[0]) < 2 or not all(cells[0]):
        return None
    ends = [next((cell for cell in reversed(row) if cell), "") for row in cells[1:]]
    if sum(_NUMBER.fullmatch(cell) is not None for cell in ends) < MOSTLY * len(ends):
        return None
    cut = iter(cells)
    return "\n".join(
        "\t".join(next(cut)) if is_one else line for line, is_one in zip(lines, is_row, strict=True)
    )


def _by_words(rows: Sequence[str]) -> list[list[str]] | None:
    names, *words = [row.split() for row in rows]
    if {len(row) for row in words} == {len(names)}:
        return [names, *words]
    if {len(row) for row in words} == {len(names) + 1} and all(map(_is_stamp, words)):
        return [names, *([" ".join(row[:2]), *row[2:]] for row in words)]
    return None


def _is_stamp(row: Sequence[str]) -> bool:
    return bool(_DATE.fullmatch(row[0]) and _CLOCK.fullmatch(row[1]))


def _by_places(rows: Sequence[str]) -> list[list[str]] | None:
    width = max(map(len, rows))
    taken = np.array([[letter != " " for letter in row.ljust(width)] for row in rows])
    used = taken.any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], used, [False]]).astype(int)))
    spans = [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
    columns: list[tuple[int, int]] = []
    for start, stop in spans:
        before = slice(*columns[-1]) if columns else slice(0)
        # A date and its clock have one name; a name may have words that no reading stands below.
        is_nameless = not taken[0, start:stop].any() or not taken[0, before].any()
        if columns and (is_nameless or not taken[1:, before].any()):
            columns[-1] = columns[-1][0], stop
        else:
            columns.append((start, stop))
    cells = [[row[start:stop] for start, stop in columns] for row in rows]
    if not all(map(_is_aligned, zip(*cells[1:], strict=True))):
        return None
    return [[cell.strip() for cell in row] for row in cells]


def _is_aligned(column: Sequence[str]) -> bool:
    """Whether the cells of a column begin, or end, in one place, and are a word or a stamp each."""
    filled = [cell for cell in column if cell.strip()]
    begins = {len(cell) - len(cell.lstrip()) for cell in filled}
    ends = {len(cell.rstrip()) for cell in filled}
    words = [cell.split() for cell in filled]
    are_single = all(len(row) == 1 or (len(row) == 2 and _is_stamp(row)) for row in words)
    return are_single and min(len(begins), len(ends)) <= 1
