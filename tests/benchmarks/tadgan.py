"""TadGAN on public anomalies and on planted faults, beside detectors that are not trained.

    python -m tests.benchmarks.tadgan nab RESULTS [--seeds 0 1 2] [--signals N] [--epochs 35]
    python -m tests.benchmarks.tadgan faults RESULTS [--seeds 0 1 2] [--steps N]
    python -m tests.benchmarks.tadgan tables RESULTS [--of ROW]

What a signal and a seed gave is kept in the folder RESULTS, so that the command goes on where it
stopped; it ends with the table of all that is there. VUS-PR and affiliation F1 need
`pip install --no-deps vus==0.0.6`.
"""

import argparse
from pathlib import Path

import numpy as np

from modules.training.setup import configure
from tests.benchmarks import jobs, nab, nab_rows
from tests.benchmarks.tables import NOTHING, markdown


def run_nab(results, seeds, n_signals, epochs, trainings, device):
    every = nab.signals()
    for seed in seeds:
        for signal in every[:n_signals]:
            path = results / "nab" / f"seed_{seed}" / f"{signal.name}.json"
            made = jobs.read(path) or {}
            if "random" not in made:
                made |= nab_rows.without_training(signal, seed)
                jobs.write(path, made)
            for name, row in nab_rows.ROWS.items():
                if name in made or row.training not in trainings:
                    continue
                kept = results / "nab_made"
                made[name] = nab_rows.by_training(signal, row, seed, epochs, kept, device)
                jobs.write(path, made)
                print(f"{name}, {signal.name}, seed {seed}: {made[name]}", flush=True)
    print(nab_table(results, every))


def nab_table(results, every, of=None):
    """A row per detector: F1 by group, then the means of the other figures; how many runs.

    `of`: a row; only the signals that it has count.
    """
    groups = list(dict.fromkeys(nab.GROUPS.values()))
    cells = {}
    for path in sorted((results / "nab").glob("seed_*/*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        group = next(signal.group for signal in every if signal.name == name)
        made = jobs.read(path)
        if of is not None and of not in made:
            continue
        for row, figures in made.items():
            cells.setdefault(row, {}).setdefault(group, []).append(figures)
    heads = [*groups, "covered", "VUS-PR", "affiliation F1", "s", "CPU s", "runs"]
    rows = [
        [name, *(f"{x:.2f}" for x in figures), *[NOTHING] * 6]
        for name, figures in nab.PUBLISHED.items()
    ]
    for row, by_group in cells.items():
        f1 = [_number([nab.f1([x["counts"] for x in by_group.get(g, [])])] if g in by_group else [])
              for g in groups]  # fmt: skip
        together = [figures for group in by_group.values() for figures in group]
        means = [
            _number([x[key] for x in together if x.get(key) is not None])
            for key in ("covered", "vus_pr", "affiliation", "seconds", "cpu_seconds")
        ]
        runs = "+".join(str(len(by_group.get(group, []))) for group in groups)
        rows.append([row, *f1, *means, runs])
    return markdown(["", *heads], rows)


def _number(values):
    if not values:
        return NOTHING
    mean = float(np.mean(values))
    return f"{mean:.2f}" if mean < 10 else f"{mean:.0f}"


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["nab", "faults", "tables"])
    parser.add_argument("results", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--signals", type=int, default=45, help="only so many, of all groups")
    parser.add_argument("--epochs", type=int, default=35)
    parser.add_argument("--steps", type=int, default=640, help="of a training on planted faults")
    parser.add_argument(
        "--trainings",
        nargs="*",
        default=["short", "gradient"],
        choices=[*nab_rows.TRAININGS],
        help="of TadGAN; none leaves the detectors that are not trained",
    )
    parser.add_argument("--of", help="a row of the tables: only the signals that it has count")
    given = parser.parse_args(argv)
    if given.what == "tables":
        print(nab_table(given.results, nab.signals(), given.of))
        return
    device = configure(None)
    if given.what == "nab":
        how = given.seeds, given.signals, given.epochs, given.trainings
        run_nab(given.results, *how, device)
    else:
        from tests.benchmarks.turbine_faults import run_faults

        run_faults(given.results, given.seeds, given.steps, device)


if __name__ == "__main__":
    main()
