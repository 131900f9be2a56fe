"""TadGAN on public anomalies and on planted faults, beside detectors that are not trained.

    python -m tests.benchmarks.tadgan nab RESULTS [--seeds 0 1 2] [--signals N] [--epochs 35]
    python -m tests.benchmarks.tadgan faults RESULTS [--seeds 0 1 2] [--steps N]

What a signal and a seed gave is kept in the folder RESULTS, so that the command goes on where it
stopped; it ends with the table of all that is there. VUS-PR and affiliation F1 need
`pip install --no-deps vus==0.0.6`.
"""

import argparse
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np

from models.tadgan import scoring_model
from modules.preprocessing import encode_angles, feature_names
from modules.records.columns import Column
from modules.runs.run import create
from modules.tadgan import learning, scoring
from modules.tadgan.anomalies import find
from modules.tadgan.detection import detect, reconstruction
from modules.training.graphs import graphs_released
from modules.training.setup import configure
from modules.windows.cut import cut
from settings import TadGANSettings
from tests.benchmarks import jobs, nab
from tests.benchmarks.tables import NOTHING, markdown

OURS, ORIONS = "TadGAN, ours", "TadGAN, ours, Orion's penalty"
ORIONS_DROPOUT = 0.2
ROWS = {OURS: "gradient", ORIONS: "orion"}


def trained_detector(tables, columns, settings, device):
    """Train on `tables`; return what `detect` takes, without a folder that stays."""
    series, starts = cut(tables, settings.seq_len)
    features, names = encode_angles(series, columns), feature_names(columns)
    with tempfile.TemporaryDirectory() as folder, graphs_released():
        run = create(folder)
        scaler, tadgan = learning.train(features, names, starts, settings, run, device)
    networks = tadgan.encoder, tadgan.generator, tadgan.critic_x
    model = scoring_model(*networks, name="scoring")
    return SimpleNamespace(model=model, scaler=scaler, columns=columns, settings=settings)


def judged(signal, score, spans, flagged):
    """What is kept of one detector on one signal."""
    return {
        "counts": nab.overlap(signal.known, spans),
        "covered": float(flagged.mean()),
        "vus_pr": nab.volumes(signal.labels, np.asarray(score)),
        "affiliation": nab.affiliation(signal.labels, flagged),
    }


def score_without_training(signal, seed):
    """The rows of detectors that nothing is trained for, through the same threshold."""
    values = signal.series.to_numpy()
    values = (values - values.mean()) / (values.std() or 1)
    rows = {}
    for name, raw in nab.baselines(values, seed).items():
        smooth = scoring.smooth(raw[:, None], len(raw))
        score = scoring.reconstruction_score(smooth)[:, 0]
        found = find(score, [len(score)], padding=nab.PADDING)
        flagged = np.zeros(len(score))
        for finding in found:
            flagged[finding.first : finding.last + 1] = 1
        index = signal.series.index
        rows[name] = judged(signal, raw, [(index[f[0]], index[f[1]]) for f in found], flagged)
    return rows


def score_by_training(signal, seed, epochs, penalty, device):
    settings = TadGANSettings(
        freq=None, seed=seed, epochs=epochs, train_step=10**6, penalty=penalty,
        log_interval=10**6, generator_dropout=ORIONS_DROPOUT,
    )  # fmt: skip
    column = Column(name="value", observed_min=0.0, observed_max=1.0)
    tables = {"signal": signal.series.to_frame("value")}
    began, used = time.perf_counter(), time.process_time()
    trained = trained_detector(tables, [column], settings, device)
    error, combination = nab.SCORED_BY[signal.group]
    how = {"error": error, "combination": combination, "padding": nab.PADDING, "threshold": 6.0}
    how["score_window"] = scoring.SCORE_WINDOW
    (scored,) = detect(trained, tables, reconstruction(trained.model, device), **how)
    seconds = time.perf_counter() - began
    spans = list(zip(scored.findings["start"], scored.findings["end"], strict=True))
    row = judged(signal, scored.scores["score"], spans, scored.covered.astype(float))
    n_windows = len(signal.series) - settings.seq_len + 1
    row |= {"seconds": seconds, "cpu_seconds": time.process_time() - used, "epochs": epochs}
    return row | {"steps": learning.n_training_steps(n_windows, settings)}


def run_nab(results, seeds, n_signals, epochs, penalties, device):
    every = nab.signals()
    for seed in seeds:
        for signal in every[:n_signals]:
            path = results / "nab" / f"seed_{seed}" / f"{signal.name}.json"
            made = jobs.read(path) or {}
            if "random" not in made:
                made |= score_without_training(signal, seed)
                jobs.write(path, made)
            for row, penalty in ROWS.items():
                if row in made or penalty not in penalties:
                    continue
                made[row] = score_by_training(signal, seed, epochs, penalty, device)
                jobs.write(path, made)
                print(f"{row}, {signal.name}, seed {seed}: {made[row]}", flush=True)
                keras.backend.clear_session()
    print(nab_table(results, every))


def nab_table(results, every):
    """A row per detector: F1 by group, then the means of the other figures; how many runs."""
    groups = list(dict.fromkeys(nab.GROUPS.values()))
    cells = {}
    for path in sorted((results / "nab").glob("seed_*/*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        group = next(signal.group for signal in every if signal.name == name)
        for row, figures in jobs.read(path).items():
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
        "--penalties",
        nargs="*",
        default=["gradient"],
        choices=[*ROWS.values()],
        help="of the TadGAN to train; none leaves the detectors that are not trained",
    )
    given = parser.parse_args(argv)
    if given.what == "tables":
        print(nab_table(given.results, nab.signals()))
        return
    device = configure(None)
    if given.what == "nab":
        how = given.seeds, given.signals, given.epochs, given.penalties
        run_nab(given.results, *how, device)
    else:
        from tests.benchmarks.turbine_faults import run_faults

        run_faults(given.results, given.seeds, given.steps, device)


if __name__ == "__main__":
    main()
