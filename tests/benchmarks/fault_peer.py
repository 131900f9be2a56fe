"""energy-fault-detector on planted faults, into the table of `tests.benchmarks.tadgan faults`:

    python -m tests.benchmarks.fault_peer RESULTS [--seeds 0 1 2]

It needs an older TensorFlow than ours, so that it gets an environment of its own in RESULTS.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd

from modules.records.columns import ANGLE
from modules.tadgan.detection import Scored
from tests.benchmarks import jobs
from tests.benchmarks.speed.environments import python_of
from tests.benchmarks.turbine_faults import DATA, faults_table, figures

NAME = "energy-fault-detector"
ROOT = Path(__file__).parents[2]


def scored(name, table, columns, python):
    """`Scored` of a turbine's `table`, whose columns are `columns`, by the peer's `python`."""
    angles = [column.name for column in columns if column.kind == ANGLE]
    recorded = table.dropna(how="all")
    with tempfile.TemporaryDirectory() as folder:
        records, events = Path(folder, "records.csv"), Path(folder, "events.csv")
        recorded.to_csv(records)
        command = [python, "-m", "tests.benchmarks.fault_events", records, events, *angles]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        findings = pd.read_csv(events, parse_dates=["start", "end"])
    findings["turbine"] = name
    is_scored = table.index.isin(recorded.index)
    scores = pd.DataFrame({"score": 0.0}, table.index).where(is_scored[:, None])
    return Scored(name, table, table, scores, findings)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    given = parser.parse_args(argv)
    python = python_of("energy_fault_detector", given.results / "peers").absolute()
    for seed in given.seeds:
        for data, make in DATA.items():
            path = given.results / "faults" / data / "own_environment" / f"seed_{seed}.json"
            if jobs.read(path):
                continue
            site_data, known = make(seed)
            began = time.perf_counter()
            found = [
                scored(name, table, site_data.columns, python)
                for name, table in site_data.tables.items()
            ]
            seconds = time.perf_counter() - began
            jobs.write(path, {"seconds": seconds, "rows": {NAME: figures(known, found)}})
    print(faults_table(given.results))


if __name__ == "__main__":
    main()
