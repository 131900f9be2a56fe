"""Planted faults on the sample and in real records of La Haute Borne: who finds them, and when."""

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd

from modules.dataLoader import read_site
from modules.preprocessing import SCALERS, encode_angles, feature_names
from modules.records.columns import power_column, wind_speed_column
from modules.records.faults import FAULTS, Parts, plant
from modules.records.flagged import read_flagged
from modules.records.sample import make_sample
from modules.records.timestamps import stretches
from modules.tadgan import scoring
from modules.tadgan.anomalies import above, find
from modules.tadgan.detection import Scored, detect, reconstruction
from modules.tadgan.family import HOW
from modules.tadgan.judgement import judge
from modules.tadgan.steps import centred
from modules.tadgan.whitening import whitened
from modules.windows.cut import cut, windows_at
from modules.windows.splits import thinned
from settings import DataSettings, GeneratorSettings, TadGANSettings
from tests.benchmarks import jobs
from tests.benchmarks.detector import trained_detector
from tests.benchmarks.tables import NOTHING, markdown

LA_HAUTE_BORNE = Path(__file__).parents[3] / "shared/data/la_haute_borne_2014-01_4wtg.csv.gz"
SAMPLE_DAYS = 60
SEQ_LEN = 48
PADDING = 5
MOST_FITTED = 5000  # windows that the components are found in
TRAINED_WITH = {
    **{"n_critic": 1, "reconstruction_weight": 1000.0, "reconstruction_steps": 600},
    **{"encoder_lr": 0.0001, "generator_lr": 0.0001},
}
WHITENED = {name: getattr(GeneratorSettings(), name) for name in HOW}
BY_AREA = WHITENED | {"error": "area", "score_window": 72}
ORIONS = WHITENED | {"error": "dtw", "score_window": 10}
BIN_WIDTH = 0.5  # m/s


