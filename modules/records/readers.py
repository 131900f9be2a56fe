"""One data file to one table of raw columns: CSV, Excel or Parquet, packed or not."""

import csv
import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from modules.errors import DataError, RunError
from modules.records.aligned import text_of
from modules.records.extra_rows import without_extra_rows
from modules.records.header_rows import unique
from modules.records.identity import is_named_like_owner
from modules.records.numbers import (
    LEAST_SHARE,
    NotNumbers,
    Reading,
    read_numbers,
    share_of_numbers,
)
from modules.records.packages import EXCEL_SUFFIX, PARQUET_SUFFIXES, opened, unpacked
from modules.records.parquet import read_parquet
from modules.records.preamble import Layout, find_layout

logger = logging.getLogger(__name__)


def read_table(path: Path, date_format: str | None = None) -> pd.DataFrame:
    """All rows and columns of a file, in file order, text where a column is not all numbers.

    CSV in the encodings of `modules.records.encodings`, with comma, semicolon or tab, laid out as
    `modules.records.preamble` tells; numbers as in `modules.records.numbers`. Columns that bear
    one name twice get `.1`, `.2` behind it. Excel: the one sheet with a table. Parquet: an index
    that has a name becomes columns. A zip archive holds one of these. Dates of a text stay text
    where `date_format` is a whole format, to be read by it.

    The table's `attrs` hold what stands beside the numbers: `units` by column, `decimal`, the
    decimal mark of the file where it is a comma, `turbine`, out of a comment, and `notes`, what
    was decided in reading.

    Raises DataError for a file that is empty, cut off, ragged, binary, or without a header.
    """
    name, raw = path.name.lower(), b""
    if not name.endswith(PARQUET_SUFFIXES):
        name, raw = unpacked(path)
    if name.endswith(PARQUET_SUFFIXES):
        table = _read_parquet(raw, path)
    else:
        is_written = date_format is not None and "%" in date_format
        is_text = not name.endswith(EXCEL_SUFFIX)  # whose dates are no text
        table = _read_csv(raw, path, keep_dates=is_written and is_text)
    if table.empty:
        raise DataError(f"{path} has a header but no rows. Remove the file or export it again.")
    return table


def _read_parquet(raw: bytes, path: Path) -> pd.DataFrame:
    """`raw`: the file out of an archive; empty where `path` is no archive."""
    try:
        with io.BytesIO(raw) if raw else opened(path) as file:
            table = read_parquet(file)
    except (DataError, RunError):
        raise
    except Exception as error:  # what a crafted file makes the readers raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise DataError(f"{path} is not a whole Parquet file: {reason} Export it again.") from None
    table = table.set_axis(unique([str(name) for name in table.columns]), axis=1)
    table.attrs = {"units": {}}
    decided, missing = _turn_to_numbers(table, lambda names: table[[]])
    table.attrs["notes"] = decided
    _log(path, decided + missing)
    return table


def _read_csv(raw: bytes, path: Path, *, keep_dates: bool) -> pd.DataFrame:
    text, how = text_of(raw, path)
    del raw
    layout = find_layout(text, path)
    notes = (*how, *layout.notes)
    text, table, extra = _records(text, layout, path)
    notes += extra
    table.attrs["units"] = dict(layout.units)
    if layout.turbine:
        table.attrs["turbine"] = layout.turbine
    decided, missing = _turn_to_numbers(table, lambda names: _rows(text, layout, path, names))
    _keep_zeros(table, lambda names: _rows(text, layout, path, names))
    if keep_dates:
        _keep_dates(table, lambda names: _rows(text, layout, path, names))
    table.attrs["notes"] = (*notes, *decided)
    _log(path, (*notes, *decided, *missing))
    return table


def _records(
    text: bytes, layout: Layout, path: Path
) -> tuple[bytes, pd.DataFrame, tuple[str, ...]]:
    """(The text without rows that are no records, its rows, what was left out)."""
    fault: DataError | None = None
    try:
        table = _rows(text, layout, path)
        if not any(_is_text(table[name]) for name in table):
            return text, table, ()
    except DataError as error:
        fault = error
    without, notes = without_extra_rows(text, layout)
    if notes:
        return without, _rows(without, layout, path), notes
    if fault is not None:
        raise fault
    return text, table, ()


def _log(path: Path, notes: tuple[str, ...]) -> None:
    if notes:
        logger.info("%s: %s", path, "; ".join(notes))


def _rows(
    text: bytes, layout: Layout, path: Path, as_text: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """The rows below the header; of the columns `as_text` alone, where given, and as text."""
    part = pa.py_buffer(text)[layout.start :]
    types = {} if as_text is None else dict.fromkeys(as_text, pa.string())
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(part),
            pa.csv.ReadOptions(column_names=layout.names),
            pa.csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=b'"' in text),
            pa.csv.ConvertOptions(
                strings_can_be_null=True, column_types=types, include_columns=list(types)
            ),
        )
    except pa.ArrowInvalid as error:
        raise DataError(_malformed(path, text, layout, error)) from None
    rows = table.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True)
    del table
    pa.default_memory_pool().release_unused()
    return rows


