"""Which turbine each file, or each part of a file, belongs to, and what it is called."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from modules.records.header import Records

# A date or period at the end of a name, and the number of an export behind it: WT01_2021-01,
# WT01_20210101_20210131, WT01-2021Q1, Turbine_1_2016-01-03_-_2017-01-01_228.
_PERIOD = re.compile(
    r"(?:(?:^|[ _.\-]+)(?:19|20)\d{2}(?:[ _.\-]?(?:Q[1-4]|\d{2}))*)+(?:[ _.\-]+\d{1,6})?$",
    re.IGNORECASE,
)
_COPY = re.compile(r"(?: ?\(\d+\)|[ _\-]+copy(?:[ _]?\d+)?|[ _\-]+복사본)+$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(csv|csv\.gz|parquet|pq|xlsx|zip)$", re.IGNORECASE)
_TURBINE = re.compile(
    r"(?:^|[^a-z])((?:wtg|wt|wea|t|g|turbine|unit)[ _\-]*0*\d+|0*\d+[ ]*호기)", re.IGNORECASE
)
AGREEMENT = 0.9  # share of the shared stamps that must have the same readings
LEAST_SHARED = 0.5  # of the rows in the span that both cover, for their stamps to be the same
STRAY_SHARE = 0.01  # of the rows of the shorter: an overlap that is a slip, not a record


@dataclass(frozen=True)
class Piece:
    """Records of one turbine, and the names it may bear, from the coarsest to the finest."""

    records: Records
    names: tuple[str, ...]


def stem(path: Path) -> str:
    """The file's name without what says its format."""
    return _SUFFIX.sub("", path.name)


def strip_period(name: str) -> str:
    """`name` without the date or period, and the mark of a copy, at its end."""
    return _PERIOD.sub("", _COPY.sub("", name))


def folders(path: Path, root: Path) -> tuple[str, ...]:
    """Subfolders between `root` and the file, without periods such as 2021/04."""
    parts = path.relative_to(root).parts[:-1] if path != root else ()
    plain = [strip_period(part) for part in parts if not re.fullmatch(r"\d{1,2}", part)]
    return tuple(part for part in plain if part)


def below(path: Path, root: Path) -> str:
    """The whole path from `root` on."""
    return path.relative_to(root).as_posix() if path != root else path.name


def labels(path: Path, root: Path) -> set[str]:
    """What the user may call the file by."""
    name, parts = strip_period(stem(path)), folders(path, root)
    raw = path.relative_to(root).parts[:-1] if path != root else ()
    together = {"/".join((*parts, name)), "/".join(parts)} - {""}
    return {*parts, *raw, name, stem(path), path.name, below(path, root), *together}


def split_wide(raw: pd.DataFrame, suffix: str | None) -> dict[str | None, pd.DataFrame]:
    """The columns of each turbine, with those of all, where names end in a turbine's `suffix`.

    `raw`: (n, n_columns). `suffix`: a pattern whose first group is the turbine's name; without
    one, or without such names, all columns come back under None.
    """
    ends = {name: re.search(f"(?:{suffix})$", name) for name in raw.columns} if suffix else {}
    own = {name: (end.group(1), name[: end.start()]) for name, end in ends.items() if end}
    common = [name for name in raw.columns if name not in own]
    wide: dict[str | None, pd.DataFrame] = {}
    for turbine in dict.fromkeys(turbine for turbine, _ in own.values()):
        names = {name: plain for name, (whose, plain) in own.items() if whose == turbine}
        wide[turbine] = raw[[*common, *names]].rename(columns=names)
    return wide or {None: raw}


def name_turbines(records: Sequence[Records], root: Path) -> dict[str, list[Records]]:
    """Records by turbine, every one of them once.

    Named by the site's turbine column; else by the subfolder; else by the file, without the
    period at its end. Files that so bear one name are one turbine where they follow each other
    in time or agree where they overlap, and else are named more finely, at last by the whole
    path. Files without times never are one turbine.
    """
    pieces = [piece for record in records for piece in _pieces(record, root)]
    shared = _stems_of_several_folders(pieces, root)
    pieces = [
        Piece(piece.records, (name, *piece.names)) if (name := shared.get(id(piece))) else piece
        for piece in pieces
    ]
    return _named(list(_split(pieces, 0)))


def without_copies(records: Sequence[Records], root: Path) -> tuple[list[Records], list[str]]:
    """(`records` without those that repeat another file from first to last, notices of these).

    Records without times may be equal, those of turbines that stood still, and those of files
    that differ in the number at the end of their names.
    """
    if len(records) == 1:
        return list(records), []
    first: dict[str, Records] = {}
    notices = []
    for one in sorted(records, key=lambda one: len(one.path.parts)):
        same = first.setdefault(_digest(one), one)
        if same is not one:
            copy, other = below(one.path, root), below(same.path, root)
            notices.append(f"{copy} repeats {other} and is counted once.")
    kept = {id(one) for one in first.values()}
    return [one for one in records if id(one) in kept], notices


