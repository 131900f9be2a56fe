"""Files or a folder of them to one time-ordered table of records per turbine."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import pandas as pd
from tqdm import tqdm

from modules import files
from modules.errors import DataError
from modules.location_module import SiteSettings, clean, get_site
from modules.records.checks import check_power_units
from modules.records.header import Records, map_file
from modules.records.readers import is_data_file, read_table
from modules.records.site import RawTurbine, SiteData
from modules.records.stand_in import stand_in

LARGEST_OVERLAP = 0.5

# A date or period at the end of a file name: WT01_2021-01, WT01_20210101_20210131, WT01-2021Q1.
_PERIOD = re.compile(
    r"(?:(?:^|[ _.\-]+)(?:19|20)\d{2}(?:[ _.\-]?(?:Q[1-4]|\d{2}))*)+$", re.IGNORECASE
)

logger = logging.getLogger(__name__)


class LoadSettings(Protocol):
    """What `load` reads of the settings."""

    @property
    def data_path(self) -> str: ...
    @property
    def gen_name(self) -> str | None: ...
    @property
    def location(self) -> str: ...


class ReadSettings(LoadSettings, SiteSettings, Protocol):
    """What `read_site` reads of the settings, which are a pydantic model."""

    def completed(self, **values: Any) -> Self: ...


S = TypeVar("S", bound=ReadSettings)
Item = TypeVar("Item")


def read_site(settings: S) -> tuple[S, SiteData]:
    """Return (settings, `SiteData`): the clean records that `settings` name.

    Where nobody has put data yet, the settings that come back point at the bundled sample. Raises
    DataError for whatever cannot be read or used.
    """
    get_site(settings.location)
    data_path = stand_in(settings.data_path, settings.location)
    settings = settings.completed(data_path=data_path)
    return settings, clean(load(settings), settings)


def load(settings: LoadSettings) -> dict[str, RawTurbine]:
    """Read `settings.data_path` as files of `settings.location`: one table per turbine.

    A turbine is named by the site's turbine column; else by the subfolder of its files; else by
    the file name without the date or period at its end (WT01_2021-01.csv is WT01). Files of one
    turbine are joined in time. Files that would be joined but cover the same time are different
    turbines, each named by its path. `settings.gen_name` keeps the turbines, files or folders of
    that name, or, where none is called exactly so, those that contain it.

    Raises DataError when nothing is found, and for every fault of a file.
    """
    site = get_site(settings.location)
    root = Path(settings.data_path)
    try:
        paths = _find_files(root)
    except OSError as error:  # a name too long, a folder that is closed to us
        raise DataError(f"{root} cannot be read: {error.strerror}. Set `--data_path`.") from None
    if settings.gen_name is not None and not site.turbine_columns:
        paths = _select(paths, settings.gen_name, lambda path: _labels(path, root))
    progress = tqdm(paths, desc="Reading", unit="file", disable=None if len(paths) > 1 else True)
    records = [map_file(read_table(path), path, site) for path in progress]
    _check_consistent(records)
    parts = _parts(records, root)
    if settings.gen_name is not None and site.turbine_columns:
        names = _select(
            sorted(parts),
            settings.gen_name,
            lambda name: {name}.union(*(_labels(part.path, root) for part in parts[name])),
        )
        parts = {name: parts[name] for name in names}
    for part in (part for together in parts.values() for part in together):
        check_power_units(part, site)
    # A file may be called what is no text: half of a surrogate pair stands for such a byte.
    spelt = {name.encode(errors="backslashreplace").decode(): name for name in sorted(parts)}
    return {name: _join(name, parts[found]) for name, found in spelt.items()}


def _find_files(root: Path) -> list[Path]:
    if files.is_folder(root):
        found = [path for path in files.files_below(root) if is_data_file(path)]
        if not found:
            raise DataError(
                f"{root} holds no CSV, Excel or Parquet file. Set `--data_path` to a .csv, "
                ".csv.gz, .xlsx, .parquet or .zip file, or a folder of them."
            )
        return found
    if not files.is_file(root):
        raise DataError(f"{root} does not exist. Set `--data_path` to a data file or folder.")
    if not is_data_file(root):
        raise DataError(
            f"{root} is no .csv, .csv.gz, .xlsx, .parquet or .zip file. Set `--data_path`."
        )
    return [root]


def _stem(path: Path) -> str:
    return re.sub(r"\.(csv|csv\.gz|xlsx|parquet|pq|zip)$", "", path.name, flags=re.IGNORECASE)


def _strip_period(stem: str) -> str:
    return _PERIOD.sub("", stem)


def _folders(path: Path, root: Path) -> tuple[str, ...]:
    """Subfolders between `root` and the file that are not mere periods, such as 2021/04."""
    parts = path.relative_to(root).parts[:-1] if path != root else ()
    return tuple(
        part for part in parts if _strip_period(part) and not re.fullmatch(r"\d{1,2}", part)
    )


def _labels(path: Path, root: Path) -> set[str]:
    stem = _stem(path)
    below = path.relative_to(root).as_posix() if path != root else path.name
    return {*_folders(path, root), _strip_period(stem), stem, path.name, below}


def _select(items: list[Item], gen_name: str, labels: Callable[[Item], set[str]]) -> list[Item]:
    """Items with a label equal to `gen_name`; else those with a label that contains it."""
    exact = [item for item in items if gen_name in labels(item)]
    chosen = exact or [item for item in items if any(gen_name in label for label in labels(item))]
    if not chosen:
        there_is = ", ".join(str(getattr(item, "name", item)) for item in items)
        raise DataError(
            "`gen_name` must name a turbine, file or folder of the data. "
            f"Received: gen_name={gen_name!r}. There is: {there_is}. Correct `--gen_name`."
        )
    return chosen


def _check_consistent(records: list[Records]) -> None:
    first = records[0]
    for other in records[1:]:
        ours = {column.name for column in first.columns}
        theirs = {column.name for column in other.columns}
        if ours != theirs:
            raise DataError(
                f"{other.path} and {first.path} differ in their columns: "
                f"{', '.join(sorted(ours ^ theirs))} only in one of them. "
                "Give files with the same columns, or run them apart."
            )
        if (other.stamps is None) != (first.stamps is None):
            raise DataError(
                f"Only one of {first.path} and {other.path} has a time column. Run them apart."
            )
        if first.stamps is None or other.stamps is None:
            continue
        if (other.stamps.tz is None) != (first.stamps.tz is None):
            raise DataError(
                f"Only one of {first.path} and {other.path} has time stamps with a UTC offset. "
                "Export all files in one time zone."
            )


def _parts(records: list[Records], root: Path) -> dict[str, list[Records]]:
    """Records by turbine name."""
    parts: dict[str, list[Records]] = {}
    by_file: dict[str, list[Records]] = {}
    for record in records:
        if record.turbines is None:
            folders = _folders(record.path, root)
            name = "/".join(folders) or _strip_period(_stem(record.path))
            by_file.setdefault(name or root.resolve().name, []).append(record)
            continue
        for name, rows in record.turbines.groupby(record.turbines, sort=True).indices.items():
            stamps = None if record.stamps is None else record.stamps[rows]
            part = Records(
                record.path, record.table.iloc[rows], stamps, record.turbines, record.columns
            )
            parts.setdefault(str(name), []).append(part)
    for name, together in by_file.items():
        parts |= _split_overlapping(name, together)
    return parts


def _split_overlapping(name: str, records: list[Records]) -> dict[str, list[Records]]:
    """`records` under `name`, or apart where they cover the same time."""
    if not _overlap(records):
        return {name: records}
    apart: dict[str, list[Records]] = {}
    for strip in (_strip_period, str):
        apart = {}
        for record in records:
            stem = strip(_stem(record.path))
            folder = f"{name}/" if record.path.parent.name == name else ""
            apart.setdefault(f"{folder}{stem}" if stem else name, []).append(record)
        if not any(_overlap(together) for together in apart.values()):
            break
    return apart


def _overlap(records: list[Records]) -> bool:
    if len(records) == 1:
        return False
    if records[0].stamps is None:
        return True
    stamps = (record.stamps for record in records if record.stamps is not None)
    spans = sorted((times.min(), times.max()) for times in stamps)
    for (start, stop), (next_start, next_stop) in zip(spans, spans[1:], strict=False):
        shorter = min(stop - start, next_stop - next_start)
        shared = min(stop, next_stop) - next_start
        if shared > LARGEST_OVERLAP * shorter:
            return True
    return False


def _join(name: str, parts: list[Records]) -> RawTurbine:
    table = pd.concat([part.table for part in parts]) if len(parts) > 1 else parts[0].table
    n_read, n_undated = len(table), 0
    if parts[0].stamps is None:
        table = table.reset_index(drop=True)
    else:
        stamps = parts[0].stamps
        for part in parts[1:]:
            stamps = stamps.append(part.stamps)
        table = table.set_axis(stamps, axis=0)
        n_undated = int(stamps.isna().sum())
        table = table[stamps.notna()] if n_undated else table
        if not table.index.is_monotonic_increasing:
            table = table.sort_index(kind="stable")
        if table.empty:
            raise DataError(f"{parts[0].path} has no row with a time stamp. Export it again.")
    paths = tuple(part.path for part in parts)
    logger.info("Turbine %s: %d rows, files read: %d", name, n_read, len(paths))
    return RawTurbine(name, table, parts[0].columns, paths, n_read, n_undated)
