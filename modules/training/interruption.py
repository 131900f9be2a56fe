"""Ctrl-C and `kill` as a wish that the training hears between two steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Asked(threading.Event):
    """Set by a signal, whose `number` it keeps."""

    number = signal.SIGINT


@contextmanager
def listening() -> Iterator[Asked]:
    """Yield an event that SIGINT or SIGTERM sets; a second one ends the program."""
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread may handle signals
        return

    def hear(number: int, _frame: FrameType | None) -> None:
        asked.number = signal.Signals(number)
        asked.set()
        signal.signal(number, before[number])

    before: dict[int, Any] = {number: signal.signal(number, hear) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
