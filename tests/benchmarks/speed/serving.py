"""A side's half of the talk: JSON lines, one question and one answer after the other."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

STEPS_PER_CALL = 10


def serve(
    runs: dict[str, Callable[[int], Any]],
    generate: Callable[[int], Any],
    parameters: dict[str, int],
    version: str,
) -> None:
    """Answer until the questions end.

    `runs`: per phase, what makes so many steps and comes back when they are done. `generate`:
    draws so many windows. A question is {"phase": name, "seconds": s}: steps a second of wall-clock
    and of CPU time over so many seconds; or {"windows": n}: seconds of both.
    """
    answer({"parameters": parameters, "version": version})
    for line in sys.stdin:
        question = json.loads(line)
        if "windows" in question:
            generate(question["windows"])  # what is compiled is compiled here
            wall, used = _clocks()
            generate(question["windows"])
            answer({"wall": _clocks()[0] - wall, "cpu": _clocks()[1] - used, "peak": _peak()})
        else:
            answer(_pace(runs[question["phase"]], question["seconds"]))


def answer(content: dict[str, Any]) -> None:
    print(json.dumps(content), flush=True)


def _pace(run: Callable[[int], Any], seconds: float) -> dict[str, float]:
    run(1)
    (wall, used), n_steps = _clocks(), 0
    while time.perf_counter() - wall < seconds:
        run(STEPS_PER_CALL)
        n_steps += STEPS_PER_CALL
    passed, spent = (now - then for now, then in zip(_clocks(), (wall, used), strict=True))
    return {"wall": n_steps / max(passed, 1e-9), "cpu": n_steps / max(spent, 1e-9)}


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _peak() -> float | None:
    """Peak resident memory in MiB; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    kibibytes = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / kibibytes
