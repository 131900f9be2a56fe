"""A run is written by one training at a time; a killed training leaves no lock behind."""

import contextlib
import os
import sys
from pathlib import Path

_held: list[int] = []


def claim(folder: Path) -> bool:
    """Hold `folder` until `release`, or the end of the process; False where another holds it."""
    handle = _lock(folder)
    if handle is None:
        return False
    _held.append(handle)
    return True


def is_free(folder: Path) -> bool:
    """Whether nobody holds `folder`."""
    handle = _lock(folder)
    if handle is None:
        return False
    _let_go(handle)
    return True


def release() -> None:
    """Let go of all that this process holds."""
    while _held:
        _let_go(_held.pop())


if sys.platform == "win32":
    import msvcrt

    LOCK_FILE = ".lock"  # Windows opens no folder, so a file in it is locked

    def _lock(folder: Path) -> int | None:
        """Return an open handle that holds the lock, or None where another does."""
        handle = os.open(Path(folder, LOCK_FILE), os.O_RDWR | os.O_CREAT)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            os.close(handle)
            return None
        except OSError:  # a file system without locks
            return handle
        return handle

    def _let_go(handle: int) -> None:
        with contextlib.suppress(OSError):  # it may hold no lock, see `_lock`
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.close(handle)
else:
    import fcntl

    def _lock(folder: Path) -> int | None:
        """Return an open handle that holds the lock, or None where another does."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:  # a file system without locks
            return handle
        return handle

    _let_go = os.close
