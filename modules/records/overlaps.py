"""Files under several names that hold the same readings: exports of one turbine that overlap."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from modules.records.file_records import Records
from modules.records.sameness import is_one

LEAST_ROWS = 20  # that two must share
N_PARTS = 8  # of all rows, one of which is sorted at a time
LEAST_DIFFERENT = 10  # of them: turbines that stand still look alike


def overlaps_joined(parts: dict[str, list[Records]]) -> tuple[dict[str, list[Records]], list[str]]:
    """(`parts`, those under the first name whose rows are also in it, notices of them).

    Only names that end in the same number can be of one turbine, and no file with a turbine column.
    """
    rows = {
        name: np.unique(np.concatenate([_hashes(one) for one in together]))
        for name, together in sorted(parts.items())
        if len(parts) > 1 and all(_may_join(one) for one in together)
    }
    joined, notices = dict(parts), []
    first = {name: name for name in rows}
    for name, other in _sharing(rows):
        name, other = sorted((first[name], first[other]))
        if name == other or _last_number(name) != _last_number(other):
            continue
        together = joined[name] + joined[other]
        shared = np.intersect1d(rows[name], rows[other])
        if _moves(joined[other], shared) and is_one(together):
            joined[name] = together
            del joined[other]
            rows[name] = np.union1d(rows[name], rows[other])
            first |= {alias: name for alias, known in first.items() if known == other}
            notices.append(
                f"{name} and {other} hold the same readings where they overlap, and are taken for "
                f"one turbine, {name}."
            )
    return joined, notices


def _may_join(records: Records) -> bool:
    return records.stamps is not None and records.turbines is None


def _sharing(rows: dict[str, np.ndarray]) -> list[tuple[str, str]]:
    """The pairs of names that have enough of their `rows` in common, each uint64 (n,)."""
    names, shared = list(rows), Counter[tuple[int, int]]()
    for part in range(N_PARTS if rows else 0):
        some = [each[each % N_PARTS == part] for each in rows.values()]
        found = np.concatenate(some)
        whose = np.repeat(np.arange(len(names)), [len(each) for each in some])
        order = np.argsort(found, kind="stable")
        found, whose = found[order], whose[order]
        twice = found[1:] == found[:-1]
        both = np.stack([whose[:-1][twice], whose[1:][twice]], axis=1)
        pairs, counts = np.unique(both, axis=0, return_counts=True)
        shared.update(dict(zip(map(tuple, pairs.tolist()), counts.tolist(), strict=True)))
    return [(names[i], names[j]) for i, j in sorted(shared) if shared[i, j] >= LEAST_ROWS]


def _last_number(name: str) -> list[str]:
    return re.findall(r"\d+", name)[-1:]


def _hashes(records: Records) -> np.ndarray:
    """A number for the stamp and the readings of each row, uint64 (n,)."""
    table = records.table.set_axis(records.stamps, axis=0)
    return pd.util.hash_pandas_object(table[table.index.notna()]).to_numpy()


def _moves(records: Sequence[Records], shared: np.ndarray) -> bool:
    """Whether the readings of the `shared` rows differ among themselves."""
    tables = [one.table[np.isin(_hashes(one), shared)] for one in records if _is_whole(one)]
    return bool(tables) and len(pd.concat(tables).drop_duplicates()) >= LEAST_DIFFERENT


def _is_whole(records: Records) -> bool:
    return records.stamps is not None and not records.stamps.hasnans
