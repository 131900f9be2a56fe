"""Short gaps of the records, bridged so that windows may hold them, and which cells are no bridge.

A gap is a run of rows in which one column has no value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from modules.aside import filled, slices_of, table_of
from modules.records.columns import ANGLE, CIRCLE, Column, wrap_angle
from modules.records.site import SiteData
from modules.windows.cut import cut


def bridged(site_data: SiteData, max_gap: int) -> SiteData:
    """The records with gaps of up to `max_gap` rows filled, longer ones and those at an end left.

    By the straight line between the values before and after, of a direction the short way round;
    of a code by the value before. Rows left out by choice stay out, and lie in no bridge. The
    report tells of it, and counts the complete rows that windows are cut of.
    """
    if not max_gap:
        return site_data
    names = [column.name for column in site_data.columns]
    tables = {}
    for turbine, table in site_data.tables.items():
        stays = ~_is_left_out(site_data, turbine)
        made = (
            np.where(stays, _bridged(table[column.name].to_numpy(float), column, max_gap), np.nan)
            for column in site_data.columns
        )
        tables[turbine] = table_of(names, made, table.index)
    after = replace(site_data, tables=tables)
    if not site_data.report:
        return after
    notice = f"Gaps of up to {max_gap} rows are bridged, cells: {cells_bridged(site_data, after)}."
    changes = {"notices": (*site_data.report.notices, notice)}
    return replace(after, report=site_data.report.recounted(tables).model_copy(update=changes))


def cells_bridged(records: SiteData, after: SiteData) -> str:
    """How many cells of each column `records` lack and have `after`, as a list in words."""
    counts = {
        column.name: sum(
            int(after.tables[turbine][column.name].count() - table[column.name].count())
            for turbine, table in records.tables.items()
        )
        for column in records.columns
    }
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "none"


def recorded(
    records: SiteData, after: SiteData, columns: Sequence[Column], seq_len: int
) -> np.ndarray:
    """Which cells `records` hold of the features of `columns`: float32 (n_rows, F), 1 or 0.

    Of the rows that `modules.windows.cut.cut` stacks of `after`, the same records bridged.
    """
    labels = {}
    for turbine, table in records.tables.items():
        there = table[[column.name for column in columns]].notna().astype(float)
        is_whole = np.isfinite(after.tables[turbine].to_numpy(float)).all(1)
        there[~is_whole] = np.nan
        labels[turbine] = there
    rows, _ = cut(labels, seq_len)
    n_features = [2 if column.kind == ANGLE else 1 for column in columns]
    encoded = (np.repeat(rows[at], n_features, 1) for at in slices_of(rows))
    return filled((len(rows), sum(n_features)), np.float32, encoded)


def gap_for_half(site_data: SiteData, seq_len: int) -> int | None:
    """The least `max_gap` that gives half of the windows which those below `seq_len` give.

    None where they give none.
    """
    needs = np.concatenate([*_needs(site_data, seq_len), np.empty(0)])
    needs = needs[needs < seq_len]
    return int(np.quantile(needs, 0.5, method="inverted_cdf")) if needs.size else None


def _needs(site_data: SiteData, seq_len: int) -> Iterator[np.ndarray]:
    """Of each turbine the longest gap in every `seq_len` rows, infinite where none will do."""
    for turbine, table in site_data.tables.items():
        if len(table) >= seq_len:
            lengths = [_gap_lengths(table[name].to_numpy(float)) for name in table.columns]
            longest = np.where(_is_left_out(site_data, turbine), np.inf, np.max(lengths, axis=0))
            yield np.lib.stride_tricks.sliding_window_view(longest, seq_len).max(axis=1)


def _is_left_out(site_data: SiteData, turbine: str) -> np.ndarray:
    """Which rows of its table are missing by choice: bool (n_rows,)."""
    index = site_data.tables[turbine].index
    if turbine not in site_data.left_out:
        return np.zeros(len(index), bool)
    return np.asarray(index.isin(site_data.left_out[turbine].index))


def _bridged(values: np.ndarray, column: Column, max_gap: int) -> np.ndarray:
    """One column's `values`, float64 (n_rows,), NaN where missing, with its short gaps filled."""
    lengths = _gap_lengths(values)
    at = np.flatnonzero((lengths > 0) & (lengths <= max_gap))
    before, after = (rows[at] for rows in _nearest(values))
    share = (at - before) / (after - before)
    way = values[after] - values[before]
    if column.codes:  # between two states lies none
        way = np.zeros_like(way)
    elif column.kind == ANGLE:
        way = wrap_angle(way, -CIRCLE / 2)
    line = values[before] + share * way
    made = values.copy()
    made[at] = wrap_angle(line, column.lower or 0.0) if column.kind == ANGLE else line
    return made


def _gap_lengths(values: np.ndarray) -> np.ndarray:
    """Rows of the gap that each of `values` (n,) lies in: 0 where it is there, float64 (n,).

    Infinite at the ends, where a gap has one side alone.

    >>> _gap_lengths(np.array([np.nan, 1, np.nan, np.nan, 4, 5]))
    array([inf,  0.,  2.,  2.,  0.,  0.])
    """
    before, after = _nearest(values)
    lengths = np.maximum(after - before - 1.0, 0)
    return np.where((before < 0) | (after == len(values)), np.inf, lengths)


def _nearest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row of the last value up to each of `values` (n,) and of the next from it on, -1 and n."""
    is_there, rows = np.isfinite(values), np.arange(len(values))
    before = np.maximum.accumulate(np.where(is_there, rows, -1))
    after = np.minimum.accumulate(np.where(is_there, rows, len(values))[::-1])[::-1]
    return before, after
