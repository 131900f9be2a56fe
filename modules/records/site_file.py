"""A site in a TOML file: read as an entry of SITES is, and drafted from records."""

import json
import math
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from modules import files
from modules.errors import DataError
from modules.records.columns import Column
from modules.records.site import RawTurbine, Site

SUFFIX = ".toml"
# What an entry may say; the rest of a Column is learnt from the records.
SITE_KEYS = (
    "time_columns", "turbine_columns", "time_zone", "rated_power", "open", "time_required",
    "by_position", "tag_prefix", "turbine_suffix", "columns",
)  # fmt: skip
COLUMN_KEYS = ("name", "unit", "kind", "lower", "upper", "aliases", "iec", "responsive", "guessed")
LIMITS = {"angle": (0, 360), "pitch": (-10, 120), "speed": (0, 50), "temperature": (-40, 150)}

HEAD = """\
# A site for `python gan_train.py --location {name}`, drafted from {source}.
# Correct what is wrong, and take the # from what you know. kind is one of: linear, angle (a
# direction, averaged on the circle), pitch, power, speed, temperature, code (a state).
# Readings outside lower and upper are blanked. aliases are other names of the same column.
"""


def read(path: Path) -> Site:
    """The site that the file `path` holds, called as the file is.

    Raises DataError where the file is not there, is no TOML, or says what no entry has.
    """
    try:
        found = tomllib.loads(files.read_bytes(path).decode("utf-8-sig"))
    except OSError as error:
        raise DataError(
            f"The site file {path} cannot be read: {error.strerror}. Correct `--location`, or "
            "draft one with `--check_only --write_site`."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path} is no TOML in UTF-8: {error}. Correct it.") from None
    columns = found.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, dict) for column in columns):
        raise DataError(f"{path}: each column needs a heading [[columns]] of its own. Correct it.")
    _refuse_strangers(path, found, SITE_KEYS, "the site")
    for column in columns:
        _refuse_strangers(path, column, COLUMN_KEYS, f"column {column.get('name', '')!r}")
    try:
        site = Site.model_validate(found | {"name": path.stem})
    except ValidationError as error:
        raise DataError(f"{path}: {_explain(error, columns)}. Correct it.") from None
    _check(path, site)
    return site


def _refuse_strangers(path: Path, found: dict[str, Any], known: Sequence[str], where: str) -> None:
    strange = [key for key in found if key not in known]
    if strange:
        raise DataError(
            f"{path}: {where} has {', '.join(strange)}, which no entry knows. It may have: "
            f"{', '.join(known)}. Correct it."
        )


def _explain(error: ValidationError, columns: Sequence[dict[str, Any]]) -> str:
    told = []
    for fault in error.errors():
        place, where = fault["loc"], ""
        if len(place) > 1 and place[0] == "columns" and isinstance(place[1], int):
            where, place = f"column {columns[place[1]].get('name', place[1] + 1)!r}, ", place[2:]
        told.append(f"{where}{'.'.join(map(str, place))}: {fault['msg']}")
    return "; ".join(told)


def _check(path: Path, site: Site) -> None:
    names = [column.name for column in site.columns]
    faults = [f"{name} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    faults += [
        f"{column.name}: lower {column.lower:g} must be below upper {column.upper:g}"
        for column in site.columns
        if column.lower is not None and column.upper is not None and column.lower >= column.upper
    ]
    numbers = [site.rated_power, *(x for c in site.columns for x in (c.lower, c.upper))]
    if not all(number is None or math.isfinite(number) for number in numbers):
        faults.append("limits and rated_power must be finite")
    if site.rated_power is not None and site.rated_power <= 0:
        faults.append(f"rated_power must be above 0 kW, not {site.rated_power:g}")
    if not names and not site.open:
        faults.append("there is no [[columns]]")
    try:
        ZoneInfo(site.time_zone or "UTC")
    except (OSError, ValueError, KeyError):
        faults.append(f"time_zone must be one like Europe/Berlin or UTC, not {site.time_zone!r}")
    if faults:
        raise DataError(f"{path}: {'; '.join(faults)}. Correct it.")


def check_free(path: Path) -> None:
    """Raise DataError where something lies at `path` already: it may have been edited."""
    if files.is_file(path) or files.is_folder(path):
        raise DataError(f"{path} exists already. Name another file, or remove it: `--write_site`.")
    if not files.is_folder(path.parent):
        raise DataError(f"The folder {path.parent} does not exist. Correct `--write_site`.")


def write(path: Path, site: Site, turbine: RawTurbine, source: str) -> None:
    """Draft `site` into the new file `path`, with what `turbine` says of its columns.

    `source`: where the records come from. What is not sure stands behind a #: reading the file
    back gives what was found.
    """
    name, source = path.as_posix(), json.dumps(source, ensure_ascii=False)
    lines = [HEAD.format(name=name, source=source), *_site_lines(site, turbine)]
    for column in turbine.columns:
        lines += ["", "[[columns]]", *_column_lines(column, turbine)]
    files.write_new(path, ("\n".join(lines) + "\n").encode(errors="replace"))


def _site_lines(site: Site, turbine: RawTurbine) -> list[str]:
    timed = (turbine.time_name,) if turbine.time_name else site.time_columns
    turbines = (turbine.turbine_name,) if turbine.turbine_name else site.turbine_columns
    lines = [f"time_columns = {_spell(timed)}"]
    if turbine.time_name is None:
        lines.append("time_required = false")
    lines.append(f"turbine_columns = {_spell(turbines)}" if turbine.turbine_name else
                 '# turbine_columns = ["turbine"]')  # fmt: skip
    zone = f"time_zone = {_spell(site.time_zone)}" if site.time_zone else '# time_zone = "UTC"'
    lines.append(zone)
    powers = [column.name for column in turbine.columns if column.kind == "power"]
    if site.rated_power is not None:
        lines.append(f"rated_power = {site.rated_power!r}  # kW")
    elif powers:
        highest = turbine.table[powers[0]].max()
        lines.append(f"# rated_power = {highest:g}  # kW; the highest reading of {powers[0]}")
    lines += [f"{key} = {_spell(getattr(site, key))}" for key in ("tag_prefix", "turbine_suffix")
              if getattr(site, key)]  # fmt: skip
    return lines


def _column_lines(column: Column, turbine: RawTurbine) -> list[str]:
    lines = [f"{key} = {_spell(getattr(column, key))}" for key in ("name", "unit", "kind")]
    values = turbine.table[column.name]
    low, high = LIMITS.get(column.kind, (values.min(), values.max()))
    for key, usual, seen in (("lower", low, values.min()), ("upper", high, values.max())):
        declared = getattr(column, key)
        mark, limit = ("# ", usual) if declared is None else ("", declared)
        spelt = f"{limit:g}" if declared is None else repr(float(limit))
        lines.append(f"{mark}{key} = {spelt}  # {turbine.name}: {seen:g}")
    if column.aliases:
        lines.append(f"aliases = {_spell(column.aliases)}")
    else:
        lines.append("# aliases = []")
    if column.iec:
        lines.append(f"iec = {_spell(column.iec)}")
    if column.guessed:
        lines.append("guessed = true  # remove where the kind is right: power below 0 becomes 0")
    return lines + (["responsive = true"] if column.responsive else [])


def _spell(value: str | Sequence[str]) -> str:
    """`value` as TOML writes it, which is as JSON does."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
