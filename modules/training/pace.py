"""How far long work has come, and how long it will take yet: a bar, or lines without a terminal."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10.0

log = logging.getLogger(__name__)

T = TypeVar("T")


def ahead(parts: Iterable[T]) -> Iterator[T]:
    """Yield `parts`; in a thread of its own, the next is made while one is used."""
    made, ended = iter(parts), object()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(next, made, ended)
        while (part := waiting.result()) is not ended:
            waiting = thread.submit(next, made, ended)
            yield part  # type: ignore[misc]


def counted(
    parts: Iterable[T], total: int, unit: str, size: Callable[[Any], int] = len
) -> Iterator[T]:
    """Yield `parts`, which hold `total` things in all, called `unit`, and show how many are done.

    `size`: how many a part holds.

    A bar where there is a terminal, else a line every ten seconds.
    """
    started = told = time.monotonic()
    with tqdm(total=total, desc="Drawing", unit=f" {unit}", disable=None) as bar:
        done = 0
        for part in parts:
            yield part
            done += size(part)
            bar.update(size(part))
            now = time.monotonic()
            if bar.disable and done < total and now - told >= SECONDS_BETWEEN_LINES:
                left = (now - started) * (total - done) / done
                log.info("%s of %s %s, %s left", f"{done:,}", f"{total:,}", unit, duration(left))
                told = now


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter.

    >>> [duration(s) for s in (3.2, 95, 7260, 180000)]
    ['3 s', '1 min 35 s', '2 h 1 min', '2 d 2 h']
    """
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    whole, parts = round(seconds), list[str]()
    for name, size in units:
        count, whole = divmod(whole, size)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0 s"
