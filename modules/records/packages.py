"""The bytes of a table, out of what it is sent in: gzip, a zip archive, an Excel workbook."""

import csv
import gzip
import io
import warnings
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pandas as pd
from tqdm import tqdm

from modules import files
from modules.errors import DataError

TEXT_SUFFIXES = (".txt", ".txt.gz", ".tsv", ".tsv.gz")  # or no table at all
CSV_SUFFIXES = (".csv", ".csv.gz", *TEXT_SUFFIXES)
PARQUET_SUFFIXES = (".parquet", ".pq")
EXCEL_SUFFIX = ".xlsx"
ZIP_SUFFIX = ".zip"
TABLE_SUFFIXES = CSV_SUFFIXES + PARQUET_SUFFIXES + (EXCEL_SUFFIX,)
CHUNK = 1 << 24


def is_data_file(path: Path) -> bool:
    """Whether the name ends like a file that can be read."""
    return path.name.lower().endswith((*TABLE_SUFFIXES, ZIP_SUFFIX))


def may_be_prose(name: str) -> bool:
    """Whether the name ends like that of a text, which need not hold a table."""
    return name.lower().endswith(TEXT_SUFFIXES)


def unpacked(path: Path) -> tuple[str, bytes]:
    """The name and the content of the one table in `path`; an Excel sheet comes as CSV.

    Raises DataError for a file that cannot be read or is not whole, an archive that holds no
    table or several, and a workbook that does.
    """
    name, raw = path.name.lower(), _read_bytes(path)
    if name.endswith(ZIP_SUFFIX):
        name, raw = _out_of_zip(raw, path)
    if name.endswith(EXCEL_SUFFIX):
        return name, _out_of_excel(raw, path)
    return name, raw


def opened(path: Path) -> BinaryIO:
    """The open file. Raises DataError where it cannot be read."""
    try:
        return files.open_to_read(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check the file.") from None


def _read_bytes(path: Path) -> bytes:
    content = io.BytesIO()
    try:
        with (
            opened(path) as file,
            tqdm(desc=path.name, unit="B", unit_scale=True, leave=False, disable=None) as bar,
        ):
            while chunk := file.read(CHUNK):
                content.write(chunk)
                bar.update(len(chunk))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path} is not a whole gzip file ({error}). Copy or export it again."
        ) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check the file.") from None
    return content.getvalue()


def _out_of_zip(raw: bytes, path: Path) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            tables = [info for info in archive.infolist() if _is_table(info.filename)]
            others = [info for info in tables if not may_be_prose(info.filename)]
            tables = others or tables
            if len(tables) != 1:
                found = ", ".join(info.filename for info in tables) or "none"
                raise DataError(
                    f"{path} must hold one table. Found: {found}. "
                    "Unpack it into a folder, and give that as `--data_path`."
                )
            content, name = archive.read(tables[0]), tables[0].filename.lower()
        return name, gzip.decompress(content) if name.endswith(".gz") else content
    except DataError:
        raise
    except Exception as error:  # what a crafted archive makes zipfile raise
        raise DataError(
            f"{path} is not a whole zip archive, or locked by a password ({error}). "
            "Unpack it, or send it again."
        ) from None


def _is_table(name: str) -> bool:
    inside = PurePosixPath(name)
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in inside.parts)
    return not is_hidden and inside.name.lower().endswith(TABLE_SUFFIXES)


def _out_of_excel(raw: bytes, path: Path) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of styles and fonts
            sheets = pd.read_excel(
                io.BytesIO(raw),
                sheet_name=None,
                header=None,
                dtype=object,
                na_filter=False,
                engine="openpyxl",
            )
    except Exception as error:  # what a crafted workbook makes openpyxl raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise DataError(
            f"{path} is not a whole Excel workbook ({reason}). Save it again, or as CSV."
        ) from None
    filled = {name: sheet for name, sheet in sheets.items() if not sheet.empty}
    tables = {name: sheet for name, sheet in filled.items() if _holds_records(sheet)} or filled
    if len(tables) != 1:
        found = ", ".join(map(str, tables or sheets))
        raise DataError(
            f"{path} must have one sheet with a table of records. Found: {found}. "
            "Save the sheet to use as a file of its own."
        )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in next(iter(tables.values())).itertuples(index=False):
        writer.writerow([_spelt(cell) for cell in row])
    return text.getvalue().encode(errors="replace")


def _holds_records(sheet: pd.DataFrame) -> bool:
    """Whether two rows of a sheet hold a number each, as notes on a cover sheet do not."""
    is_number = sheet.map(lambda cell: isinstance(cell, int | float) and cell == cell)
    return bool(is_number.any(axis=1).sum() >= 2)


def _spelt(cell: Any) -> str:
    return "" if cell is None or cell is pd.NaT else str(cell)
