"""A row of the NAB table: how TadGAN is trained for it, and how what it made is searched."""

import time
from dataclasses import dataclass
from types import SimpleNamespace

import keras
import numpy as np

from modules.preprocessing import SCALERS
from modules.records.columns import Column
from modules.tadgan import scoring
from modules.tadgan.anomalies import find
from modules.tadgan.detection import detect, reconstruction
from modules.tadgan.steps import centred
from settings import TadGANSettings
from tests.benchmarks import nab
from tests.benchmarks.detector import trained_detector

VALUE = Column(name="value", observed_min=0.0, observed_max=1.0)
# Of the first lines of docs/tadgan.md, a sixth of their steps.
SHORT = {
    **{"reconstruction_steps": 100, "train_step": 110, "n_critic": 1},
    **{"reconstruction_weight": 1000.0, "encoder_lr": 0.0001, "generator_lr": 0.0001},
}
ORIONS = {"generator_dropout": 0.2, "train_step": 10**6}
TRAININGS = {"gradient": ORIONS, "orion": ORIONS | {"penalty": "orion"}, "short": SHORT}


@dataclass(frozen=True)
class Row:
    """`training`: one of TRAININGS; `scored_by`: (error, combination) by group; `score_window`:
    steps that an error compares at once."""

    training: str
    scored_by: dict
    score_window: int = scoring.SCORE_WINDOW


ROWS = {
    "TadGAN, ours": Row("gradient", nab.SCORED_BY),
    "TadGAN, ours, Orion's penalty": Row("orion", nab.SCORED_BY),
    "TadGAN, ours, 110 steps, scored as Orion": Row("short", nab.SCORED_BY),
    # Of 19 scores the one of the highest F1 and VUS-PR together on the first signal of each group.
    "TadGAN, ours, 110 steps": Row(
        "short", dict.fromkeys(nab.GROUPS.values(), ("area", "rec")), score_window=24
    ),
}


def judged(signal, score, spans, flagged):
    """What is kept of one detector on one signal."""
    return {
        "counts": nab.overlap(signal.known, spans),
        "covered": float(flagged.mean()),
        "vus_pr": nab.volumes(signal.labels, np.asarray(score)),
        "affiliation": nab.affiliation(signal.labels, flagged),
    }


def without_training(signal, seed):
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


def by_training(signal, row, seed, epochs, kept, device):
    """What is kept of `row`. What its networks make of the signal lies in the folder `kept`, so
    that another row of the same training needs none of its own."""
    settings = TadGANSettings(
        freq=None, seed=seed, epochs=epochs, log_interval=10**6, **TRAININGS[row.training]
    )
    path = kept / f"seed_{seed}" / f"{row.training}_{epochs}_epochs" / f"{signal.name}.npz"
    if not path.is_file():
        _train(signal, settings, path, device)
    with np.load(path) as made:
        windows, values, seconds, used = (
            made[name] for name in ("windows", "values", "seconds", "used")
        )
    began = time.process_time()
    scaler = SCALERS[settings.scaler]().fit(_values(signal), [VALUE.name])
    scored_by = SimpleNamespace(scaler=scaler, columns=[VALUE], settings=settings)
    error, combination = row.scored_by[signal.group]
    (scored,) = detect(
        scored_by, _tables(signal), lambda _: (windows, values), error=error,
        score_window=row.score_window, combination=combination, padding=nab.PADDING, threshold=9.0,
    )  # fmt: skip
    scoring_used = time.process_time() - began
    spans = list(zip(scored.findings["start"], scored.findings["end"], strict=True))
    found = judged(signal, scored.scores["score"], spans, scored.covered.astype(float))
    return found | {
        "seconds": float(seconds) + scoring_used,
        "cpu_seconds": float(used) + scoring_used,
        "epochs": epochs,
    }


def _train(signal, settings, path, device):
    """Write into `path` what networks trained on `signal` make of it, and what they took."""
    began, used = time.perf_counter(), time.process_time()
    trained = trained_detector(_tables(signal), [VALUE], settings, device)
    scaled = centred(trained.scaler.transform(_values(signal)), settings.scaler)
    windows, values = reconstruction(trained.model, device)(scaled)
    spent = {"seconds": time.perf_counter() - began, "used": time.process_time() - used}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, windows=windows, values=values, **spent)
    part.replace(path)
    keras.backend.clear_session()


def _tables(signal):
    return {"signal": signal.series.to_frame(VALUE.name)}


def _values(signal):
    return signal.series.to_numpy()[:, None]
