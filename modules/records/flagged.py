"""Stretches of time that somebody has flagged, a row each: turbine, start, end."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from modules import files
from modules.errors import DataError
from modules.records.checks import pooled
from modules.records.columns import Column, observe
from modules.records.site import SiteData
from modules.records.summary import DataReport, column_report
from modules.records.timestamps import stretches

FILE = "anomalies.csv"  # of a run that flags
COLUMNS = ["turbine", "start", "end"]


def read_flagged(path: Path) -> pd.DataFrame:
    """The table in `path`: turbine, start, end, both included; further columns stay.

    Raises DataError where it is none.
    """
    try:
        table = pd.read_csv(io.BytesIO(files.read_bytes(Path(path))), dtype={"turbine": str})
        for name in COLUMNS[1:]:
            if not pd.api.types.is_numeric_dtype(table[name]):
                table[name] = pd.to_datetime(table[name])
        table["turbine"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path} is no table of turbine, start, end: {error}. Give one a row a stretch."
        ) from None
    return table


def flag(turbine: str, index: pd.Index, flagged: pd.DataFrame) -> np.ndarray:
    """Rows of a turbine's `index` that lie in a flagged stretch of it: bool (n_rows,)."""
    inside = np.zeros(len(index), bool)
    own = flagged.loc[flagged["turbine"] == turbine, COLUMNS[1:]]
    try:
        for start, end in own.itertuples(index=False):
            inside |= np.asarray((index >= start) & (index <= end))
    except TypeError:
        raise DataError(
            f"Flagged stretches and records tell time in two ways: {own['start'].iloc[0]} and "
            f"{index[0]}. Give both in the records' time zone."
        ) from None
    return inside


def without_flagged(site_data: SiteData, flagged: pd.DataFrame, source: str) -> SiteData:
    """The records with their flagged rows missing, and a report that says how many `source` took.

    `flagged`: turbine, start, end. Raises DataError where it is of other turbines, or flags every
    complete row.
    """
    strangers = set(flagged["turbine"]) - set(site_data.tables)
    if len(flagged) and len(strangers) == flagged["turbine"].nunique():
        raise DataError(
            f"{source} flags turbines {', '.join(sorted(strangers))}; the records are of "
            f"{', '.join(site_data.tables)}. Name a run on the same records."
        )
    tables, n_taken = blanked(site_data.tables, flagged)
    if not any(stretches(table) for table in tables.values()):
        raise DataError(f"{source} flags every complete row. Search again, with less `--padding`.")
    columns = [
        observe(column, pooled(list(tables.values()), column.name)) for column in site_data.columns
    ]
    left_out = {name: table[tables[name].isna()] for name, table in site_data.tables.items()}
    return replace(
        site_data,
        tables=tables,
        columns=columns,
        report=_retold(site_data.report, tables, columns, n_taken, source),
        left_out={name: table.dropna(how="all") for name, table in left_out.items()},
    )


def _retold(
    report: DataReport,
    tables: dict[str, pd.DataFrame],
    columns: Sequence[Column],
    n_taken: dict[str, int],
    source: str,
) -> DataReport:
    """The report of the rows that are left."""
    described = [
        column_report(column, pooled(list(tables.values()), column.name), before.blanked)
        for column, before in zip(columns, report.columns, strict=True)
    ]
    taken = ", ".join(f"{count:,} of {name}" for name, count in n_taken.items())
    after = report.recounted(tables).model_copy(update={"columns": tuple(described)})
    notice = f"Rows left out because {source} flags them: {taken}."
    if report.seq_len:
        counts = (x.windows(report.seq_len).kept for x in (report, after))
        notice += " Windows: {:,} before, {:,} after.".format(*counts)
    return after.model_copy(update={"notices": (*report.notices, notice)})


def blanked(
    tables: dict[str, pd.DataFrame], flagged: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """(the tables with flagged rows missing, how many complete rows that took from each)."""
    kept, n_taken = {}, {}
    for name, table in tables.items():
        inside = flag(name, table.index, flagged)
        n_taken[name] = int((inside & table.notna().all(axis=1)).sum())
        kept[name] = table.copy()
        kept[name][inside] = np.nan
    return kept, n_taken
