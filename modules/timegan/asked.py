"""From the generator's settings to the conditions of what is made: a start, a turbine, a series."""

import logging
import re
from typing import Protocol

import numpy as np
import pandas as pd

from modules.errors import SettingsError
from modules.records.paths import plain_name
from modules.records.timestamps import freq_length
from modules.runs.unused import Conditioned
from modules.timegan.conditions import DAY, HOUR, MONTH, TURBINE, Conditions, Rows
from modules.timegan.given import read_given
from modules.timegan.layout import Clock
from modules.timegan.wanted import Wanted, as_occurred, made_for
from modules.training.memory import check_room
from settings import TimeGANSettings

ROW_BYTES = 100  # of a row's time and conditions
FAR_SEASON = 15  # days from the nearest that was trained on
YEAR = 366
YEAR_FIRST = r"\d{4}(\D.*|\d{4}|)"  # of 1.2.2024 nobody knows the month, and 12:00 is no day

log = logging.getLogger(__name__)


class Asked(Conditioned, Protocol):
    """What is read of the generator's settings."""

    @property
    def n_windows(self) -> int: ...
    @property
    def length(self) -> int | None: ...
    @property
    def seed(self) -> int: ...


def refuse_what_was_no_condition(asked: Asked, words: tuple[str, ...], run: str) -> None:
    """Raise SettingsError where `asked` wants what the networks of `run` do not know."""
    clocks = {HOUR, MONTH}
    needs = {
        "turbine": (TURBINE in words, TURBINE),
        "start": (bool(clocks.intersection(words)), f"{HOUR},{MONTH}"),
        "given": (bool(set(words) - clocks - {TURBINE}), "WindSpeed"),
    }
    for name, (is_known, example) in needs.items():
        value = getattr(asked, name)
        if value is not None and not is_known:
            raise SettingsError(
                f"`{name}` needs a run that was trained for it, and {run} was trained with "
                f"{', '.join(words) or 'nothing'} as `condition`. Received: {name}={value!r}. "
                f"Train with `--condition {example}`, or leave `--{name}` out."
            )


def wanted_by(
    asked: Asked,
    conditions: Conditions,
    settings: TimeGANSettings,
    first_stamp: str | None,
) -> Wanted:
    """What the generator's settings ask for of a run that was trained with `settings`.

    `first_stamp`: of its records. Raises SettingsError and DataError for what cannot be had.
    """
    owner = None if asked.turbine is None else _number_of(asked.turbine, conditions)
    if asked.given is None:
        if asked.length is None:
            if asked.start is not None:
                raise SettingsError(
                    "`start` is the first stamp of one series, and needs its `length`. Received: "
                    f"start={asked.start!r}. Pass `--length` too, the number of rows."
                )
            return as_occurred(conditions, asked.n_windows, settings.seq_len, asked.seed, owner)
        if conditions.columns:
            return _occurred_series(asked, conditions, owner)
    elif asked.length is not None:
        raise SettingsError(
            "`given` has a length of its own. "
            f"Received: given={asked.given!r}, length={asked.length}. Leave `--length` out."
        )
    return _series(asked, conditions, settings, first_stamp, owner)


def _occurred_series(asked: Asked, conditions: Conditions, owner: int | None) -> Wanted:
    if asked.start is not None:
        names = ", ".join(column.name for column in conditions.columns)
        raise SettingsError(
            f"`start`: nobody knows {names} at times to come, which were the run's `condition`. "
            f"Received: start={asked.start!r}. Pass them by `--given`."
        )
    return as_occurred(conditions, 1, asked.length or 0, asked.seed, owner, is_series=True)


def _series(
    asked: Asked,
    conditions: Conditions,
    settings: TimeGANSettings,
    first_stamp: str | None,
    owner: int | None,
) -> Wanted:
    """One series whose conditions are known beforehand: a clock's, one turbine's, those given."""
    n_rows, times, values = asked.length or 0, None, None
    check_room(ROW_BYTES * n_rows)
    if asked.given is not None:
        series = read_given(asked.given, conditions, settings)
        n_rows, times, values = len(series.values), series.times, series.values
        if owner is None and series.turbine is not None and TURBINE in conditions.words:
            owner = _number_of(series.turbine, conditions)
        if times is not None and asked.start is not None:
            raise SettingsError(
                f"{asked.given} has time stamps of its own, from {times[0]}. Received: "
                f"start={asked.start!r}. Leave `--start` out."
            )
    if owner is None:
        owner = int(conditions.occurred.owners[0])
        if TURBINE in conditions.words:
            log.info("No `--turbine`: the series is of %s.", conditions.occurred.turbines[owner])
    if times is None and conditions.freq is not None and first_stamp is not None:
        start = first_stamp if asked.start is None else _stamp(asked.start, first_stamp)
        times = Clock(start, conditions.freq).times(0, n_rows)
    rows = Rows(np.full(n_rows, owner), times, np.empty((n_rows, 0)) if values is None else values)
    _tell_season(conditions, times)
    return made_for(conditions, rows, np.zeros(1, int), n_rows, is_series=True)


def _number_of(name: str, conditions: Conditions) -> int:
    turbines, owners = conditions.occurred.turbines, set(conditions.occurred.owners)
    known = {turbine: number for number, turbine in enumerate(turbines) if number in owners}
    spelt = {plain_name(turbine): number for turbine, number in known.items()} | known
    number = spelt.get(name, spelt.get(plain_name(name)))
    if number is None:
        raise SettingsError(
            f"`turbine` must name one that was trained on. Received: {name!r}. There is: "
            f"{', '.join(known)}."
        )
    return number


def _stamp(start: str, first_stamp: str) -> str:
    """`start` as an ISO 8601 stamp of the same kind as the records' first. Raises SettingsError."""
    try:
        stamp, first = pd.Timestamp(start), pd.Timestamp(first_stamp)
        if stamp is pd.NaT or not re.fullmatch(YEAR_FIRST, start.strip()):
            raise ValueError(start)
    except (ValueError, OverflowError):
        raise SettingsError(
            "`start` must be a time stamp, the year first: 2024-06-01 or 2024-06-01T12:00. "
            f"Received: {start!r}."
        ) from None
    if stamp.tz is None:
        return stamp.tz_localize(first.tz).isoformat()
    if first.tz is None:
        raise SettingsError(
            "`start` must be in the records' own time, which has no offset. "
            f"Received: {start!r}. Leave the offset out."
        )
    return stamp.tz_convert(first.tz).isoformat()


def _tell_season(conditions: Conditions, times: pd.DatetimeIndex | None) -> None:
    """Warn of stamps whose season, or time of day, the networks do not know."""
    if times is None:
        return
    known = conditions.pool.times
    if MONTH in conditions.words and known is not None:
        trained = np.unique(known.day_of_year)
        apart = np.abs(np.unique(times.day_of_year)[:, None] - trained)
        if np.minimum(apart, YEAR - apart).min(1).max() > FAR_SEASON:
            log.warning(
                "The series shows a season that the training had no records of: there it is a "
                "guess. Its records go from %s to %s.", known.min(), known.max(),
            )  # fmt: skip
    shown = [(MONTH, "the season")]
    if conditions.freq is not None and freq_length(conditions.freq) < DAY:
        shown.insert(0, (HOUR, "the time of day"))
    for word, what in shown:
        if conditions.is_clocked and word not in conditions.words:
            log.info("`%s` was no condition of the run: %s of the stamps is not shown.", word, what)
