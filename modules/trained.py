"""What a finished run left for the generator, all of one training."""

from dataclasses import dataclass

import keras
from pydantic import TypeAdapter

from modules.columns import Column
from modules.errors import DataError
from modules.preprocessing import MinMaxScaler, StandardScaler
from modules.runs import COLUMNS, MODEL, SCALER
from modules.storage import load_model, load_scaler, read_json


@dataclass(frozen=True)
class Trained:
    """What a finished run left for the generator.

    `model`: noise (B, T, Z) -> scaled window (B, T, F), or as its family has it. `seq_len`: rows
    of a window. `freq`: time step, None without times.
    `start`: the training data's first time stamp, ISO 8601.
    """

    model: keras.Model
    scaler: MinMaxScaler | StandardScaler
    columns: list[Column]
    seq_len: int
    freq: str | None
    start: str | None


def load_trained(run, model_path=None, scale_path=None):
    """Return `run`'s `Trained`, from its own files or from the two given in their place.

    Raises DataError when a file cannot be used, or when they come from different runs.
    """
    settings = run.read_settings()
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
    strangers = [str(path) for path, run_id in parts.items() if run_id != settings.get("run_id")]
    if strangers:
        raise DataError(
            f"Not of the run {run.folder}: {', '.join(strangers)}. Model, scaler and columns must "
            "come from one training: pass one `--run` folder."
        )
    try:
        columns = TypeAdapter(list[Column]).validate_python(table["columns"])
        seq_len = settings["seq_len"] if "seq_len" in settings else settings["window_size"]
        return Trained(model, scaler, columns, int(seq_len), table["freq"], table["start"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{run.model_folder} is damaged: {error}. Train again.") from None
