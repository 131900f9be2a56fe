"""What one file holds, in the site's terms."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modules.records.columns import Column
from modules.records.stamps import Reading


@dataclass(frozen=True)
class Records:
    """One file in the site's terms: float64 columns, their stamps and turbine names if any.

    `time` holds every order of day and month that the stamps can be read in. `time_name`: the
    column of the stamps, None where several tell them. `notices`: what was decided over them.
    `summer`: bool (n_records,), whether the column `summer_name` says that clocks were forward.
    `beside`: further files, whose columns were joined to those of `path`. `notes`: what was
    decided in reading the file itself. `lacking`: which columns of the site it has not, in words.
    """

    path: Path
    table: pd.DataFrame
    time: Reading | None
    turbines: pd.Series | None
    columns: tuple[Column, ...]
    time_name: str | None = None
    notices: tuple[str, ...] = ()
    summer: np.ndarray | None = None
    summer_name: str | None = None
    beside: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    lacking: str = ""

    @property
    def variables(self) -> frozenset[str]:
        """The names of the columns."""
        return frozenset(column.name for column in self.columns)

    @property
    def stamps(self) -> pd.DatetimeIndex | None:
        """The stamps (n_records,) in the order that was agreed on; None without a time column."""
        return None if self.time is None else self.time.stamps[self.time.order]
