"""What the data must have before anything trains on them, and what their owner should know."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from modules.aside import filled
from modules.errors import DataError
from modules.records.cleaning import power_unit_slip
from modules.records.columns import Column, wind_speed_column
from modules.records.file_records import Records
from modules.records.site import Site
from modules.records.words import canonical_unit

LARGE_SHARE = 0.2
THOUSAND = 200, 5000  # times as large: one of W, kW, MW for another, of turbines that differ
RUNNING = 0.2  # of the readings of power that are above 0, at least
LARGE_RANGE = 20
BLANKING_RULES = ("sentinel", "range", "spike", "stuck", "curtailment")


def pooled(tables: list[pd.DataFrame], name: str) -> np.ndarray:
    """Column `name` of all tables one behind the other: float64 (n,), NaN where missing."""
    n_rows = sum(map(len, tables))
    return filled((n_rows,), np.float64, (table[name].to_numpy() for table in tables))


def check_consistent(records: list[Records]) -> None:
    """Raises DataError where files differ in columns, units, or the kind of their times."""
    first = records[0]
    for other in records[1:]:
        ours, theirs = first.variables, other.variables
        if ours != theirs:
            raise DataError(
                f"{other.path} and {first.path} differ in their columns: "
                f"{', '.join(sorted(ours ^ theirs))} only in one of them. "
                "Give files with the same columns, join those of one turbine on time into one "
                "file, or run them apart."
            )
        _check_same_units(first, other)
        _check_same_scale(first, other)
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


def _check_same_units(first: Records, other: Records) -> None:
    units = {column.name: column.unit for column in first.columns}
    for column in other.columns:
        known = units[column.name]
        if known and column.unit and canonical_unit(known) != canonical_unit(column.unit):
            raise DataError(
                f"Column '{column.name}' is in {known} in {first.path} and in {column.unit} in "
                f"{other.path}. Convert one of them, or run them apart."
            )


def _check_same_scale(first: Records, other: Records) -> None:
    """Raises DataError where one file says a column's unit, and another is 1,000 times as large."""
    units = {column.name: column.unit for column in first.columns}
    for column in other.columns:
        known = units[column.name]
        if bool(known) == bool(column.unit):
            continue
        sizes = [_size(one.table[column.name].to_numpy(np.float64)) for one in (first, other)]
        ratio = max(sizes) / min(sizes) if min(sizes) > 0 else 1.0
        if THOUSAND[0] <= ratio <= THOUSAND[1]:
            said, silent = (first, other) if known else (other, first)
            raise DataError(
                f"Column '{column.name}' is in {known or column.unit} in {said.path}, and without "
                f"a unit in {silent.path}, where it is some 1,000 times as "
                f"{'large' if said is (first, other)[int(np.argmin(sizes))] else 'small'}. "
                "Write its unit into that file too, or convert one of them."
            )


def check_same_power(records: list[Records]) -> None:
    """Raises DataError where power of one file is 1,000 times another's, and neither has a unit.

    `records`: with their kinds. Files in which a turbine stands still are not compared.
    """
    for column in records[0].columns:
        if column.kind != "power" or column.unit:
            continue
        sizes = {}
        for one in records:
            values = one.table[column.name].to_numpy(np.float64)
            if (values > 0).sum() >= RUNNING * np.isfinite(values).sum() > 0:
                sizes[_size(values[values > 0])] = one.path
        if sizes and THOUSAND[0] <= max(sizes) / min(sizes) <= THOUSAND[1]:
            raise DataError(
                f"Column '{column.name}' reaches {max(sizes):.4g} in {sizes[max(sizes)]} and "
                f"{min(sizes):.4g} in {sizes[min(sizes)]}, and neither names a unit: is one in MW? "
                "Write their units into the headers, convert one of them, or run them apart."
            )


