"""What is decided over the columns of all files together: by hand, or by what they hold."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from modules.aside import filled
from modules.records.columns import ANGLE, CODE, WIND_SPEED, Column
from modules.records.file_records import Records
from modules.records.identity import chosen
from modules.records.kinds import guess, unit_of
from modules.records.site import Site
from modules.records.suspicions import is_radians, no_directions, suspicions

SAID = {ANGLE: "direction", CODE: "state"}
MEANING = {
    ANGLE: "Directions are averaged on the circle. ",
    CODE: "Of states the most frequent of a step is kept. ",
}


def settle(records: Sequence[Records], site: Site) -> tuple[list[Records], list[str]]:
    """(`records` with the kinds of their columns, directions in degrees; notices).

    What `site` does not declare is guessed over all files together; `site.angles` names the
    directions by hand. Directions in radians become degrees where that is beyond doubt.
    """
    declared = {column.name for column in site.columns}
    settled, notices = {}, []
    has_free = any(column.name not in declared for column in records[0].columns)
    orders = [_in_time(one) if has_free else slice(None) for one in records]
    parts = (
        one.table[column.name].to_numpy()[at]
        for column in records[0].columns
        for one, at in zip(records, orders, strict=True)
    )
    n_rows, names = sum(len(one.table) for one in records), [c.name for c in records[0].columns]
    pooled = filled((len(names) * n_rows,), np.float64, parts).reshape(len(names), n_rows)
    values = dict(zip(names, pooled, strict=True))
    for column in records[0].columns:
        is_free = column.name not in declared
        settled[column.name] = guess(column, values[column.name]) if is_free else column
    if site.angles is not None:
        _take_angles(settled, declared, site.angles)
    _leave_one_wind(settled)
    guessed = [column for name, column in settled.items() if name not in declared]
    notices += _tell(guessed, by_hand=site.angles is not None)
    notices += [] if site.angles is not None else no_directions(guessed, values)
    notices += [
        f"{column.name} is in degrees Fahrenheit, and stays so."
        for column in guessed
        if column.unit == "degF"
    ]
    turned = {}
    for name, column in settled.items():
        if column.kind == ANGLE and _is_in_radians(column, values[name]):
            turned[name] = _in_degrees(column, settled)
            notices.append(f"{name} is in radians, and converted to degrees.")
    kept = [column for name, column in settled.items() if name not in turned]
    notices += suspicions(kept, values, site.rated_power)
    return [_apply(one, settled | turned, turned) for one in records], notices


def _is_in_radians(column: Column, values: np.ndarray) -> bool:
    """Whether a direction is in radians beyond doubt: it says so, or its readings do."""
    may, must = is_radians(values)
    said = {column.unit, *(unit_of(name) for name in (column.name, *column.aliases))}
    return must or (may and "rad" in said)


def _in_degrees(column: Column, others: Collection[str]) -> Column:
    """`column` in degrees, its old name an alias where that says radians."""
    name = re.sub(r"rad(?:ians?)?(?=\W*$)", "deg", column.name)
    if name == column.name or name in others:
        return column.model_copy(update={"unit": "deg"})
    update = {"name": name, "unit": "deg", "aliases": (*column.aliases, column.name)}
    return column.model_copy(update=update)


def _in_time(records: Records) -> np.ndarray | slice:
    """The positions of the rows turbine by turbine, each in time: int (n,), or all as they are."""
    if records.turbines is None and (
        records.stamps is None or records.stamps.is_monotonic_increasing
    ):
        return slice(None)
    rows = np.arange(len(records.table))
    times = rows if records.stamps is None else records.stamps.asi8
    whose = 0 * rows if records.turbines is None else pd.factorize(records.turbines)[0]
    return np.lexsort((times, whose))


def _take_angles(settled: dict[str, Column], declared: set[str], angles: Sequence[str]) -> None:
    by_hand = chosen(angles, list(settled), "angles")
    for name, column in settled.items():
        if name in by_hand:
            settled[name] = column.model_copy(update={"kind": ANGLE, "unit": "deg", "iec": None})
        elif column.kind == ANGLE and name not in declared:
            settled[name] = column.model_copy(update={"kind": "linear"})


def _leave_one_wind(settled: dict[str, Column]) -> None:
    """Leave the IEC name of the wind speed to the first column that bears it."""
    winds = [name for name, column in settled.items() if column.iec == WIND_SPEED]
    for name in winds[1:]:
        settled[name] = settled[name].model_copy(update={"iec": None})


def _tell(guessed: Sequence[Column], *, by_hand: bool) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for column in guessed:
        if column.kind != "linear":
            kinds.setdefault(column.kind, []).append(column.name)
    if not kinds:
        return []
    told = "; ".join(f"{SAID.get(kind, kind)}: {', '.join(kinds[kind])}" for kind in kinds)
    means = "".join(MEANING[kind] for kind in kinds if kind in MEANING)
    remedy = "a site file (`--write_site`)" if by_hand else "`--angles`, or a site file"
    return [f"Taken by name, unit and readings for {told}. {means}Settle it with {remedy}."]


def _apply(records: Records, columns: dict[str, Column], turned: dict[str, Column]) -> Records:
    """The records with `columns`, by their old names; those of `turned` become degrees."""
    table = records.table
    if turned:
        table = table.assign(**{name: np.rad2deg(table[name]) for name in turned})
        table = table.rename(columns={name: column.name for name, column in turned.items()})
    own = tuple(columns[column.name] for column in records.columns)
    return replace(records, table=table, columns=own)
