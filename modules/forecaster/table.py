"""From a trained forecaster and the records it was validated on to a table of forecasts.

Shape letters: T steps per window, F features, O steps ahead in one call of the network, L in all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.forecaster import Forecaster
from modules.errors import DataError
from modules.preprocessing import Scaler, encode_angles
from modules.records.columns import Column
from modules.records.digits import decimals
from modules.records.timestamps import stretches
from modules.runs.trained import Trained

COVERAGE = 0.8  # share of the validation errors inside the interval `lower_80` to `upper_80`
LEAST_ERRORS = 10  # of a lead, for an interval to be drawn from them


@dataclass(frozen=True)
class Track:
    """What was forecast along one turbine's records, from the end of every complete window.

    `ends`: int (n,), the windows' last rows. `ahead`: (n, L), the forecasts; `actual`: (n, L), the
    readings, NaN where there are none yet; `now`: (n, 1), the target at the ends.
    """

    turbine: str
    index: pd.Index
    ends: np.ndarray
    ahead: np.ndarray
    actual: np.ndarray
    now: np.ndarray


def follow(
    model: Forecaster,
    trained: Trained,
    tables: dict[str, pd.DataFrame],
    target: int,
    length: int | None = None,
) -> list[Track]:
    """Forecast L steps after every complete window of every turbine.

    `tables`: turbine -> the validation records. `target`: its position among the columns. `length`
    is L; None is the horizon, or, for a single variable, a window's length if that is more.

    Raises DataError when the records are too short to tell the errors L steps ahead, or when the
    network would have to go on from forecasts of variables that it does not forecast.
    """
    ends = {
        name: window_ends(table, trained.settings.window_size) for name, table in tables.items()
    }
    ends = {name: rows for name, rows in ends.items() if rows.size}
    length = _reach(model.horizon, trained, tables, ends, length)
    column = trained.columns[target]
    tracks = []
    for name, rows in ends.items():
        values = tables[name].to_numpy(np.float64)
        features = trained.scaler.transform(encode_angles(values, trained.columns))
        windows = features[rows[:, None] + np.arange(1 - trained.settings.window_size, 1)].astype(
            np.float32
        )
        ahead = np.clip(_roll(model, trained.scaler, windows, length), column.lower, column.upper)
        padded = np.concatenate([values[:, target], np.full(length, np.nan)])
        actual = padded[rows[:, None] + np.arange(1, length + 1)]
        tracks.append(
            Track(name, tables[name].index, rows, ahead, actual, values[rows, target, None])
        )
    return tracks


def window_ends(table: pd.DataFrame, seq_len: int) -> np.ndarray:
    """The last row of every complete window: int (n,)."""
    found = [np.arange(start + seq_len - 1, stop) for start, stop in stretches(table)]
    return np.concatenate([np.empty(0, np.int64), *found])


def _reach(
    horizon: int,
    trained: Trained,
    tables: dict[str, pd.DataFrame],
    ends: dict[str, np.ndarray],
    length: int | None,
) -> int:
    """L: `length` if it can be forecast and its errors are known, or the default."""
    # Of the leads of a turbine's n-th forecast from last, only n - 1 have a reading to be held to.
    n_errors = max((len(tables[name]) - 1 - rows[0] for name, rows in ends.items()), default=0)
    longest = n_errors - LEAST_ERRORS + 1
    is_single = len(trained.columns) == 1
    if length is None:
        length = min(max(horizon, trained.settings.window_size if is_single else 0), longest)
    if longest < 1 or length > longest:
        raise DataError(
            f"`length` must be at most {max(0, longest)}: the run's validation records are too few "
            f"for intervals further ahead. Received: length={length}. Train with a smaller "
            "`--split`, or lower `--length`."
        )
    if length > horizon and not is_single:
        raise DataError(
            f"`length` must be at most the run's horizon, {horizon}, for a forecast from "
            f"{len(trained.columns)} variables. Received: length={length}. "
            f"Train with `--horizon {length}`."
        )
    return length


def _roll(model: Forecaster, scaler: Scaler, windows: np.ndarray, length: int) -> np.ndarray:
    """Forecasts (n, L) after `windows`, (n, T, F); beyond the horizon from forecasts (F is 1)."""
    parts, seq_len = [], windows.shape[1]
    while True:
        parts.append(model.predict(windows)[:, -1])
        if len(parts) * model.horizon >= length:
            return np.concatenate(parts, 1)[:, :length].astype(np.float64)
        scaled = scaler.transform(parts[-1][..., None]).astype(np.float32)
        windows = np.concatenate([windows, scaled], 1)[:, -seq_len:]


def errors_by_lead(tracks: list[Track]) -> pd.DataFrame:
    """The validation errors 1 ... L steps ahead: a row per lead, in the target's unit.

    `lower` and `upper`: the quantiles that 80 % of (reading - forecast) lie between. `mae` and
    `persistence_mae`: mean absolute error of the forecasts, and of "no change".
    """
    errors = np.concatenate([track.actual - track.ahead for track in tracks])
    changes = np.concatenate([track.actual - track.now for track in tracks])
    lower, upper = np.nanquantile(errors, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2], axis=0)
    return pd.DataFrame(
        {
            "lower": lower,
            "upper": upper,
            "mae": np.nanmean(np.abs(errors), 0),
            "persistence_mae": np.nanmean(np.abs(changes), 0),
        },
        index=pd.RangeIndex(1, errors.shape[1] + 1, name="lead"),
    )


def to_table(
    tracks: list[Track], errors: pd.DataFrame, column: Column, freq: str | None
) -> pd.DataFrame:
    """Lay the forecasts under each other, as the CSV has them, in the unit of `column`.

    Turbine by turbine: a row `one-step` for every record that follows a complete window, then L
    rows `multi-step` after the last one. `lead` says how many steps before its time stamp a
    forecast was made; `lower_80` and `upper_80` are its interval, from `errors`. Without times
    (`freq` None) `step` counts rows in place of `DateTime`.
    """
    table = pd.concat([part for track in tracks for part in _rows(track, freq)], ignore_index=True)
    for name, side in (("lower_80", "lower"), ("upper_80", "upper")):
        bound = table["forecast"] + errors[side].loc[table["lead"]].to_numpy()
        table[name] = bound.clip(column.lower, column.upper)
    values = ["actual", "forecast", "persistence", "lower_80", "upper_80"]
    table[values] = table[values].round(decimals(column.spread))
    return table.rename(columns={"time": "DateTime" if freq else "step"})


def _rows(track: Track, freq: str | None) -> Iterator[pd.DataFrame]:
    length = track.ahead.shape[1]
    inside = track.ends < len(track.index) - 1
    last = track.index[track.ends[-1]]
    if freq:
        later = pd.date_range(last, periods=length + 1, freq=freq)[1:]
    else:
        later = last + np.arange(1, length + 1)
    stamps = track.index[track.ends[inside] + 1]
    yield _part(track, "one-step", stamps, 1, (inside, 0), track.now[inside, 0])
    yield _part(track, "multi-step", later, np.arange(1, length + 1), (-1,), track.now[-1, 0])


def _part(
    track: Track,
    kind: str,
    stamps: pd.Index,
    lead: int | np.ndarray,
    chosen: tuple[Any, ...],
    now: float | np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "turbine": track.turbine,
            "time": stamps,
            "kind": kind,
            "lead": lead,
            "actual": track.actual[chosen],
            "forecast": track.ahead[chosen],
            "persistence": now,
        }
    )
