"""A wanted series of the columns that were conditions, from a file: taken exactly as it is."""

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from modules.dataLoader import load
from modules.errors import DataError
from modules.location_module import site_of
from modules.records.columns import ANGLE, Column
from modules.records.identity import plain
from modules.records.paths import plain_name
from modules.records.site import RawTurbine
from modules.records.timestamps import freq_length, spell_step
from modules.records.words import canonical_unit
from modules.timegan.conditions import Conditions
from settings import TimeGANSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Given:
    """Values (n_rows, K) of the columns that were conditions, in the records' order and units.

    `times`: (n_rows,), None where the file has none; `turbine`: its name, where a column of the
    file says it, or the file is called after one that was trained on.
    """

    values: np.ndarray
    times: pd.DatetimeIndex | None
    turbine: str | None


def read_given(path: str, conditions: Conditions, settings: TimeGANSettings) -> Given:
    """Read a series by the readers and the site of the training's `settings`.

    Nothing is cleaned or resampled. Raises DataError for missing columns, another unit, several
    turbines, gaps, another step and codes that were not trained on; numbers beyond those trained on
    are told in a warning.
    """
    columns = conditions.columns
    # Of an open site whatever the file has is read; another asks for each of its own columns.
    names = None if site_of(settings).open else tuple(column.name for column in columns)
    angles = tuple(column.name for column in columns if column.kind == ANGLE)
    series = settings.completed(data_path=path, gen_name=None, columns=names, angles=angles)
    try:
        turbines = load(series)
    except DataError as error:  # which speaks of where the records of a training lie
        raise DataError(str(error).replace("`--data_path`", "`--given`")) from None
    if len(turbines) > 1:
        raise DataError(
            f"`given` must hold one series. {path} has those of {', '.join(turbines)}. Keep one."
        )
    raw = _as_trained(next(iter(turbines.values())), columns)
    _check_columns(path, raw, columns)
    values = raw.table[[column.name for column in columns]].to_numpy(float)
    _check_values(path, values, raw.table.index, conditions)
    times = None
    if isinstance(raw.table.index, pd.DatetimeIndex):
        if conditions.freq is None:
            log.warning("%s has stamps, the run's records have none: rows are counted.", path)
        else:
            times = raw.table.index
            _check_times(path, times, conditions)
    known = {plain_name(name) for name in conditions.occurred.turbines}
    is_named = raw.turbine_name or plain_name(raw.name) in known
    return Given(values, times, raw.name if is_named else None)


def _as_trained(raw: RawTurbine, columns: list[Column]) -> RawTurbine:
    """`raw` with the names of `columns`, where it has them in another spelling alone."""
    found = [column.name for column in raw.columns]
    spelt = {plain(name): name for name in reversed(found)}
    lacking = [column.name for column in columns if column.name not in found]
    names = {spelt[plain(name)]: name for name in lacking if plain(name) in spelt}
    named = (c.model_copy(update={"name": names.get(c.name, c.name)}) for c in raw.columns)
    return replace(raw, table=raw.table.rename(columns=names), columns=tuple(named))


def _check_columns(path: str, raw: RawTurbine, columns: list[Column]) -> None:
    found = {column.name: column for column in raw.columns}
    lacking = [column.name for column in columns if column.name not in found]
    if lacking:
        raise DataError(
            f"{path} lacks {', '.join(lacking)}, which the run was trained to be given. It has: "
            f"{', '.join(found)}."
        )
    for column in columns:
        unit = found[column.name].unit
        if unit and column.unit and canonical_unit(unit) != canonical_unit(column.unit):
            raise DataError(
                f"{path}, column '{column.name}' is in {unit}, and the run was trained on "
                f"{column.unit}. Convert the column."
            )


def _check_values(path: str, values: np.ndarray, index: pd.Index, conditions: Conditions) -> None:
    for i, column in enumerate(conditions.columns):
        wrong = np.flatnonzero(~np.isfinite(values[:, i]))
        if wrong.size:
            raise DataError(
                f"{path}, column '{column.name}' misses {wrong.size} of {len(values)} values, the "
                f"first in record {wrong[0] + 1} ({index[wrong[0]]}). Fill them: a given series "
                "has no gaps."
            )
        known = conditions.occurred.values[i]
        if column.codes and column.kind != ANGLE:
            strange = np.setdiff1d(values[:, i], column.codes)
            if strange.size:
                raise DataError(
                    f"{path}, column '{column.name}' holds {strange[0]:g}, a code that the run was "
                    f"not trained on. There is: {', '.join(f'{code:g}' for code in column.codes)}."
                )
        elif column.kind != ANGLE:
            n_beyond = int(((values[:, i] < known.min()) | (values[:, i] > known.max())).sum())
            if n_beyond:
                log.warning(
                    "%s: %d of %d values of %s lie outside what the run was trained on, %g to %g: "
                    "there the other columns are a guess.",
                    path, n_beyond, len(values), column.name, known.min(), known.max(),
                )  # fmt: skip


def _check_times(path: str, times: pd.DatetimeIndex, conditions: Conditions) -> None:
    known = conditions.pool.times
    if known is not None and (known.tz is None) != (times.tz is None):
        has, lacks = ("no offset", "one") if known.tz is None else ("an offset", "none")
        raise DataError(
            f"The stamps of the records have {has}, those of {path} have {lacks}. Write them alike."
        )
    expected = pd.date_range(times[0], periods=len(times), freq=conditions.freq)
    wrong = np.flatnonzero(times != expected)
    if wrong.size:
        before, step = times[max(0, wrong[0] - 1)], spell_step(freq_length(str(conditions.freq)))
        raise DataError(
            f"`given` must go on in the records' steps of {step}. {path} has "
            f"{times[wrong[0]]} after {before}. Fill the gap, or bring it to these steps."
        )
