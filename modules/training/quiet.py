"""What TensorFlow says and loads as it starts, and nobody here can use."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modules import files

LEVEL, ALL = "TF_CPP_MIN_LOG_LEVEL", "0"
ITS_OWN = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \S+: [IWE] |WARNING: All log messages before absl|"
    rb"To enable the following instructions"
)

UNUSED = ("matplotlib.pyplot", "sklearn")  # by Keras, for pictures and wrappers: a third of a start


@contextmanager
def starting() -> Iterator[None]:
    """Drop TensorFlow's own lines of devices, oneDNN and XLA from standard error.

    Its C++ part writes some past every setting of levels, so that the stream itself is taken aside
    meanwhile; what others wrote to it follows afterwards. TF_CPP_MIN_LOG_LEVEL=0 shows all.
    """
    with _without_unused():
        if os.environ.setdefault(LEVEL, "3") == ALL:
            yield
        else:
            with _silent():
                yield


@contextmanager
def _without_unused() -> Iterator[None]:
    """Let Keras do without `UNUSED`, as it can, where it is loaded for our programs alone."""
    program = getattr(sys.modules["__main__"], "__file__", None)
    is_ours = program is not None and Path(program).absolute().parent == files.ROOT
    hidden = [name for name in UNUSED if is_ours and name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def _silent() -> Iterator[None]:
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
