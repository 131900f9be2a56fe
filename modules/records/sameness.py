"""Whether records that bear one name can be those of one turbine, told from times and readings."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modules.records.file_records import Records
from modules.records.paths import below, stem, strip_period, turbine_number

AGREEMENT = 0.9  # share of the shared stamps that must have the same readings
LEAST_SHARED = 0.5  # of the rows in the span that both cover, for their stamps to be the same
STRAY_SHARE = 0.01  # of the rows of the shorter: an overlap that is a slip, not a record


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


def is_one(records: Sequence[Records]) -> bool:
    """Whether `records`, of files of one name, may be those of one turbine."""
    if len(records) == 1:
        return True
    if records[0].stamps is None:
        return False
    if records[0].turbines is None:
        numbers = {turbine_number(strip_period(stem(one.path))) for one in records}
        if len(numbers - {""}) > 1:
            return False
    return may_be_one(records)


def may_be_one(records: Sequence[Records]) -> bool:
    """Whether timed `records` follow each other in time, or agree where they overlap."""
    spans = [span(one) for one in records]
    in_time = sorted(range(len(records)), key=lambda i: spans[i])
    for place, i in enumerate(in_time):
        for j in in_time[place + 1 :]:
            if spans[j][0] > spans[i][1]:
                break
            if not _agree(records[i], records[j]):
                return False
    return True


def span(records: Records) -> tuple[int, int]:
    """The first and the last time of `records`, us."""
    times = _times(records)
    return (int(times.min()), int(times.max())) if times.size else (0, -1)


def _times(records: Records) -> np.ndarray:
    stamps = records.stamps
    return np.empty(0, int) if stamps is None else stamps[stamps.notna()].as_unit("us").asi8


def step(records: Records) -> float:
    """The median time from stamp to stamp of `records`, us; 0 where there are no two."""
    differences = np.diff(np.unique(_times(records)))
    return float(np.median(differences)) if differences.size else 0.0


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
