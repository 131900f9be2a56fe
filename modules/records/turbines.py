"""Which turbine each file, or each part of a file, belongs to, and what it is called."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from modules.aside import put_aside
from modules.records.file_records import Records
from modules.records.overlaps import overlaps_joined
from modules.records.paths import (
    below,
    folders,
    plain_name,
    stem,
    strip_period,
    turbine_number,
    without_format,
)
from modules.records.sameness import is_one, may_be_one, span, step

_NUMBERED = re.compile(r"(.+)[ _\-]0*(\d{1,3})")
FOLLOWS_AT_ONCE = 1.5  # steps from the last record of a part to the first of the next


@dataclass(frozen=True)
class Piece:
    """Records of one turbine, and the names it may bear, from the coarsest to the finest."""

    records: Records
    names: tuple[str, ...]


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


def name_turbines(
    records: Sequence[Records], root: Path
) -> tuple[dict[str, list[Records]], list[str]]:
    """(Records by turbine, every one of them once; notices of names taken for one).

    Named by the site's turbine column; else by the subfolder; else by the file, without the
    periods in it. Files that so bear one name are one turbine where they follow each other
    in time or agree where they overlap, and else are named more finely, at last by the whole
    path. Files without times never are one turbine.
    """
    parts = put_aside(part for record in records for part in _parts(record))
    pieces = [_piece(part, root) for part in parts]
    shared = _stems_of_several_folders(pieces, root)
    pieces = [
        Piece(piece.records, (name, *piece.names)) if (name := shared.get(id(piece))) else piece
        for piece in pieces
    ]
    pieces, notices = _spelt_alike(pieces)
    joined, of_parts = _parts_joined(_named(list(_split(pieces, 0))))
    joined, of_overlaps = overlaps_joined(joined)
    return joined, notices + of_parts + of_overlaps


def _parts(records: Records) -> Iterator[Records]:
    """The parts of a file by its turbine column, or the file as one."""
    if records.turbines is None:
        yield records
        return
    found = records.turbines.groupby(records.turbines, sort=True).indices
    for rows in found.values():
        time = None if records.time is None else records.time.take(rows)
        table, turbines = records.table.iloc[rows], records.turbines.iloc[rows]
        yield replace(records, table=table, time=time, turbines=turbines)


def _piece(records: Records, root: Path) -> Piece:
    """The records of one turbine, with its names."""
    path = records.path
    plain, parts = strip_period(stem(path)), folders(path, root)
    coarse = "/".join(parts) or plain or root.resolve().name
    fine = "/".join((*parts, plain)) if plain else coarse
    files = (coarse, fine, without_format(below(path, root)), below(path, root))
    if records.turbines is None:
        return Piece(records, files)
    name = records.turbines.iloc[0]
    return Piece(records, (str(name), *(f"{file}/{name}" for file in files)))


def _stems_of_several_folders(pieces: Sequence[Piece], root: Path) -> dict[int, str]:
    """By `id` of a piece, the file's name where it stands for one turbine in several folders.

    It must end in a number, as WT01 does, and no folder may be named like a turbine.
    """
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for piece in pieces:
        path = piece.records.path
        name, parts = strip_period(stem(path)), folders(path, root)
        is_timed = piece.records.stamps is not None and piece.records.turbines is None
        if is_timed and name[-1:].isdigit() and not any(map(turbine_number, parts)):
            found.setdefault(name, {})[id(piece)] = parts
    several = {name: by for name, by in found.items() if len(set(by.values())) > 1}
    return {which: name for name, by in several.items() for which in by}


def _spelt_alike(pieces: Sequence[Piece]) -> tuple[list[Piece], list[str]]:
    """(The pieces, under one spelling where names differ in case, blanks or zeros; notices).

    So WT1, wt1 and WT01 are one turbine where their records can be; else they stay apart.
    """
    alike: dict[str, dict[str, list[Piece]]] = {}
    for piece in pieces:
        by_spelling = alike.setdefault(plain_name(piece.names[0]), {})
        by_spelling.setdefault(piece.names[0], []).append(piece)
    settled: dict[str, str] = {}
    notices = []
    for spellings in alike.values():
        if len(spellings) == 1:
            continue
        together = [piece.records for same in spellings.values() for piece in same]
        told = ", ".join(repr(name) for name in sorted(spellings))
        if together[0].stamps is None or not may_be_one(together):
            notices.append(
                f"Names that differ in case, blanks or zeros alone stay apart, for their records "
                f"do: {told}. Rename one where they are one turbine."
            )
            continue
        rows = {name: sum(len(p.records.table) for p in same) for name, same in spellings.items()}
        chosen = max(sorted(rows, key=lambda name: name != name.strip()), key=rows.__getitem__)
        settled |= dict.fromkeys(spellings, chosen)
        notices.append(f"Taken for one turbine, {chosen}: {told}. Rename one where they are two.")
    return [
        Piece(piece.records, (settled.get(piece.names[0], piece.names[0]), *piece.names[1:]))
        for piece in pieces
    ], notices


def _name(piece: Piece, level: int) -> str:
    return piece.names[min(level, len(piece.names) - 1)]


def _split(pieces: Sequence[Piece], level: int) -> Iterator[tuple[int, list[Piece]]]:
    """Pieces of one turbine each, and the level of their names that they are told apart by."""
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(_name(piece, level), []).append(piece)
    for together in groups.values():
        is_whole = is_one([piece.records for piece in together])
        if is_whole or level + 1 >= max(len(piece.names) for piece in together):
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


def _parts_joined(
    parts: dict[str, list[Records]],
) -> tuple[dict[str, list[Records]], list[str]]:
    """(`parts`, with WT01_1, WT01_2 ... as WT01 where each begins as the one before it ends)."""
    runs: dict[str, dict[int, str]] = {}
    for name in parts:
        found = _NUMBERED.fullmatch(name)
        if found and turbine_number(found.group(1)):
            runs.setdefault(found.group(1), {})[int(found.group(2))] = name
    joined, notices = dict(parts), []
    for whole, by_number in runs.items():
        names = [by_number[number] for number in sorted(by_number)]
        together = [one for name in names for one in parts[name]]
        if len(names) > 1 and whole not in parts and _follow_at_once(together):
            for name in names:
                del joined[name]
            joined[whole] = together
            notices.append(
                f"{', '.join(names)} follow each other without a gap and are taken for parts of "
                f"one turbine, {whole}."
            )
    return joined, notices


def _follow_at_once(records: Sequence[Records]) -> bool:
    if any(one.stamps is None or one.turbines is not None for one in records):
        return False
    longest = FOLLOWS_AT_ONCE * max(map(step, records))
    spans = [span(one) for one in records]
    return all(
        0 < after[0] - before[1] <= longest for before, after in zip(spans, spans[1:], strict=False)
    )
