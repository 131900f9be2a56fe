"""Files or a folder of them to one time-ordered table of records per turbine."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pandas as pd
from tqdm import tqdm

from modules import buckets
from modules.aside import put_aside, table_of
from modules.errors import DataError
from modules.location_module import SiteChoice, SiteSettings, clean, site_of
from modules.records import site_file
from modules.records.checks import (
    check_consistent,
    check_power_units,
    check_same_power,
    pooled,
)
from modules.records.choices import settle
from modules.records.date_order import agree
from modules.records.file_records import Records
from modules.records.folders import (
    by_files,
    is_mostly_text,
    is_named_after_events,
    is_short_list,
    record_files,
    spell,
)
from modules.records.header import map_file
from modules.records.paths import labels, plain_name
from modules.records.readers import read_table
from modules.records.sameness import without_copies
from modules.records.side_by_side import complete, joined_on_time
from modules.records.site import RawTurbine, Site, SiteData
from modules.records.stand_in import stand_in
from modules.records.summer_time import on_one_clock
from modules.records.tag_tables import with_columns
from modules.records.turbines import name_turbines, split_wide

logger = logging.getLogger(__name__)


class LoadSettings(SiteChoice, Protocol):
    """What `load` reads of the settings."""

    @property
    def data_path(self) -> str: ...
    @property
    def date_format(self) -> str | None: ...
    @property
    def gen_name(self) -> str | None: ...


class ReadSettings(LoadSettings, SiteSettings, Protocol):
    """What `read_site` reads of the settings, which are a pydantic model."""

    @property
    def write_site(self) -> str | None: ...

    def completed(self, **values: Any) -> Self: ...


S = TypeVar("S", bound=ReadSettings)
Item = TypeVar("Item")


def read_site(settings: S) -> tuple[S, SiteData]:
    """Return (settings, `SiteData`): the clean records that `settings` name.

    Where nobody has put data yet, the settings that come back point at the bundled sample. Raises
    DataError for whatever cannot be read or used.
    """
    site = site_of(settings)
    data_path = stand_in(settings.data_path, settings.location)
    draft = None if settings.write_site is None else Path(settings.write_site)
    settings = settings.completed(data_path=data_path, write_site=None)
    if draft is not None:
        site_file.check_free(draft)
    turbines = load(settings)
    if draft is not None:
        first = next(iter(turbines.values()))
        site_file.write(draft, site, first, settings.data_path)
        logger.info("Drafted %s. Edit it, then pass `--location %s`.", draft, draft)
    return settings, clean(turbines, settings)


def load(settings: LoadSettings) -> dict[str, RawTurbine]:
    """Read `settings.data_path` as files of `settings.location`: one table per turbine.

    What `modules.records.folders` tells is no record is left out, and so are lists of events
    beside records. `modules.records.turbines.name_turbines` says which turbine a file belongs to;
    the files of one are joined in time. `settings.gen_name` keeps the turbines, files or folders
    of that name, or, where none is called exactly so, those that contain it.

    Raises DataError when nothing is found, and for every fault of a file.
    """
    with buckets.fetched(settings.data_path) as root:
        return _load(root, settings)


def _load(root: Path, settings: LoadSettings) -> dict[str, RawTurbine]:
    site = site_of(settings)
    try:
        paths, notices = record_files(root)
    except OSError as error:  # a name too long, a folder that is closed to us
        raise DataError(f"{root} cannot be read: {error.strerror}. Set `--data_path`.") from None
    if settings.gen_name is not None and not site.turbine_columns:
        paths = _select(paths, settings.gen_name, lambda path: labels(path, root))
    records, events = _read(paths, site, settings.date_format)
    if events:
        notices.append(f"No records but events or lists, so not read: {spell(events, root)}.")
    notices += by_files(((one.path, one.notes) for one in records), root)
    said = dict.fromkeys(said for one in records for said in one.notices)
    records = _agree_on_dates(records, settings.date_format)
    records, clocks = on_one_clock(records, site.time_zone)
    records, sides = joined_on_time(records, root)
    records = complete(records, site)
    check_consistent(records)
    records, kinds = settle(records, site)
    check_same_power(records)
    records, copies = without_copies(records, root)
    parts, alike = name_turbines(records, root)
    if settings.gen_name is not None and site.turbine_columns:
        names = _select(
            sorted(parts),
            settings.gen_name,
            lambda name: {name}.union(*(labels(part.path, root) for part in parts[name])),
        )
        parts = {name: parts[name] for name in names}
    for part in (part for together in parts.values() for part in together):
        check_power_units(part, site)
    # A file may be called what is no text: half of a surrogate pair stands for such a byte.
    spelt = {name.encode(errors="backslashreplace").decode(): name for name in sorted(parts)}
    notices += [*said, *clocks, *sides, *kinds, *copies, *alike]
    joined = put_aside(_join(name, parts[found], tuple(notices)) for name, found in spelt.items())
    return {turbine.name: turbine for turbine in joined}


def _read(
    paths: list[Path], site: Site, date_format: str | None
) -> tuple[list[Records], list[Path]]:
    """(The records in `paths`, the files of them that list events, or turbines and the like).

    Such a file is named after events, is mostly text, or is short, with names and without times,
    and lies beside records with other columns. Raises DataError for every fault of the others.
    """
    progress = tqdm(paths, desc="Reading", unit="file", disable=None if len(paths) > 1 else True)
    suspects: list[Path] = []
    records = put_aside(_plain(progress, site, date_format, suspects, partial=len(paths) > 1))
    if not records:
        return [
            one
            for path in suspects
            for one in _map(_table(path, date_format), path, site, date_format)
        ], []
    events = []
    for path in suspects:
        try:
            mapped = _map(_table(path, date_format), path, site, date_format)
        except DataError:
            events.append(path)
            continue
        if mapped[0].variables == records[0].variables:
            records += mapped
        else:
            events.append(path)
    return sorted(records, key=lambda one: one.path), events


def _plain(
    paths: Iterable[Path],
    site: Site,
    date_format: str | None,
    suspects: list[Path],
    *,
    partial: bool,
) -> Iterator[Records]:
    """The records in `paths`, file by file; those that may be none of records join `suspects`."""
    for path in paths:
        if is_named_after_events(path):
            suspects.append(path)
            continue
        raw = _table(path, date_format)
        if partial and (is_mostly_text(raw) or is_short_list(raw, date_format)):
            suspects.append(path)
        else:
            yield from _map(raw, path, site, date_format, partial=partial)


def _table(path: Path, date_format: str | None) -> pd.DataFrame:
    return with_columns(read_table(path, date_format), path)


def _map(
    raw: pd.DataFrame, path: Path, site: Site, date_format: str | None, *, partial: bool = False
) -> list[Records]:
    """The records of a file: one, or one of each turbine where the table is a wide one."""
    mapped = []
    for turbine, table in split_wide(raw, site.turbine_suffix).items():
        records = map_file(table, path, site, date_format, partial=partial)
        if turbine is not None:
            records = replace(records, turbines=pd.Series(turbine, index=table.index))
        mapped.append(records)
    return mapped


def _select(items: list[Item], gen_name: str, labels: Callable[[Item], set[str]]) -> list[Item]:
    """Items with a label spelt like `gen_name`; else those with a label that contains it."""
    wanted = plain_name(gen_name)
    exact = [item for item in items if wanted in map(plain_name, labels(item))]
    chosen = exact or [item for item in items if any(gen_name in label for label in labels(item))]
    if not chosen:
        there_is = ", ".join(str(getattr(item, "name", item)) for item in items)
        raise DataError(
            "`gen_name` must name a turbine, file or folder of the data. "
            f"Received: gen_name={gen_name!r}. There is: {there_is}. Correct `--gen_name`."
        )
    return chosen


def _agree_on_dates(records: list[Records], date_format: str | None) -> list[Records]:
    timed = [(record.path, record.time) for record in records if record.time is not None]
    agreed = iter(agree(timed, date_format) if timed else ())
    return [one if one.time is None else replace(one, time=next(agreed)) for one in records]


def _join(name: str, parts: list[Records], notices: tuple[str, ...]) -> RawTurbine:
    tables = [part.table for part in parts]
    n_read, n_undated = sum(map(len, tables)), 0
    rows: np.ndarray | slice = slice(None)
    index: pd.Index = pd.RangeIndex(n_read)
    if parts[0].stamps is not None:
        index = parts[0].stamps.append([part.stamps for part in parts[1:]])
        n_undated = int(index.isna().sum())
        if n_undated == n_read:
            raise DataError(f"{parts[0].path} has no row with a time stamp. Export it again.")
        if n_undated or not index.is_monotonic_increasing:
            order = index.argsort(kind="stable")  # those without a stamp come last
            rows = order[: n_read - n_undated]
            index = index[rows]
    if len(parts) == 1 and isinstance(rows, slice):
        table = tables[0].set_axis(index, axis=0)
    else:
        names = list(tables[0])
        table = table_of(names, (pooled(tables, name)[rows] for name in names), index)
    paths = tuple(path for part in parts for path in (part.path, *part.beside))
    logger.info("Turbine %s: %d rows, files read: %d", name, n_read, len(paths))
    one = parts[0]
    named = None if one.turbines is None else one.turbines.name
    turbine_name = None if named is None else str(named)
    times = [part.time for part in parts if part.time is not None]
    return RawTurbine(
        name,
        table,
        one.columns,
        paths,
        n_read,
        n_undated,
        tuple(dict.fromkeys([*notices, *(said for time in times for said in time.notices)])),
        one.time_name,
        turbine_name,
        next((time.order for time in times if time.order != "YMD"), None),
    )
