"""Stretches of time that somebody has flagged, a row each: turbine, start, end."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from modules import files
from modules.errors import DataError

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
    for start, end in flagged.loc[flagged["turbine"] == turbine, COLUMNS[1:]].itertuples(
        index=False
    ):
        inside |= np.asarray((index >= start) & (index <= end))
    return inside


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
