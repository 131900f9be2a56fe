"""What the commands of both benchmarks share: options, the work itself, the rows of references."""

import argparse
import statistics
import sys
from pathlib import Path

from tests.benchmarks import jobs, tables
from tests.benchmarks.datasets import DATASETS, why_missing

RESULTS = "benchmark_results"
# Judges' seeds, none drawn in training: those that settings are chosen by never say how good it is.
CHOOSING, FINAL = (200,), (100, 101)
REFERENCES = {
    "copula": "copula, the noise itself, no network",
    "gaussian": "Gaussian, no network",
    "floor": "floor: real against real",
}


def parser(doc, *, minutes, datasets, judge_seeds):
    """The options that both have, with their defaults."""
    made = argparse.ArgumentParser(description=doc.splitlines()[0])
    made.add_argument("--datasets", nargs="+", choices=DATASETS, default=datasets)
    made.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help="of the generators")
    made.add_argument(
        "--minutes", type=float, default=minutes,
        help="minutes of CPU time of each training, in place of a number of steps",
    )  # fmt: skip
    made.add_argument(
        "--judge_seeds", nargs="+", type=int, default=judge_seeds,
        help="seeds of the judges: none that a training or a selection has used",
    )  # fmt: skip
    made.add_argument(
        "--judge_steps", type=int, help="steps of every judge, for a trial of the benchmark itself"
    )
    made.add_argument("--jobs", type=int, default=1, help="processes side by side")
    made.add_argument("--results", type=Path, default=Path(RESULTS), help="folder that keeps all")
    made.add_argument("--rescore", action="store_true", help="make all scores anew")
    made.add_argument("--table", action="store_true", help="print what is there, train nothing")
    return made


def present(names):
    """Those of the datasets `names` whose files are there; says why of the others."""
    reasons = {name: why_missing(name) for name in names}
    for reason in filter(None, reasons.values()):
        print(reason, file=sys.stderr)
    return [name for name, reason in reasons.items() if reason is None]


def references(dataset, wanted, arguments):
    """The scorings of copula, Gaussian and floor, {row name: [Scoring]}."""
    return {
        row: scorings(dataset, arguments.results / dataset, windows, wanted, arguments)
        for windows, row in REFERENCES.items()
    }


def scorings(dataset, path, windows, wanted, arguments):
    """A scoring for each pair of `wanted`: how many of the judges' seeds, and which scores."""
    return [
        jobs.Scoring(
            dataset, path, windows, names, tuple(arguments.judge_seeds[:n]), arguments.judge_steps
        )
        for n, names in wanted
    ]


def finish(work, arguments):
    """Do what is missing of `work`, lists of tasks; return the exit code."""
    if arguments.rescore:
        for task in (task for together in work for task in together):
            if isinstance(task, jobs.Scoring):
                task.file.unlink(missing_ok=True)
    n_failed = 0 if arguments.table else jobs.run(work, arguments.jobs)
    if n_failed:
        print(f"{n_failed} of {len(work)} lists of tasks failed: run it again.", file=sys.stderr)
    return 1 if n_failed else 0


def carry_out(plans, arguments):
    """Do the work of `plans`, print their tables; return the exit code."""
    exit_code = finish([together for plan in plans for together in plan.work()], arguments)
    for plan in plans:
        plan.print()
    return exit_code


def show(heading, corner, columns, rows, caption, arguments):
    """Print a table of `rows` under `heading`, and what it is over."""
    print(f"\n### {heading}\n")
    print(tables.markdown([corner, *columns], tables.score_rows(columns, rows)))
    judges = ", ".join(map(str, arguments.judge_seeds))
    print(f"\n{caption.format(judges=judges)}", flush=True)


def made(together):
    """{score: values} of all the scorings `together` has."""
    return {
        name: values
        for task in together
        for name, values in task.scores().items()
        if name in task.wanted
    }


def over_generators(trainings, scored):
    """Cells of a row, {column: a value per generator}: each the mean over its judges.

    `scored`: the scorings of each of `trainings`; one that has not finished gives nothing.
    """
    cells = {"generators": f"{sum(t.account() is not None for t in trainings)}/{len(trainings)}"}
    for training, together in zip(trainings, scored, strict=True):
        account = training.account()
        if account is None:
            continue
        values = {name: statistics.fmean(x) for name, x in made(together).items() if x}
        values |= {"minutes": account["minutes"], "joint steps": account["steps"].get("joint", 0)}
        for name, value in values.items():
            cells.setdefault(name, []).append(value)
    return cells
