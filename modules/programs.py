"""What both programs do around their work: messages and exit codes."""

import logging
import os
import sys
from collections.abc import Callable

from modules.errors import DataError, RunError, SettingsError

log = logging.getLogger(__name__)

INTERRUPTED = 130  # the shell's code for Ctrl-C


def run(program: Callable[[], object]) -> int:
    """Call `program()` and return its exit code: 0, 2 for settings and data, 1 for a failed run.

    What a user did wrong is said in one message, without a traceback.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow is imported only later
    if hasattr(sys.stdout, "reconfigure"):  # a file's name may be no text, a console of few letters
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout, force=True)
    logging.raiseExceptions = False  # a log on a full disk must not bury the message
    logging.getLogger("absl").setLevel(logging.WARNING)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts retraced graphs as faults
    try:
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
    return 0
