"""Every grade of trainings beside real records, copula and Gaussian: a Markdown table each.

    python -m tests.benchmarks.grades la_haute_borne
    python -m tests.benchmarks.grades la_haute_borne --set joint_steps=1500 generator_updates=2
    python -m tests.benchmarks.grades stocks sample --results RESULTS --minutes 6

Trains `--preset best` on datasets of tests/benchmarks/datasets.py, some settings changed. With
`--results` it trains nothing and grades the windows of all presets, or of other `--variants`, that
`python -m tests.benchmarks.ablation --minutes 6 --variants "preset document" ...` left there: means
over the seeds that it finds.
"""

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from modules.fidelity import floors, grades, wind_scores
from modules.fidelity.distance import EnergyDistance
from modules.windows.splits import blocked_split
from tests.benchmarks import ablation, datasets, jobs, tables
from tests.benchmarks.datasets import STEPS

MOST_WINDOWS = 5000
COMPARED = 2000  # a side, by the energy distance
SEEDS = (0, 1)  # of the trees
HEADINGS = (
    "windows",
    "CPU s",
    "distance",
    *grades.GRADES,
    "step ratios",
    "first steps",
    "power curve, kW",
    "ramps, m/s",
    "ramps, kW",
)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("datasets", nargs="+", choices=datasets.DATASETS)
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="SETTING=VALUE", help="other than `best` has it"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the generator")
    parser.add_argument("--results", type=Path, help="of trainings by tests.benchmarks.ablation")
    parser.add_argument(
        "--variants", nargs="+", choices=ablation.GIVEN, default=list(ablation.PRESETS)
    )
    parser.add_argument("--minutes", type=float, help="what these trainings had")
    arguments = parser.parse_args(argv)
    for name in arguments.datasets:
        dataset = datasets.load(name)
        starts = _spread(dataset.scored_starts, MOST_WINDOWS)
        real = dataset.scaled(dataset.features)[starts[:, None] + np.arange(STEPS)]
        rows = [_real_row(dataset, real, starts)]
        for what, drawn in _without_training(dataset, real).items():
            rows.append([what, None, *marks(dataset, real, drawn, starts)])
        made = _kept if arguments.results else _trained
        for what, trainings in made(name, dataset, arguments).items():
            graded = [
                [seconds, *marks(dataset, real, _spread(drawn, MOST_WINDOWS), starts)]
                for drawn, seconds in trainings
            ]
            rows.append([what, *map(_mean, zip(*graded, strict=True))])
        print(f"\n### {dataset.name}\n")
        print(
            tables.markdown(HEADINGS, [[_cell(cell) for cell in row] for row in rows]), flush=True
        )
    return 0


def marks(dataset, real, drawn, starts):
    """What the table holds of `drawn`, float32 (m, T, F), against `real`: both scaled.

    With the decimals of the records, as both are written.
    """
    real, drawn = dataset.written(real), dataset.written(drawn)
    split = partial(blocked_split, starts, STEPS) if dataset.blocked else None
    distance = EnergyDistance(_spread(real, COMPARED))(_spread(drawn, COMPARED))
    told = [
        np.mean(
            [grades.tree_auc(real, drawn, grade, seed=seed, real_split=split) for seed in SEEDS]
        )
        for grade in grades.GRADES
    ]
    ratios = grades.step_ratios(real, drawn), grades.edge_ratios(real, drawn)[0]
    return [distance, *told, *ratios, *_wind_marks(dataset, real, drawn)]


def _wind_marks(dataset, real, drawn):
    if dataset.wind_speed is None:
        return [None] * 3
    sides = [dataset.physical(x) for x in (real, drawn)]
    at = {"wind_speed": dataset.wind_speed, "power": dataset.power}
    curve = wind_scores.power_curve(sides[0], **at)
    ramps = [wind_scores.ramp_distance(*sides, column=column) for column in at.values()]
    return [wind_scores.power_curve_residual(sides[1], curve, **at), *ramps]


def _real_row(dataset, real, starts):
    """One half of the real windows, in blocks of time, against the other."""
    known = starts if dataset.blocked else None
    first, second = floors.real_halves(len(real), STEPS, seed=0, starts=known)
    return ["real", None, *marks(dataset, real[first], real[second], starts[first])]


def _without_training(dataset, real):
    import tensorflow as tf

    from modules.timegan.copula import Copula

    noise = Copula.fit(dataset.names, dataset.scaled(dataset.features), dataset.starts, STEPS)
    drawn = noise(tf.random.Generator.from_seed(1, alg="philox"), real.shape).numpy()
    return {"copula": drawn, "Gaussian": floors.gaussian_windows(real, len(real), seed=1)}


def _trained(_name, dataset, arguments):
    """{row: [(windows, CPU seconds)]} of one training."""
    from modules.training.setup import configure
    from tests.benchmarks.generators import generate

    changes = dict(change.split("=", 1) for change in arguments.set)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        raw, mapped, account = generate(
            dataset, {"preset": "best"} | changes, Path(folder),
            seed=arguments.seed, minutes=None, timed=None, device=configure(None),
        )  # fmt: skip
        seconds = time.process_time() - began
    drawn = mapped if account["settings"]["quantile_mapping"] else raw
    return {", ".join([f"best, seed {arguments.seed}", *arguments.set]): [(drawn, seconds)]}


def _kept(name, _dataset, arguments):
    """The same of each variant's trainings in `arguments.results`, one for each seed."""
    found = {}
    for variant in arguments.variants:
        trained = ablation.trained_as(variant)
        what = name, trained.replace(" ", "_"), ablation.overrides(trained)
        folder = jobs.Training(*what, 0, arguments.minutes, arguments.results).folder.parent
        made = []
        for path in sorted(folder.glob("seed_*/windows.npz")):
            account = jobs.read(path.with_name("training.json"))
            with np.load(path) as windows:
                made.append((windows[ablation.windows_of(variant)], 60 * account["minutes"]))
        if made:
            found[f"{variant.removeprefix('preset ')}, {len(made)} seeds"] = made
    return found


def _mean(cells):
    return None if cells[0] is None else np.mean(cells, axis=0)


def _spread(items, at_most):
    return items[np.linspace(0, len(items) - 1, min(at_most, len(items))).astype(int)]


def _cell(cell):
    if cell is None:
        return "–"
    if np.ndim(cell):
        return " ".join(f"{x:.2f}" for x in cell)
    return cell if isinstance(cell, str) else f"{cell:.3g}"


if __name__ == "__main__":
    sys.exit(main())
