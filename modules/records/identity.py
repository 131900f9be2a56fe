"""Columns that say whose a row is, or that count: they part the rows, and are no variables."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import CODE, TRUTH, Column
from modules.records.numeric_times import is_epoch

_TURBINE = r"(?:wind_?)?(?:turbine|turb|wtg|wea)|asset|호기|터빈|발전기"
_OWNER = (
    rf"{_TURBINE}|wt|device|machine|unit|plant|farm|park|site|engine|station|sensor|example|"
    r"sequence|seq|series|sample|subject|episode|trajectory|traj|case|trial|patient|item|unique|"
    r"user|run|session|track|vehicle|node|meter|window|group|symbol|ticker"
)
_NUMBER = r"id|ids|name|nr|no|num|number|nummer|code|key|label|번호|명|이름"
# What such a column is called beyond doubt, and by names that may be a variable's.
_SURE = re.compile(rf"(?:{_TURBINE})(?:_?(?:{_NUMBER}))?|wt_?(?:id|name|nr|no)")
_LIKELY = re.compile(rf"(?:{_OWNER})(?:_?(?:{_NUMBER}))?|id|name|번호")
_COUNTER = re.compile(
    r"|index|level_0|unnamed.*|#|no|nr|num|number|row(?:_?(?:id|no|nr|number|index))?|rec(?:ord)?(?:_?"
    r"(?:id|no|nr|number))?|id|counter|count|seq|step|steps|t|cycle|cycles|time_in_cycles|"
    r"day(?:s|_?(?:no|nr|num|number|index|of_year|id))?|dayofyear|doy|julian_?day|번호|순번|일차|일"
)
_ELAPSED = re.compile(
    r"(?:elapsed|running|run|time|t)?_?(?:s|sec|secs|seconds?|ms|min|minutes?|elapsed)|"
    r"elapsed(?:_time)?|offset|초|경과(?:시간)?"
)
_IDENTIFIER = re.compile(
    r"(?:.*_)?(?:uid|uuid|guid|id|key|serial(?:_?(?:no|nr|num|number))?|번호)|(?:object|row|record|event|"
    r"f|g|o)id"
)
UNIQUE = 0.99  # of an identifier's cells; exports that overlap repeat a few
REPEATED = 2.0  # rows that an owner has on the average, at least
RESTARTS = 0.2  # share of the rows whose stamps stand more than once, at least
LEAST_ROWS = 20  # for a column of any name to be seen to count the rows


def plain(name: str) -> str:
    """`name` in small letters, all but letters and digits as one underscore."""
    return re.sub(r"[\W_]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name)).strip("_").lower()


def is_named_like_owner(name: str) -> bool:
    """Whether a column called `name` may say whose each row is."""
    return any(words.fullmatch(plain(name)) for words in (_SURE, _LIKELY))


def chosen(wanted: Sequence[str], names: Sequence[str], setting: str) -> list[str]:
    """Those of `names` that are `wanted`, compared without regard to case and punctuation.

    A name that holds a comma comes in several parts. Raises DataError, in the words of `setting`,
    for one that is not there.
    """
    spelt = {plain(name): name for name in reversed(names)} | {name: name for name in names}
    found, parts = [], list(wanted)
    while parts:
        words = [",".join(parts[:n]) for n in range(1, len(parts) + 1)]
        word = next((word for word in words if word in spelt or plain(word) in spelt), None)
        if word is None:
            raise DataError(
                f"`{setting}` must name columns of the data. Received: {parts[0]!r}. "
                f"There is: {', '.join(names)}. Correct `--{setting}`."
            )
        found.append(spelt.get(word) or spelt[plain(word)])
        parts = parts[word.count(",") + 1 :]
    return found


def is_whole(values: pd.Series) -> bool:
    """Whether `values`, (n,), are numbers, all of them whole."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return False
    present = values.dropna().to_numpy(np.float64)
    return bool(present.size and np.isfinite(present).all() and (present == np.rint(present)).all())


def find_owners(
    raw: pd.DataFrame,
    stamps: pd.DatetimeIndex | None,
    taken: Sequence[str | None],
    known: Sequence[str] = (),
) -> tuple[list[str], list[str]]:
    """(The columns by which the rows of `raw` are to be kept apart, all that name an owner).

    `raw`: (n, n_columns), as a file holds it. `stamps`: (n,). `known`: columns that are known to
    name the owner. An owner's column holds text or whole numbers. It is known by its name; by a
    likely name where its rows come in runs or in times that restart; or, under any name, where
    nothing else tells stamps that restart apart.
    """
    free = [name for name in raw.columns if name not in taken and _may_name(raw[name])]
    sure = list(known) or [
        name for name in free if _SURE.fullmatch(plain(name)) and _repeats(raw[name], 1.0)
    ]
    found = sure + [
        name
        for name in free
        if name not in sure and _LIKELY.fullmatch(plain(name)) and _parts(raw[name], stamps)
    ]
    if not found:
        telling = [name for name in free if _tells_apart(raw[name], stamps)]
        found = sorted(telling, key=lambda name: raw[name].nunique())[:1]
    apart: list[str] = []
    n_groups = 1
    for name in found:
        n_finer = len(raw[[*apart, name]].drop_duplicates())
        if n_finer > n_groups:
            apart, n_groups = [*apart, name], n_finer
    return apart or sure[:1], found


