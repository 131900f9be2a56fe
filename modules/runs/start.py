"""The beginning of a run: its settings, then its folder, lock and log in one `with`."""

import contextlib
import logging
import platform
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from modules import files
from modules.errors import DataError, RunError
from modules.runs import locks
from modules.runs.find import find_unfinished, saved_settings
from modules.runs.protocols import Data, RunSettings
from modules.runs.run import LOG, LOSSES, Run, create
from modules.training.device import Device
from modules.training.graphs import graphs_released

LIBRARIES = {"TensorFlow": "tensorflow", "Keras": "keras", "NumPy": "numpy"}

FOUND = {"resume", "result_dir"}  # by which a run to resume is found
GIVEN_ANEW = {"data_path", "device", "gpu_memory_limit", "check_only", "strategy", "language"}

log = logging.getLogger(__name__)

S = TypeVar("S", bound=RunSettings)


def settle(family: str, settings: S) -> tuple[S, Run | None]:
    """Return (the settings to train with, the run to resume or None).

    A resumed run goes on with its own settings, whatever stands in settings.py by now; only those
    of `GIVEN_ANEW` may be given beside it. Raises DataError where there is no such run.
    """
    if settings.resume is None:
        return settings, None
    run = find_unfinished(settings.resume, settings.result_dir, family)
    kind: type[Any] = type(settings)  # of pydantic, which a protocol cannot say
    given = {name for name, origin in settings.origins.items() if origin == "given"}
    if ignored := sorted(given - FOUND - GIVEN_ANEW):
        log.warning(
            "%s goes on with its own settings. Not used: %s.", run.folder, ", ".join(ignored)
        )
    anew = {name: getattr(settings, name) for name in given & GIVEN_ANEW}
    return saved_settings(run, kind).completed(**anew), run


@contextlib.contextmanager
def start(
    family: str, settings: RunSettings, data: Data, *, resumed: Run | None, device: Device
) -> Iterator[Run]:
    """Yield the `Run` to train in: the `resumed` one, or a new one for None.

    A new one gets settings and columns; a resumed one must find its data unchanged. Inside, the run
    is locked and the log goes into its folder too; after it, what was compiled is let go of.
    """
    run = resumed or create(settings.result_dir)
    if not locks.claim(run.model_folder):
        raise DataError(f"{run.folder} is being trained by another program. Wait for it.")
    with contextlib.ExitStack() as held:
        held.callback(locks.release)
        held.enter_context(graphs_released())
        if resumed is not None:
            resumed.check_same_data(data)
            resumed.keep_place_of_data(settings)
            for folder in (run.folder, run.model_folder):
                files.sweep(folder)
        try:
            if resumed is None:
                run.write_settings(family, settings)
                run.write_columns(data)
                run.save_data_report(data.report)
            held.enter_context(logged_to(run.folder / LOG))
        except (OSError, RunError) as error:
            if resumed is None:
                run.discard()
            raise RunError(f"The run could not begin: {error}") from None
        log_header(settings, device=device.name)
        _show_settings(run, settings)
        if resumed is not None and not files.files_in(run.model_folder, "ckpt-*.index"):
            log.warning("%s has no checkpoint: it begins anew.", run.folder)
            files.remove_file(run.folder / LOSSES)
        yield run


@contextlib.contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Write every message inside into the file `path` too, and the error that ends it.

    Ours get there also where a host wants to hear of warnings only, and it hears no more than that.
    """
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with _heard_out(handler):
            yield
    except BaseException as error:
        said = {"msg": str(error) or type(error).__name__, "levelno": logging.ERROR}
        handler.handle(logging.makeLogRecord(said | {"levelname": "ERROR"}))
        raise
    finally:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # a full disk has been reported by now
            handler.close()


@contextlib.contextmanager
def _heard_out(file: logging.Handler) -> Iterator[None]:
    """Give `file` those of our messages, from INFO on, that a host's logging leaves out."""
    ours, root = logging.getLogger("modules"), logging.getLogger()
    if ours.isEnabledFor(logging.INFO):
        yield
        return
    level, propagate, threshold = ours.level, ours.propagate, ours.getEffectiveLevel()

    class Parting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            (root if record.levelno >= threshold else file).handle(record)

    parting = Parting()
    ours.addHandler(parting)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    try:
        yield
    finally:
        ours.removeHandler(parting)
        ours.setLevel(level)
        ours.propagate = propagate


def log_header(settings: RunSettings, *, device: str) -> None:
    """Log versions, device and every setting: what it takes to repeat the run."""
    libraries = ", ".join(f"{name} {version(package)}" for name, package in LIBRARIES.items())
    log.info("Python %s, %s on %s", platform.python_version(), libraries, device)
    log.info("  git = %s", git_state(files.ROOT))
    for name, value in settings.model_dump().items():
        log.info("  %s = %r (%s)", name, value, settings.origins.get(name, "settings.py"))


def _show_settings(run: Run, settings: RunSettings) -> None:
    """The settings as a table in TensorBoard."""
    from modules.training.events import write_events  # TensorFlow: whoever settles need not wait

    rows = (f"| {name} | {value} |" for name, value in settings.model_dump().items())
    write_events(
        run.folder, texts={"settings": "\n".join(["| setting | value |", "|---|---|", *rows])}
    )


def git_state(folder: Path) -> str:
    """Return the commit checked out in `folder`, with `dirty` where files differ from it.

    `none` where `folder` is not the top of a checkout, or git is missing.
    """

    def ask(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            check=True,
            text=True,
            timeout=9,
        ).stdout.strip()

    try:
        if Path(ask("rev-parse", "--show-toplevel")).resolve() != Path(folder).resolve():
            return "none"  # someone else's checkout around us
        changed = ask("status", "--porcelain", "--untracked-files=no")
        return f"{ask('rev-parse', 'HEAD')}{', dirty' if changed else ''}"
    except (OSError, subprocess.SubprocessError):
        return "none"
