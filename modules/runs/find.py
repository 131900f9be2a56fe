"""Which run is meant: the newest, one by its folder or its number, one by a file of it."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from modules import files
from modules.buckets import place
from modules.command_line import explain
from modules.errors import DataError
from modules.runs.run import FORMAT, MODEL, RUN_NAME, SETTINGS, Run, existing

LATEST = "latest"

S = TypeVar("S", bound=BaseModel)


def folder_of(path: str, setting: str) -> str:
    """The run folder that a model or scaler, or the folder given for one, belongs to.

    Raises DataError, in the words of `setting`, where it belongs to none.
    """
    place = Path(path).absolute()
    folder = place if files.is_folder(place) else place.parent
    if not files.is_folder(place) and not files.is_file(place):
        raise DataError(f"{path} does not exist. Correct `--{setting}`.")
    if not RUN_NAME.fullmatch(folder.name.removesuffix("_model")):
        raise DataError(
            f"{path} lies in no run folder, so that its run is not known. Pass `--run` beside "
            f"`--{setting}`."
        )
    return str(folder)


def find(folder: str | None, result_dir: str) -> Run:
    """Return the finished run at `folder`, or the newest one of `result_dir` for None.

    Raises DataError when there is none, or when it never finished.
    """
    if folder is None:
        finished = [run for run in existing(result_dir) if run.is_finished]
        if not finished:
            raise DataError(
                f"No finished run in {result_dir}. Train one first: python gan_train.py"
            )
        return finished[-1]
    run = _locate(folder, result_dir)
    if not run.is_finished:
        raise DataError(
            f"{folder} holds no {MODEL}: its training has not finished. Go on with "
            f"`{run.resume_command}`, or pass another."
        )
    return run


def find_unfinished(folder: str, result_dir: str, family: str) -> Run:
    """Return the unfinished run at `folder`, or the newest of `family` for `latest`.

    Raises DataError when there is none, when it has finished, or is of another family.
    """
    if folder == LATEST:
        begun = [run for run in existing(result_dir) if run.is_resumable]
        unfinished = [run for run in begun if _is_current(run, family)]
        if not unfinished:
            raise DataError(f"No unfinished run of {family} in {result_dir}: nothing to resume.")
        return unfinished[-1]
    run = _locate(folder, result_dir)
    if run.is_finished:
        raise DataError(
            f"{run.folder} has finished: nothing to resume. Train anew without `--resume`."
        )
    found = run.read_settings().get("family")
    if found != family:
        raise DataError(
            f"{run.folder} is a run of the family {found!r}, not of {family!r}. "
            f"Name its family before the settings: python gan_train.py {found} --resume ..."
        )
    if not _is_current(run, family):
        raise DataError(
            f"{run.folder} was begun by an older version, whose checkpoints this one cannot "
            "continue. Train anew without `--resume`."
        )
    return run


def _is_current(run: Run, family: str) -> bool:
    """Whether `run` is of `family` and of this version; a damaged one is neither."""
    try:
        written = run.read_settings()
    except DataError:
        return False
    return (written.get("family"), written.get("format")) == (family, FORMAT)


def _locate(folder: str, result_dir: str) -> Run:
    """The run named by its folder, its model folder, or its bare name or number in `result_dir`."""
    name = f"experiment_{int(folder):02d}" if re.fullmatch(r"[0-9]{1,9}", folder) else folder
    try:
        path = Path(name) if files.is_folder(Path(name)) else place(result_dir) / name
        run = Run(path.with_name(path.name.removesuffix("_model")))
        is_run = RUN_NAME.fullmatch(run.folder.name) and files.is_folder(run.model_folder)
    except (OSError, ValueError):  # a name no file can have
        is_run = False
    if not is_run:
        raise DataError(
            f"{folder!r} is not a run folder. Pass one like TimeGan_Result/experiment_01"
        )
    return run


def family_of(run: Run, families: Collection[str]) -> str:
    """Return the name of the family that `run` belongs to, one of `families`. Raises DataError."""
    family = run.read_settings().get("family")
    if not isinstance(family, str) or family not in families:
        raise DataError(
            f"{run.model_folder / SETTINGS} must name one of the families {', '.join(families)}. "
            f"Received: family={family!r}. Train again."
        )
    return family


def saved_settings(run: Run, settings_class: type[S]) -> S:
    """Return the settings a run was trained with, validated anew. Raises DataError."""
    saved = run.read_settings()
    if saved.get("format") != FORMAT:
        raise DataError(
            f"{run.folder} was written by another version, whose settings mean something else. "
            "Use that version, or train again."
        )
    kept = [name for name, field in settings_class.model_fields.items() if not field.exclude]
    lacking = [name for name in kept if name not in saved]
    if lacking:
        raise DataError(
            f"{run.model_folder / SETTINGS} lacks {', '.join(lacking)}: it is damaged, or of an "
            "older version. Restore it, use that version, or train again."
        )
    origins = saved.get("origins")
    try:
        fields = {name: saved[name] for name in kept}
        settings: Any = settings_class(**fields)  # any class of settings.py
        names = TypeAdapter(dict[str, str]).validate_python(origins if origins else {})
    except ValidationError as error:
        raise DataError(f"{run.model_folder / SETTINGS}: {explain(error)}") from None
    return settings.with_origins(names)
