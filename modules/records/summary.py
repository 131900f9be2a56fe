"""What the files are worth: rows, gaps and windows per turbine, readings and faults per column."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel

from modules.records.columns import Column
from modules.records.resampling import circular_mean
from modules.records.timestamps import stretches


class WindowCount(BaseModel):
    """Windows cut inside stretches, and what dropping the missing rows first would have cut."""

    kept: int
    naive: int

    @property
    def crossing(self) -> int:
        """Windows of the naive cut that would have joined rows across a gap."""
        return self.naive - self.kept


class TurbineReport(BaseModel):
    """One turbine from the rows of its files to the rows of its grid."""

    name: str
    rows_read: int
    undated: int = 0
    duplicates: int = 0
    conflicts: int = 0
    outside_dates: int = 0
    rows: int = 0
    empty_rows: int = 0
    complete_rows: int = 0
    first: str = ""
    last: str = ""
    gaps: int = 0
    longest_gap: str = ""
    stretch_lengths: tuple[int, ...] = ()

    def windows(self, seq_len: int) -> WindowCount:
        """Windows of `seq_len` rows this turbine gives."""
        kept = sum(max(0, length - seq_len + 1) for length in self.stretch_lengths)
        return WindowCount(kept=kept, naive=max(0, self.complete_rows - seq_len + 1))


class ColumnReport(BaseModel):
    """One variable after cleaning; `blanked` counts the readings each rule changed.

    `middle` is the median, or the mean direction of an angle.
    """

    name: str
    unit: str
    kind: str
    minimum: float
    middle: float
    maximum: float
    missing: int
    blanked: dict[str, int]


class DataReport(BaseModel):
    """The data report: `print` it for the table, `model_dump_json` it for the run."""

    location: str
    freq: str | None
    time_zone: str | None
    seq_len: int | None = None
    turbines: tuple[TurbineReport, ...]
    columns: tuple[ColumnReport, ...]
    notices: tuple[str, ...] = ()

    def windows(self, seq_len: int) -> WindowCount:
        """Windows of `seq_len` rows that all turbines give together."""
        counts = [turbine.windows(seq_len) for turbine in self.turbines]
        return WindowCount(kept=sum(c.kept for c in counts), naive=sum(c.naive for c in counts))

    def recounted(self, tables: Mapping[str, pd.DataFrame]) -> Self:
        """The report with the complete rows that `tables`, each turbine's rows by now, have."""
        turbines = tuple(
            turbine.model_copy(update=_complete_rows(tables[turbine.name]))
            for turbine in self.turbines
        )
        return self.model_copy(update={"turbines": turbines})

    def __str__(self) -> str:
        zone = self.time_zone or "time zone not known"
        step = f"every {self.freq}, {zone}" if self.freq else "no time column"
        blocks = [f"Data of location {self.location}, {step}", self._turbine_table()]
        blocks.append(self._column_table())
        if self.seq_len:
            count = self.windows(self.seq_len)
            blocks.append(
                f"{count.kept:,} windows of {self.seq_len} rows; dropping missing rows first "
                f"would have cut {count.crossing:,} more, across gaps."
            )
        blocks += [f"Note: {notice}" for notice in self.notices]
        return "\n\n".join(blocks)

    def _turbine_table(self) -> str:
        head = ["turbine", "rows read", "merged", "conflicts", "grid rows", "empty", "complete"]
        head += ["gaps", "stretches", "longest", "windows", "from", "to", "longest gap"]
        rows = []
        for turbine in self.turbines:
            counts = [turbine.rows_read, turbine.duplicates, turbine.conflicts, turbine.rows]
            counts += [turbine.empty_rows, turbine.complete_rows, turbine.gaps]
            counts += [len(turbine.stretch_lengths), max(turbine.stretch_lengths, default=0)]
            windows = f"{turbine.windows(self.seq_len).kept:,}" if self.seq_len else "-"
            cells = [turbine.name, *(f"{count:,}" for count in counts), windows]
            rows.append([*cells, turbine.first, turbine.last, turbine.longest_gap or "-"])
        return _align([head, *rows], left={0, 11, 12, 13})

    def _column_table(self) -> str:
        head = ["column", "unit", "kind", "min", "median*", "max", "missing", "changed by rule"]
        rows = [
            [
                column.name,
                column.unit or "-",
                column.kind,
                f"{column.minimum:,.2f}",
                f"{column.middle:,.2f}",
                f"{column.maximum:,.2f}",
                f"{column.missing:,}",
                ", ".join(f"{rule} {count:,}" for rule, count in column.blanked.items()) or "-",
            ]
            for column in self.columns
        ]
        table = _align([head, *rows], left={0, 1, 2, 7})
        return f"{table}\n* mean direction for angles"


def _align(rows: list[list[str]], left: set[int]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def grid_figures(
    table: pd.DataFrame, gaps: list[tuple[pd.Timestamp, pd.Timestamp]], n_bins: int
) -> dict[str, Any]:
    """Fields of a TurbineReport that the finished grid tells; `n_bins` rows have a record.

    `table`: float64 (n_rows, F). `gaps`: see `modules.records.timestamps.find_time_gaps`.
    """
    longest = ""
    if gaps:
        before, after = max(gaps, key=lambda gap: gap[1] - gap[0])
        longest = f"{before} to {after}"
    return {
        "rows": len(table),
        "empty_rows": len(table) - n_bins,
        "first": str(table.index[0]),
        "last": str(table.index[-1]),
        "gaps": len(gaps),
        "longest_gap": longest,
        **_complete_rows(table),
    }


def _complete_rows(table: pd.DataFrame) -> dict[str, Any]:
    """Fields of a TurbineReport that the rows without a missing value tell."""
    lengths = tuple(stop - start for start, stop in stretches(table))
    return {"complete_rows": sum(lengths), "stretch_lengths": lengths}


def column_report(column: Column, values: np.ndarray, blanked: dict[str, int]) -> ColumnReport:
    """Summary of one cleaned variable; `values`: float (n,), every turbine's, NaN where missing."""
    present = values[np.isfinite(values)]
    if column.kind == "angle":
        middle = circular_mean(present, column.lower or 0.0)
    else:
        middle = float(np.median(present))
    return ColumnReport(
        name=column.name,
        unit=column.unit,
        kind=column.kind,
        minimum=float(present.min()),
        middle=middle,
        maximum=float(present.max()),
        missing=int(values.size - present.size),
        blanked=blanked,
    )
