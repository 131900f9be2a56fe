"""From the raw columns of a file to the variables of a site."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.readers import first_line_where
from modules.records.site import Site
from modules.records.stamps import Reading, read_stamps
from modules.records.time_column import TimeColumns, find_time

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Records:
    """One file in the site's terms: float64 columns, their stamps and turbine names if any.

    `time` holds every order of day and month that the stamps can be read in.
    """

    path: Path
    table: pd.DataFrame
    time: Reading | None
    turbines: pd.Series | None
    columns: tuple[Column, ...]

    @property
    def stamps(self) -> pd.DatetimeIndex | None:
        """The stamps (n_records,) in the order that was agreed on; None without a time column."""
        return None if self.time is None else self.time.stamps[self.time.order]


def map_file(raw: pd.DataFrame, path: Path, site: Site, date_format: str | None = None) -> Records:
    """Name, order and convert the columns of `raw`, (n_records, n_columns), by `site`.

    `date_format`: see DataSettings.

    Raises DataError for missing columns (all in one message), text among numbers, stamps that
    cannot be read and stamps of which only some carry a UTC offset.
    """
    names = {_plain(name, site): name for name in reversed(raw.columns)}
    _check_doubles(raw, path, site)
    sources = _declared(names, site)
    if not sources and len(raw.columns) == len(site.by_position):
        logger.info("%s: no known column name, so taken by position as '%s'", path, site.name)
        names = {
            _plain(name, site): column
            for name, column in zip(site.by_position, raw.columns, strict=True)
        }
        sources = _declared(names, site)
        time: TimeColumns | None = TimeColumns((raw.columns[0],))
    else:
        time = find_time(
            raw,
            path,
            names,
            site.time_columns,
            required=site.time_required,
            date_format=date_format,
        )
    _check_missing(raw, path, site, sources, time)
    turbine_name = _find(names, site.turbine_columns)
    columns = tuple(column for column in site.columns if column.name in sources)
    if site.open:
        taken = {*(time.names if time else ()), turbine_name, *sources.values()}
        extra = _open_columns(raw, path, site, taken)
        columns += tuple(Column(name=name) for name in extra)
        sources |= extra
    table = pd.DataFrame(
        {column.name: _numbers(raw, sources[column.name], path) for column in columns}
    )
    stamps = None if time is None else read_stamps(raw, time, path, date_format)
    turbines = None if turbine_name is None else _turbines(raw[turbine_name], path)
    return Records(path, table, stamps, turbines, columns)


def _plain(name: str, site: Site) -> str:
    name = name.strip().lstrip("/")
    if site.tag_prefix:
        name = re.sub(f"^{site.tag_prefix}", "", name)
    return re.sub(r"[.\s]", "_", name).lower()


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
    return next((names[name.lower()] for name in candidates if name.lower() in names), None)


def _declared(names: dict[str, str], site: Site) -> dict[str, str]:
    found = {column.name: _find(names, (column.name, *column.aliases)) for column in site.columns}
    return {name: source for name, source in found.items() if source is not None}


def _check_missing(
    raw: pd.DataFrame, path: Path, site: Site, sources: dict[str, str], time: TimeColumns | None
) -> None:
    missing = [column.name for column in site.columns if column.name not in sources]
    if site.open and sources:
        missing = []
    if site.time_required and time is None:
        missing.insert(0, f"a time column ({', '.join(site.time_columns)})")
    if missing:
        expected = len(site.columns) + site.time_required
        raise DataError(
            f"{path} lacks {len(missing)} of {expected} columns of location '{site.name}': "
            f"{', '.join(missing)}. Found: {', '.join(raw.columns)}. "
            "Set `--location`, or add the mapping in modules/location_module.py."
        )


def _open_columns(
    raw: pd.DataFrame, path: Path, site: Site, taken: set[str | None]
) -> dict[str, str]:
    extra = {}
    for name in raw.columns:
        if name in taken or _is_row_number(raw[name]):
            continue
        values = raw[name]
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
    if not extra and len(taken) <= 2:
        raise DataError(
            f"{path} has no numeric column. Found: {', '.join(raw.columns)}. "
            "Give a file with at least one column of numbers."
        )
    return extra


def _is_row_number(values: pd.Series) -> bool:
    """A nameless index that counts the rows, or the nothing behind a trailing comma."""
    plain = str(values.name).strip().lower()
    if plain not in ("", "index", "level_0") and not plain.startswith("unnamed"):
        return False
    if values.isna().all():
        return True
    return pd.api.types.is_integer_dtype(values) and bool((values.diff().dropna() == 1).all())


def _turbines(names: pd.Series, path: Path) -> pd.Series:
    if names.isna().any():
        raise DataError(
            f"{path}, column '{names.name}' names no turbine in {names.isna().sum()} rows. "
            "Fill the names in, or remove those rows."
        )
    return names.astype(str)


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
