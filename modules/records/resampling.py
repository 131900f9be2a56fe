"""From irregular records to a regular grid, each kind of reading averaged in its own way."""

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from modules.aside import table_of
from modules.errors import DataError
from modules.records.columns import CODE, Column, wrap_angle
from modules.records.rates import steps_of
from modules.records.timestamps import (
    CALENDAR_CODES,
    STEP_TOLERANCE,
    WEEKDAYS,
    freq_length,
    infer_step,
    spell_step,
)

LONGEST_GRID = 100_000
WIDEST_GRID = 50
LEAST_RESULTANT = 0.2
GUARD_SPAN = pd.Timedelta(hours=1)
GUARD_RECORDS = 6
GUARD_WINDOWS = 10
AT_REST = 0.999


def to_grid(
    table: pd.DataFrame,
    columns: list[Column],
    freq: str,
    step: pd.Timedelta,
    min_fraction: float,
    whose: str = "",
) -> tuple[pd.DataFrame, int]:
    """Average `table` onto the full regular grid of `freq`, labelled by the start of each bin.

    `table`: float (n_records, F), sorted DatetimeIndex, sampled every `step`, or in pieces each
    at its own rate (`modules.records.rates`). Returns float64
    (n_rows, F) from the first to the last bin, and how many bins hold a record. A bin with less
    than `min_fraction` of the readings it should have is missing. Angles are averaged as sines
    and cosines (FLASC `df_downsample` with `cols_angular`), of codes the most frequent stays, the
    lowest of several; the rest is averaged arithmetically.

    Raises DataError when `freq` is finer than the data, those of `whose`, or when a
    stray stamp makes the grid unreasonably long.
    """
    steps = steps_of(table.index, step)
    _check_step(freq, pd.Timedelta(microseconds=steps.min()), whose)
    labels = _bin_labels(table.index.as_unit("us"), freq)
    begins = np.flatnonzero(np.concatenate(([True], labels.asi8[1:] != labels.asi8[:-1])))
    _check_span(labels, len(begins), freq, whose)
    slowest = steps if len(steps) == 1 else np.maximum.reduceat(steps, begins)
    length = freq_length(freq) / pd.Timedelta(microseconds=1)
    needed = np.maximum(1.0, min_fraction * np.floor(length / slowest + STEP_TOLERANCE))
    grid = pd.date_range(labels[0], labels[-1], freq=freq, unit="us")
    bins = labels[begins]
    place = None if bins.equals(grid) else bins.get_indexer(grid)
    del labels, bins  # of many records, as large as a column each
    binned = (
        _bin_means(table[column.name].to_numpy(), begins, column, needed) for column in columns
    )
    means = (one if place is None else _at(place, one) for one in binned)
    return table_of([column.name for column in columns], means, grid), len(begins)


def _at(place: np.ndarray, means: np.ndarray) -> np.ndarray:
    """`means` (n_bins,) at each `place`, int (n_rows,), NaN for -1."""
    return np.where(place < 0, np.nan, means[place])


def _check_step(freq: str, step: pd.Timedelta, whose: str) -> None:
    length = freq_length(freq)
    # Calendar steps vary by a tenth; a step that equals freq must pass.
    if length < 0.9 * step:
        of = f" of {whose}" if whose else ""
        raise DataError(
            "`freq` must not be finer than the records. "
            f"Received: freq={freq}, one record every {spell_step(step)}{of}. "
            f"Pass `--freq {spell_step(step)}` or coarser."
        )


def _bin_labels(stamps: pd.DatetimeIndex, freq: str) -> pd.DatetimeIndex:
    code = to_offset(freq).rule_code[:2]
    zone = stamps.tz
    if code in CALENDAR_CODES:
        periods = stamps.tz_localize(None).to_period(code[0])
        return pd.DatetimeIndex(periods.to_timestamp(), tz=zone)
    width = int(freq_length(freq) / pd.Timedelta(microseconds=1))
    if code == WEEKDAYS and (stamps.day_of_week >= 5).any():
        weekend = stamps[stamps.day_of_week >= 5][0]
        raise DataError(
            "`freq` 1B is for records from Monday to Friday. Received: freq=1B, and a record on "
            f"{weekend:%A} {weekend}. Pass `--freq 1D`."
        )
    origin = stamps[:1].normalize().asi8[0]
    labels = (stamps.asi8 - origin) // width * width + origin
    return pd.DatetimeIndex(labels.astype("datetime64[us]"), tz=zone)


