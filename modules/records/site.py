"""The nouns of the records: a site, a turbine's records as read, and all of them clean."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict

from modules.records.columns import Column
from modules.records.summary import DataReport

TIME_COLUMNS = ("datetime", "edate", "date_time", "timestamp", "time", "date", "ds", "index")


class Site(BaseModel):
    """Where a farm's files keep what, in which units and within which limits.

    Names are compared without regard to case, with dots and blanks as underscores, without a
    leading `//` and without `tag_prefix`. `by_position` names the columns of a file whose header
    tells nothing: its own order, time first. An `open` site takes every other numeric column as
    a variable too, and asks for one of its declared columns only. Naive time stamps are in
    `time_zone`, and mean the start of their record. `rated_power` is in kW.
    `turbine_suffix` is a pattern of the end of column names that gives each turbine of a wide table
    columns of its own; its first group is the turbine's name. `only` and `angles` are chosen by
    hand: the columns to take, all for None, and which of those that are not declared are
    directions, None to guess it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    columns: tuple[Column, ...] = ()
    time_columns: tuple[str, ...] = TIME_COLUMNS
    turbine_columns: tuple[str, ...] = ()
    time_zone: str | None = None
    rated_power: float | None = None
    by_position: tuple[str, ...] = ()
    tag_prefix: str | None = None
    turbine_suffix: str | None = None
    open: bool = False
    time_required: bool = True
    only: tuple[str, ...] | None = None
    angles: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RawTurbine:
    """The records of one turbine as the files hold them.

    `table`: float64 (n_records, F), one column per variable in the site's order, sorted by its
    DatetimeIndex (in UTC, or naive in the site's time zone), or in file order with a RangeIndex.
    `n_read` counts the rows of the files, `n_undated` those dropped for want of a stamp.
    `notices`: what was decided in reading the files. `time_name`, `turbine_name`: the columns of
    its stamps and of its name, where the files have them. `date_order` is the files' own order of
    day, month and year, such as DMY, where they write it so.
    """

    name: str
    table: pd.DataFrame
    columns: tuple[Column, ...]
    files: tuple[Path, ...]
    n_read: int
    n_undated: int
    notices: tuple[str, ...] = ()
    time_name: str | None = None
    turbine_name: str | None = None
    date_order: str | None = None


@dataclass(frozen=True)
class SiteData:
    """Clean tables, ready for windows.

    `tables`: turbine -> float64 (n_rows, F) on a regular grid (DatetimeIndex with a freq, or a
    RangeIndex), NaN where missing. `columns`: the F variables in the same order, kinds resolved,
    observed limits and atoms learnt. `freq`: pandas alias such as `10min`, None without times.
    `time_zone`: `UTC` where the stamps carried offsets, else the site's, None where not known.
    `left_out`: turbine -> rows that were clean and are missing from its table by choice.
    """

    tables: dict[str, pd.DataFrame]
    columns: list[Column]
    freq: str | None
    time_zone: str | None
    report: DataReport
    left_out: dict[str, pd.DataFrame] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """What a run's columns.json says of the data: the variables, the time step and start."""
        starts = [table.index[0] for table in self.tables.values()]
        return {
            "freq": self.freq,
            "start": min(starts).isoformat() if self.freq else None,
            "columns": [column.model_dump(mode="json") for column in self.columns],
        }

    def fingerprint(self) -> str:
        """A hex digest of the tables: their names, times and values."""
        digest = hashlib.sha256()
        for name, table in self.tables.items():
            digest.update(name.encode())
            digest.update(pd.util.hash_pandas_object(table).to_numpy().tobytes())
        return digest.hexdigest()

    def without_atoms(self) -> Self:
        """The same records, without values that synthetic ones are drawn to."""
        columns = [column.model_copy(update={"atoms": ()}) for column in self.columns]
        return replace(self, columns=columns)
