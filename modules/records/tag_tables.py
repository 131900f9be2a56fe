"""Tables of one reading a row, with the name of its variable beside it: a column for each."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from modules.errors import DataError
from modules.records.identity import is_named_like_owner, plain
from modules.records.numbers import LEAST_SHARE, share_of_numbers
from modules.records.paths import turbine_number
from modules.records.time_column import CALENDAR, CLOCK, is_named_like_time, kind_of
from modules.records.times import as_text
from modules.records.words import is_unit

_TAG = re.compile(
    r"(?:tag|variable|var|signal|parameter|param|metric|channel|point|measurement|measurand|"
    r"quantity|attribute|태그|변수|항목|측정_?항목|신호)(?:_?(?:name|id|names|명|이름))?"
)
_VALUE = re.compile(
    r"(?:measured_?|measurement_?|data_?|tag_?)?(?:value|val|reading|wert|valor|valeur)s?|"
    r"값|측정_?[값치]|데이터_?값"
)
_ASIDE = re.compile(r"quality|qual|status|flag|confidence|opc_quality|good|품질|상태")
_NAMED = re.compile(r"(.*?(?:^|[^\W_])[^\W_]*\d+)[ ._\-/:]+(.+)")  # WT01.WindSpeed
MOST_TAGS = 2000
TURBINE = "turbine"


def with_columns(raw: pd.DataFrame, path: Path) -> pd.DataFrame:
    """`raw`, (n, n_columns), with a column for each tag where it is such a table; else itself.

    A column of text that is called tag, variable, signal or the like, and one called value, make
    one; beside them may stand times, whose the rows are, units of the tags, and quality, which is
    left out. Where all tags name a turbine, as WT01.WindSpeed does, that becomes a column.

    Raises DataError where other columns stand there as well.
    """
    tag, value = _pair(raw)
    if tag is None or value is None:
        return raw
    tags = as_text(raw[tag]).str.strip()
    beside = [name for name in raw if name not in (tag, value)]
    units = next((found for name in beside if (found := _units(raw[name], tags))), {})
    keys = [name for name in beside if _is_key(raw, name)]
    others = [
        name
        for name in beside
        if name not in keys
        and not _ASIDE.fullmatch(plain(name))
        and (as_text(raw[name]).groupby(tags).nunique() > 1).any()
    ]
    if others:
        raise DataError(
            f"{path} holds a variable's name in '{tag}' and its reading in '{value}' of each row, "
            f"and beside them {', '.join(others)}. Remove these columns, or pivot the table: a row "
            f"for each time, a column for each '{tag}'."
        )
    wide = _unstacked(raw, keys, tags, value)
    note = f"'{tag}' and '{value}' are read as a column for each of {tags.nunique()} tags"
    wide.attrs = raw.attrs | {
        "units": units,
        "notes": (*raw.attrs.get("notes", ()), note),
    }
    return wide


def _pair(raw: pd.DataFrame) -> tuple[str | None, str | None]:
    """The column of tags and that of their readings; None where there are not just these."""
    tags = [name for name in raw if _TAG.fullmatch(plain(name)) and _may_be_tags(raw[name])]
    values = [
        name
        for name in raw
        if _VALUE.fullmatch(plain(name)) and name not in tags and _share(raw[name]) >= LEAST_SHARE
    ]
    return (tags[0], values[0]) if len(tags) == len(values) == 1 else (None, None)


def _may_be_tags(values: pd.Series) -> bool:
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "categorical"):
        return False
    names = values.dropna().astype(str).unique()
    is_few = 0 < len(names) <= min(MOST_TAGS, len(values))
    are_turbines = all(re.fullmatch(r"[^\W\d]*[ _\-]?\d+", name.strip()) for name in names)
    return bool(is_few and values.notna().all() and not are_turbines)


def _share(values: pd.Series) -> float:
    if pd.api.types.is_numeric_dtype(values):
        return 1.0
    is_text = pd.api.types.infer_dtype(values, skipna=True) == "string"
    return share_of_numbers(values) if is_text else 0.0


def _is_key(raw: pd.DataFrame, name: str) -> bool:
    """Whether a column tells when or whose a reading is."""
    word = plain(name)
    if pd.api.types.infer_dtype(raw[name], skipna=True) == "string":
        cells = raw[name].dropna().drop_duplicates()
        if len(cells) and cells.map(is_unit).all():
            return False
    parts = [alias for aliases in (*CALENDAR.values(), *CLOCK.values()) for alias in aliases]
    is_time = is_named_like_time(name) or kind_of(raw[name]) in ("stamp", "date", "clock")
    return is_time or word in parts or is_named_like_owner(name)


def _units(values: pd.Series, tags: pd.Series) -> dict[str, str]:
    """The unit of each tag, where `values`, (n,), hold units alone and each tag has one."""
    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return {}
    by_tag = values.groupby(tags)
    are_units = values.dropna().drop_duplicates().map(is_unit).all() and values.notna().any()
    if not are_units or (by_tag.nunique() > 1).any():
        return {}
    return {str(tag): str(unit) for tag, unit in by_tag.first().dropna().items()}


def _unstacked(raw: pd.DataFrame, keys: Sequence[str], tags: pd.Series, value: str) -> pd.DataFrame:
    """A row for each of the `keys` as they come, a column for each of the `tags`."""
    frame = raw[list(keys)].copy()
    owner, names = _without_turbine(tags)
    if owner is not None and TURBINE not in frame:
        frame[TURBINE], tags = owner, names
    when = pd.Series(0, raw.index)
    if len(frame.columns):
        when = frame.groupby(list(frame), sort=False, dropna=False).ngroup()
    nth = when.groupby([when, tags]).cumcount()  # the same tag twice at a time: rows of their own
    row, _ = pd.factorize(pd.MultiIndex.from_arrays([when, nth]))
    wide = pd.Series(raw[value].to_numpy(), [row, tags.to_numpy()]).unstack()
    wide = wide[list(dict.fromkeys(tags))].reset_index(drop=True)
    first = frame[~pd.Series(row, frame.index).duplicated()].reset_index(drop=True)
    clash = [name for name in wide if name in first]
    return pd.concat([first, wide.rename(columns={name: f"{name}.1" for name in clash})], axis=1)


def _without_turbine(tags: pd.Series) -> tuple[pd.Series | None, pd.Series]:
    """(The turbine that each tag names, the tags without it) where all do, and the same ones."""
    split = {tag: _NAMED.fullmatch(tag) for tag in tags.unique()}
    found = {tag: (match[1], match[2]) for tag, match in split.items() if match}
    owners: dict[str, set[str]] = {}
    for whose, name in found.values():
        owners.setdefault(whose, set()).add(name)
    are_the_same = len({frozenset(names) for names in owners.values()}) == 1
    are_turbines = len(owners) > 1 and all(map(turbine_number, owners))
    if len(found) < len(split) or not are_the_same or not are_turbines:
        return None, tags
    owner, name = ({tag: parts[i] for tag, parts in found.items()} for i in (0, 1))
    return tags.map(owner), tags.map(name)
