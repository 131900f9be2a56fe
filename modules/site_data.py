"""Loaded records through the cleaning rules onto regular grids, with a report of it all."""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from modules import cleaning
from modules.columns import Column, learn, resolve
from modules.data_report import DataReport, TurbineReport, column_report, grid_figures
from modules.errors import DataError
from modules.resampling import LEAST_RESULTANT, resultant_length, to_grid
from modules.timestamps import (
    cut_dates,
    find_time_gaps,
    freq_length,
    infer_step,
    normalise_freq,
    snap,
)

if TYPE_CHECKING:
    from modules.dataLoader import RawTurbine
    from modules.location_module import Site

LARGE_SHARE = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteData:
    """Clean tables, ready for windows.

    `tables`: turbine -> float64 (n_rows, F) on a regular grid (DatetimeIndex with a freq, or a
    RangeIndex), NaN where missing. `columns`: the F variables in the same order, kinds resolved,
    observed limits and atoms learnt. `freq`: pandas alias such as `10min`, None without times.
    """

    tables: dict[str, pd.DataFrame]
    columns: list[Column]
    freq: str | None
    time_zone: str | None
    report: DataReport


@dataclass
class _Turbine:
    """A turbine on its way through the rules."""

    raw: RawTurbine
    table: pd.DataFrame
    figures: dict
    step: pd.Timedelta | None = None
    changed: Counter = field(default_factory=Counter)

    @property
    def complete(self) -> int:
        return self.figures["complete_rows"]


def clean_site(turbines: dict[str, RawTurbine], site: Site, settings) -> SiteData:
    """Clean, resample and describe the records of every turbine, each apart.

    The order: duplicates, jitter and dates, pitch wrapped, range (so that 359 degrees of pitch
    is -1 and not out of range), stuck sensors, negative power, curtailment, aliased angles, grid.

    Raises DataError for dates, `freq` or `n_seq` that the data do not support, and for columns
    that hold nothing or one value only.
    """
    first = next(iter(turbines.values()))
    timed = isinstance(first.table.index, pd.DatetimeIndex)
    freq = normalise_freq(settings.freq) if timed else None
    notices: list[str] = []
    prepared = [_prepare(raw, site, settings, notices) for raw in turbines.values()]
    columns = [resolve(column, _pooled(prepared, column.name)) for column in first.columns]
    for turbine in prepared:
        turbine.table, turbine.changed = cleaning.apply_rules(
            turbine.table,
            columns,
            settings.cleaning_rules,
            rated_power=site.rated_power,
            stuck_records=_stuck_records(settings.stuck_steps, turbine.step),
        )
    if timed and not settings.keep_aliased_angles:
        columns = _drop_aliased(prepared, columns, notices)
    _check_contents(prepared, columns)
    _check_count(columns, settings.n_seq, notices)
    for turbine in prepared:
        _finish(turbine, columns, freq, settings.min_fraction)
    _check_contents(prepared, columns)
    changed = sum((turbine.changed for turbine in prepared), Counter())
    notices += [_without_rows(turbine) for turbine in prepared if not turbine.complete]
    notices += _heavy_rules(changed, columns, sum(len(t.raw.table) for t in prepared))
    aware = timed and first.table.index.tz is not None
    report = DataReport(
        location=site.name,
        freq=freq,
        time_zone="UTC" if aware else site.time_zone if timed else None,
        seq_len=getattr(settings, "seq_len", None),
        turbines=tuple(TurbineReport(**turbine.figures) for turbine in prepared),
        columns=tuple(_describe(prepared, column, changed) for column in columns),
        notices=tuple(notices),
    )
    for notice in notices:
        logger.warning(notice)
    columns = [learn(column, _pooled(prepared, column.name)) for column in columns]
    tables = {turbine.raw.name: turbine.table for turbine in prepared}
    return SiteData(tables, columns, freq, report.time_zone, report)


def _pooled(turbines: list[_Turbine], name: str) -> np.ndarray:
    return np.concatenate([turbine.table[name].to_numpy() for turbine in turbines])


def _prepare(raw: RawTurbine, site: Site, settings, notices: list[str]) -> _Turbine:
    """Duplicates merged, jitter snapped, dates cut."""
    table = raw.table
    figures = {"name": raw.name, "rows_read": raw.n_read, "undated": raw.n_undated}
    if raw.n_undated:
        notices.append(f"{raw.name}: {raw.n_undated} rows without a time stamp are left out.")
    if not isinstance(table.index, pd.DatetimeIndex):
        return _Turbine(raw, cut_dates(table, settings.date_start, settings.date_end), figures)
    if "duplicates" in settings.cleaning_rules:
        repeated = _repeated_hours(table.index, site.time_zone)
        table, figures["duplicates"], figures["conflicts"] = cleaning.merge_duplicates(table)
        if repeated and figures["conflicts"]:
            notices.append(
                f"{raw.name}: {repeated} repeated stamps lie in the hour that clocks in "
                f"{site.time_zone} show twice. Their readings conflict and are left out; export "
                "the data in UTC to keep them."
            )
    step = infer_step(table.index) or freq_length(normalise_freq(settings.freq))
    table = table.set_axis(snap(table.index, step), axis=0)
    n_records = len(table)
    table = cut_dates(table, settings.date_start, settings.date_end)
    figures["outside_dates"] = n_records - len(table)
    return _Turbine(raw, table, figures, step)