def sample_with_faults(seed):
    """(`SiteData`, a table of known faults) of the bundled sample."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "faulty")
        make_sample(made, seed=seed, days=SAMPLE_DAYS, faults=list(FAULTS))
        _, site_data = read_site(DataSettings(data_path=str(made)))
        return site_data, read_flagged(Path(folder, "faulty_faults.csv"))


def la_haute_borne_with_faults(seed):
    """The same of the real records, faults spliced into what is clean; known faults of their own
    are not labelled, so that a false alarm may be one."""
    settings = DataSettings(data_path=str(LA_HAUTE_BORNE), location="la_haute_borne")
    _, site_data = read_site(settings)
    parts, labels = Parts.of(site_data.columns), []
    for i, (name, table) in enumerate(site_data.tables.items()):
        random = np.random.default_rng([seed, i])
        site_data.tables[name], where = plant(table, parts, list(FAULTS), random)
        labels.append(where.assign(turbine=name))
    return site_data, pd.concat(labels, ignore_index=True)


DATA = {"sample": sample_with_faults, "la_haute_borne": la_haute_borne_with_faults}


def power_curve_residual(site_data, is_whitened):
    """`Scored` of every turbine by the distance from its own median power curve alone.

    `is_whitened`: by state, running median and threshold of the whitened errors, or Orion's.
    """
    wind, power = (
        site_data.columns[at(site_data.columns)].name for at in (wind_speed_column, power_column)
    )
    found = []
    for name, table in site_data.tables.items():
        bins = np.floor(table[wind] / BIN_WIDTH)
        residual = table[power] - table.groupby(bins)[power].transform("median")
        bounds = [(a, b) for a, b in stretches(table) if b - a >= SEQ_LEN]
        rows = np.concatenate([np.arange(a, b) for a, b in bounds])
        lengths = [b - a for a, b in bounds]
        if is_whitened:
            state = table[wind].to_numpy()[rows]
            off = residual.to_numpy()[rows][:, None]
            score = whitened(off, state, lengths, WHITENED["score_window"])[:, 0]
            spans = above(score, lengths, threshold=WHITENED["threshold"], padding=PADDING)
        else:
            off = residual.abs().to_numpy()[:, None]
            parts = [scoring.smooth(off[a:b], len(rows)) for a, b in bounds]
            score = scoring.reconstruction_score(np.concatenate(parts))[:, 0]
            spans = find(score, lengths, padding=PADDING)
        index = table.index[rows]
        findings = pd.DataFrame(
            [(name, index[f.first], index[f.last], f.severity, power) for f in spans],
            columns=["turbine", "start", "end", "severity", "variables"],
        )
        scores = pd.DataFrame({"score": score}, index).reindex(table.index)
        found.append(Scored(name, table, table, scores, findings))
    return found


def principal_components(site_data, n_kept=20):
    """`make` of `detect` by the linear autoencoder of windows that loses least; scaler with it."""
    series, starts = cut(site_data.tables, SEQ_LEN)
    features = encode_angles(series, site_data.columns)
    scaler = SCALERS["minmax"]().fit(features, feature_names(site_data.columns))
    scaled = centred(scaler.transform(features), "minmax")
    windows = windows_at(scaled, thinned(starts, MOST_FITTED), SEQ_LEN)
    flat = windows.reshape(len(windows), -1)
    mean = flat.mean(0)
    _, directions = np.linalg.eigh(np.cov(flat.T))
    kept = directions[:, -n_kept:]

    def make(stretch):
        windows = np.lib.stride_tricks.sliding_window_view(stretch, SEQ_LEN, 0).transpose(0, 2, 1)
        made = (windows.reshape(len(windows), -1) - mean) @ kept @ kept.T + mean
        return made.reshape(windows.shape), np.zeros(len(windows))

    return make, scaler


def detectors(site_data, seed, n_steps, device):
    """name -> a `Scored` per turbine, of every detector; TadGAN is trained for `n_steps`."""
    tables, columns = site_data.tables, site_data.columns
    settings = TadGANSettings(
        seed=seed, seq_len=SEQ_LEN, train_step=n_steps, log_interval=10**6, **TRAINED_WITH
    )
    trained = trained_detector(tables, columns, settings, device)
    make = reconstruction(trained.model, device)
    linear, scaler = principal_components(site_data)
    of_linear = SimpleNamespace(scaler=scaler, columns=columns, settings=settings)
    return {
        "power curve, Orion's threshold": power_curve_residual(site_data, False),
        "power curve, whitened": power_curve_residual(site_data, True),
        "PCA, area": detect(of_linear, tables, linear, **BY_AREA | {"combination": "rec"}),
        "PCA, whitened": detect(of_linear, tables, linear, **WHITENED),
        "TadGAN, searched as Orion": detect(trained, tables, make, **ORIONS),
        "TadGAN, area": detect(trained, tables, make, **BY_AREA),
        "TadGAN, whitened": detect(trained, tables, make, **WHITENED),
    }


def run_faults(results, seeds, n_steps, device):
    """Train, judge and keep what is not there yet; print the table of all there is."""
    for seed in seeds:
        for name, make in DATA.items():
            path = results / "faults" / name / f"{n_steps}_steps" / f"seed_{seed}.json"
            if jobs.read(path):
                continue
            site_data, known = make(seed)
            began = time.process_time()
            found = detectors(site_data, seed, n_steps, device)
            rows = {detector: figures(known, scored) for detector, scored in found.items()}
            jobs.write(path, {"cpu_seconds": time.process_time() - began, "rows": rows})
            keras.backend.clear_session()
    print(faults_table(results))


def figures(known, scored):
    judged = judge(known, scored)
    caught = {}
    for fault, part in known.groupby("fault"):
        caught[fault] = [len(judge(part, scored).delays), len(part)]
    return {
        "found": len(judged.delays),
        "known": judged.n_known,
        "f1": judged.f1,
        "delay_h": float(np.median(judged.delays)) if judged.delays else None,
        "false_per_month": judged.n_false / judged.months,
        "covered": judged.covered,
        "by_fault": caught,
    }


def faults_table(results):
    """A row per data set and detector, over all seeds that are there."""
    cells = {}
    for path in sorted((results / "faults").glob("*/*/seed_*.json")):
        for detector, figures in jobs.read(path)["rows"].items():
            head = f"{path.parent.parent.name}, {path.parent.name.replace('_', ' ')}"
            cells.setdefault((head, detector), []).append(figures)
    heads = ["data", "detector", "found", "F1 by event", "delay, h", "false alarms", "covered"]
    heads += [*FAULTS, "seeds"]
    rows = []
    for (head, detector), runs in cells.items():
        found, known = (sum(run[key] for run in runs) for key in ("found", "known"))
        means = [_mean(run[key] for run in runs) for key in ("f1", "delay_h", "false_per_month")]
        by_fault = [_caught(runs, fault) for fault in FAULTS]
        covered = _mean(run["covered"] for run in runs)
        row = [head, detector, f"{found} of {known}", *means, covered, *by_fault, str(len(runs))]
        rows.append(row)
    return markdown(heads, rows)


def _mean(values):
    values = [value for value in values if value is not None]
    return f"{np.mean(values):.2f}" if values else NOTHING


def _caught(runs, fault):
    caught = [run["by_fault"][fault] for run in runs if fault in run["by_fault"]]
    if not caught:
        return NOTHING
    hit, total = np.sum(caught, 0)
    return f"{hit} of {total}"
