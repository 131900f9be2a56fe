"""What both programs do around their work: signals, messages and exit codes."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from modules.errors import ASKED_TO_END, DataError, RunError, SettingsError

log = logging.getLogger(__name__)


def run(program: Callable[[], object]) -> int:
    """Call `program()` and return its exit code: 0, 2 for settings and data, 1 for a failed run.

    What a user did wrong is said in one message, without a traceback; so are Ctrl-C and `kill`,
    which let go of what is half done: 130 and 143.
    """
    if hasattr(sys.stdout, "reconfigure"):  # a file's name may be no text, a console of few letters
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout, force=True)
    logging.raiseExceptions = False  # a log on a full disk must not bury the message
    logging.getLogger("absl").setLevel(logging.WARNING)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts retraced graphs as faults
    with _heard() as signals:
        try:
            program()
        except (SettingsError, DataError, RunError) as error:
            log.error("%s", error)
            return error.exit_code
        except SystemExit:
            raise
        except BaseException as error:
            if signals or isinstance(error, KeyboardInterrupt):
                # An import that is broken off may raise anything.
                log.error("Interrupted.")
                return ASKED_TO_END + (signals or [signal.SIGINT])[0]
            if not isinstance(error, OSError):
                raise
            log.error("%s. Free the disk, or check the path and its permissions.", error)
            return RunError.exit_code
    return 0


@contextmanager
def _heard() -> Iterator[list[int]]:
    """Yield a list of the signals that came: SIGINT and SIGTERM, raised as KeyboardInterrupt."""
    signals: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield signals  # only the main thread may handle signals
        return

    def hear(number: int, _frame: FrameType | None) -> None:
        signals.append(number)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM)
    before: dict[int, Any] = {number: signal.signal(number, hear) for number in numbers}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