def _size(values: np.ndarray) -> float:
    """How large the large ones of `values`, float (n,), are."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(np.quantile(sizes, 0.95)) if sizes.size else 0.0


def check_power_units(records: Records, site: Site) -> None:
    """Raises DataError when a column of power is evidently not in kW."""
    if site.rated_power is None:
        return
    at = wind_speed_column(records.columns)
    wind_speed = None if at is None else records.table[records.columns[at].name].to_numpy()
    for column in records.columns:
        if column.kind != "power":
            continue
        power = records.table[column.name].to_numpy()
        unit = power_unit_slip(power, wind_speed, site.rated_power)
        if unit is not None:
            raise DataError(
                f"{records.path}, column '{column.name}' is in {unit}, not kW: its highest "
                f"reading is {np.nanmax(power):g} at a rated power of {site.rated_power:g} kW. "
                "Convert it to kW, or correct rated_power in modules/location_module.py."
            )


def check_conflicts(n_conflicts: int, n_stamps: int, turbine: str, files: tuple[Path, ...]) -> None:
    """Raises DataError when a fifth of the stamps come twice with different readings."""
    if n_conflicts > LARGE_SHARE * n_stamps:
        raise DataError(
            f"{spell_files(files)}: {n_conflicts} of {n_stamps} time stamps of turbine {turbine} "
            "come more than once, with different readings. Are several turbines in one file? "
            "Name their column in the site's turbine_columns, or give each a file of its own."
        )


def check_contents(
    tables: list[pd.DataFrame],
    columns: list[Column],
    changed: Counter[tuple[str, str]],
    files: tuple[Path, ...],
) -> None:
    """Raises DataError when a column holds nothing, or one value only, in all tables.

    `tables`: float (n_rows, F), one per turbine. `changed`: by (rule, column name), how many
    readings the rule blanked.
    """
    empty, constant, others = [], [], []
    for column in columns:
        readings = pooled(tables, column.name)
        readings = readings[np.isfinite(readings)]
        if readings.size == 0:
            empty.append(column.name)
        elif readings.min() == readings.max():
            constant.append(f"{column.name} (always {readings[0]:g})")
        else:
            others.append(column.name)
    if not columns:
        raise DataError(f"{spell_files(files)}: no variable is left. Choose another `--location`.")
    if not empty and not constant:
        return
    faults = [f"no usable reading in column {', '.join(empty)}"] if empty else []
    faults += [f"only one value in column {', '.join(constant)}"] if constant else []
    lost = [f"{rule} {n} of {name}" for (rule, name), n in changed.items() if name in empty]
    raise DataError(
        f"{spell_files(files)}: {'; '.join(faults)}. "
        + (f"Readings blanked by rule: {', '.join(lost)}. " if lost else "")
        + (f"Name the others: `--columns '{','.join(others)}'`. " if others else "")
        + "Remove these columns from the files, choose other dates, a finer `--freq` or, where "
        "several records make a row, a lower `--min_fraction`, or switch a rule off with "
        "`--cleaning_rules`."
    )


def check_count(columns: list[Column], n_seq: int | None, notices: list[str]) -> None:
    """Raises DataError when `n_seq` is given and is not the number of columns."""
    if n_seq is None or n_seq == len(columns):
        return
    raise DataError(
        " ".join(
            [
                f"`n_seq` must be the number of variables. Received: n_seq={n_seq}; the data have "
                f"{len(columns)}: {', '.join(column.name for column in columns)}. "
                "Leave `--n_seq` out to take the data's.",
                *notices,
            ]
        )
    )


def without_rows(turbine: str, table: pd.DataFrame) -> list[str]:
    """A notice when `table`, float (n_rows, F), has no complete row."""
    if np.isfinite(table.to_numpy(dtype=float)).all(axis=1).any():
        return []
    empty = [str(name) for name in table.columns if table[name].isna().all()]
    reason = f"nothing in {', '.join(empty)}" if empty else "always something is missing"
    return [f"{turbine} has no complete row, so it gives no windows: {reason}."]


def heavy_rules(changed: Counter[tuple[str, str]], columns: list[Column], n_rows: int) -> list[str]:
    """Notices of rules that blanked more than a fifth of a column; see `check_contents`."""
    names = {column.name for column in columns}
    return [
        f"Rule {rule} blanked {count / n_rows:.0%} of {name}. Look at the column, and switch the "
        "rule off with `--cleaning_rules` where the readings are right."
        for (rule, name), count in changed.items()
        if name in names and rule in BLANKING_RULES and count > LARGE_SHARE * n_rows
    ]


def lone_spikes(columns: list[Column]) -> list[str]:
    """Notices of columns whose range a few readings make twenty times as wide."""
    return [
        f"{column.name} goes from {column.observed[0]:g} to {column.observed[1]:g}, but nearly all "
        f"of it within {column.spread:g}. Where the readings far outside are faults, remove them; "
        "else train with `--scaler robust`, or they squeeze the others together."
        for column in columns
        if column.observed[1] - column.observed[0] > LARGE_RANGE * column.spread
    ]


def spell_files(files: tuple[Path, ...]) -> str:
    """The first file, and how many more."""
    return str(files[0]) if len(files) == 1 else f"{files[0]} and {len(files) - 1} more files"
