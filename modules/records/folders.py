"""Which files of a folder are records: not this program's own outputs, not lists of events."""

import re
import zlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from modules import files
from modules.errors import DataError
from modules.records.identity import plain
from modules.records.packages import is_data_file
from modules.records.prose import holds_a_table
from modules.records.time_column import kind_of

# What the generator of each family writes, by the time stamp in its name or its first columns.
_OUR_NAME = re.compile(r"(TimeGan|Forecast|Anomalies|scores)_\d{8}_\d{6}(_\d+)?\.csv")
_OUR_HEADER = re.compile(
    r"window,(DateTime|step),|turbine,(DateTime|step),(kind,lead|score,critic),"
    r"|turbine,start,end,.*\bseverity\b"
)
_LOCK_OF_EXCEL = "~$"  # beside a workbook that is open
_RUN_FILE = "settings.json"
_EVENTS = re.compile(
    r"(?:^|_)(?:status|statuses|events?|eventlogs?|alarms?|alerts?|logs?|faults?|failures?|"
    r"warnings?|messages?|downtimes?)(?:_|\d|$)|상태|이벤트|알람|경보|고장|메시지"
)
_MOSTLY = 0.5
LONGEST_LIST = 5
SHORT_LIST = 50  # rows


def record_files(root: Path) -> tuple[list[Path], list[str]]:
    """(The data files of `root`, a file or a folder of any depth, and notices of those left out).

    Raises DataError where there is none.
    """
    if not files.is_folder(root):
        if not files.is_file(root):
            raise DataError(f"{root} does not exist. Set `--data_path` to a data file or folder.")
        if not is_data_file(root):
            raise DataError(
                f"{root} is no .csv, .txt, .tsv, .xlsx, .parquet or .zip file. Set `--data_path`."
            )
        return [root], []
    found = [path for path in files.files_below(root) if is_data_file(path)]
    found = [path for path in found if not path.name.startswith(_LOCK_OF_EXCEL)]
    ours = [path for path in found if _is_of_a_run(path, root) or _is_our_output(path)]
    prose = [path for path in found if path not in set(ours) and not holds_a_table(path)]
    records = [path for path in found if path not in {*ours, *prose}]
    left_out = {"Written by this program": ours, "Text without a table": prose}
    said = [
        f"{why}, so not read: {spell(these, root)}." for why, these in left_out.items() if these
    ]
    if records:
        return records, said
    raise DataError(
        " ".join([f"{root} holds no CSV, Excel or Parquet file of records.", *said])
        + " Set `--data_path` to a .csv, .txt, .tsv, .xlsx, .parquet or .zip file, or a folder of "
        "them."
    )


def _is_of_a_run(path: Path, root: Path) -> bool:
    """Whether `path` lies in a run folder, `NAME` or `NAME_model`, the latter with settings."""
    folders = [root, *path.relative_to(root).parents]
    within = [root / folder for folder in folders]
    models = [f if f.name.endswith("_model") else f.with_name(f"{f.name}_model") for f in within
              if f.name]  # fmt: skip
    return any(_holds_a_run(folder) for folder in {*within, *models})


def _holds_a_run(folder: Path) -> bool:
    try:
        return b'"run_id"' in files.read_bytes(folder / _RUN_FILE)
    except OSError:
        return False


def _is_our_output(path: Path) -> bool:
    if _OUR_NAME.fullmatch(path.name):
        return True
    try:
        with files.open_to_read(path) as file:
            first = file.readline(4096).decode("utf-8-sig", errors="replace")
    except (OSError, EOFError, zlib.error):
        return False
    return bool(_OUR_HEADER.match(first.strip()))


def is_named_after_events(path: Path) -> bool:
    """Whether the file's name says status, event, alarm, log or the like."""
    return bool(_EVENTS.search(plain(path.name)))


def is_mostly_text(raw: pd.DataFrame) -> bool:
    """Whether more than half of the columns of `raw`, as a file holds them, are no numbers."""
    texts = [
        name
        for name in raw.columns
        if pd.api.types.is_datetime64_any_dtype(raw[name])
        or (raw[name].notna().any() and not pd.to_numeric(raw[name], errors="coerce").notna().any())
    ]
    return len(texts) > _MOSTLY * len(raw.columns)


def is_short_list(raw: pd.DataFrame, date_format: str | None) -> bool:
    """Whether `raw` has few rows, names in them and no times, as a list of the turbines has."""
    has_names = any(pd.api.types.is_string_dtype(raw[name]) for name in raw.columns)
    is_short = len(raw) < SHORT_LIST and has_names
    return is_short and not any(kind_of(raw[name], date_format) for name in raw.columns)


def spell(paths: list[Path], root: Path) -> str:
    """The paths below `root`, the first few of them."""
    names = [path.relative_to(root).as_posix() if path != root else path.name for path in paths]
    more = [f"and {len(names) - LONGEST_LIST} more"] if len(names) > LONGEST_LIST else []
    return ", ".join([*names[:LONGEST_LIST], *more])


def by_files(notes: Iterable[tuple[Path, tuple[str, ...]]], root: Path) -> list[str]:
    """Each note once, with the files that it is true of."""
    found: dict[str, dict[Path, None]] = {}
    paths = set()
    for path, of_file in notes:
        paths.add(path)
        for note in of_file:
            found.setdefault(note, {})[path] = None
    return [
        f"{'All files' if len(where) == len(paths) > 1 else spell(list(where), root)}: {note}."
        for note, where in found.items()
    ]