def _repeated_hours(index: pd.DatetimeIndex, time_zone: str | None) -> int:
    duplicated = index[cleaning.duplicate_flag(index)]
    if time_zone is None or index.tz is not None or duplicated.empty:
        return 0
    return int(cleaning.repeated_hour_flag(duplicated.unique(), time_zone).sum())


def _stuck_records(stuck_steps: int, step: pd.Timedelta | None) -> int:
    """Records a run must have: `stuck_steps`, and as many minutes where they are shorter."""
    if step is None:
        return stuck_steps
    return max(stuck_steps, math.ceil(stuck_steps * pd.Timedelta(minutes=1) / step))


def _drop_aliased(
    turbines: list[_Turbine], columns: list[Column], notices: list[str]
) -> list[Column]:
    kept = []
    for column in columns:
        length = None
        if column.kind == "angle":
            length = resultant_length([turbine.table for turbine in turbines], column.name)
        if length is None or length >= LEAST_RESULTANT:
            kept.append(column)
            continue
        notices.append(
            f"{column.name} is kept out of training: sampled every {turbines[0].step}, it turns "
            f"too fast to mean anything (hourly resultant length {length:.2f} beyond chance, "
            f"below {LEAST_RESULTANT}). Pass `--keep_aliased_angles True` to train on it."
        )
    return kept


def _check_contents(turbines: list[_Turbine], columns: list[Column]) -> None:
    empty, constant = [], []
    for column in columns:
        readings = _pooled(turbines, column.name)
        readings = readings[np.isfinite(readings)]
        if readings.size == 0:
            empty.append(column.name)
        elif readings.min() == readings.max():
            constant.append(f"{column.name} (always {readings[0]:g})")
    if not empty and not constant:
        return
    files = [str(path) for turbine in turbines for path in turbine.raw.files]
    where = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more files"
    faults = [f"no usable reading in {', '.join(empty)}"] if empty else []
    faults += [f"one value only in {', '.join(constant)}"] if constant else []
    changed = sum((turbine.changed for turbine in turbines), Counter())
    lost = [f"{rule} {n} in {name}" for (rule, name), n in changed.items() if name in empty]
    raise DataError(
        f"{where}: {'; '.join(faults)}. "
        + (f"Readings blanked by rule: {', '.join(lost)}. " if lost else "")
        + "Remove these columns from the files, choose other dates, or switch a rule off with "
        "`--cleaning_rules`."
    )


def _check_count(columns: list[Column], n_seq: int | None, notices: list[str]) -> None:
    if n_seq is None or n_seq == len(columns):
        return
    raise DataError(
        f"`n_seq` must be the number of variables. Received: n_seq={n_seq}; the data have "
        f"{len(columns)}: {', '.join(column.name for column in columns)}. "
        "Leave `--n_seq` out to take the data's. " + " ".join(notices)
    )


def _finish(
    turbine: _Turbine, columns: list[Column], freq: str | None, min_fraction: float
) -> None:
    records = turbine.table[[column.name for column in columns]]
    if freq is None:
        turbine.table = records
        turbine.figures |= grid_figures(records, [], len(records))
        return
    turbine.table, n_bins = to_grid(records, columns, freq, turbine.step, min_fraction)
    gaps = find_time_gaps(records.index, max(turbine.step, freq_length(freq)))
    turbine.figures |= grid_figures(turbine.table, gaps, n_bins)


def _without_rows(turbine: _Turbine) -> str:
    empty = [str(name) for name in turbine.table.columns if turbine.table[name].isna().all()]
    reason = f"nothing in {', '.join(empty)}" if empty else "always something is missing"
    return f"{turbine.raw.name} has no complete row, so it gives no windows: {reason}."


def _heavy_rules(changed: Counter, columns: list[Column], n_rows: int) -> list[str]:
    names = {column.name for column in columns}
    return [
        f"Rule {rule} blanked {count / n_rows:.0%} of {name}. Look at the column, and switch the "
        "rule off with `--cleaning_rules` where the readings are right."
        for (rule, name), count in changed.items()
        if name in names
        and rule in ("range", "stuck", "curtailment")
        and count > LARGE_SHARE * n_rows
    ]


def _describe(turbines: list[_Turbine], column: Column, changed: Counter):
    rules = {rule: count for (rule, name), count in changed.items() if name == column.name}
    return column_report(column, _pooled(turbines, column.name), rules)
