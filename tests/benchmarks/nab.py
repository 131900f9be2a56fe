"""The 45 signals of the Numenta Anomaly Benchmark that Orion uses, and how findings are counted."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ARCHIVE = Path(__file__).parents[3] / "shared" / "data" / "nab_45_signals.zip"
GROUPS = {
    "artificialWithAnomaly": "Art",
    "realAWSCloudwatch": "AWS",
    "realAdExchange": "AdEx",
    "realTraffic": "Traffic",
    "realTweets": "Tweets",
}
PADDING = 50  # Orion's
# What Orion scores each group by.
SCORED_BY = {"Art": ("dtw", "mult"), "AWS": ("dtw", "mult")} | dict.fromkeys(
    ("AdEx", "Traffic", "Tweets"), ("dtw", "sum")
)
STEP = {"AdEx": "3600s"}
# F1 from summed counts, of Orion's own benchmark/results/0.7.1.csv; the last, TadGAN over releases.
PUBLISHED = {
    "TadGAN, Orion 0.7.1": (0.500, 0.710, 0.692, 0.486, 0.588),
    "AER, Orion 0.7.1": (0.750, 0.702, 0.733, 0.611, 0.606),
}


@dataclass(frozen=True)
class Signal:
    """`series`: float by time, on a regular grid; `known`: (start, end) of each anomaly."""

    name: str
    group: str
    series: pd.Series
    known: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]

    @property
    def labels(self):
        """1 in a known anomaly, else 0: float (n_rows,)."""
        inside = np.zeros(len(self.series))
        for start, end in self.known:
            inside[(self.series.index >= start) & (self.series.index <= end)] = 1
        return inside


def signals(archive=ARCHIVE):
    """All 45, the shortest of each group, then the next, so that a part is spread over all groups.

    Means of 600 s (3600 s for AdEx) from the first stamp on; bins without a record hold the mean of
    all, as Orion fills them.
    """
    with zipfile.ZipFile(archive) as content:
        known = json.loads(content.read("labels.json"))
        found = [_signal(name, content.read(f"data/{name}"), known[name]) for name in sorted(known)]
    found.sort(key=lambda signal: len(signal.series))
    places = {}
    order = []
    for signal in found:
        places[signal.group] = places.get(signal.group, 0) + 1
        order.append(places[signal.group])
    return [found[i] for i in np.argsort(order, kind="stable")]


def _signal(name, content, known):
    group = GROUPS[name.split("/")[0]]
    table = pd.read_csv(io.BytesIO(content), index_col="timestamp", parse_dates=True)
    step = STEP.get(group, "600s")
    series = table["value"].sort_index().resample(step, origin="start").mean()
    bounds = tuple(tuple(pd.Timestamp(stamp) for stamp in pair) for pair in known)
    return Signal(name.removesuffix(".csv"), group, series.fillna(series.mean()), bounds)


def overlap(known, found):
    """(true positives, false positives, false negatives) of segments, as Orion counts them.

    `known`, `found`: (start, end) each. Segments overlap that share more than an end.
    """
    second = pd.Timedelta(seconds=1)

    def touches(one, other):
        return one[0] < other[1] + second and other[0] < one[1] + second

    n_hit = sum(any(touches(one, other) for other in found) for one in known)
    n_false = sum(not any(touches(one, other) for other in known) for one in found)
    return n_hit, n_false, len(known) - n_hit


def f1(counts):
    """F1 of the sums of (true positives, false positives, false negatives) over signals."""
    hit, false, missed = np.sum(counts, 0)
    return 2 * hit / max(1, 2 * hit + false + missed)


def baselines(values, seed):
    """Scores (n,) of a standardised series (n,) that nothing has been trained for."""
    return {
        "difference": np.abs(np.diff(values, prepend=values[0])),
        "Sub-PCA": sub_pca(values),
        "POLY": poly(values),
        "random": np.random.default_rng(seed).uniform(size=len(values)),
    }


def sub_pca(values, length=100, kept=0.9):
    """Distance of windows from the components that hold `kept` of their variance, per step."""
    windows = np.lib.stride_tricks.sliding_window_view(values, length)
    centred = windows - windows.mean(0)
    _, sizes, components = np.linalg.svd(centred, full_matrices=False)
    n_kept = 1 + np.searchsorted(np.cumsum(sizes**2) / np.sum(sizes**2), kept)
    rest = centred - centred @ components[:n_kept].T @ components[:n_kept]
    distance = np.linalg.norm(rest, axis=1)
    return np.pad(distance, (length // 2, length - 1 - length // 2), mode="edge")


def poly(values, length=100, degree=3):
    """Distance from the cubic through the `length` steps before, carried on by one step."""
    steps = np.arange(-length, 0) / length
    # The forecast at 0 is a fixed weighting of the steps before.
    weights = np.linalg.pinv(np.vander(steps, degree + 1))[-1]
    forecast = np.convolve(values, weights[::-1], mode="valid")[:-1]
    return np.concatenate([np.zeros(length), np.abs(values[length:] - forecast)])


def volumes(labels, score, window=100, n_thresholds=250):
    """VUS-PR by its authors' `vus`, None where it is not installed or nothing is labelled."""
    try:
        from vus.utils.metrics import metricor
    except ImportError:
        return None
    if not labels.any():
        return None
    *_, precision_recall = metricor().RangeAUC_volume_opt(labels, score, window, n_thresholds)
    return float(precision_recall)


def affiliation(labels, flagged):
    """F1 of affiliation precision and recall by `vus`, None as in `volumes`; else 0 at least."""
    try:
        from vus.affiliation.metrics import pr_from_events
    except ImportError:
        return None
    events = [_events(x > 0) for x in (flagged, labels)]
    if not all(events):
        return 0.0 if events[1] else None
    found = pr_from_events(*events, Trange=(0, len(labels)))
    precision, recall = found["Affiliation_Precision"], found["Affiliation_Recall"]
    return float(2 * precision * recall / max(precision + recall, 1e-12))


def _events(flag):
    edges = np.flatnonzero(np.diff(flag.astype(int), prepend=0, append=0))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
