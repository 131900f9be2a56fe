"""Records made ready to learn from, and what is told of the gaps that their windows hold."""

import logging
from dataclasses import dataclass

import numpy as np

from modules.aside import filled, slices_of
from modules.errors import DataError
from modules.preprocessing import encode_angles, feature_names
from modules.records.columns import ANGLE, Column
from modules.records.site import SiteData
from modules.timegan.conditions import Conditions
from modules.windows.bridges import cells_bridged, gap_for_half, recorded
from modules.windows.cut import cut, n_windows, occurrences
from settings import TimeGANSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """Records, the `names` of their features, and where windows of `seq_len` rows begin.

    `parts`: int (n_windows,) each, the windows to train on and those held out. `condition`: what
    rows are made for, see `modules.timegan.conditions`. `records`: as they were read, where
    `site_data` are bridged, see `modules.windows.bridges`; None where nothing is.
    """

    site_data: SiteData
    seq_len: int
    names: list[str]
    parts: tuple[np.ndarray, np.ndarray]
    condition: tuple[str, ...] = ()
    records: SiteData | None = None

    @property
    def columns(self) -> list[Column]:
        """Those that are made."""
        return [column for column in self.site_data.columns if column.name not in self.condition]

    def features(self) -> np.ndarray:
        """The rows that windows begin in: float64 (n_rows, F), made anew, for they are large."""
        series, _ = cut(self.site_data.tables, self.seq_len)
        is_made = [column.name not in self.condition for column in self.site_data.columns]
        columns = self.columns
        if all(is_made) and all(column.kind != ANGLE for column in columns):
            return series
        encoded = (encode_angles(series[rows][:, is_made], columns) for rows in slices_of(series))
        return filled((len(series), len(self.names)), np.float64, encoded)

    def recorded(self) -> np.ndarray | None:
        """Which features are no bridge: float32 (n_rows, F), 1 or 0; None where all are."""
        if self.records is None:
            return None
        return recorded(self.records, self.site_data, self.columns, self.seq_len)

    def conditions(self) -> tuple[Conditions, np.ndarray]:
        """What rows are made for, and of each: float32 (n_rows, C)."""
        return Conditions.fit(self.condition, self.site_data, self.parts[0], self.seq_len)


def check_recorded(prepared: Prepared) -> None:
    """Raise DataError where the windows to train on hold nothing but bridges of a column."""
    there = prepared.recorded()
    if there is None:
        return
    is_trained = occurrences(prepared.parts[0], prepared.seq_len, len(there)) > 0
    is_known = np.any([there[at][is_trained[at]].any(0) for at in slices_of(there)], axis=0)
    of_features = (c.name for c in prepared.columns for _ in feature_names([c]))
    unknown = [name for name, known in zip(of_features, is_known, strict=True) if not known]
    if unknown:
        raise DataError(
            f"The windows to train on record no value of {', '.join(dict.fromkeys(unknown))}, and "
            "would hold bridges alone. Lower `--max_gap`, hold less out with `--heldout`, or leave "
            "the column out with `--columns`."
        )


def shorter_gaps(site_data: SiteData, seq_len: int) -> str:
    """What `max_gap` gives windows to records that have none, as a sentence; empty if none does."""
    length = gap_for_half(site_data, seq_len)
    if length is None:
        return ""
    return f" Or let windows hold gaps, which are bridged: `--max_gap {length}`, or more."


def tell_bridges(records: SiteData, bridged: SiteData, settings: TimeGANSettings) -> None:
    """Log how many cells of each column are bridged, and how many windows that gives."""
    log.info(
        "`max_gap` %d: cells bridged: %s; %s windows, %s without.",
        settings.max_gap,
        cells_bridged(records, bridged),
        *(f"{n_windows(data.tables, settings.seq_len):,}" for data in (bridged, records)),
    )
