"""The columns of a file that its site does not name: which are variables, and which are not."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from modules.errors import DataError
from modules.records.columns import Column
from modules.records.identity import chosen, counts, identifies
from modules.records.numbers import LEAST_SHARE, share_of_numbers
from modules.records.site import Site
from modules.records.stamps import Reading
from modules.records.time_parts import is_part_of

LARGEST_SHARE_OF_RESTARTS = 0.25
LARGEST_ROW_NUMBER = 100_000_000  # above it, seconds since 1970 are more likely

_NAMELESS = re.compile(r"(unnamed.*)?(\.\d+)?", re.IGNORECASE)

logger = logging.getLogger(__name__)


def choose(
    site: Site, columns: tuple[Column, ...], sources: dict[str, str], free: Sequence[str]
) -> tuple[tuple[Column, ...], list[str]]:
    """The `columns` and the `free` names that `--columns` asks for; all of them without it."""
    if site.only is None:
        return columns, list(free)
    wanted = chosen(site.only, [*sources, *free], "columns")
    kept = tuple(column for column in columns if column.name in wanted)
    return kept, [name for name in free if name in wanted]


def open_columns(
    raw: pd.DataFrame,
    free: Sequence[str],
    path: Path,
    site: Site,
    turbines: pd.Series | None,
    time: Reading | None,
    notices: list[str],
) -> dict[str, str]:
    """Variable -> column of `raw`, for those of the `free` columns that hold readings.

    `turbines`, `time`: whose each row, (n,), is, and when. What counts rows, days or seconds, tells
    rows apart, repeats a part of the time, holds dates or text is left out and named, in `notices`
    or the log. Raises DataError for numbers without a name.
    """
    extra = {}
    for name in free:
        values = raw[name]
        place = raw.columns.get_loc(name) + 1
        is_nameless = _NAMELESS.fullmatch(name.strip()) is not None
        if site.only is None and _is_row_number(values):
            if values.notna().any():
                logger.info("%s: column %d, %r, counts rows and is left out", path, place, name)
        elif site.only is None and not is_nameless and counts(values, turbines):
            notices.append(f"{name.strip()} counts rows, days or seconds and is no variable.")
        elif site.only is None and identifies(values):
            notices.append(f"{name.strip()} is an identifier and no variable.")
        elif site.only is None and time is not None and is_part_of(values, time):
            notices.append(f"{name.strip()} repeats a part of the time and is no variable.")
        elif pd.api.types.is_datetime64_any_dtype(values):
            logger.warning("%s: column %s holds dates and is left out", path, name)
        elif values.notna().any() and _share_of_numbers(values) < LEAST_SHARE:
            example = str(values.dropna().iloc[0])
            notices.append(f"{name.strip()} holds text, such as {example[:40]!r}, and is left out.")
            logger.warning("%s: column %s holds text and is left out: %r", path, name, example)
        elif is_nameless:
            raise DataError(
                f"{path}: column {place} holds numbers and has no name. Name it in the header, "
                "or remove it."
            )
        else:
            extra[_without_prefix(name, site)] = name
    return extra


def _without_prefix(name: str, site: Site) -> str:
    stripped = name.strip().lstrip("/")
    if site.tag_prefix:
        stripped = re.sub(f"^{site.tag_prefix}", "", stripped).replace(".", "_")
    return stripped


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
