"""What both programs do around their work: messages, exit codes, the log."""

import contextlib
import logging
import os
import platform
import subprocess
import sys
from pathlib import Path

from modules.errors import DataError, RunError, SettingsError
from modules.records.sample import make_sample
from modules.runs import locks
from modules.training.memory import graphs_released
from settings import FAMILIES, DataSettings

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[1]
SAMPLE_FOLDER = "sample_data"
SAMPLE_LOCATION = "westsouth"
INTERRUPTED = 130  # the shell's code for Ctrl-C


def run(program):
    """Call `program()` and return its exit code: 0, 2 for settings and data, 1 for a failed run.

    What a user did wrong is told in one message, without a traceback.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow is imported only later
    if hasattr(sys.stdout, "reconfigure"):  # a file's name may be no text, a console of few letters
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout, force=True)
    logging.raiseExceptions = False  # a log on a full disk must not bury the message
    logging.getLogger("absl").setLevel(logging.WARNING)
    try:
        with graphs_released():
            program()
    except (SettingsError, DataError, RunError) as error:
        log.error("%s", error)
        return error.exit_code
    except OSError as error:
        log.error("%s. Free the disk, or check the path and its permissions.", error)
        return RunError.exit_code
    except KeyboardInterrupt:
        log.error("Interrupted.")
        return INTERRUPTED
    finally:
        _close_log_files()
        locks.release()
    return 0


def log_to(path):
    """Write every message from here on into the file `path` too."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _close_log_files():
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, logging.FileHandler)]:
        root.removeHandler(handler)
        with contextlib.suppress(OSError):  # a full disk has been told of by now
            handler.close()


def log_header(settings, *, device):
    """Log versions, device and every setting: what it takes to repeat the run."""
    import keras
    import numpy
    import tensorflow

    log.info(
        "Python %s, TensorFlow %s, Keras %s, NumPy %s on %s",
        platform.python_version(),
        tensorflow.__version__,
        keras.__version__,
        numpy.__version__,
        device,
    )
    log.info("  git = %s", git_state(ROOT))
    for name, value in settings.model_dump().items():
        log.info("  %s = %r", name, value)


def git_state(folder):
    """Return the commit checked out in `folder`, with `dirty` where files differ from it.

    `none` where `folder` is not the top of a checkout, or git is missing.
    """

    def ask(*words):
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


def settle(family, settings):
    """Return (the settings to train with, the run to resume or None).

    A resumed run goes on with its own settings, whatever stands in settings.py by now.
    """
    from modules.location_module import get_site
    from modules.runs import run as runs

    if settings.resume is None:
        get_site(settings.location)
        return with_sample(settings), None
    run = runs.find_unfinished(settings.resume, settings.result_dir, family)
    return runs.saved_settings(run, FAMILIES[family]), run


def site_records(settings):
    """Return the clean `SiteData` of the site, or None after the report of `--check_only`."""
    # Imported here: the site's cleaning takes pandas, which a wrong setting need not wait for.
    from modules.dataLoader import load
    from modules.location_module import clean

    site_data = clean(load(settings), settings)
    log.info("%s", site_data.report)
    return None if settings.check_only else site_data


def start_run(family, settings, site_data, *, resumed, has_gpu):
    """Return the `Run` to train in: the `resumed` one, or a new one for None.

    A new one gets settings and columns; a resumed one must find its data unchanged.
    """
    from modules.runs import run as runs
    from modules.runs.storage import sweep

    run = resumed or runs.create(settings.result_dir)
    if not locks.claim(run.model_folder):
        raise DataError(f"{run.folder} is being trained by another program. Wait for it.")
    if resumed is not None:
        resumed.check_same_data(site_data)
        for folder in (run.folder, run.model_folder):
            sweep(folder)
    try:
        if resumed is None:
            run.write_settings(family, settings)
            run.write_columns(site_data)
            run.save_data_report(site_data.report)
        log_to(run.folder / "train.log")
    except (OSError, RunError) as error:
        if resumed is None:
            run.discard()
        raise RunError(f"The run could not begin: {error}") from None
    log_header(settings, device="GPU" if has_gpu else "CPU")
    return run


def with_sample(settings):
    """Return `settings`, pointed at the bundled sample where nobody has put data yet.

    The sample stands in for the default `data_path` only: a path somebody typed must exist.
    """
    default = DataSettings.model_fields["data_path"].default
    if settings.data_path != default or Path(default).exists():
        return settings
    if settings.location != SAMPLE_LOCATION:
        raise DataError(
            f"There is no folder {default!r}, and the bundled sample is in the format of "
            f"{SAMPLE_LOCATION!r}. Received: location={settings.location!r}. Set `--data_path`."
        )
    log.info(
        "No folder %r: training on the bundled sample instead, two simulated turbines over a "
        "year, in %r. Set `--data_path` to your own records.",
        default,
        SAMPLE_FOLDER,
    )
    make_sample(Path(SAMPLE_FOLDER))
    return settings.model_copy(update={"data_path": SAMPLE_FOLDER})
