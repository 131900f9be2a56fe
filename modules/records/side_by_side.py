"""Files that hold different columns of the same turbines: joined on time."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from modules.errors import DataError
from modules.records.file_records import Records
from modules.records.paths import below, strip_period, turbine_number, without_format
from modules.records.sameness import step
from modules.records.site import Site

LEAST_SHARED = 0.5  # of the rows of the shorter, that must stand beside one of the longer
OTHER_STEP = 1.5
KEYS = ["\0turbine", "\0stamp"]  # no file has such columns
_WORD = re.compile(r"[^\W_]+")
# What a file may be called by its columns alone, without a turbine's name beside it.
_SUBJECT = re.compile(
    r"wind\w*|power\w*|energy|met\w*|weather|mast|temp\w*|scada|gen\w*|rotor|pitch|nacelle|grid|"
    r"vib\w*|cms|gear\w*|direction|speed|풍\w*|기상\w*|발전\w*|출력\w*|온도\w*"
)


def joined_on_time(records: Sequence[Records], root: Path) -> tuple[list[Records], list[str]]:
    """(`records`, those that hold columns of one turbine each as one, notices).

    `WT01_wind.csv` and `WT01_power.csv` are of one turbine: nothing tells their paths apart but
    words that all files of these columns bear. Files that make no such pairs come back as they
    are.

    Raises DataError for pairs that do not share their times.
    """
    kinds: dict[frozenset[str], list[Records]] = {}
    for one in records:
        kinds.setdefault(one.variables, []).append(one)
    is_disjoint = len(frozenset().union(*kinds)) == sum(map(len, kinds))
    alike = {(one.stamps is None or one.stamps.tz, one.turbines is None) for one in records}
    if len(kinds) < 2 or not is_disjoint or len(alike) > 1 or records[0].stamps is None:
        return list(records), []
    by_whom = _by_turbine(list(kinds.values()), root)
    if by_whom is None:
        return list(records), []
    together = {turbine: [whom[turbine] for whom in by_whom] for turbine in by_whom[0]}
    joined = [_joined(parts, turbine or root.resolve().name) for turbine, parts in together.items()]
    first = [below(of_kind[0].path, root) for of_kind in next(iter(together.values()))]
    return joined, [
        f"Files of different columns are joined on time, such as {' and '.join(first)}."
    ]


def complete(records: Sequence[Records], site: Site) -> list[Records]:
    """`records` with their columns in the order of `site`. Raises DataError where some are missing.

    An open site may lack some, and have others behind them.
    """
    order = [column.name for column in site.columns]
    ordered = []
    for one in records:
        if one.lacking and not one.variables.issuperset(order):
            raise DataError(one.lacking)
        known = [name for name in order if name in one.variables]
        names = known + [column.name for column in one.columns if column.name not in known]
        if names == list(one.table):
            ordered.append(one)
            continue
        by_name = {column.name: column for column in one.columns}
        columns = tuple(by_name[name] for name in names)
        ordered.append(replace(one, table=one.table[names], columns=columns))
    return ordered


def _by_turbine(kinds: list[list[Records]], root: Path) -> list[dict[str, list[Records]]] | None:
    """For the files of each kind of columns, those of each turbine; None where they do not pair."""
    words = [[_words(one.path, root) for one in of_kind] for of_kind in kinds]
    borne = [frozenset.intersection(*map(frozenset, of_kind)) for of_kind in words]
    own = [of_kind - frozenset.intersection(*borne) for of_kind in borne]
    if any(word.isdigit() or turbine_number(word) for of_kind in own for word in of_kind):
        return None
    pairs = []
    for of_kind, words_of_kind in zip(kinds, own, strict=True):
        by: dict[str, list[Records]] = {}
        for one in of_kind:
            by.setdefault(_rest(one.path, root, words_of_kind), []).append(one)
        pairs.append(by)
    is_named = all(pairs[0]) or all(_SUBJECT.fullmatch(word) for of in own for word in of)
    return pairs if is_named and all(by.keys() == pairs[0].keys() for by in pairs) else None


def _parts(path: Path, root: Path) -> list[str]:
    return [strip_period(part) for part in without_format(below(path, root)).split("/")]


def _words(path: Path, root: Path) -> list[str]:
    return [word.lower() for part in _parts(path, root) for word in _WORD.findall(part)]


def _rest(path: Path, root: Path, without: frozenset[str]) -> str:
    """The path as a turbine's name, without those words."""
    kept = (
        "_".join(word for word in _WORD.findall(part) if word.lower() not in without)
        for part in _parts(path, root)
    )
    return "/".join(part for part in kept if part)


def _joined(kinds: list[list[Records]], turbine: str) -> Records:
    """The files of one turbine, of each kind of columns in turn, as one."""
    tables = [_keyed(of_kind, turbine) for of_kind in kinds]
    names = " and ".join(str(of_kind[0].path) for of_kind in kinds)
    steps = [max(map(step, of_kind)) for of_kind in kinds]
    if max(steps) > OTHER_STEP * min(steps):
        raise DataError(
            f"{names} hold different columns of {turbine}, one record every "
            f"{' and '.join(f'{one / 6e7:g} min' for one in steps)}. Average them onto one step, "
            "or run them apart."
        )
    table = tables[0]
    for other in tables[1:]:
        n_shared = len(table.index.intersection(other.index))
        if n_shared < LEAST_SHARED * min(len(table), len(other)):
            raise DataError(
                f"{names} hold different columns of {turbine}, and share only {n_shared} of "
                f"{min(len(table), len(other))} times. Give both at the same times, or run them "
                "apart."
            )
        table = table.join(other, how="outer")
    return _records(table, kinds)


def _keyed(records: list[Records], turbine: str) -> pd.DataFrame:
    """The tables one behind the other, by turbine, stamp, and how often both came before."""
    tables = []
    for one in records:
        owners = pd.Series(turbine, one.table.index) if one.turbines is None else one.turbines
        stamps = pd.Series(one.stamps, one.table.index)
        keyed = one.table.assign(**dict(zip(KEYS, (owners, stamps), strict=True)))
        tables.append(keyed[stamps.notna()])
    table = pd.concat(tables)
    nth = table.groupby(KEYS, sort=False).cumcount()
    return table.set_index([*(table[key] for key in KEYS), nth]).drop(columns=KEYS)


def _records(table: pd.DataFrame, kinds: list[list[Records]]) -> Records:
    parts = [one for of_kind in kinds for one in of_kind]
    first = parts[0]
    index = table.index
    time = first.time
    if time is None:  # not so: only timed records are joined
        return first
    stamps = pd.DatetimeIndex(index.get_level_values(1)).as_unit("us")
    notices = [said for one in parts for said in (*one.notices, *(one.time or time).notices)]
    turbines = pd.Series(index.get_level_values(0), name=getattr(first.turbines, "name", None))
    return replace(
        first,
        table=table.reset_index(drop=True),
        time=replace(time, stamps={time.order: stamps}, notices=tuple(dict.fromkeys(notices))),
        turbines=turbines,
        columns=tuple(column for of_kind in kinds for column in of_kind[0].columns),
        beside=tuple(one.path for one in parts[1:]),
    )
