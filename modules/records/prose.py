"""Texts that hold no table, such as a read-me beside the records."""

from collections import Counter
from pathlib import Path

from modules.errors import DataError
from modules.records.aligned import with_tabs
from modules.records.encodings import decode
from modules.records.header_rows import is_value
from modules.records.packages import may_be_prose, unpacked
from modules.records.preamble import DELIMITERS

HEAD = 1 << 16
LEAST_SHARE = 0.5


def holds_a_table(path: Path) -> bool:
    """Whether half of the lines of a text are cut into so many cells each, with values in them.

    Anything but a .txt or .tsv counts as a table.
    """
    if not may_be_prose(path.name):
        return True
    try:
        text, _ = decode(unpacked(path)[1], path)
    except DataError:
        return False
    head = text[:HEAD].decode(errors="replace")
    if len(text) > HEAD:
        head = head.rpartition("\n")[0]
    lines = [line for line in head.splitlines() if line.strip()]
    is_cut = any(_is_cut(lines, delimiter) for delimiter in DELIMITERS)
    return is_cut or with_tabs(head) is not None


def _is_cut(lines: list[str], delimiter: str) -> bool:
    rows = [line.split(delimiter) for line in lines]
    width, _ = Counter(map(len, rows)).most_common(1)[0]
    alike = [row for row in rows if len(row) == width and any(is_value(c.strip(' "')) for c in row)]
    return width > 1 and len(lines) > 1 and len(alike) >= LEAST_SHARE * len(lines)
