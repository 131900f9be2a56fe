"""Tables as CSV that a spreadsheet opens without running anything."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

PLAIN = (1e-4, 1e10)  # sizes of numbers that Arrow spells as Python does, but for the .0

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
    rows = _by_arrow(table)
    by_pandas = table if rows is None else table.iloc[:0]
    text = by_pandas.to_csv(index=False, header=header, lineterminator="\n")
    # A name may hold what UTF-8 cannot: half of a surrogate pair.
    return text.encode(errors="replace") + (rows or b"")


def _by_arrow(table: pd.DataFrame) -> bytes | None:
    """The rows as pandas writes them, in a quarter of the time; None where it cannot."""
    columns = [_by_arrow_column(table.iloc[:, i]) for i in range(table.shape[1])]
    if not columns or any(column is None for column in columns):
        return None
    content = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    rows = pa.table(columns, names=[str(i) for i in range(len(columns))])
    pyarrow.csv.write_csv(rows, content, options)
    return content.getvalue()


def _by_arrow_column(column: pd.Series) -> pa.Array | None:
    """What is written of numbers, truths and times; None of others, and of very small or large."""
    if column.dtype in (np.int64, pd.Int64Dtype()):
        return pa.array(column)
    if column.dtype == bool or pd.api.types.is_datetime64_any_dtype(column):
        return pa.array(column.astype(str)) if column.notna().all() else None
    if column.dtype != np.float64:
        return None
    numbers = column.to_numpy()
    sizes = np.abs(numbers)
    is_plain = (sizes == 0) | ((sizes >= PLAIN[0]) & (sizes < PLAIN[1])) | np.isnan(numbers)
    if not is_plain.all():
        return None
    text = pc.cast(pa.array(numbers, from_pandas=True), pa.string())
    return pc.if_else(
        numbers == np.trunc(numbers), pc.binary_join_element_wise(text, "0", "."), text
    )


def harmless(cell: Any) -> Any:
    """`cell`, or where it is text, one that a spreadsheet takes for text; see `to_csv`."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _holds_values(column: pd.Series) -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column)
