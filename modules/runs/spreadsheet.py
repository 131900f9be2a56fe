"""Tables as CSV that a spreadsheet opens without running anything."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from modules import files
from modules.errors import DataError, RunError

SIGNIFICANT_DIGITS = 6

# The wide ones are what a Korean or Japanese keyboard writes, and are taken for the others there.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")


def to_csv(table: pd.DataFrame, *, header: bool = True) -> bytes:
    """Return `table` as CSV bytes in UTF-8, without its index, text made harmless.

    `header`: whether the column names come first.

    A spreadsheet takes text that begins with = + - @, a tab or the end of a line for a formula.
    Such column names and such text in cells get an apostrophe before them, by which a spreadsheet
    knows text; numbers, the negative ones too, stay numbers. A carriage return becomes the end of
    a line: unquoted, as the csv module leaves it, it would begin a row, and that may be a formula.

    >>> to_csv(pd.DataFrame({"=1+1": [-5], "turbine": ["@WT01"]})).decode()
    "'=1+1,turbine\\n-5,'@WT01\\n"
    """
    table = table.rename(columns=lambda name: harmless(str(name)))
    for position in range(table.shape[1]):
        column = table.iloc[:, position]
        if not _holds_values(column):
            table.isetitem(position, column.map(harmless, na_action="ignore"))
    # A name may hold what UTF-8 cannot: half of a surrogate pair.
    text = table.to_csv(index=False, header=header, lineterminator="\n")
    return text.encode(errors="replace")


def harmless(cell: Any) -> Any:
    """`cell`, or where it is text, one that a spreadsheet takes for text; see `to_csv`."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _holds_values(column: pd.Series) -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column)


def decimals(spread: float) -> int:
    """Digits behind the point for values that differ by up to `spread`: 6 significant of it."""
    return max(0, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(max(spread, 1e-12))))


def check_place(output: str | None) -> None:
    """Raise DataError where nothing can be written to `output`, a folder or a .csv file."""
    place = _place(output)
    folder = place.parent if _is_csv(place) else place
    if not files.is_folder(folder):
        raise DataError(f"The folder {folder} does not exist. Make it, or correct `--output`.")


def write_csv(name: str, table: pd.DataFrame, output: str | None = None) -> Path:
    """Write `table` as `name`_YYYYmmdd_HHMMSS.csv into the folder `output`; return its path.

    None is the folder of the programs, as document 000 has it. Where `output` ends in .csv and is
    no folder it is the file itself. Never over another file: see `modules.files.write_new`.
    """
    return write_tables(name, [table], len(table), output)


def write_tables(
    name: str, tables: Iterable[pd.DataFrame], n_rows: int, output: str | None = None
) -> Path:
    """As `write_csv`, with `tables` under each other: `n_rows` rows in all, one table at a time.

    Raises RunError where the disk has no room for them all, before more than the first is written.
    """
    place = _place(output)
    if not _is_csv(place):
        place = place / f"{name}_{datetime.now():%Y%m%d_%H%M%S}.csv"
    return files.write_new(place, _parts(tables, n_rows, place))


def _parts(tables: Iterable[pd.DataFrame], n_rows: int, place: Path) -> Iterator[bytes]:
    for number, table in enumerate(tables):
        part = to_csv(table, header=not number)
        if not number and len(table) < n_rows:
            _check_room(len(part) * n_rows // len(table), n_rows, place)
        yield part


def _check_room(n_bytes: int, n_rows: int, place: Path) -> None:
    free = files.free_bytes(place.parent)
    if n_bytes > free:
        raise RunError(
            f"Cannot write {place}: {n_rows:,} rows take about {n_bytes / 1e9:,.1f} GB, and "
            f"{free / 1e9:,.1f} GB of the disk are free. Write fewer, or set `--output`."
        )


def _place(output: str | None) -> Path:
    return Path(output) if output else files.ROOT


def _is_csv(place: Path) -> bool:
    return place.suffix.lower() == ".csv" and not files.is_folder(place)