def _turn_to_numbers(
    table: pd.DataFrame, as_text: Callable[[tuple[str, ...]], pd.DataFrame]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Replace the columns of `table` that are numbers in another notation.

    Returns what was decided on them, and which words stood for missing ones. What cannot be read
    stays text. `as_text` reads columns once more, as they are written.
    """
    texts = {name: table[name] for name in table if _is_text(table[name])}
    texts = {name: text for name, text in texts.items() if share_of_numbers(text) >= LEAST_SHARE}
    found = _readings(texts, "")
    decimals = {reading.decimal for reading in found.values()} - {""}
    if decimals == {","}:
        table.attrs["decimal"] = ","
        found = _readings(texts, ",")
        # Where the comma is the decimal mark, a point is none.
        floats = tuple(str(name) for name in table if pd.api.types.is_float_dtype(table[name]))
        for name, text in as_text(floats).items() if floats else ():
            if not _readings({name: text}, ","):
                table[name] = text
    for name, reading in found.items():
        table[name] = reading.values
        if reading.unit:
            table.attrs["units"][name] = reading.unit
    return tuple(_decided(found)), tuple(_missing(found))


def _keep_zeros(table: pd.DataFrame, as_text: Callable[[tuple[str, ...]], pd.DataFrame]) -> None:
    """Let what names the owner of many rows by 01, 02 stay as it is written: 01 may not be 1."""
    named = tuple(
        name
        for name in table
        if pd.api.types.is_integer_dtype(table[name])
        and is_named_like_owner(name)
        and 2 * table[name].nunique() <= len(table)
    )
    for name, text in as_text(named).items() if named else ():
        if text.str.match(r"\s*0\d").any():
            table[name] = text


def _keep_dates(table: pd.DataFrame, as_text: Callable[[tuple[str, ...]], pd.DataFrame]) -> None:
    """Let dates stay as they are written, to be read in the order of a given format."""
    dates = tuple(name for name in table if pd.api.types.is_datetime64_any_dtype(table[name]))
    for name, text in as_text(dates).items() if dates else ():
        table[name] = text


def _is_text(values: pd.Series) -> bool:
    return pd.api.types.is_string_dtype(values.dtype)


def _readings(texts: dict[str, pd.Series], decimal: str) -> dict[str, Reading]:
    found = {}
    for name, text in texts.items():
        try:
            found[name] = read_numbers(text, decimal)
        except NotNumbers:
            continue
    return found


def _decided(found: dict[str, Reading]) -> Iterator[str]:
    commas = [name for name, reading in found.items() if reading.decimal == ","]
    if commas:
        yield f"decimal commas in {', '.join(commas)}"
    for mark, spelt in ((",", "commas"), (".", "points"), (" ", "blanks")):
        grouped = [name for name, reading in found.items() if reading.thousands == mark]
        if grouped:
            yield f"{spelt} between thousands in {', '.join(grouped)}"
    for name, reading in found.items():
        if reading.unit:
            yield f"{name} is in {reading.unit}, as its cells say"


def _missing(found: dict[str, Reading]) -> Iterator[str]:
    for name, reading in found.items():
        if reading.words:
            words = ", ".join(f"{word!r} ({count})" for word, count in reading.words.items())
            yield f"{name} is missing where it says {words}"


def _malformed(path: Path, text: bytes, layout: Layout, error: Exception) -> str:
    part = text[layout.start :]
    if not part.strip():
        return f"{path} has a header but no rows. Remove the file or export it again."
    n_columns, delimiter = len(layout.names), layout.delimiter
    reader = csv.reader(io.StringIO(part.decode(), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row and len(row) != n_columns:
                line = layout.line + reader.line_num - 1
                is_wide = delimiter == "," and len(row) > n_columns
                commas = ", or has decimal commas, which need semicolons between" * is_wide
                return (
                    f"{path}, line {line} has {len(row)} fields where the header has "
                    f"{n_columns} columns: {delimiter.join(row)[:80]!r}. The file is cut off or "
                    f"damaged there{commas}: correct the line or export it again."
                )
    except csv.Error as fault:
        line = layout.line + reader.line_num - 1
        return f"{path}, line {line} is no CSV ({fault}). Export the file again."
    return f"{path} is not a readable CSV: {str(error).splitlines()[0]} Export it again."


def first_line_where(path: Path, position: int, is_fault: Callable[[str], bool]) -> str:
    """`, line N` of the first record whose field at `position` is at fault; empty for Parquet."""
    if path.name.lower().endswith(PARQUET_SUFFIXES):
        return ""
    name, raw = unpacked(path)
    if name.endswith(PARQUET_SUFFIXES):
        return ""
    text, _ = text_of(raw, path)
    layout = find_layout(text, path)
    part = text[layout.start :].decode()
    reader = csv.reader(io.StringIO(part, newline=""), delimiter=layout.delimiter)
    for row in reader:
        if position < len(row) and is_fault(row[position].strip()):
            return f", line {layout.line + reader.line_num - 1}"
    return ""
