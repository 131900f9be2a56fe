"""What TensorFlow says as it starts, kept from a user who can do nothing about it."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from modules import files

LEVEL, ALL = "TF_CPP_MIN_LOG_LEVEL", "0"
ITS_OWN = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \S+: [IWE] |WARNING: All log messages before absl|"
    rb"To enable the following instructions"
)


@contextmanager
def starting() -> Iterator[None]:
    """Drop TensorFlow's own lines of devices, oneDNN and XLA from standard error.

    Its C++ part writes some past every setting of levels, so that the stream itself is taken aside
    meanwhile; what others wrote to it follows afterwards. TF_CPP_MIN_LOG_LEVEL=0 shows all.
    """
    if os.environ.setdefault(LEVEL, "3") == ALL:
        yield
        return
    with files.scratch() as aside:
        _flush()
        stream = os.dup(2)
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(stream, 2)
            os.close(stream)
            aside.seek(0)
            for line in aside:
                if not ITS_OWN.match(line):
                    os.write(2, line)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
