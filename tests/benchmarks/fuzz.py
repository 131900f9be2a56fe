"""Throw odd input at everything that reads a stranger's files, and count what comes of it:

    python -m tests.benchmarks.fuzz --examples 1000

Records (CSV, Excel, Parquet, zip, folders of them), and the four files of a run that the generator
trusts least.
What is refused must be refused in a message of ours; anything else raised counts as a traceback.
"""

import argparse
import contextlib
import io
import logging
import os
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest

from tests import odd_files
from tests.records import test_fuzz_records
from tests.runs import test_changed_runs, test_untrusted
from tests.tiny import finished_run


def changed_json(name, folder, n_examples):
    with pytest.MonkeyPatch.context() as patch:
        return test_changed_runs.try_json(finished_run(folder), name, patch, n_examples)


TRIALS = {kind: partial(test_fuzz_records.try_many, kind) for kind in odd_files.FILES} | {
    "folders": test_fuzz_records.try_folders,
    "scale.pickle": test_untrusted.try_pickles,
    "settings.json": partial(changed_json, "settings.json"),
    "columns.json": partial(changed_json, "columns.json"),
    "model.keras": test_untrusted.try_models,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=1000, help="inputs of each kind")
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS), metavar="KIND")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    totals = [0, 0, 0]
    print(
        "| input | tried | accepted | refused with a message | traceback |\n|---|---|---|---|---|"
    )
    for kind in arguments.only:
        n_accepted, n_refused, fault = attempt(TRIALS[kind], arguments.examples)
        counts = [n_accepted, n_refused, int(fault is not None)]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        print(row(kind, counts), flush=True)
        print(fault or "", end="", file=sys.stderr)
    print(row("all", totals))
    return 1 if totals[2] else 0


def attempt(trial, n_examples):
    """Return (inputs accepted, inputs refused, the traceback of the first other end or None)."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        try:
            tried, fault = trial(Path(folder), n_examples), None
        except Exception as error:  # hypothesis raises what the smallest such input raised
            tried, fault = [], "".join(traceback.format_exception(error))
    return sum(tried), len(tried) - sum(tried), fault


def row(kind, counts):
    return f"| {kind} | {sum(counts)} | {' | '.join(map(str, counts))} |"


if __name__ == "__main__":
    sys.exit(main())