def _digest(records: Records) -> str:
    moves = any(records.table[name].nunique() > 1 for name in records.table)
    if records.stamps is None or not moves:
        return str(records.path)
    digest = hashlib.sha256(records.stamps.asi8.tobytes())
    digest.update("".join(re.findall(r"\d+", strip_period(stem(records.path)))[-1:]).encode())
    for name in sorted(records.table):
        digest.update(name.encode(errors="backslashreplace"))
        digest.update(records.table[name].to_numpy().tobytes())
    if records.turbines is not None:
        digest.update("\n".join(records.turbines).encode(errors="backslashreplace"))
    return digest.hexdigest()


def _pieces(records: Records, root: Path) -> list[Piece]:
    """The parts of a file by its turbine column, or the file as one piece."""
    path = records.path
    plain, parts = strip_period(stem(path)), folders(path, root)
    coarse = "/".join(parts) or plain or root.resolve().name
    fine = "/".join((*parts, plain)) if plain else coarse
    files = (coarse, fine, _SUFFIX.sub("", below(path, root)), below(path, root))
    if records.turbines is None:
        return [Piece(records, files)]
    found = records.turbines.groupby(records.turbines, sort=True).indices
    return [
        Piece(_part(records, rows), (str(name), *(f"{file}/{name}" for file in files)))
        for name, rows in found.items()
    ]


def _part(records: Records, rows: np.ndarray) -> Records:
    time = None if records.time is None else records.time.take(rows)
    return replace(records, table=records.table.iloc[rows], time=time)


def _stems_of_several_folders(pieces: Sequence[Piece], root: Path) -> dict[int, str]:
    """By `id` of a piece, the file's name where it stands for one turbine in several folders.

    It must end in a number, as WT01 does, and no folder may be named like a turbine.
    """
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for piece in pieces:
        path = piece.records.path
        name, parts = strip_period(stem(path)), folders(path, root)
        is_timed = piece.records.stamps is not None and piece.records.turbines is None
        if is_timed and name[-1:].isdigit() and not any(_TURBINE.search(part) for part in parts):
            found.setdefault(name, {})[id(piece)] = parts
    several = {name: by for name, by in found.items() if len(set(by.values())) > 1}
    return {which: name for name, by in several.items() for which in by}


def _name(piece: Piece, level: int) -> str:
    return piece.names[min(level, len(piece.names) - 1)]


def _split(pieces: Sequence[Piece], level: int) -> Iterator[tuple[int, list[Piece]]]:
    """Pieces of one turbine each, and the level of their names that they are told apart by."""
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(_name(piece, level), []).append(piece)
    for together in groups.values():
        if _is_one(together) or level + 1 >= max(len(piece.names) for piece in together):
            yield level, together
        else:
            yield from _split(together, level + 1)


def _named(groups: list[tuple[int, list[Piece]]]) -> dict[str, list[Records]]:
    """Each group under the coarsest name that no other one bears."""
    finest = max(len(piece.names) for _, together in groups for piece in together)
    while True:
        counts = Counter(_name(together[0], level) for level, together in groups)
        finer = [
            (level + (level < finest and counts[_name(together[0], level)] > 1), together)
            for level, together in groups
        ]
        if [level for level, _ in finer] == [level for level, _ in groups]:
            break
        groups = finer
    return {_name(group[0], level): [piece.records for piece in group] for level, group in groups}


def _is_one(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces may be the records of one turbine."""
    if len(pieces) == 1:
        return True
    if pieces[0].records.stamps is None:
        return False
    if pieces[0].records.turbines is None:
        numbers = [_TURBINE.findall(strip_period(stem(piece.records.path))) for piece in pieces]
        if len({found[-1].lower() for found in numbers if found}) > 1:
            return False
    spans = [_span(piece.records) for piece in pieces]
    in_time = sorted(range(len(pieces)), key=lambda i: spans[i])
    for place, i in enumerate(in_time):
        for j in in_time[place + 1 :]:
            if spans[j][0] > spans[i][1]:
                break
            if not _agree(pieces[i].records, pieces[j].records):
                return False
    return True


def _span(records: Records) -> tuple[int, int]:
    times = _times(records)
    return (int(times.min()), int(times.max())) if times.size else (0, -1)


def _times(records: Records) -> np.ndarray:
    stamps = records.stamps
    return np.empty(0, int) if stamps is None else stamps[stamps.notna()].as_unit("us").asi8


def _agree(one: Records, other: Records) -> bool:
    """Whether two records that overlap in time can be of one turbine.

    They can where the rows of one lie in a gap of the other, or where the readings at the stamps
    they share are the same.
    """
    first, second = _times(one), _times(other)
    start, stop = max(first.min(), second.min()), min(first.max(), second.max())
    inside = [int(((times >= start) & (times <= stop)).sum()) for times in (first, second)]
    if min(inside) <= max(1, STRAY_SHARE * min(first.size, second.size)):
        return True
    tables = []
    for records in (one, other):
        table = records.table.set_axis(records.stamps, axis=0)
        tables.append(table[table.index.notna() & ~table.index.duplicated()])
    shared = tables[0].index.intersection(tables[1].index)
    if len(shared) < LEAST_SHARED * min(inside):
        return False
    left, right = (table.loc[shared].to_numpy(np.float64) for table in tables)
    both = np.isfinite(left) & np.isfinite(right)
    same = ((left == right) | ~both).all(axis=1)
    return bool(both.any() and same.mean() >= AGREEMENT)
