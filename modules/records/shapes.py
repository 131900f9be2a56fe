"""Cells of text that are written alike, so that a column is parsed shape by shape."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

LONGEST_CELL = 64
MOST_SHAPES = 64  # of one length: a month's name and a half of the day make twenty-four
ZERO = ord("0")


def shapes(text: pd.Series) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows int64 (k,), cells uint8 (k, width)) of each shape among `text`, (n,) strings.

    Cells of one shape have digits and every other byte of their UTF-8 in the same places. Blanks
    around a cell do not count. Cells longer than 64 bytes, and those of shapes beyond the
    sixty-fourth of a length, are left out.
    """
    cells = pc.utf8_trim_whitespace(pa.array(text, type=pa.large_string()))
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    _, begins, characters = cells.buffers()
    offsets = np.frombuffer(begins, np.int64)[cells.offset : cells.offset + len(cells) + 1]
    data = np.frombuffer(characters or b"", np.uint8)
    widths = np.diff(offsets)
    for width in np.unique(widths[widths <= LONGEST_CELL]):
        rows = np.flatnonzero(widths == width)
        if len(rows) == len(cells):
            matrix = data[offsets[0] : offsets[-1]].reshape(len(rows), width)
        else:
            matrix = data[offsets[rows][:, None] + np.arange(width)]
        yield from _alike(rows, matrix)


def _alike(rows: np.ndarray, cells: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    skeletons = np.where(cells - np.uint8(ZERO) < 10, np.uint8(ZERO), cells)
    for _ in range(MOST_SHAPES):
        if not len(rows):
            return
        same = (skeletons == skeletons[0]).all(axis=1)
        if same.all():
            yield rows, cells
            return
        yield rows[same], cells[same]
        rows, cells, skeletons = rows[~same], cells[~same], skeletons[~same]


def number(cells: np.ndarray, places: Sequence[int]) -> np.ndarray:
    """The number, int64 (k,), with its digits in columns `places` of `cells`, uint8 (k, width)."""
    value = np.zeros(len(cells), np.int64)
    for place in places:
        value *= 10
        value += cells[:, place] - np.uint8(ZERO)
    return value
