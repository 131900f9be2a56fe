"""A run is written by one training at a time; a killed training leaves no lock behind."""

import contextlib
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    LOCK_FILE = ".lock"  # Windows opens no folder: a file in it is locked in its place
    TAKEN = PermissionError

    def _open(folder: Path) -> int:
        return os.open(Path(folder, LOCK_FILE), os.O_RDWR | os.O_CREAT)

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _let_go(handle: int) -> None:
        # Closing alone frees it too, but at Windows' leisure.
        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.close(handle)

else:
    import fcntl

    TAKEN = BlockingIOError

    def _open(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(handle: int) -> None:
        os.close(handle)


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


def _lock(folder: Path) -> int | None:
    """Return an open handle that holds the lock, or None where another does."""
    handle = _open(folder)
    try:
        _take(handle)
    except TAKEN:
        os.close(handle)
        return None
    except OSError:  # a file system without locks
        return handle
    return handle
