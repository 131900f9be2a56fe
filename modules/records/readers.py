"""One data file to one table of raw columns: CSV (also compressed) or Parquet."""

import csv
import gzip
import io
import logging
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from tqdm import tqdm

from modules import files
from modules.errors import DataError

CSV_SUFFIXES = (".csv", ".csv.gz")
PARQUET_SUFFIXES = (".parquet", ".pq")
ENCODINGS = ("utf-8-sig", "cp949")
CHUNK = 1 << 24

_LIKE_A_VALUE = re.compile(r"[-+.]?\d[-+\d.eE:/ TZ]*|")

logger = logging.getLogger(__name__)


def is_data_file(path: Path) -> bool:
    """Whether the name ends like a file this module reads."""
    return path.name.lower().endswith(CSV_SUFFIXES + PARQUET_SUFFIXES)


def read_table(path: Path) -> pd.DataFrame:
    """All rows and columns of a file, in file order, text where a column is not all numbers.

    CSV: UTF-8 with or without a byte order mark, else cp949 (Korean Windows); comma, semicolon or
    tab. Columns that bear one name twice get `.1`, `.2` behind it. Parquet: an index that has a
    name becomes columns.

    Raises DataError for a file that is empty, cut off, ragged, binary, or without a header.
    """
    if path.name.lower().endswith(PARQUET_SUFFIXES):
        table = _read_parquet(path)
    else:
        table = _read_csv(path)
    if table.empty:
        raise DataError(f"{path} has a header but no rows. Remove the file or export it again.")
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(io.BytesIO(files.read_bytes(path)))
    except Exception as error:  # what a crafted file makes the readers raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise DataError(f"{path} is not a whole Parquet file: {reason} Export it again.") from None
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()
    return table.set_axis(_unique([str(name) for name in table.columns]), axis=1)


def _read_csv(path: Path) -> pd.DataFrame:
    text, encoding = _decode(path)
    if encoding != ENCODINGS[0]:
        logger.info("%s is read as %s, as it is not UTF-8", path, encoding)
    header, delimiter = _read_header(text, path)
    names = _unique([name.strip() for name in header])
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(text),
            pa.csv.ReadOptions(column_names=names, skip_rows=1),
            pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text),
            pa.csv.ConvertOptions(strings_can_be_null=True),
        )
    except pa.ArrowInvalid as error:
        raise DataError(_malformed(path, text, delimiter, len(names), error)) from None
    return table.to_pandas(date_as_object=False)


def _read_bytes(path: Path) -> bytes:
    chunks = []
    try:
        with (
            files.open_to_read(path) as file,
            tqdm(desc=path.name, unit="B", unit_scale=True, leave=False, disable=None) as bar,
        ):
            while chunk := file.read(CHUNK):
                chunks.append(chunk)
                bar.update(len(chunk))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path} is not a whole gzip file ({error}). Copy or export it again."
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check the file.") from None
    return b"".join(chunks)


def _decode(path: Path) -> tuple[bytes, str]:
    raw = _read_bytes(path)
    if not raw or raw.isspace():
        raise DataError(f"{path} is empty. Remove it or export it again.")
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise DataError(
            f"{path} holds NUL bytes, first in line {line}: it is damaged, or UTF-16. "
            "Export it again as CSV in UTF-8."
        )
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = raw.removeprefix(b"\xef\xbb\xbf") if encoding == ENCODINGS[0] else text.encode()
        # Lines may end as on the first Macs.
        return plain if b"\n" in plain else plain.replace(b"\r", b"\n"), encoding
    raise DataError(f"{path} is neither UTF-8 nor cp949 text. Export it again as CSV in UTF-8.")


def _read_header(text: bytes, path: Path) -> tuple[list[str], str]:
    line = text[: text.find(b"\n") if b"\n" in text else len(text)].decode().strip("\r")
    delimiter = max(",;\t", key=line.count)
    try:
        header = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise DataError(f"{path} has a header that is no CSV ({error}). Export it again.") from None
    if not any(header) or all(_LIKE_A_VALUE.fullmatch(name.strip()) for name in header):
        raise DataError(
            f"{path} has no header: its first line is {line[:80]!r}. "
            "Put a line with the column names first."
        )
    return header, delimiter


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        unique.append(f"{name}.{count}" if count else name)
    return unique


def _malformed(path: Path, text: bytes, delimiter: str, n_columns: int, error: Exception) -> str:
    if b"\n" not in text.strip():
        return f"{path} has a header but no rows. Remove the file or export it again."
    reader = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row and len(row) != n_columns:
                return (
                    f"{path}, line {reader.line_num} has {len(row)} fields where the header has "
                    f"{n_columns} columns: {delimiter.join(row)[:80]!r}. "
                    "The file is cut off or damaged there: correct the line or export it again."
                )
    except csv.Error as fault:
        return f"{path}, line {reader.line_num} is no CSV ({fault}). Export the file again."
    return f"{path} is not a readable CSV: {str(error).splitlines()[0]} Export it again."


def first_line_where(path: Path, position: int, is_fault: Callable[[str], bool]) -> str:
    """`, line N` of the first record whose field at `position` is at fault; empty for Parquet."""
    if path.name.lower().endswith(PARQUET_SUFFIXES):
        return ""
    text, _ = _decode(path)
    _, delimiter = _read_header(text, path)
    reader = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter)
    next(reader)
    for row in reader:
        if position < len(row) and is_fault(row[position].strip()):
            return f", line {reader.line_num}"
    return ""
