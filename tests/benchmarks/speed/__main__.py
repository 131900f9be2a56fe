"""Our training steps beside their peers', in one run, written into docs/measurements.md:

    python -m tests.benchmarks.speed [--sides ours naive pytorch] [--rounds 7] [--seconds 3]

Each side is a process, a peer's in an environment of its own; they take turns, so that all meet the
same machine, and the ratio is what to read. C1: GRU, hidden 24, 5 features. C2: LSTM, hidden 64, 9
features. Both 3 layers, 24 steps, batch 128, no batch normalisation, uniform noise.
"""

import argparse
import datetime
import os
import platform
import re
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.speed import cases
from tests.benchmarks.speed.environments import NotInstalled, python_of
from tests.benchmarks.speed.side import Side
from tests.benchmarks.tables import NOTHING, markdown, score_rows

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "measurements.md"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
OURS = "ours"
MODULES = {"ours": "ours ours", "naive": "ours naive", "pytorch": "pytorch"}
PEERS = ("pytorch",)  # with an environment of their own


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sides", nargs="+", choices=MODULES, default=list(MODULES))
    parser.add_argument("--cases", nargs="+", choices=cases.CASES, default=list(cases.CASES))
    parser.add_argument("--rounds", type=int, default=7, help="turns each side takes")
    parser.add_argument("--seconds", type=float, default=3, help="length of a turn")
    parser.add_argument("--results", type=Path, default=Path("benchmark_results/peers"))
    parser.add_argument("--print", action="store_true", help="leave docs/measurements.md alone")
    arguments = parser.parse_args(argv)
    text = _machine(arguments) + "".join(_compare(case, arguments) for case in arguments.cases)
    print(text)
    if not arguments.print:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(replaced(page, text), encoding="utf-8")
    return 0


def replaced(page, text):
    """`page` with `text` between the marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}{END}{after}"


def _machine(arguments):
    return (
        f"{datetime.date.today()}, {_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}; {arguments.rounds} rounds of {arguments.seconds:g} "
        f"seconds a side. Matrix products of 1024 x 1024 reach {ceiling():.0f} GFLOP/s.\n"
    )


def _processor():
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def ceiling(size=1024, n_rounds=10):
    """GFLOP/s of float32 matrix products on all cores."""
    left = right = np.ones((size, size), np.float32)
    left @ right
    began = time.perf_counter()
    for _ in range(n_rounds):
        left @ right
    return 2e-9 * n_rounds * size**3 / (time.perf_counter() - began)


def _compare(case, arguments):
    sides, missing = {}, {}
    for name in arguments.sides:
        try:
            python = python_of(name, arguments.results) if name in PEERS else sys.executable
            sides[name] = Side(python, MODULES[name], case, ROOT)
            sides[name].make_first_step(cases.PHASES[0])
        except NotInstalled as reason:
            missing[name] = str(reason)
    try:
        check_alike({name: side.parameters for name, side in sides.items()})
        measured = {name: {} for name in sides}
        for phase in cases.PHASES:
            _measure_phase(phase, sides, measured, arguments)
        for name, side in sides.items():
            measured[name]["generation"] = side.ask(windows=cases.GENERATED)
    finally:
        for side in sides.values():
            side.close()
    return _table(case, sides, measured, missing)


def check_alike(parameters):
    """Raise AssertionError unless all sides train networks with as many weights."""
    first, *others = parameters.values()
    assert all(other == first for other in others), f"The networks differ: {parameters}"


def _measure_phase(phase, sides, measured, arguments):
    for side in sides.values():
        side.ask(phase=phase, seconds=0)  # compiled here
    rounds = [
        {name: side.ask(phase=phase, seconds=arguments.seconds) for name, side in sides.items()}
        for _ in range(arguments.rounds)
    ]
    for name in sides:
        measured[name][phase] = [turn[name] for turn in rounds]


def _table(case, sides, measured, missing):
    columns = [
        *(f"{phase}, steps/s" for phase in cases.PHASES),
        *(f"{phase}, ours to it" for phase in cases.PHASES),
        "joint steps a CPU second", "share of the ceiling", "first step, s", "10,000 windows, s",
        "peak MiB",
    ]  # fmt: skip
    rows = {name: _row(case, name, sides[name], measured, columns) for name in sides}
    rows |= dict.fromkeys(missing, {})
    notes = "".join(f"\n{reason}.\n" for reason in missing.values())
    versions = ", ".join(f"{name}: {side.version}" for name, side in sides.items())
    table = markdown(["side", *columns], score_rows(columns, rows))
    return f"\n### {case}\n\n{table}\n\n{versions}.\n{notes}"


def _row(case, name, side, measured, columns):
    figures = measured[name]
    cells = {}
    for phase in cases.PHASES:
        cells[f"{phase}, steps/s"] = f"{_median(figures[phase], 'wall'):.2f}"
        if name != OURS and OURS in measured:
            pairs = zip(measured[OURS][phase], figures[phase], strict=True)
            ratios = sorted(ours["wall"] / theirs["wall"] for ours, theirs in pairs)
            middle = statistics.median(ratios)
            cells[f"{phase}, ours to it"] = f"{middle:.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    joint = cases.flops(cases.CASES[case], "joint") * _median(figures["joint"], "wall") * 1e-9
    generation = figures["generation"]
    rest = [
        f"{_median(figures['joint'], 'cpu'):.2f}", f"{joint / ceiling():.0%}",
        f"{side.first_step:.1f}", f"{generation['wall']:.2f}",
        f"{generation['peak']:.0f}" if generation["peak"] else NOTHING,
    ]  # fmt: skip
    return cells | dict(zip(columns[-len(rest) :], rest, strict=True))


def _median(turns, clock):
    return statistics.median(turn[clock] for turn in turns)


if __name__ == "__main__":
    sys.exit(main())
