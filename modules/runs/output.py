"""Where a run's tables go: a folder or a file, as CSV or Parquet, one table at a time."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from modules import buckets, files
from modules.buckets import is_url
from modules.errors import DataError, RunError, SettingsError
from modules.runs.spreadsheet import to_csv

CSV, PARQUET = "csv", "parquet"


def check_place(output: str | None, kind: str | None = None) -> None:
    """Raise DataError where nothing can be written to `output`, a folder or a file.

    Raises SettingsError where the file is of another `kind`, csv or parquet, than asked for.
    """
    place = _place(output)
    named = _kind_of(place)
    if is_url(output):
        files.make_folder(place.parent if named else place, exist_ok=True)
    if named and kind and named != kind:
        raise SettingsError(
            f"`output` and `format` name two formats. Received: output={output!r}, "
            f"format={kind!r}. Leave `--format` out, or name a .{kind} file."
        )
    folder = place.parent if named else place
    if not files.is_folder(folder):
        raise DataError(f"The folder {folder} does not exist. Make it, or correct `--output`.")


def write_table(
    name: str, table: pd.DataFrame, output: str | None = None, kind: str | None = None
) -> Path:
    """Write `table` as `name`_YYYYmmdd_HHMMSS.csv into the folder `output`; return its path.

    None is the folder of the programs, as document 000 has it. Where `output` ends in .csv or
    .parquet and is no folder it is the file itself; `kind` is the format of others. Never over
    another file: see `modules.files.write_new`. In a store (`modules.buckets`), over it.
    """
    return write_tables(name, [table], len(table), output, kind)


def write_tables(
    name: str,
    tables: Iterable[pd.DataFrame],
    n_rows: int,
    output: str | None = None,
    kind: str | None = None,
) -> Path:
    """As `write_table`, with `tables` under each other: `n_rows` rows in all, one table at a time.

    Raises RunError where the disk has no room for them all, before more than the first is written.
    """
    place = _place(output)
    if not _kind_of(place):
        place = place / f"{name}_{datetime.now():%Y%m%d_%H%M%S}.{kind or CSV}"
    write = _write_parquet if _kind_of(place) == PARQUET else _write_csv
    path = files.fill_new(place, lambda file: write(file, tables, n_rows, place))
    if output and is_url(output):
        buckets.send_file(path, output)
    return path


def _write_csv(file: BinaryIO, tables: Iterable[pd.DataFrame], n_rows: int, place: Path) -> None:
    for number, table in enumerate(tables):
        part = to_csv(table, header=not number)
        if not number:
            _check_room(len(part), len(table), n_rows, place)
        file.write(part)


def _write_parquet(
    file: BinaryIO, tables: Iterable[pd.DataFrame], n_rows: int, place: Path
) -> None:
    writer = None
    for table in tables:
        rows = pa.Table.from_pandas(table, preserve_index=False)
        if writer is None:
            _check_room(rows.nbytes, len(table), n_rows, place)
            writer = pyarrow.parquet.ParquetWriter(file, rows.schema)
        writer.write_table(rows.cast(writer.schema))
    if writer is not None:
        writer.close()


def _check_room(n_bytes: int, n_written: int, n_rows: int, place: Path) -> None:
    """Raise RunError where `n_rows` do not fit, of which the first `n_written` take `n_bytes`."""
    needed = n_bytes * n_rows // max(1, n_written)
    free = files.free_bytes(place.parent)
    if n_written < n_rows and needed > free:
        raise RunError(
            f"Cannot write {place}: {n_rows:,} rows take about {needed / 1e9:,.1f} GB, and "
            f"{free / 1e9:,.1f} GB of the disk are free. Write fewer, or set `--output`."
        )


def _place(output: str | None) -> Path:
    return buckets.place(output) if output else files.ROOT


def _kind_of(place: Path) -> str | None:
    """The format that the file `place` is named after; None for a folder."""
    ending = place.suffix.lower().removeprefix(".")
    return ending if ending in (CSV, PARQUET) and not files.is_folder(place) else None
