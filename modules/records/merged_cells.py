"""Dates that stand once above the clocks of their day, as where a spreadsheet has merged cells."""

from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.dates import read_cells
from modules.records.time_column import CLOCK, CLOCK_NUMBERS, kind_of
from modules.records.times import as_text


def with_dates_filled(raw: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """(`raw`, each blank date as the one above it, what was done), where clocks stand beside.

    Raises DataError where that cannot be meant: no date stands above, or the clock goes back.
    """
    dates = [name for name in raw if raw[name].isna().any() and kind_of(raw[name]) == "date"]
    clock = _clock(raw) if dates else None
    if clock is None:
        return raw, ()
    for name in dates:
        is_blank = raw[name].isna() & clock.notna()
        if not is_blank.any():
            continue
        day = raw[name].notna().cumsum()
        goes_back = (clock.diff() < 0) & (day == day.shift())
        if day.iloc[0] == 0 or goes_back.any():
            row = 1 if day.iloc[0] == 0 else int(np.argmax(goes_back)) + 1
            raise DataError(
                f"{path}, column '{name}' has {is_blank.sum()} blank cells beside times of day, "
                f"and at row {row} of the records it cannot be told which date is meant. Write the "
                "date into every row."
            )
        raw = raw.assign(**{name: raw[name].where(~is_blank, raw[name].ffill())})
        return raw, (f"{is_blank.sum()} blank cells of '{name}' are the date above them",)
    return raw, ()


def _clock(raw: pd.DataFrame) -> pd.Series | None:
    """The times of day of `raw` as numbers, in any unit; None without."""
    for name in raw:
        if kind_of(raw[name]) == "clock":
            present = raw[name].dropna()
            return pd.Series(read_cells(as_text(present)).clock, present.index).reindex(raw.index)
        is_named = str(name).strip().lower() in (*CLOCK["hour"], *CLOCK_NUMBERS)
        if is_named and pd.api.types.is_numeric_dtype(raw[name]):
            return raw[name].astype(float)
    return None
