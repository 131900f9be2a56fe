"""The settings.py of this folder: found beside a caller's own, its mistakes told by line."""

import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from modules import files
from modules.errors import SettingsError

NAME = "settings"
FILE = files.ROOT / f"{NAME}.py"
LAST = "FAMILIES"  # what the file ends with
KEPT = f"{NAME} of {files.ROOT}"  # among Python's modules, while the caller's takes our name
UNKNOWN = re.compile(r"'(\w+)' object has no attribute '(\w+)'")


@contextmanager
def own_settings() -> Iterator[ModuleType]:
    """Yield this folder's settings.py, which `import settings` finds inside.

    A caller's own module of that name is put back afterwards. Raises SettingsError, with file and
    line, where the file is no Python any more, and where what runs inside misses a setting in it.
    """
    theirs = sys.modules.get(NAME)
    ours = _is_ours(getattr(theirs, "__file__", None))
    if not ours:
        sys.modules[NAME] = sys.modules.get(KEPT) or _load()
    sys.modules[KEPT] = sys.modules[NAME]
    try:
        yield sys.modules[NAME]
    except AttributeError as error:
        missed = UNKNOWN.fullmatch(str(error))
        if not missed or not hasattr(sys.modules[KEPT], missed[1]):
            raise
        raise SettingsError(
            f"{FILE} has no `{missed[2]}` in {missed[1]}: the file is of another version, or lost "
            "a line. Take the file of this version, and set your values in it."
        ) from error
    finally:
        if theirs is not None and not ours:
            sys.modules[NAME] = theirs
        elif not _is_ours(getattr(importlib.machinery.PathFinder.find_spec(NAME), "origin", None)):
            sys.modules.pop(NAME, None)  # what they call so is still to be imported


def _is_ours(path: str | None) -> bool:
    return path is not None and files.is_same(path, FILE)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(NAME, FILE)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    sys.modules[NAME] = module
    try:
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    except BaseException as error:
        del sys.modules[NAME]
        if not isinstance(error, Exception):
            raise
        line, fault = _told(error)
        raise SettingsError(
            f"{FILE}, line {line}: {fault}. Mend the line, or restore the file."
        ) from None
    if not hasattr(module, LAST):
        del sys.modules[NAME]
        raise SettingsError(f"{FILE} is cut off: it has no {LAST}. Restore the file.")
    return module


def _told(error: Exception) -> tuple[int, str]:
    """(line of settings.py, what is wrong with it)."""
    content = files.read_bytes(FILE)
    if b"\0" in content:
        return 1, "the file is in UTF-16. Save it as UTF-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        line = 1 + content.count(b"\n", 0, undecodable.start)
        return line, "a letter is not in UTF-8. Save the file as UTF-8"
    if isinstance(error, SyntaxError):
        fault = str(error.msg)
        if "unicodeescape" in fault:
            fault = r"a \ in quotes stands for another letter. Write / in paths"
        return error.lineno or 1, fault
    if isinstance(error, ModuleNotFoundError):
        fault = f"{error}. Install what requirements.txt lists"
    else:
        fault = f"{type(error).__name__}: {' '.join(str(error).split())}"
    line, trace = 1, error.__traceback__
    while trace is not None:
        if _is_ours(trace.tb_frame.f_code.co_filename):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line, fault