def _check_span(labels: pd.DatetimeIndex, n_bins: int, freq: str, whose: str) -> None:
    span = (labels[-1] - labels[0]).total_seconds()
    n_grid = span / freq_length(freq).total_seconds()
    if n_grid > LONGEST_GRID and n_grid > WIDEST_GRID * n_bins:
        of = f" of {whose}" if whose else ""
        raise DataError(
            f"The records{of} go from {labels[0]} to {labels[-1]} but fill only {n_bins} of "
            f"{n_grid:.0f} steps of {freq}: a stamp is probably wrong. "
            "Correct it, or cut it off with `--date_start` and `--date_end`."
        )


def _bin_means(
    values: np.ndarray, begins: np.ndarray, column: Column, needed: np.ndarray
) -> np.ndarray:
    present = np.isfinite(values)
    if len(begins) == len(values):  # each reading is its own mean
        means = wrap_angle(values, column.lower or 0.0) if column.kind == "angle" else values
        return np.where(present & (needed <= 1), means, np.nan)
    counts = np.add.reduceat(present.astype(np.int64), begins)
    filled = np.where(present, values, 0.0)
    with np.errstate(invalid="ignore"):
        means = np.add.reduceat(filled, begins) / np.where(counts == 0, np.nan, counts)
    if column.kind == "angle":
        radians = np.deg2rad(filled)
        sines = np.add.reduceat(np.where(present, np.sin(radians), 0.0), begins)
        cosines = np.add.reduceat(np.where(present, np.cos(radians), 0.0), begins)
        circular = np.rad2deg(np.arctan2(sines, cosines))
        # One reading is its own mean: no rounding through sine and cosine.
        means = np.where(counts == 1, means, np.where(counts == 0, np.nan, circular))
        means = wrap_angle(means, column.lower or 0.0)
    elif column.kind == CODE:
        means = _most_frequent(values, begins)
    return np.where(counts >= needed, means, np.nan)


def _most_frequent(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    bins = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(values))))
    present = np.isfinite(values)
    counts = pd.DataFrame({"bin": bins[present], "code": values[present]}).value_counts(sort=False)
    found = counts.reset_index().sort_values(["count", "code"], ascending=[False, True])
    first = found.drop_duplicates("bin").set_index("bin")["code"]
    return first.reindex(range(len(begins))).to_numpy(np.float64)


def circular_mean(degrees: np.ndarray, start: float = 0.0) -> float:
    """Mean direction in [start, start + 360) by mean sine and cosine; `degrees`: float (n,).

    >>> round(circular_mean(np.array([350.0, 10.0])), 6) % 360
    0.0
    """
    turned = np.exp(1j * np.deg2rad(degrees[np.isfinite(degrees)]))
    return float(wrap_angle(np.rad2deg(np.angle(turned.mean())), start))


def resultant_length(tables: list[pd.DataFrame], name: str) -> float | None:
    """How well an angle holds its direction over an hour: 1 steady, 0 no better than chance.

    `tables`: one sorted table per turbine, angle `name` in degrees. Each hour (at least six
    records) of n readings has the resultant length R = |mean(exp(i angle))|. For readings that
    are uniform noise R is not 0 but about 0.89/sqrt(n): a rotor position sampled every ten
    minutes measures 0.37 an hour. So the square is freed of chance, (n R^2 - 1) / (n - 1), which
    is the mean cosine between two different readings of the hour and 0 for noise whatever n; the
    root of its median over the hours is returned. Wind directions measure above 0.9. Hours at
    rest are left out, as a parked rotor has a position; None when fewer than ten are left.
    """
    squares = np.concatenate([_hourly_squares(table[name].dropna()) for table in tables])
    if squares.size < GUARD_WINDOWS:
        return None
    return float(np.sqrt(max(0.0, np.median(squares))))


def _hourly_squares(angle: pd.Series) -> np.ndarray:
    step = infer_step(angle.index)
    if step is None:
        return np.empty(0)
    width = max(GUARD_SPAN, GUARD_RECORDS * step) / pd.Timedelta(microseconds=1)
    hours = angle.index.as_unit("us").asi8 // int(width)
    begins = np.flatnonzero(np.concatenate(([True], hours[1:] != hours[:-1])))
    turned = np.exp(1j * np.deg2rad(angle.to_numpy()))
    counts = np.diff(np.concatenate((begins, [len(hours)])))
    lengths = np.abs(np.add.reduceat(turned, begins)) / counts
    moving = (counts >= GUARD_RECORDS // 2) & (lengths < AT_REST)
    counts, lengths = counts[moving], lengths[moving]
    return (counts * lengths**2 - 1) / (counts - 1)
