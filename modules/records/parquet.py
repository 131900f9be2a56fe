"""Parquet to a table: whole, or of a large file a column and a row group at a time."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from modules.aside import filled, is_large


def read_parquet(file: BinaryIO) -> pd.DataFrame:
    """All rows and columns of an open Parquet file; an index that has a name becomes columns.

    The numbers of a large one are put aside, see `modules.aside`. Raises whatever a crafted file
    makes the readers raise.
    """
    found = pa.parquet.ParquetFile(file)
    names = found.schema_arrow.names
    is_flat = len(set(names)) == len(names) == found.metadata.num_columns
    if is_flat and is_large(8 * found.metadata.num_rows * len(names)):
        return _read_in_parts(found)
    file.seek(0)
    return _with_index(pd.read_parquet(file))


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    return table if isinstance(table.index, pd.RangeIndex) else table.reset_index()


def _read_in_parts(file: pa.parquet.ParquetFile) -> pd.DataFrame:
    names, metadata = file.schema_arrow.names, file.schema_arrow.pandas_metadata or {}
    index = [name for name in metadata.get("index_columns", ()) if name in names]
    dtypes = {name: _dtype(file, name) for name in names if name not in index}
    numbers: dict[str, np.ndarray] = {}
    for dtype in sorted({dtype for dtype in dtypes.values() if dtype}):
        same = [name for name in names if dtypes.get(name) == dtype]
        n_rows = file.metadata.num_rows
        values = filled((len(same) * n_rows,), dtype, _parts(file, same))
        numbers |= dict(zip(same, values.reshape(len(same), n_rows), strict=True))
    columns: dict[str, np.ndarray | pd.Series] = {}
    for name in (*index, *dtypes):
        if name in numbers:
            columns[name] = numbers[name]
        else:
            columns |= dict(_with_index(_column(file, name).to_pandas()).items())
    return pd.DataFrame(columns, copy=False)


def _dtype(file: pa.parquet.ParquetFile, name: str) -> str:
    """NumPy's name of a column of floats, or of whole numbers of which none is missing; or empty.

    Whole numbers become floats where one is missing, in any row group.
    """
    kind, place = file.schema_arrow.field(name).type, file.schema_arrow.names.index(name)
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return str(np.dtype(kind.to_pandas_dtype()))
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    found = [group.column(place).statistics for group in groups]
    is_whole = all(one and one.has_null_count and not one.null_count for one in found)
    return str(np.dtype(kind.to_pandas_dtype())) if pa.types.is_integer(kind) and is_whole else ""


def _parts(file: pa.parquet.ParquetFile, names: list[str]) -> Iterator[np.ndarray]:
    for name in names:
        for group in range(file.metadata.num_row_groups):
            for chunk in file.read_row_group(group, [name]).column(name).chunks:
                yield chunk.to_numpy(zero_copy_only=False)


def _column(file: pa.parquet.ParquetFile, name: str) -> pa.Table:
    return file.read([name]).select([name])
