"""Loaded records through the cleaning rules onto regular grids, with a report of it all."""

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pandas as pd

from modules.aside import put_aside
from modules.errors import DataError
from modules.records import checks, cleaning
from modules.records.columns import Column, observe, resolve
from modules.records.date_range import cut_dates
from modules.records.rates import rate_notices, snap_pieces
from modules.records.resampling import LEAST_RESULTANT, resultant_length, to_grid
from modules.records.site import RawTurbine, Site, SiteData
from modules.records.spikes import spell_spikes
from modules.records.summary import DataReport, TurbineReport, column_report, grid_figures
from modules.records.summer_time import repeated_hours
from modules.records.timestamps import (
    WEEKDAYS,
    find_time_gaps,
    freq_length,
    grid_freq,
    infer_step,
    spell_step,
)


class CleaningSettings(Protocol):
    """What `clean_site` reads of the settings; the report also a `seq_len`, where there is one."""

    @property
    def cleaning_rules(self) -> tuple[str, ...]: ...
    @property
    def date_start(self) -> str | None: ...
    @property
    def date_end(self) -> str | None: ...
    @property
    def freq(self) -> str | None: ...
    @property
    def keep_aliased_angles(self) -> bool: ...
    @property
    def min_fraction(self) -> float: ...
    @property
    def n_seq(self) -> int | None: ...
    @property
    def stuck_steps(self) -> int: ...


@dataclass
class _Turbine:
    """A turbine on its way through the rules."""

    raw: RawTurbine
    table: pd.DataFrame
    figures: dict[str, Any]
    step: pd.Timedelta | None = None
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)


def clean_site(turbines: dict[str, RawTurbine], site: Site, settings: CleaningSettings) -> SiteData:
    """Clean, resample and describe the records of every turbine, each apart.

    The order: duplicates, jitter and dates, the rules of `modules.records.cleaning.RULES`, aliased
    angles, grid.

    Raises DataError for dates, `freq` or `n_seq` that the data do not support, and for columns
    that hold nothing or one value only.
    """
    first = next(iter(turbines.values()))
    freq = None
    if _is_timed(first):
        freq = grid_freq(settings.freq, [raw.table.index for raw in turbines.values()])
    notices = list(dict.fromkeys(said for raw in turbines.values() for said in raw.notices))
    if freq == WEEKDAYS:
        notices.append(
            "The records come from Monday to Friday, and so does the grid (`freq` 1B). A weekday "
            "without a record is a gap; leave the time column out to take rows as they follow."
        )
    prepared = put_aside(_prepare(raw, site, settings, freq, notices) for raw in turbines.values())
    prepared = _within_dates(prepared, settings, notices)
    files = tuple(path for turbine in prepared for path in turbine.raw.files)
    prepared, columns = _apply_rules(prepared, first.columns, site, settings, notices)
    changed = sum((turbine.changed for turbine in prepared), Counter())
    checks.check_contents(_tables(prepared), columns, changed, files)
    if freq is not None and not settings.keep_aliased_angles:
        columns = _drop_aliased(prepared, columns, notices)
    checks.check_count(columns, settings.n_seq, notices)
    prepared = put_aside(_finished(t, columns, freq, settings.min_fraction) for t in prepared)
    for turbine in prepared:
        notices += checks.without_rows(turbine.raw.name, turbine.table)
    checks.check_contents(_tables(prepared), columns, changed, files)
    notices += checks.heavy_rules(changed, columns, sum(t.raw.n_read for t in prepared))
    columns = [observe(c, checks.pooled(_tables(prepared), c.name)) for c in columns]
    notices += checks.lone_spikes(columns)
    report = _report(prepared, columns, changed, site, settings, freq, notices)
    tables = {turbine.raw.name: turbine.table for turbine in prepared}
    return SiteData(tables, columns, freq, report.time_zone, report)


def _is_timed(raw: RawTurbine) -> bool:
    return isinstance(raw.table.index, pd.DatetimeIndex)


def _tables(turbines: list[_Turbine]) -> list[pd.DataFrame]:
    return [turbine.table for turbine in turbines]


def _prepare(
    raw: RawTurbine, site: Site, settings: CleaningSettings, freq: str | None, notices: list[str]
) -> _Turbine:
    """Duplicates merged, jitter snapped."""
    table = raw.table
    figures: dict[str, Any] = {"name": raw.name, "rows_read": raw.n_read, "undated": raw.n_undated}
    if raw.n_undated:
        notices.append(f"{raw.name}: {raw.n_undated} rows without a time stamp are left out.")
    if freq is None or not _is_timed(raw):
        return _Turbine(raw, table, figures)
    if "duplicates" in settings.cleaning_rules:
        table, figures["duplicates"], n_conflicts = cleaning.merge_duplicates(table)
        figures["conflicts"] = n_conflicts
        checks.check_conflicts(n_conflicts, len(table), raw.name, raw.files)
        if n_conflicts:
            notices += repeated_hours(raw, site.time_zone)
    step = infer_step(table.index) or freq_length(freq)
    notices += rate_notices(raw.name, table.index, step, freq)
    return _Turbine(raw, table.set_axis(snap_pieces(table.index, step), axis=0), figures, step)


