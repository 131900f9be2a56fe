"""A run is written by one training at a time; a killed training leaves no lock behind."""

import os

try:
    import fcntl
except ImportError:  # Windows: two trainings of one run are then not told apart
    fcntl = None

_held = []


def claim(folder):
    """Hold `folder` until `release`, or the end of the process; False where another holds it."""
    handle = _lock(folder)
    if handle is None:
        return False
    _held.append(handle)
    return True


def is_free(folder):
    handle = _lock(folder)
    if handle is None:
        return False
    os.close(handle)
    return True


def release():
    """Let go of all that this process holds."""
    while _held:
        os.close(_held.pop())


def _lock(folder):
    """Return an open handle that holds the lock, or None where another does."""
    if fcntl is None:
        return os.open(os.devnull, os.O_RDONLY)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:  # a file system without locks
        return handle
    return handle
