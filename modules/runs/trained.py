"""What a finished run left for the generator, all of one training."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from pydantic import BaseModel, TypeAdapter

from modules.errors import DataError
from modules.preprocessing import Scaler, feature_names
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.timestamps import normalise_freq
from modules.runs.protocols import Table
from modules.runs.run import COLUMNS, MODEL, MODEL_PREFIX, SCALER, Run
from modules.runs.safe import load_model, load_scaler, load_table


@dataclass(frozen=True)
class Trained:
    """What a finished run over a site's records left for the generator.

    `model`: the run's own, as its family has it. `freq`: time step, None without times.
    `columns`: those that the model makes; `written`: these and those that it is given.
    `start`: the training data's first time stamp, ISO 8601. `settings`: the training's own.
    `tables`: by their class, the further tables of names and arrays that its family asked for.
    """

    model: keras.Model
    scaler: Scaler
    columns: list[Column]
    freq: str | None
    start: str | None
    settings: Any
    tables: dict[type[Table], Any] = field(default_factory=dict)
    written: list[Column] = field(default_factory=list)


def load_trained(
    run: Run,
    settings: BaseModel,
    *,
    model_path: str | None = None,
    scale_path: str | None = None,
    kinds: tuple[type[Table], ...] = (),
    given: Collection[str] = (),
) -> Trained:
    """Return `run`'s `Trained`, from its own files or from the two given in their place.

    `settings`: the run's, see `modules.runs.find.saved_settings`. `kinds`: classes of the tables
    that belong to the run, see `modules.runs.safe.load_table`; each has the scaler's `names`.
    `given`: columns that the model does not make and the scaler does not have.

    Raises DataError when a file cannot be used, or when they come from different runs.
    """
    described = run.read_columns()
    model_file = Path(model_path or run.model_folder / MODEL)
    scaler_file = Path(scale_path or run.model_folder / SCALER)
    scaler_run, scaler = load_scaler(scaler_file)
    model = load_model(model_file)
    parts = {
        model_file: model.name.removeprefix(MODEL_PREFIX),
        scaler_file: scaler_run,
        run.model_folder / COLUMNS: described.get("run_id"),
    }
    tables: dict[type[Table], Any] = {}
    for kind in kinds:
        parts[run.model_folder / kind.FILE], tables[kind] = load_table(run.model_folder, kind)
    strangers = [str(path) for path, run_id in parts.items() if run_id != run.run_id]
    if strangers:
        raise DataError(
            f"Not of the run {run.folder}: {', '.join(strangers)}. Model, scaler, columns and "
            "the tables beside them must come from one training: pass one `--run` folder."
        )
    try:
        written = TypeAdapter(list[Column]).validate_python(described["columns"])
        columns = [column for column in written if column.name not in given]
        _check(columns, scaler, model, tables)
        _check_limits(written)
        freq, start = _time(described["freq"], described["start"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{run.model_folder} is damaged: {error}. Train again.") from None
    return Trained(model, scaler, columns, freq, start, settings, tables, written)


def _check(
    columns: list[Column], scaler: Scaler, model: keras.Model, tables: dict[type[Table], Any]
) -> None:
    """Raise ValueError unless columns, scaler, model and tables fit each other."""
    names = [column.name for column in columns]
    if len(set(names)) < len(names) or tuple(feature_names(columns)) != scaler.names_:
        raise ValueError("the columns are not those of the scaler")
    if len(scaler.names_) not in (model.input_shape[-1], model.output_shape[-1]):
        raise ValueError(f"the model is not made for {len(scaler.names_)} features")
    for table in tables.values():
        if table.names not in (scaler.names_, tuple(names)):
            raise ValueError(f"{table.FILE} does not hold the scaler's columns")


def _check_limits(columns: list[Column]) -> None:
    """Raise ValueError unless all that was observed of columns is finite."""
    for column in columns:
        low, high = column.observed_min, column.observed_max
        limits = (low, high, column.lower, column.upper)
        given = [limit for limit in limits if limit is not None]
        atoms = [value for atom in column.atoms for value in (atom.value, atom.share)]
        if low is None or high is None or not np.isfinite(given + atoms + [*column.codes]).all():
            raise ValueError(f"column {column.name!r} has no finite limits")
        if not -LARGEST_NUMBER <= low <= high <= LARGEST_NUMBER:
            raise ValueError(f"column {column.name!r} has no limits between its observations")


def _time(freq: object, start: object) -> tuple[str | None, str | None]:
    """Return the time step and the first stamp, both valid or both None."""
    if freq is None:
        return None, None
    if not isinstance(freq, str) or not isinstance(start, str):
        raise TypeError("freq and start must be text")
    if pd.Timestamp(start) is pd.NaT:
        raise ValueError("start must be a time stamp")
    return normalise_freq(freq), start