def _within_dates(
    turbines: list[_Turbine], settings: CleaningSettings, notices: list[str]
) -> list[_Turbine]:
    """Tables cut to the dates of the settings; turbines without a row there are left out."""
    kept = []
    for turbine in turbines:
        table = cut_dates(
            turbine.table, settings.date_start, settings.date_end, order=turbine.raw.date_order
        )
        turbine.figures["outside_dates"] = len(turbine.table) - len(table)
        if table.empty:
            notices.append(f"{turbine.raw.name} has no row within the dates and is left out.")
            continue
        turbine.table = table
        kept.append(turbine)
    if not kept:
        starts = min(turbine.table.index[0] for turbine in turbines)
        stops = max(turbine.table.index[-1] for turbine in turbines)
        raise DataError(
            "`date_start` and `date_end` leave no row. Received: "
            f"date_start={settings.date_start!r}, date_end={settings.date_end!r}; the data go "
            f"from {starts} to {stops}. Choose dates inside that span."
        )
    return kept


def _apply_rules(
    turbines: list[_Turbine],
    declared: tuple[Column, ...],
    site: Site,
    settings: CleaningSettings,
    notices: list[str],
) -> tuple[list[_Turbine], list[Column]]:
    """(The turbines with the rules run over each, the columns with their kinds resolved)."""
    tables = _tables(turbines)
    columns = [resolve(column, checks.pooled(tables, column.name)) for column in declared]
    ruled = put_aside(_ruled(turbine, columns, site, settings) for turbine in turbines)
    for before, turbine in zip(tables, ruled, strict=True):
        notices += [
            spell_spikes(before[name], turbine.table[name], count, turbine.raw.name)
            for (rule, name), count in turbine.changed.items()
            if rule == "spike"
        ]
    return ruled, columns


def _ruled(
    turbine: _Turbine, columns: list[Column], site: Site, settings: CleaningSettings
) -> _Turbine:
    table, changed = cleaning.apply_rules(
        turbine.table,
        columns,
        settings.cleaning_rules,
        rated_power=site.rated_power,
        stuck_records=_stuck_records(settings.stuck_steps, turbine.step),
    )
    return replace(turbine, table=table, changed=changed)


def _stuck_records(stuck_steps: int, step: pd.Timedelta | None) -> int:
    """Records a run must have: `stuck_steps`, and as many minutes where records are shorter.

    Six equal readings of 10 s are one quiet minute; of ten minutes, an hour without wind noise.
    """
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
            length = resultant_length(_tables(turbines), column.name)
        if length is None or length >= LEAST_RESULTANT:
            kept.append(column)
            continue
        notices.append(
            f"{column.name} is kept out of training: sampled every {spell_step(turbines[0].step)}, "
            f"it turns too fast to mean anything (hourly resultant length {length:.2f} beyond "
            f"chance, below {LEAST_RESULTANT}). Pass `--keep_aliased_angles` to train on it."
        )
    return kept


def _finished(
    turbine: _Turbine, columns: list[Column], freq: str | None, min_fraction: float
) -> _Turbine:
    """The turbine on its grid, with the figures that the grid tells."""
    table, gaps = turbine.table, []
    n_bins = len(table)
    if freq is None:
        table = table[[column.name for column in columns]]
    else:
        whose = f"{turbine.raw.name} ({checks.spell_files(turbine.raw.files)})"
        gaps = find_time_gaps(table.index, max(turbine.step, freq_length(freq)), freq=freq)
        table, n_bins = to_grid(table, columns, freq, turbine.step, min_fraction, whose)
    figures = turbine.figures | grid_figures(table, gaps, n_bins)
    return replace(turbine, table=table, figures=figures)


def _report(
    turbines: list[_Turbine],
    columns: list[Column],
    changed: Counter[tuple[str, str]],
    site: Site,
    settings: CleaningSettings,
    freq: str | None,
    notices: list[str],
) -> DataReport:
    time_zone = site.time_zone if freq else None
    if freq and turbines[0].table.index.tz is not None:
        time_zone = "UTC"
    described = []
    for column in columns:
        rules = {rule: count for (rule, name), count in changed.items() if name == column.name}
        values = checks.pooled(_tables(turbines), column.name)
        described.append(column_report(column, values, rules))
    return DataReport(
        location=site.name,
        freq=freq,
        time_zone=time_zone,
        seq_len=getattr(settings, "seq_len", None),
        turbines=tuple(TurbineReport(**turbine.figures) for turbine in turbines),
        columns=tuple(described),
        notices=tuple(notices),
    )
