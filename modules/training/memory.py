"""Memory: how much is there, and what to lower where it does not suffice."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modules import files
from modules.errors import RunError

# What takes memory, of any family and of the generator, the first to lower first.
LOWERED = (
    "batch_size n_windows length num_gen_image hidden_dim latent_dim embed_dim num_layers seq_len "
    "window_size"
).split()

MEMINFO = Path("/proc/meminfo")
LIMIT, USED = (Path("/sys/fs/cgroup", name) for name in ("memory.max", "memory.current"))


@contextmanager
def named_where_short(settings: Any) -> Iterator[None]:
    """Turn running out of memory inside into a RunError that names the settings to lower."""
    try:
        yield
    except Exception as error:
        if not _is_shortage(error):
            raise
        given = [name for name in LOWERED if getattr(settings, name, None) is not None]
        wanted = re.search(
            r"shape ?\[[\d,]+\]|with shape \([\d, ]+\)|[\d.]+ [KMGTPE]iB", str(error)
        )
        shown = ", ".join(f"`--{name}` ({getattr(settings, name)})" for name in given)
        raise RunError(
            f"Not enough memory{f' for {wanted[0]}' if wanted else ''}. Lower {shown}, or take "
            "fewer records."
        ) from None


def _is_shortage(error: Exception) -> bool:
    """Whether memory ran out: Python's, NumPy's, or TensorFlow's, which need not be loaded."""
    tf = sys.modules.get("tensorflow")
    kinds = (MemoryError, *((tf.errors.ResourceExhaustedError,) if tf else ()))
    # The latter: more values than TensorFlow can count.
    return isinstance(error, kinds) or "Invalid value in tensor used for shape" in str(error)


def check_room(n_bytes: float) -> None:
    """Raise MemoryError where so much cannot be had: a system may kill a program that tries."""
    free = available()
    if free is not None and n_bytes > free:
        raise MemoryError(f"{n_bytes / 2**30:.1f} GiB")


def available() -> int | None:
    """Bytes of memory that can still be had; None where the system does not tell."""
    try:
        kilobytes = re.search(rb"MemAvailable:\s+(\d+) kB", files.read_bytes(MEMINFO))
    except OSError:
        return None
    rooms = [1024 * int(kilobytes[1])] if kilobytes else []
    try:  # a container's own limit
        rooms.append(int(files.read_bytes(LIMIT)) - int(files.read_bytes(USED)))
    except (OSError, ValueError):  # none, or `max`
        pass
    return min(rooms, default=None)
