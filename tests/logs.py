"""Programs configure the root logger; tests give it back."""

import logging
from contextlib import contextmanager


@contextmanager
def restored_logging():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    # A program's own set-up would close the handlers it finds.
    root.handlers[:] = []
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)
