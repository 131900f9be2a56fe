"""From the raw columns of a file to the variables of a site."""

import logging
import re
from pathlib import Path

import numpy as np
import pandas as pd

from modules.aside import table_of
from modules.errors import DataError
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.file_records import Records
from modules.records.identity import find_owners, owners, undeclared
from modules.records.merged_cells import with_dates_filled
from modules.records.numbers import NotNumbers, grouped_example, read_numbers
from modules.records.open_columns import choose, open_columns
from modules.records.position import check_position
from modules.records.readers import first_line_where
from modules.records.site import Site
from modules.records.stamps import check_halves, read_stamps
from modules.records.summer_flags import summer_flags
from modules.records.time_column import TimeColumns, find_time, kind_of
from modules.records.words import canonical_unit

logger = logging.getLogger(__name__)


def map_file(
    raw: pd.DataFrame,
    path: Path,
    site: Site,
    date_format: str | None = None,
    *,
    partial: bool = False,
) -> Records:
    """Name, order and convert the columns of `raw`, (n_records, n_columns), by `site`.

    `date_format`: see DataSettings. `partial`: other files may hold the columns that are missing.

    Raises DataError for missing columns (all in one message), text among numbers, stamps that
    cannot be read and stamps of which only some carry a UTC offset.
    """
    raw, filled = with_dates_filled(raw, path)
    names = {_plain(name, site): name for name in reversed(raw.columns)}
    _check_doubles(raw, path, site)
    sources = _declared(names, site)
    if not sources and len(raw.columns) == len(site.by_position):
        is_timed = kind_of(raw[raw.columns[0]], date_format) in ("stamp", "date")
        check_position(raw, path, site, is_timed=is_timed)
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
            [_spelt(name) for name in site.time_columns],
            required=site.time_required,
            date_format=date_format,
        )
    lacking = _lacking(raw, path, site, sources, time)
    if lacking and not (partial and sources and time is not None):
        raise DataError(lacking)
    reading = None if time is None else read_stamps(raw, time, path, date_format)
    stamps = None if reading is None else reading.stamps[reading.order]
    time_names = () if time is None else time.names
    turbine_name = _find(names, site.turbine_columns)
    summer_name, summer = (None, None) if stamps is None else summer_flags(raw)
    if summer_name in sources.values():
        summer_name = summer = None
    told_apart = stamps if summer is None else stamps - pd.to_timedelta(summer.astype(int), "h")
    apart = ids = [turbine_name] if turbine_name is not None else []
    if site.open and site.turbine_columns:
        apart, ids = find_owners(
            raw, told_apart, [*time_names, summer_name, *sources.values()], apart
        )
    turbines = owners(raw, apart, path) if apart else None
    if stamps is not None:
        check_halves(stamps, turbines, path)
    columns = tuple(column for column in site.columns if column.name in sources)
    notices: list[str] = []
    if site.open:
        taken = {*time_names, *ids, summer_name, *sources.values()}
        free = [name for name in raw.columns if name not in taken]
        columns, free = choose(site, columns, sources, free)
        extra = open_columns(raw, free, path, site, turbines, reading, notices)
        units = raw.attrs.get("units", {})
        columns += tuple(
            undeclared(name, raw[source], units.get(source, "")) for name, source in extra.items()
        )
        sources |= extra
        if not columns:
            raise DataError(
                f"{path} has no numeric column. Found: {', '.join(raw.columns)}. "
                "Give a file with at least one column of numbers."
            )
    _check_units(raw, path, columns, sources)
    table = table_of(
        [column.name for column in columns],
        (_numbers(raw, sources[column.name], path) for column in columns),
        pd.RangeIndex(len(raw)),
    )
    if turbines is None and "turbine" in raw.attrs:
        turbines = pd.Series(raw.attrs["turbine"], index=raw.index)
    time_name = time_names[0] if len(time_names) == 1 else None
    return Records(
        path,
        table,
        reading,
        turbines,
        columns,
        time_name,
        tuple(notices),
        summer,
        summer_name,
        notes=(*raw.attrs.get("notes", ()), *filled),
        lacking=lacking,
    )


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


def _lacking(
    raw: pd.DataFrame, path: Path, site: Site, sources: dict[str, str], time: TimeColumns | None
) -> str:
    """What is missing of the site's columns, in words; empty for nothing."""
    missing = [column.name for column in site.columns if column.name not in sources]
    if site.open and sources:
        missing = []
    if site.time_required and time is None:
        missing.insert(0, f"a time column ({', '.join(site.time_columns)})")
    if not missing:
        return ""
    expected = len(site.columns) + site.time_required
    return (
        f"{path} lacks {len(missing)} of {expected} columns of location '{site.name}': "
        f"{', '.join(missing)}. Found: {', '.join(raw.columns)}. "
        "Set `--location`, or add the mapping in modules/location_module.py."
    )


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
    read = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    grouped = grouped_example(read) if is_plain else None
    if grouped is not None:
        raise DataError(
            f"{path}, column '{name}' holds numbers such as {grouped} beside whole ones up to 999: "
            "they look like thousands, 1144 written 1.144. Write them without a mark of thousands, "
            "or all with decimals."
        )
    return _within_reach(read, name, path)


def _within_reach(numbers: np.ndarray, name: str, path: Path) -> np.ndarray:
    largest = np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)
    if largest > LARGEST_NUMBER:
        raise DataError(
            f"{path}, column '{name}' holds {largest:g}; at most {LARGEST_NUMBER:g} is "
            "allowed. Correct the reading, or leave the cell empty."
        )
    return numbers
