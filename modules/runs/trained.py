"""What a finished run left for the generator, all of one training."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from modules.errors import DataError
from modules.preprocessing import Scaler, feature_names
from modules.records.columns import LARGEST_NUMBER, Column
from modules.records.timestamps import normalise_freq
from modules.runs.run import COLUMNS, MODEL, SCALER, of_family, saved_settings
from modules.runs.storage import load_model, load_scaler, load_table, read_json
from modules.timegan.copula import Copula
from modules.timegan.noise import noise_maker
from modules.timegan.quantiles import QuantileMapping
from settings import FAMILIES, ProgramSettings


@dataclass(frozen=True)
class Trained:
    """What a finished run left for the generator.

    `model`: noise (B, T, Z) -> scaled window (B, T, F), or as its family has it. `seq_len`: rows
    of a window. `freq`: time step, None without times.
    `start`: the training data's first time stamp, ISO 8601. `settings`: the training's own.
    `quantiles`: of a run with `quantile_mapping`, else None. `noise`: what the model makes windows
    of, see `modules.timegan.noise`; None for another family.
    """

    model: keras.Model
    scaler: Scaler
    columns: list[Column]
    seq_len: int
    freq: str | None
    start: str | None
    settings: ProgramSettings
    quantiles: QuantileMapping | None
    noise: Callable | None


def load_trained(run, model_path=None, scale_path=None):
    """Return `run`'s `Trained`, from its own files or from the two given in their place.

    Raises DataError when a file cannot be used, or when they come from different runs.
    """
    settings = saved_settings(run, of_family(run, FAMILIES))
    table = read_json(run.model_folder / COLUMNS)
    model_path = model_path or run.model_folder / MODEL
    scale_path = scale_path or run.model_folder / SCALER
    scaler_run, scaler = load_scaler(scale_path)
    model = load_model(model_path)
    parts = {
        model_path: model.name.removeprefix("synthetic_"),
        scale_path: scaler_run,
        run.model_folder / COLUMNS: table.get("run_id"),
    }
    mapping = noise = None
    if getattr(settings, "quantile_mapping", False):
        parts[run.model_folder / QuantileMapping.FILE], mapping = load_table(run, QuantileMapping)
    kind = getattr(settings, "noise", None)
    if kind == "copula":
        parts[run.model_folder / Copula.FILE], noise = load_table(run, Copula)
    elif kind:
        noise = noise_maker(kind, settings.seq_len)
    strangers = [str(path) for path, run_id in parts.items() if run_id != run.run_id]
    if strangers:
        raise DataError(
            f"Not of the run {run.folder}: {', '.join(strangers)}. Model, scaler, columns, "
            "quantiles and copula must come from one training: pass one `--run` folder."
        )
    try:
        columns = TypeAdapter(list[Column]).validate_python(table["columns"])
        _check(columns, scaler, model, mapping, noise)
        freq, start = _time(table["freq"], table["start"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{run.model_folder} is damaged: {error}. Train again.") from None
    seq_len = getattr(settings, "seq_len", None) or settings.window_size
    return Trained(model, scaler, columns, seq_len, freq, start, settings, mapping, noise)


def _check(columns, scaler, model, mapping, noise):
    """Raise ValueError unless columns, scaler, model, quantile mapping and noise fit each other."""
    names = [column.name for column in columns]
    if len(set(names)) < len(names) or tuple(feature_names(columns)) != scaler.names_:
        raise ValueError("the columns are not those of the scaler")
    if len(scaler.names_) not in (model.input_shape[-1], model.output_shape[-1]):
        raise ValueError(f"the model is not made for {len(scaler.names_)} features")
    if mapping is not None and mapping.names != scaler.names_:
        raise ValueError("the quantiles are not those of the scaler's columns")
    width = model.input_shape[-1]
    if isinstance(noise, Copula) and not (
        noise.names == scaler.names_ and len(noise.names) == width
    ):
        raise ValueError("the copula is not that of the scaler's columns")
    for column in columns:
        limits = [column.observed_min, column.observed_max]
        given = [limit for limit in (column.lower, column.upper) if limit is not None]
        atoms = [value for atom in column.atoms for value in (atom.value, atom.share)]
        if None in limits or not np.isfinite(limits + given + atoms).all():
            raise ValueError(f"column {column.name!r} has no finite limits")
        if not -LARGEST_NUMBER <= limits[0] <= limits[1] <= LARGEST_NUMBER:
            raise ValueError(f"column {column.name!r} has no limits between its observations")


def _time(freq, start):
    """Return the time step and the first stamp, both valid or both None."""
    if freq is None:
        return None, None
    if not isinstance(freq, str) or not isinstance(start, str):
        raise TypeError("freq and start must be text")
    if pd.Timestamp(start) is pd.NaT:
        raise ValueError("start must be a time stamp")
    return normalise_freq(freq), start
