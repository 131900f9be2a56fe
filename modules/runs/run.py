"""Run folders: numbered once, and everything in them of one run."""

import io
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from modules import files
from modules.buckets import is_url, place
from modules.errors import DataError, RunError
from modules.preprocessing import Scaler
from modules.runs import locks, safe
from modules.runs.protocols import Data, Model, Settings, Table

MODEL, SCALER, SETTINGS, COLUMNS = "model.keras", "scale.pickle", "settings.json", "columns.json"
LOG, LOSSES = "train.log", "losses.csv"
DATA_REPORT = "data_report.json"
PATHS = ("data_path", "result_dir", "log_path", "output_path")  # among the settings of any family
FORMAT = 3  # of settings.json, tables and checkpoints; version 0.1 wrote none, 0.2 wrote 2
MODEL_PREFIX = "synthetic_"
RUN_NAME = re.compile(r"experiment_\d{2,}")


@dataclass(frozen=True)
class Run:
    """`experiment_NN` (log, events, losses, pictures) and `experiment_NN_model` beside it."""

    folder: Path

    @property
    def model_folder(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}_model")

    @property
    def number(self) -> int:
        return int(self.folder.name.removeprefix("experiment_"))

    @property
    def is_finished(self) -> bool:
        """Whether training came to its end: the model is the last file a run writes."""
        return files.is_file(self.model_folder / MODEL)

    @property
    def is_resumable(self) -> bool:
        """Whether training has begun, not come to its end, and nobody is at it."""
        begun = all(files.is_file(self.model_folder / name) for name in (SETTINGS, COLUMNS))
        return begun and not self.is_finished and locks.is_free(self.model_folder)

    def read_settings(self) -> dict[str, Any]:
        """Return the run's settings.json as a dict: `run_id`, `family`, and the settings."""
        return files.read_json(self.model_folder / SETTINGS)

    @property
    def run_id(self) -> str:
        return self.read_settings().get("run_id", "")

    def write_settings(self, family: str, settings: Settings) -> None:
        """Write settings.json; called before the first step."""
        content = {"run_id": uuid.uuid4().hex, "family": family, "format": FORMAT}
        content |= {"origins": settings.origins} | settings.model_dump(mode="json")
        files.write_json(self.model_folder / SETTINGS, _with_whole_paths(content))

    def keep_place_of_data(self, settings: Settings) -> None:
        """Write into settings.json where the records of a resumed run lie now."""
        content, given = self.read_settings(), settings.model_dump(mode="json")
        moved = _with_whole_paths({name: given[name] for name in ("data_path",) if name in given})
        if content | moved != content:
            files.write_json(self.model_folder / SETTINGS, content | moved)

    @property
    def resume_command(self) -> str:
        """What continues this run, if it is unfinished."""
        path = self.model_folder / SETTINGS
        family = self.read_settings().get("family") if files.is_file(path) else "timegan"
        return f"python gan_train.py {family} --resume {self.folder}"

    def write_columns(self, data: Data) -> None:
        """Write columns.json: what the model's numbers mean, and a fingerprint of the data.

        Also `seq_len`, of a family that has it: no file of a recurrent model tells it.
        """
        settings = self.read_settings()
        content = {"run_id": settings.get("run_id", "")} | data.description()
        content["fingerprint"] = data.fingerprint()
        content |= {name: settings[name] for name in ("seq_len",) if name in settings}
        files.write_json(self.model_folder / COLUMNS, content)

    def read_columns(self) -> dict[str, Any]:
        """Return the run's columns.json as a dict."""
        return files.read_json(self.model_folder / COLUMNS)

    def check_same_data(self, data: Data) -> None:
        """Raise DataError unless `data` is what the run began with."""
        if self.read_columns().get("fingerprint") != data.fingerprint():
            raise DataError(
                f"The records have changed since {self.folder} began. Restore them, pass those as "
                "they were by `--data_path`, or train anew."
            )

    def save_data_report(self, report: BaseModel) -> None:
        """Save the data's report beside the losses."""
        files.write_whole(self.folder / DATA_REPORT, report.model_dump_json(indent=2).encode())

    def discard(self) -> None:
        """Remove the folders of a run that could not begin."""
        for folder in (self.folder, self.model_folder):
            files.remove_folder(folder)

    def save_scaler(self, scaler: Scaler) -> None:
        safe.save_scaler(self.model_folder / SCALER, self.run_id, scaler)

    def save_table(self, table: Table) -> None:
        """Save `table`, a dataclass of names and arrays, as the file it calls FILE."""
        safe.save_table(self.model_folder, self.run_id, table)

    def save_records(self, name: str, tables: dict[str, pd.DataFrame]) -> None:
        """Save records, turbine -> (n_rows, F), as `name`.csv: such as were held back."""
        content = pd.concat(tables, names=["turbine", "time"]).to_csv().encode()
        files.write_whole(self.model_folder / f"{name}.csv", content)

    def read_records(self, name: str) -> dict[str, pd.DataFrame]:
        """Return what `save_records` got. Raises DataError when it is not there."""
        path = self.model_folder / f"{name}.csv"
        try:
            content = io.BytesIO(files.read_bytes(path))
            table = pd.read_csv(content, index_col=["turbine", "time"], dtype={"turbine": str})
            stamps = table.index.levels[1]
            if not pd.api.types.is_numeric_dtype(stamps):
                table.index = table.index.set_levels(pd.to_datetime(stamps), level=1)
            return {name: part.droplevel(0) for name, part in table.groupby(level=0)}
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{path} cannot be read: {error}. Train again.") from None

    def save_model(self, model: Model) -> None:
        """Save as `.keras`, the last file of a run. The model's name must be `model_name`."""
        with files.replacing(self.model_folder / MODEL) as path:
            model.save(path)

    @property
    def model_name(self) -> str:
        """The name that ties a model file to its run."""
        return f"{MODEL_PREFIX}{self.run_id}"


def _with_whole_paths(content: dict[str, Any]) -> dict[str, Any]:
    """Settings whose paths hold in any folder."""
    paths = {name: content.get(name) for name in PATHS}
    whole = {
        name: path if is_url(path) else str(Path(path).absolute())
        for name, path in paths.items()
        if path
    }
    return content | whole


def create(result_dir: Path | str) -> Run:
    """Make the next `experiment_NN` and its model folder; safe against trainings side by side.

    Raises RunError when the folder cannot be written.
    """
    result_dir = place(result_dir)
    try:
        files.make_folder(result_dir, exist_ok=True)
        number = 1 + max((run.number for run in existing(result_dir)), default=0)
        while True:
            run = Run(result_dir / f"experiment_{number:02d}")
            try:
                files.make_folder(run.model_folder)  # can happen once only: it takes the number
            except FileExistsError:
                number += 1
                continue
            try:
                files.make_folder(run.folder)
                return run
            except OSError as error:
                files.remove_folder(run.model_folder)
                if not isinstance(error, FileExistsError):
                    raise
                number += 1
    except OSError as error:
        raise RunError(f"Cannot make a run in {result_dir}: {error}. Set `--result_dir`.") from None


def existing(result_dir: Path | str) -> list[Run]:
    """Return the runs in `result_dir`, oldest number first."""
    folders = files.folders_in(place(result_dir), "experiment_*")
    found = [Run(folder) for folder in folders if RUN_NAME.fullmatch(folder.name)]
    return sorted(found, key=lambda run: run.number)
