"""Sampling steps and resampling frequencies of time stamps."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from modules.aside import filled, slices_of
from modules.errors import DataError

# pandas 3 knows only the right-hand side; the documents and older programs write the left.
FREQ_ALIASES = {"T": "min", "m": "min", "MIN": "min", "H": "h", "S": "s", "d": "D"}
CALENDAR_ALIASES = {"M": "MS", "ME": "MS", "Q": "QS", "QE": "QS", "Y": "YS", "YE": "YS"}
# Beginnings of pandas' rule codes: steps of fixed length, and single calendar steps.
STEP_CODES = ("us", "ms", "s", "mi", "h", "D")
CALENDAR_CODES = ("MS", "QS", "YS")
WEEKDAYS = "B"  # Monday to Friday
LONGEST_STEP = pd.Timedelta(days=36525)
USUAL_STEPS = [0.001 * ms for ms in (1, 2, 5, 10, 20, 40, 50, 100, 200, 250, 500)]
USUAL_STEPS += [1, 2, 5, 10, 15, 20, 30] + [60 * m for m in (1, 2, 5, 10, 15, 20, 30)]
USUAL_STEPS += [3600 * h for h in (1, 2, 3, 4, 6, 8, 12, 24, 168)]
STEP_TOLERANCE = 0.02
JITTER = 0.1
LONGEST_JITTERING_STEP = pd.Timedelta(days=1)
GAP = 1.5
TWO_WEEKS = pd.Timedelta(days=11)  # from a Monday to the Friday of the next week


def normalise_freq(freq: str) -> str:
    """The resampling step as a pandas alias: `10T` -> `10min`, `1H` -> `1h`, `30S` -> `30s`.

    A calendar month (`1M`) is labelled by its first day, as every step is by its start.

    Raises DataError for a step that pandas does not know, or one that is not positive.
    """
    found = re.fullmatch(r"\s*(\d*)\s*([A-Za-z]+)\s*", freq)
    unit = found.group(2) if found else ""
    known = FREQ_ALIASES | CALENDAR_ALIASES
    unit = known.get(unit, known.get(unit.upper(), unit))
    count = found.group(1) if found else ""
    if unit == "W":
        count, unit = str(7 * int(count or 1)), "D"
    try:
        offset = to_offset(f"{count}{unit}")
        code = offset.rule_code[:2]
        if not unit or offset.n < 1 or code not in (*STEP_CODES, *CALENDAR_CODES, WEEKDAYS):
            raise ValueError(freq)
        if code in (*CALENDAR_CODES, WEEKDAYS) and offset.n > 1:
            raise ValueError(freq)
        if code in STEP_CODES and pd.Timedelta(offset) > LONGEST_STEP:
            raise ValueError(freq)
    except (ValueError, OverflowError):
        raise DataError(
            "`freq` must be a positive resampling step such as 10T, 10min, 1H or 30s, one month, "
            "quarter or year, or 1B for Monday to Friday, and at most 100 years. "
            f"Received: freq={freq!r}. Pass `--freq 10min`."
        ) from None
    return offset.freqstr


def freq_length(freq: str) -> pd.Timedelta:
    """Length of one resampling step; the mean length for calendar steps such as months."""
    if freq == WEEKDAYS:
        return pd.Timedelta(days=1)
    span = pd.date_range("2001-01-01", periods=13, freq=freq)
    return (span[-1] - span[0]) / 12


def spell_step(step: pd.Timedelta) -> str:
    """`step` as `--freq` takes it: 250us, 100ms, 10min, 1h, 1D, 1M, 1Q, 1Y."""
    seconds = step.total_seconds()
    for unit, shortest in (("Y", 365), ("Q", 90), ("M", 28)):
        if seconds >= shortest * 86400:
            return f"1{unit}"
    for unit, length in (("D", 86400), ("h", 3600), ("min", 60)):
        if seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    if abs(round(seconds) - seconds) <= STEP_TOLERANCE * seconds:
        return f"{round(seconds)}s"
    microseconds = round(step / pd.Timedelta(microseconds=1))
    return f"{microseconds // 1000}ms" if microseconds % 1000 == 0 else f"{microseconds}us"


def infer_step(stamps: pd.DatetimeIndex) -> pd.Timedelta | None:
    """Sampling step of sorted `stamps`: the median difference, snapped to a usual one within 2 %.

    `stamps`: (n,). Real loggers drift: the NREL turbine of OpenOA has 349 steps of 9:59 and 347 of
    10:01. None when fewer than two stamps differ.
    """
    differences = np.diff(stamps.as_unit("us").asi8) / 1e6
    differences = differences[differences > 0]
    if differences.size == 0:
        return None
    median = float(np.median(differences))
    nearest = min(USUAL_STEPS, key=lambda usual: abs(usual - median))
    if abs(nearest - median) <= STEP_TOLERANCE * median:
        median = float(nearest)
    return pd.Timedelta(seconds=median)


def on_weekdays(stamps: pd.DatetimeIndex) -> bool:
    """Whether sorted `stamps`, (n,), are daily and leave out every one of at least two weekends."""
    if infer_step(stamps) != pd.Timedelta(days=1):
        return False
    return bool((stamps.day_of_week < 5).all()) and stamps[-1] - stamps[0] >= TWO_WEEKS


def grid_freq(freq: str | None, stamps: Sequence[pd.DatetimeIndex]) -> str:
    """The grid's step as a pandas alias: `freq`, or for None the step of the first of `stamps`.

    `stamps`: (n,) each, sorted, one per turbine. Where all are daily from Monday to Friday, so is
    the grid, also for a `freq` of one day.

    Raises DataError for a `freq` that pandas does not know, and for stamps without a step.
    """
    if freq is not None:
        alias = normalise_freq(freq)
        return WEEKDAYS if alias == "D" and all(map(on_weekdays, stamps)) else alias
    if all(map(on_weekdays, stamps)):
        return WEEKDAYS
    step = infer_step(stamps[0])
    if step is None:
        raise DataError(
            "Without `freq` the records must have two time stamps to tell their step by. Received: "
            f"{len(stamps[0])} rows at {stamps[0][0]}. Pass `--freq`, or give more rows."
        )
    return normalise_freq(spell_step(step))


def snap(stamps: pd.DatetimeIndex, step: pd.Timedelta) -> pd.DatetimeIndex:
    """Move stamps (n,) that jitter by less than a tenth of `step` onto the regular grid.

    The grid starts at midnight, or at the logger's own offset when most stamps share one. Steps
    above a day are left alone: months differ in length, they do not jitter.
    """
    if step > LONGEST_JITTERING_STEP:
        return stamps
    width = int(step / pd.Timedelta(microseconds=1))
    times = stamps.as_unit("us").asi8
    slices = list(slices_of(times))
    turns = np.sum([np.exp(2j * np.pi * (times[at] % width) / width).sum() for at in slices])
    phase = np.angle(turns / len(times)) / (2 * np.pi)
    phase = 0 if abs(phase) < JITTER else round(phase * width)
    snapped = (_snapped(times[at], width, phase) for at in slices)
    moved = filled(times.shape, np.int64, snapped).view("datetime64[us]")
    return pd.DatetimeIndex(moved, tz="UTC" if stamps.tz is not None else None)


def _snapped(times: np.ndarray, width: int, phase: int) -> np.ndarray:
    nearest = (times - phase + width // 2) // width * width + phase
    return np.where(np.abs(nearest - times) < JITTER * width, nearest, times)


def find_time_gaps(
    stamps: pd.DatetimeIndex, step: pd.Timedelta, *, freq: str | None = None
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Pairs (last stamp before, first stamp after) of every gap in sorted `stamps`, (n,).

    A gap is a difference above 1.5 steps, so that jitter is none (OpenOA `find_time_gaps`). On a
    grid from Monday to Friday, `freq` B, a weekend is none either.
    """
    differences = np.diff(stamps.as_unit("us").asi8)
    if freq == WEEKDAYS:
        days = stamps.tz_localize(None).to_numpy().astype("datetime64[D]")
        differences = np.busday_count(days[:-1], days[1:]) * 86_400_000_000
    after = np.flatnonzero(differences > GAP * step / pd.Timedelta(microseconds=1)) + 1
    return [(stamps[position - 1], stamps[position]) for position in after]


def stretches(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Runs of rows without a missing value, as [start, stop) positions in time order.

    `table`: float (n_rows, F) on a regular grid, NaN where missing.

    >>> stretches(pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0]}))
    [(0, 2), (3, 4)]
    """
    values = table.to_numpy(dtype=float)
    whole = [np.isfinite(values[rows]).all(axis=1) for rows in slices_of(values)]
    complete = np.concatenate(whole)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], complete, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
