"""Clocks that are put forward in spring and back in autumn: onto one clock, or told."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from modules.records.cleaning import duplicate_flag, repeated_hour_flag
from modules.records.clock_changes import with_changes_told
from modules.records.file_records import Records
from modules.records.site import RawTurbine

HOUR = 3_600_000_000  # us
SUNDAY = 6
MONTHS_OF_CHANGE = (3, 4, 10, 11)  # autumn begins in March in the south
LATEST_HOUR = 3


def on_one_clock(
    records: Sequence[Records], time_zone: str | None
) -> tuple[list[Records], list[str]]:
    """(`records` whose column of summer time has put their stamps onto one clock, notices).

    In UTC where the `time_zone` is known, else in winter time. Stamps that run on evenly where the
    column changes are on one clock already. Without a column the order of the rows may tell.
    """
    flagged = [one for one in records if one.summer is not None]
    if not flagged:
        return _as_rows_tell(records, time_zone)
    states = {bool(flag) for one in flagged for flag in np.unique(np.asarray(one.summer))}
    votes = sum(map(_evidence, flagged))
    name = flagged[0].summer_name
    if len(states) < 2:
        return list(records), [f"Column '{name}' tells summer time and is no variable."]
    if votes < 0:
        return list(records), [
            f"Column '{name}' tells summer time and is no variable. The stamps run on evenly where "
            "it changes, so they are taken as they are."
        ]
    told = f"Column '{name}' tells summer time, so the stamps are put into {_clock(time_zone)}."
    return [_turned(one, time_zone) for one in records], [told]


def _as_rows_tell(
    records: Sequence[Records], time_zone: str | None
) -> tuple[list[Records], list[str]]:
    told = with_changes_told(records)
    if told is None or (time_zone and not all(_changes_so(one, time_zone) for one in told)):
        return list(records), []
    return [replace(_turned(one, time_zone), summer=None) for one in told], [
        "The stamps leave out an hour in spring or repeat one in autumn, as clocks do that are put "
        f"forward for summer: they are put into {_clock(time_zone)}. Where they are not so, call "
        "their column 'time UTC'."
    ]


def _changes_so(records: Records, time_zone: str) -> bool:
    """Whether clocks in `time_zone` change when those of `records` do."""
    if records.stamps is None or records.summer is None:
        return False
    how = {"ambiguous": records.summer, "nonexistent": "NaT"}
    local = records.stamps.tz_localize(time_zone, **how).dropna()
    winter = local.tz_convert("UTC").tz_localize(None)
    offsets = local.tz_localize(None) - winter
    known = records.summer[records.stamps.notna()]
    is_summer = offsets > offsets.min() if len(set(known)) > 1 else known
    return len(local) == len(known) and bool((is_summer == known).all())


def _clock(time_zone: str | None) -> str:
    return "UTC" if time_zone else "winter time, an hour behind the clock in summer"


def _evidence(records: Records) -> int:
    """How many changes of the column come with a change of the clock, less those that do not."""
    if records.stamps is None or records.summer is None:
        return 0
    owners, n_rows = records.turbines, len(records.table)
    whose = np.zeros(n_rows, int) if owners is None else pd.factorize(owners)[0]
    order = np.argsort(whose, kind="stable")
    times = records.stamps.as_unit("us").asi8.astype(float)
    times[np.asarray(records.stamps.isna())] = np.nan
    hops, changes = np.diff(times[order]), np.diff(records.summer[order].astype(float))
    inside = (np.diff(whose[order]) == 0) & np.isfinite(hops)
    if not inside.any():
        return 0
    usual = np.median(hops[inside])
    at = inside & (changes != 0)
    as_written = np.abs(hops[at] - usual)
    turned = np.abs(hops[at] - HOUR * changes[at] - usual)
    return int((turned < as_written).sum() - (as_written < turned).sum())


def _turned(records: Records, time_zone: str | None) -> Records:
    time, summer = records.time, records.summer
    if time is None or summer is None or time.stamps[time.order].tz is not None:
        return records
    stamps = time.stamps[time.order]
    if time_zone:
        local = stamps.tz_localize(time_zone, ambiguous=summer, nonexistent="shift_forward")
        turned = local.tz_convert("UTC")
    else:
        turned = stamps - pd.to_timedelta(np.where(summer, HOUR, 0), unit="us")
    return replace(records, time=replace(time, stamps={time.order: turned.as_unit("us")}))


def repeated_hours(raw: RawTurbine, time_zone: str | None) -> list[str]:
    """A notice where stamps of `raw` come twice because clocks were set back."""
    index = raw.table.index
    if index.tz is not None:
        return []
    repeated = index[duplicate_flag(index)].unique()
    if time_zone is None:
        n_repeated, where = len(repeated) * _is_in_autumn(repeated), "that clocks repeat in autumn"
    else:
        n_repeated = int(repeated_hour_flag(repeated, time_zone).sum())
        where = f"that clocks in {time_zone} show twice"
    if n_repeated == 0:
        return []
    return [
        f"{raw.name}: {n_repeated} repeated stamps lie in the hour {where} (from {repeated[0]} "
        "on). Conflicting readings are left out; export the data in UTC, or with a column 'dst' of "
        "0 and 1, to keep them."
    ]


def _is_in_autumn(repeated: pd.DatetimeIndex) -> bool:
    """Whether the stamps lie in one early hour of a Sunday in each year."""
    is_early = (repeated.hour < LATEST_HOUR) & (repeated.day_of_week == SUNDAY)
    hours = repeated.floor("h").unique()
    is_once = len(hours) == len(hours.year.unique())
    return bool(is_early.all() and repeated.month.isin(MONTHS_OF_CHANGE).all() and is_once)
