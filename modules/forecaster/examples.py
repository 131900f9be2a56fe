"""The forecaster's examples: windows of the records, and what the target does after them.

Shape letters: B windows per batch, T time steps (`window_size`), F features, O steps ahead
(`horizon`).
"""

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.preprocessing import SCALERS, Scaler, encode_angles, feature_names
from modules.records.site import SiteData
from modules.windows.cut import cut
from settings import ForecasterSettings

if TYPE_CHECKING:
    import tensorflow as tf

Tables = dict[str, pd.DataFrame]  # turbine -> records


@dataclass(frozen=True)
class Examples:
    """Windows of scaled features, and what the target does after each of their steps.

    `features`: float32 (n_rows, F). `ahead`: float32 (n_rows, O), the target's next O values, and
    `current`: float32 (n_rows, 1), its value now, in the target's unit. `starts`: int64
    (n_windows,), the row each window begins at.
    """

    features: np.ndarray
    ahead: np.ndarray
    current: np.ndarray
    starts: np.ndarray
    window_size: int

    def windows(
        self, values: "np.ndarray | tf.Tensor", starts: "np.ndarray | tf.Tensor"
    ) -> "tf.Tensor":
        """Rows of `values`, (n_rows, ...), of the windows at `starts`, (B,): (B, T, ...)."""
        import tensorflow as tf  # not before: a check does without

        return tf.gather(values, starts[:, None] + tf.range(self.window_size, dtype=tf.int64))


def split_by_time(tables: Tables, split: float) -> tuple[Tables, Tables]:
    """The rows before one moment, common to all turbines, and the rows from it on.

    `split`: rows before it from 1 on, a share of the rows below 1.

    Raises DataError when a part has no row.
    """
    stamps = reduce(lambda left, right: left.union(right), (t.index for t in tables.values()))
    n_train = round(split if split >= 1 else split * len(stamps))
    if not 0 < n_train < len(stamps):
        raise DataError(
            "`split` must leave rows to train on and rows to validate on. "
            f"Received: split={split:g}; the data have {len(stamps)} rows. Set `--split`."
        )
    moment = stamps[n_train]
    return (
        {name: table[table.index < moment] for name, table in tables.items()},
        {name: table[table.index >= moment] for name, table in tables.items()},
    )


def prepare(
    site_data: SiteData, target: int, settings: ForecasterSettings
) -> tuple[Scaler, Examples, Examples, Tables]:
    """Return (scaler, training Examples, validation Examples, validation tables).

    The scaler is fitted on the training part alone. Raises DataError when a part is too short.
    """
    parts = split_by_time(site_data.tables, settings.split)
    pieces = [
        cut(
            tables,
            settings.window_size,
            ahead=settings.horizon,
            setting="window_size",
            part=f"{name} stretch",
        )
        for name, tables in zip(("training", "validation"), parts, strict=True)
    ]
    features = encode_angles(pieces[0][0], site_data.columns)
    scaler = SCALERS[settings.scaler]().fit(features, feature_names(site_data.columns))
    training, validation = (
        Examples(
            scaler.transform(encode_angles(series, site_data.columns)).astype(np.float32),
            following(series[:, target], settings.horizon).astype(np.float32),
            series[:, target, None].astype(np.float32),
            starts,
            settings.window_size,
        )
        for series, starts in pieces
    )
    return scaler, training, validation, parts[1]


def following(values: np.ndarray, horizon: int) -> np.ndarray:
    """The `horizon` values after each: (n,) -> (n, horizon), NaN beyond the end.

    >>> following(np.arange(4.0), 2).tolist()
    [[1.0, 2.0], [2.0, 3.0], [3.0, nan], [nan, nan]]
    """
    padded = np.concatenate([values[1:], np.full(horizon, np.nan)])
    return np.lib.stride_tricks.sliding_window_view(padded, horizon)
