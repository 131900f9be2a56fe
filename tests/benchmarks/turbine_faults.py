"""Planted faults on the sample and in real records of La Haute Borne: who finds them, and when."""

import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from modules.dataLoader import read_site
from modules.records.columns import power_column, wind_speed_column
from modules.records.faults import FAULTS, Parts, plant
from modules.records.flagged import read_flagged
from modules.records.sample import make_sample
from modules.records.timestamps import stretches
from modules.tadgan import scoring
from modules.tadgan.anomalies import find
from modules.tadgan.detection import Scored, detect
from modules.tadgan.judgement import judge
from settings import DataSettings, TadGANSettings
from tests.benchmarks import jobs
from tests.benchmarks.tables import NOTHING, markdown

LA_HAUTE_BORNE = Path(__file__).parents[3] / "shared/data/la_haute_borne_2014-01_4wtg.csv.gz"
SAMPLE_DAYS = 60
SEQ_LEN = 48
PADDING = 5
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


def power_curve_residual(site_data):
    """`Scored` of every turbine by the distance from its own median power curve alone."""
    wind, power = (
        site_data.columns[at(site_data.columns)].name for at in (wind_speed_column, power_column)
    )
    found = []
    for name, table in site_data.tables.items():
        bins = np.floor(table[wind] / BIN_WIDTH)
        residual = (table[power] - table.groupby(bins)[power].transform("median")).abs()
        bounds = [(a, b) for a, b in stretches(table) if b - a >= SEQ_LEN]
        rows = np.concatenate([np.arange(a, b) for a, b in bounds])
        parts = [
            scoring.smooth(residual.iloc[a:b].to_numpy()[:, None], len(rows)) for a, b in bounds
        ]
        score = scoring.reconstruction_score(np.concatenate(parts))[:, 0]
        spans = find(score, [b - a for a, b in bounds], padding=PADDING)
        index = table.index[rows]
        findings = pd.DataFrame(
            [(name, index[f.first], index[f.last], f.severity, power) for f in spans],
            columns=["turbine", "start", "end", "severity", "variables"],
        )
        scores = pd.DataFrame({"score": score}, index).reindex(table.index)
        found.append(Scored(name, table, table, scores, findings))
    return found


def tadgan(site_data, seed, n_steps, device, how):
    from tests.benchmarks.tadgan import trained_detector

    settings = TadGANSettings(seed=seed, seq_len=SEQ_LEN, train_step=n_steps, log_interval=10**6)
    trained = trained_detector(site_data.tables, site_data.columns, settings, device)
    return {
        f"TadGAN, {combination}": detect(
            trained, site_data.tables, device, combination=combination, **how
        )
        for combination in ("mult", "sum", "rec")
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
            found = {"power-curve residual": power_curve_residual(site_data)}
            how = {"error": "dtw", "padding": PADDING}
            found |= tadgan(site_data, seed, n_steps, device, how)
            rows = {detector: _figures(known, scored) for detector, scored in found.items()}
            jobs.write(path, {"cpu_seconds": time.process_time() - began, "rows": rows})
            keras.backend.clear_session()
    print(faults_table(results))


def _figures(known, scored):
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
