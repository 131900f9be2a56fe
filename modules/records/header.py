"""From the raw columns of a file to the variables of a site."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.numbers import (
    LEAST_SHARE,
    NotNumbers,
    read_numbers,
    share_of_numbers,
)
from modules.records.readers import first_line_where
from modules.records.site import Site
from modules.records.timestamps import MixedTimeZones, parse_times
from modules.records.words import canonical_unit

LARGEST_SHARE_OF_RESTARTS = 0.25
LARGEST_ROW_NUMBER = 100_000_000  # above it, seconds since 1970 are more likely

_NAMELESS = re.compile(r"(unnamed.*)?(\.\d+)?", re.IGNORECASE)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Records:
    """One file in the site's terms: float64 columns, their stamps and turbine names if any."""

    path: Path
    table: pd.DataFrame
    stamps: pd.DatetimeIndex | None
    turbines: pd.Series | None
    columns: tuple[Column, ...]


def map_file(raw: pd.DataFrame, path: Path, site: Site) -> Records:
    """Name, order and convert the columns of `raw`, (n_records, n_columns), by `site`.

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
        time_name = raw.columns[0]
    else:
        time_name = _time_column(raw, names, path, site)
    _check_missing(raw, path, site, sources, time_name)
    turbine_name = _find(names, site.turbine_columns)
    columns = tuple(column for column in site.columns if column.name in sources)
    if site.open:
        taken = {time_name, turbine_name, *sources.values()}
        extra = _open_columns(raw, path, site, taken)
        units = raw.attrs.get("units", {})
        columns += tuple(
            Column(name=name, unit=units.get(source, "")) for name, source in extra.items()
        )
        sources |= extra
    _check_units(raw, path, columns, sources)
    table = pd.DataFrame(
        {column.name: _numbers(raw, sources[column.name], path) for column in columns}
    )
    stamps = None if time_name is None else _stamps(raw, time_name, path)
    turbines = None if turbine_name is None else _turbines(raw[turbine_name], path)
    if turbines is None and "turbine" in raw.attrs:
        turbines = pd.Series(raw.attrs["turbine"], index=raw.index)
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


def _time_column(raw: pd.DataFrame, names: dict[str, str], path: Path, site: Site) -> str | None:
    for candidate in site.time_columns:
        name = names.get(candidate.lower())
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
    raw: pd.DataFrame, path: Path, site: Site, taken: set[str | None]
) -> dict[str, str]:
    extra = {}
    for place, name in enumerate(raw.columns):
        values = raw[name]
        if name in taken:
            continue
        if _is_row_number(values):
            if values.notna().any():
                logger.info("%s: column %d, %r, counts rows and is left out", path, place + 1, name)
        elif pd.api.types.is_datetime64_any_dtype(values):
            logger.warning("%s: column %s holds dates and is left out", path, name)
        elif values.notna().any() and _share_of_numbers(values) < LEAST_SHARE:
            example = str(values.dropna().iloc[0])
            logger.warning("%s: column %s holds text and is left out: %r", path, name, example)
        elif _NAMELESS.fullmatch(name.strip()):
            raise DataError(
                f"{path}: column {place + 1} holds numbers and has no name. Name it in the header, "
                "or remove it."
            )
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


def _share_of_numbers(values: pd.Series) -> float:
    if pd.api.types.is_numeric_dtype(values):
        return 1.0
    plain = pd.to_numeric(values, errors="coerce").count() / values.count()
    return plain if plain >= LEAST_SHARE else share_of_numbers(values)


def _is_row_number(values: pd.Series) -> bool:
    """A nameless index that counts rows, or the nothing behind a trailing comma.

    It may begin anew, as where tables were joined, and lack the rows that were filtered out.
    """
    plain = str(values.name).strip()
    if not _NAMELESS.fullmatch(plain) and plain.lower() not in ("index", "level_0"):
        return False
    if values.isna().all():
        return True
    if not pd.api.types.is_integer_dtype(values) or values.hasnans:
        return False
    numbers = values.to_numpy(dtype=np.int64)
    n_restarts = int((np.diff(numbers) <= 0).sum())
    is_count = n_restarts <= LARGEST_SHARE_OF_RESTARTS * len(numbers)
    return is_count and 0 <= numbers.min() and numbers.max() <= LARGEST_ROW_NUMBER


def _turbines(names: pd.Series, path: Path) -> pd.Series:
    if names.isna().any():
        raise DataError(
            f"{path}, column '{names.name}' names no turbine in {names.isna().sum()} rows. "
            "Fill the names in, or remove those rows."
        )
    return names.astype(str)


def _check_units(
    raw: pd.DataFrame, path: Path, columns: tuple[Column, ...], sources: dict[str, str]
) -> None:
    """Raises DataError where a file says of a column that it is in another unit than the site's."""
    for column in columns:
        unit = raw.attrs.get("units", {}).get(sources[column.name], "")
        expected = {canonical_unit(known) for known in column.unit.split(" or ")}
        if unit and column.unit and canonical_unit(unit) not in expected:
            raise DataError(
                f"{path}, column '{sources[column.name]}' is in {unit}, and {column.name} of the "
                f"site in {column.unit}. Convert the column, or correct the site's unit."
            )


def _numbers(raw: pd.DataFrame, name: str, path: Path) -> np.ndarray:
    values = raw[name]
    numbers, decimal = pd.to_numeric(values, errors="coerce"), raw.attrs.get("decimal", "")
    is_plain = pd.api.types.is_numeric_dtype(values) or numbers.count() == values.count()
    if not is_plain or (decimal and pd.api.types.infer_dtype(values) == "string"):
        try:
            numbers = pd.Series(read_numbers(values, decimal).values)
        except NotNumbers as found:
            position, example = raw.columns.get_loc(name), found.example
            line = first_line_where(path, position, lambda cell: cell == example)
            raise DataError(
                f"{path}{line}, column '{name}' holds {found.fault}: {example!r} "
                f"({found.n_cells} such cells). Leave cells without a reading empty, and write "
                "numbers with a decimal point, in one unit."
            ) from None
    return _within_reach(numbers.to_numpy(dtype=np.float64, na_value=np.nan), name, path)


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
