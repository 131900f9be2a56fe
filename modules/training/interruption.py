"""Ctrl-C and `kill` as a wish that the training hears between two steps."""

import signal
import threading
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def listening():
    """Yield a `threading.Event` that SIGINT or SIGTERM sets; a second one ends the program."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread may handle signals
        return

    def hear(number, _frame):
        asked.set()
        signal.signal(number, before[number])

    before = {number: signal.signal(number, hear) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
