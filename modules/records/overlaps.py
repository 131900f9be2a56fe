"""Files under several names that hold the same readings: exports of one turbine that overlap."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from modules.records.header import Records
from modules.records.paths import stem, strip_period
from modules.records.sameness import is_one

LEAST_ROWS = 20  # that two must share
LEAST_DIFFERENT = 10  # of them: turbines that stand still look alike


def overlaps_joined(parts: dict[str, list[Records]]) -> tuple[dict[str, list[Records]], list[str]]:
    """(`parts`, those under the first name whose rows are also in it, notices of them).

    Only files whose numbers are the same can be of one turbine, and none with a turbine column.
    """
    joined, notices = dict(parts), []
    rows = {
        name: np.unique(np.concatenate([_hashes(one) for one in together]))
        for name, together in parts.items()
        if all(one.stamps is not None and one.turbines is None for one in together)
    }
    numbers = {name: _numbers(parts[name]) for name in rows}
    for name in sorted(rows):
        for other in sorted(rows):
            if not (name < other and name in joined and other in joined):
                continue
            if numbers[name] != numbers[other]:
                continue
            shared = np.intersect1d(rows[name], rows[other])
            together = joined[name] + joined[other]
            if len(shared) >= LEAST_ROWS and _moves(joined[other], shared) and is_one(together):
                joined[name] = together
                del joined[other]
                rows[name] = np.union1d(rows[name], rows[other])
                notices.append(
                    f"{name} and {other} hold the same readings where they overlap, and are taken "
                    f"for one turbine, {name}."
                )
    return joined, notices


def _numbers(records: Sequence[Records]) -> set[str]:
    return {"".join(_last_number(one.path)) for one in records}


def _last_number(path: Path) -> list[str]:
    return re.findall(r"\d+", strip_period(stem(path)))[-1:]


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
