"""From the raw columns of a file to the variables of a site."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.identity import chosen, counts, find_owners, owners, undeclared
from modules.records.position import check_position
from modules.records.readers import first_line_where
from modules.records.site import Site
from modules.records.timestamps import MixedTimeZones, parse_times

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Records:
    """One file in the site's terms: float64 columns, their stamps and turbine names if any.

    `time_name`: the column of the stamps. `notices`: what was decided over its columns.
    """

    path: Path
    table: pd.DataFrame
    stamps: pd.DatetimeIndex | None
    turbines: pd.Series | None
    columns: tuple[Column, ...]
    time_name: str | None = None
    notices: tuple[str, ...] = ()


def map_file(raw: pd.DataFrame, path: Path, site: Site) -> Records:
    """Name, order and convert the columns of `raw`, (n_records, n_columns), by `site`.

    Raises DataError for missing columns (all in one message), text among numbers, stamps that
    cannot be read and stamps of which only some carry a UTC offset.
    """
    names = {_plain(name, site): name for name in reversed(raw.columns)}
    _check_doubles(raw, path, site)
    sources = _declared(names, site)
    if not sources and len(raw.columns) == len(site.by_position):
        check_position(raw, path, site, is_timed=_holds_dates(raw[raw.columns[0]]))
        logger.info("%s: no known column name, so taken by position as '%s'", path, site.name)
        names = {
            _plain(name, site): column
            for name, column in zip(site.by_position, raw.columns, strict=True)
        }
        sources = _declared(names, site)
        time_name = raw.columns[0]
    else:
        time_name = _time_column(raw, names, path, site)
    _check_missing(raw, path, site, sources, time_name)
    stamps = None if time_name is None else _stamps(raw, time_name, path)
    turbine_name = _find(names, site.turbine_columns)
    apart = ids = [turbine_name] if turbine_name is not None else []
    if site.open and site.turbine_columns:
        apart, ids = find_owners(raw, stamps, [time_name, *sources.values()], apart)
    turbines = owners(raw, apart, path) if apart else None
    columns = tuple(column for column in site.columns if column.name in sources)
    notices: list[str] = []
    if site.open:
        taken = {time_name, *ids, *sources.values()}
        free = [name for name in raw.columns if name not in taken]
        if site.only is not None:
            wanted = chosen(site.only, [*sources, *free], "columns")
            columns = tuple(column for column in columns if column.name in wanted)
            free = [name for name in free if name in wanted]
        extra = _open_columns(raw[free], path, site, turbines, notices)
        columns += tuple(undeclared(name, raw[source]) for name, source in extra.items())
        sources |= extra
        if not columns:
            raise DataError(
                f"{path} has no numeric column. Found: {', '.join(raw.columns)}. "
                "Give a file with at least one column of numbers."
            )
    table = pd.DataFrame(
        {column.name: _numbers(raw, sources[column.name], path) for column in columns}
    )
    return Records(path, table, stamps, turbines, columns, time_name, tuple(notices))


def _plain(name: str, site: Site) -> str:
    name = name.strip().lstrip("/")
    if site.tag_prefix:
        name = re.sub(f"^{site.tag_prefix}", "", name)
    return _spelt(name)


def _check_doubles(raw: pd.DataFrame, path: Path, site: Site) -> None:
    if site.tag_prefix is None:
        return
    together: dict[str, list[str]] = {}
    for name in raw.columns:
        together.setdefault(_plain(name, site), []).append(name)
    double = next((names for names in together.values() if len(names) > 1), None)
    if double:
        raise DataError(
            f"{path} holds one variable of location '{site.name}' more than once: "
            f"{', '.join(double)}. Give each turbine a file of its own."
        )


def _find(names: dict[str, str], candidates: tuple[str, ...]) -> str | None:
    spelt = map(_spelt, candidates)
    return next((names[name] for name in spelt if name in names), None)


def _spelt(name: str) -> str:
    return re.sub(r"[.\s]", "_", name).lower()


def _declared(names: dict[str, str], site: Site) -> dict[str, str]:
    found = {column.name: _find(names, (column.name, *column.aliases)) for column in site.columns}
    return {name: source for name, source in found.items() if source is not None}


def _time_column(raw: pd.DataFrame, names: dict[str, str], path: Path, site: Site) -> str | None:
    for candidate in site.time_columns:
        name = names.get(_spelt(candidate))
        if name is not None and not (
            candidate == "index" and pd.api.types.is_numeric_dtype(raw[name])
        ):
            return name
    if site.time_required:
        return None
    dates = [name for name in raw.columns if _holds_dates(raw[name])]
    if len(dates) > 1:
        raise DataError(
            f"{path} has {len(dates)} columns of dates, and none is named like the time: "
            f"{', '.join(dates)}. Name the one to use 'datetime', or remove the others."
        )
    return dates[0] if dates else None


def _holds_dates(values: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values):
        return True
    present = values.dropna()
    if pd.api.types.is_numeric_dtype(values) or present.empty:
        return False
    try:
        parse_times(present.head(100))
    except ValueError:
        return False
    return True


def _check_missing(
    raw: pd.DataFrame, path: Path, site: Site, sources: dict[str, str], time_name: str | None
) -> None:
    missing = [column.name for column in site.columns if column.name not in sources]
    if site.open and sources:
        missing = []
    if site.time_required and time_name is None:
        missing.insert(0, f"a time column ({', '.join(site.time_columns)})")
    if missing:
        expected = len(site.columns) + site.time_required
        raise DataError(
            f"{path} lacks {len(missing)} of {expected} columns of location '{site.name}': "
            f"{', '.join(missing)}. Found: {', '.join(raw.columns)}. "
            "Set `--location`, or add the mapping in modules/location_module.py."
        )


def _open_columns(
    raw: pd.DataFrame,
    path: Path,
    site: Site,
    turbines: pd.Series | None,
    notices: list[str],
) -> dict[str, str]:
    extra = {}
    for name in raw.columns:
        values = raw[name]
        if site.only is None and _is_row_number(values):
            continue
        if site.only is None and counts(values, turbines):
            notices.append(
                f"{name.strip() or 'A nameless column'} counts rows or days and is no variable."
            )
            continue
        if pd.api.types.is_datetime64_any_dtype(values):
            logger.warning("%s: column %s holds dates and is left out", path, name)
        elif values.notna().any() and pd.to_numeric(values, errors="coerce").count() < 0.5 * (
            values.count()
        ):
            logger.warning("%s: column %s holds text and is left out", path, name)
        else:
            stripped = name.strip().lstrip("/")
            if site.tag_prefix:
                stripped = re.sub(f"^{site.tag_prefix}", "", stripped).replace(".", "_")
            extra[stripped] = name
    return extra


def _is_row_number(values: pd.Series) -> bool:
    """A nameless index that counts the rows, or the nothing behind a trailing comma."""
    plain = str(values.name).strip().lower()
    if plain not in ("", "index", "level_0") and not plain.startswith("unnamed"):
        return False
    if values.isna().all():
        return True
    return pd.api.types.is_integer_dtype(values) and bool((values.diff().dropna() == 1).all())


def _numbers(raw: pd.DataFrame, name: str, path: Path) -> np.ndarray:
    values = raw[name]
    numbers = pd.to_numeric(values, errors="coerce")
    if pd.api.types.is_numeric_dtype(values) or numbers.count() == values.count():
        return _within_reach(numbers.to_numpy(dtype=np.float64, na_value=np.nan), name, path)
    faults = values[values.notna() & numbers.isna()]
    example = str(faults.iloc[0])
    line = first_line_where(path, raw.columns.get_loc(name), lambda cell: cell == example.strip())
    raise DataError(
        f"{path}{line}, column '{name}' holds text among its numbers: {example!r} "
        f"({len(faults)} such cells). Leave cells without a reading empty, and write numbers "
        "with a decimal point."
    )


def _within_reach(numbers: np.ndarray, name: str, path: Path) -> np.ndarray:
    largest = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    if largest > LARGEST_NUMBER:
        raise DataError(
            f"{path}, column '{name}' holds {largest:g}; at most {LARGEST_NUMBER:g} is "
            "allowed. Correct the reading, or leave the cell empty."
        )
    return numbers


def _stamps(raw: pd.DataFrame, name: str, path: Path) -> pd.DatetimeIndex:
    try:
        return parse_times(raw[name])
    except MixedTimeZones as mixed:
        raise DataError(
            f"{path}, column '{name}' mixes time stamps with a UTC offset ({mixed.args[0]}) and "
            f"without one ({mixed.args[1]}). Export all of them in one time zone."
        ) from None
    except ValueError as error:
        example = error.args[-1]
        line = first_line_where(
            path, raw.columns.get_loc(name), lambda cell: cell == example.strip()
        )
        raise DataError(
            f"{path}{line}, column '{name}' holds a time stamp that cannot be read: {example!r}. "
            "Write stamps as 2021-04-01 00:10:00 (or 2021.04.01 00:10:00)."
        ) from None