def owners(raw: pd.DataFrame, apart: Sequence[str], path: Path) -> pd.Series:
    """The owner of every row as text, (n,). Raises DataError where a row has none."""
    parts = []
    for name in apart:
        values = raw[name]
        if values.isna().any():
            raise DataError(
                f"{path}, column '{name}' names no turbine in {values.isna().sum()} rows. "
                "Fill the names in, or remove those rows."
            )
        text = (values.astype("int64") if is_whole(values) else values).astype(str)
        parts.append(text.str.strip())
    together = parts[0]
    for part in parts[1:]:
        together = together + "/" + part
    return together.rename("/".join(apart))


def _may_name(values: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_bool_dtype(values):
        return False
    if pd.api.types.is_numeric_dtype(values):
        return is_whole(values)
    # Parquet may hold a list in a cell, which names nobody.
    return pd.api.types.infer_dtype(values, skipna=True) in ("string", "categorical", "empty")


def _repeats(values: pd.Series, least: float) -> bool:
    """Whether owners have more than `least` rows on the average; one row may be alone."""
    n_owners = values.nunique()
    return bool(n_owners and (len(values) > least * n_owners or len(values) == 1))


def _parts(values: pd.Series, stamps: pd.DatetimeIndex | None) -> bool:
    if not _repeats(values, REPEATED):
        return False
    n_runs = int((values != values.shift()).sum())
    return n_runs == values.nunique() or _tells_apart(values, stamps)


def _tells_apart(values: pd.Series, stamps: pd.DatetimeIndex | None) -> bool:
    """Whether stamps that come more than once come once by owner."""
    if stamps is None or not _repeats(values, REPEATED):
        return False
    double = stamps.duplicated(keep=False) & stamps.notna()
    if double.mean() < RESTARTS or values.isna().any():
        return False
    by_owner = pd.DataFrame({"owner": values.to_numpy(), "stamp": stamps}).duplicated(keep=False)
    return bool((by_owner & double).mean() < RESTARTS * double.mean())


def counts(values: pd.Series, owner: pd.Series | None) -> bool:
    """Whether `values`, (n,), count rows or days, from anew for each `owner`, (n,).

    Under a name that says so they may stand still; under any other they go up by 1 at each of at
    least 20 rows. Under a name of counters or of lengths of time they may go up by any one number.
    Seconds since 1970 count under every name.
    """
    if values.isna().all() or not is_whole(values) or values.isna().any():
        return False
    numbers = values.to_numpy(np.float64)
    if len(numbers) < 2:
        return False
    if is_epoch(numbers):
        return True
    steps = np.diff(numbers)
    falls = steps < 0
    if not np.isin(numbers[1:][falls], (numbers[0], 0, 1)).all():
        return False
    turns = np.zeros(steps.shape, bool) if owner is None else (owner != owner.shift())[1:]
    if (falls & ~np.asarray(turns)).any() and np.ptp(numbers) < 2:  # day or night, a tip or none
        return False
    begins = np.flatnonzero(falls | np.asarray(turns))
    inside = np.delete(steps, begins)
    if inside.size == 0:
        return False
    name = plain(str(values.name))
    is_even = inside[0] > 0 and (inside == inside[0]).all()
    if _COUNTER.fullmatch(name) and np.isin(inside, (0, 1)).all() and (inside == 1).any():
        return True
    if not is_even or len(numbers) < LEAST_ROWS or inside.size <= 2 * begins.size:
        return False
    return bool(inside[0] == 1 or _COUNTER.fullmatch(name) or _ELAPSED.fullmatch(name))


def identifies(values: pd.Series) -> bool:
    """Whether `values`, (n,), are called an identifier and are one, of each row or of all of them.

    Whole numbers, in whatever order, that are each another or all the same.
    """
    if not _IDENTIFIER.fullmatch(plain(str(values.name))) or not is_whole(values):
        return False
    n_distinct = values.nunique()
    return n_distinct == 1 or bool(n_distinct >= UNIQUE * values.count())


def undeclared(name: str, values: pd.Series, unit: str = "") -> Column:
    """A variable of which only name and unit are known, and whether it says but yes or no."""
    types = pd.api.types
    is_number = types.is_numeric_dtype(values) and not types.is_bool_dtype(values)
    if not is_number and set(values.dropna().unique()) <= {True, False}:
        return Column(name=name, kind=CODE, unit=TRUTH)
    return Column(name=name, unit=unit)
