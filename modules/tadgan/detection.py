"""From a trained TadGAN and records to scores and findings, turbine by turbine.

Shape letters: N windows of one stretch, L steps each, F features, V variables; M steps of all
stretches of a turbine that hold a window.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from modules.preprocessing import decode_angles, encode_angles
from modules.records.columns import ANGLE, Column, wind_speed_column, wrap_angle
from modules.records.timestamps import stretches
from modules.runs.trained import Trained
from modules.tadgan import scoring
from modules.tadgan.anomalies import Finding, above, find
from modules.tadgan.steps import centred, uncentred
from modules.tadgan.whitening import whitened
from modules.training.device import Device
from modules.windows.cut import windows_at

WINDOWS_PER_CALL = 256
CARRIED = 0.5  # of the largest score: a variable that reaches it carries the finding

Make = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # see `reconstruction`


class Part(NamedTuple):
    """A stretch: `scaled`, `recovered` (M, F), `in_units` (M, V) reconstructed, the critic's
    `modes` (M,) and how many windows it has."""

    scaled: np.ndarray
    recovered: np.ndarray
    in_units: np.ndarray
    modes: np.ndarray
    n_windows: int


@dataclass(frozen=True)
class Scored:
    """What a turbine's records look like to the networks.

    `real`, `recovered`: (n_rows, V) in units, `scores`: (n_rows, 3 + V), `score`, `critic`,
    `reconstruction` and each variable's; all on the records' grid, NaN in rows that no window
    holds. `findings`: turbine, start, end, severity, variables; a row each, in time order.
    """

    turbine: str
    real: pd.DataFrame
    recovered: pd.DataFrame
    scores: pd.DataFrame
    findings: pd.DataFrame

    @property
    def covered(self) -> np.ndarray:
        """Rows that are part of a finding: bool (n_rows,)."""
        flag = np.zeros(len(self.real), bool)
        for start, end in zip(self.findings["start"], self.findings["end"], strict=True):
            flag |= (self.real.index >= start) & (self.real.index <= end)
        return flag


def detect(
    trained: Trained,
    tables: dict[str, pd.DataFrame],
    make: Make,
    *,
    error: str,
    score_window: int,
    combination: str,
    padding: int,
    threshold: float,
) -> list[Scored]:
    """Score and search the records of every turbine that has a window.

    `tables`: turbine -> (n_rows, V), clean, in the order of the columns of `trained`. `error`:
    `whitened`, scored by `modules.tadgan.whitening` alone and held against `threshold`, or one of
    `modules.tadgan.scoring`, under `combination` and Orion's sliding threshold. `padding`: see
    `modules.tadgan.anomalies`.
    """
    seq_len = trained.settings.seq_len
    found = []
    for turbine, table in tables.items():
        bounds = [(a, b) for a, b in stretches(table) if b - a >= seq_len]
        if not bounds:
            continue
        parts = [_stretch(trained, table.iloc[a:b], make) for a, b in bounds]
        lengths = [b - a for a, b in bounds]
        critic = _critic(parts, lengths)
        if error == "whitened":
            variables = _deviations(table, bounds, parts, trained.columns, score_window)
            score = variables.max(1)
            spans = above(score, lengths, threshold=threshold, padding=padding)
        else:
            compare = functools.partial(scoring.ERRORS[error], window=score_window)
            variables = _errors(parts, trained.columns, compare)
            score = scoring.combined(critic, variables.max(1), combination)
            spans = find(score, lengths, padding=padding)
        recovered = np.concatenate([part.in_units for part in parts])
        rows = np.concatenate([np.arange(a, b) for a, b in bounds])
        scores = np.column_stack([score, critic, variables.max(1), variables])
        found.append(_scored(turbine, table, rows, recovered, scores, spans))
    return found


def _critic(parts: Sequence[Part], lengths: Sequence[int]) -> np.ndarray:
    """The critic's score of every step: (M,)."""
    score = scoring.critic_score(np.concatenate([part.modes for part in parts]))
    of_stretches = np.split(score, np.cumsum(lengths)[:-1])
    return np.concatenate([scoring.smooth(one, _n_windows(parts))[:, 0] for one in of_stretches])


def _errors(
    parts: Sequence[Part], columns: Sequence[Column], compare: Callable[..., np.ndarray]
) -> np.ndarray:
    """Orion's reconstruction score of every variable: (M, V)."""
    n_windows = _n_windows(parts)
    errors = [by_variable(compare(part.scaled, part.recovered), columns) for part in parts]
    return scoring.reconstruction_score(
        np.concatenate([scoring.smooth(one, n_windows) for one in errors])
    )


def _deviations(
    table: pd.DataFrame,
    bounds: Sequence[tuple[int, int]],
    parts: Sequence[Part],
    columns: Sequence[Column],
    window: int,
) -> np.ndarray:
    """How far every variable is from what is usual, whitened: (M, V).

    By the state of the reconstructed wind speed, as a stuck anemometer has no say in it; of one
    state where the records have none.
    """
    recovered = np.concatenate([part.in_units for part in parts])
    residuals = (
        np.concatenate([table.iloc[a:b].to_numpy(np.float64) for a, b in bounds]) - recovered
    )
    is_angle = [column.kind == ANGLE for column in columns]
    residuals[:, is_angle] = wrap_angle(residuals[:, is_angle], -180.0)
    at = wind_speed_column(columns)
    state = np.zeros(len(recovered)) if at is None else recovered[:, at]
    return whitened(residuals, state, [b - a for a, b in bounds], window)


def _n_windows(parts: Sequence[Part]) -> int:
    return sum(part.n_windows for part in parts)


def _scored(
    turbine: str,
    table: pd.DataFrame,
    rows: np.ndarray,
    recovered: np.ndarray,
    scores: np.ndarray,
    spans: Sequence[Finding],
) -> Scored:
    names, heads = table.columns.tolist(), ["score", "critic", "reconstruction"]
    of_variables = scores[:, len(heads) :]

    def on_grid(values: np.ndarray, names: list[str]) -> pd.DataFrame:
        return pd.DataFrame(values, table.index[rows], names).reindex(table.index)

    findings = [
        (
            turbine,
            table.index[rows[first]],
            table.index[rows[last]],
            round(severity, 4),
            ", ".join(_carriers(of_variables[first : last + 1], names)),
        )
        for first, last, severity in spans
    ]
    return Scored(
        turbine,
        table,
        on_grid(recovered, names),
        on_grid(scores, [*heads, *names]),
        pd.DataFrame(findings, columns=["turbine", "start", "end", "severity", "variables"]),
    )


def _carriers(scores: np.ndarray, names: list[str]) -> list[str]:
    """The variables that a finding shows in, worst first. `scores`: (m, V) of its steps."""
    worst = scores.max(0) - 1
    order = np.argsort(-worst, kind="stable")
    return [names[i] for i in order if worst[i] >= CARRIED * worst.max()]


def _stretch(trained: Trained, table: pd.DataFrame, make: Make) -> Part:
    """The records of one stretch and what the networks say of them."""
    columns, kind = trained.columns, trained.settings.scaler
    features = encode_angles(table.to_numpy(np.float64), columns)
    scaled = centred(trained.scaler.transform(features), kind)
    windows, values = make(scaled)
    recovered = scoring.unrolled(windows)
    in_units = decode_angles(trained.scaler.inverse_transform(uncentred(recovered, kind)), columns)
    modes = scoring.sliding_mode(values, trained.settings.seq_len)
    return Part(scaled, recovered, in_units, modes, len(values))


def by_variable(errors: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Errors of features (M, F) -> of variables (M, V): an angle's are the root of both squares."""
    widths = [2 if column.kind == ANGLE else 1 for column in columns]
    parts = np.split(errors, np.cumsum(widths)[:-1], axis=1)
    return np.column_stack([np.sqrt(np.square(part).sum(1)) for part in parts])


def reconstruction(model: keras.Model, device: Device) -> Make:
    """Return a function of one stretch, scaled (M, F).

    It gives the windows as the networks make them anew, float32 (N, L, F), and the critic's values,
    float64 (N,). `model`: see `models.tadgan.scoring_model`.
    """
    encoder, generator, critic_x = (
        model.get_layer(name) for name in ("encoder", "generator", "critic_x")
    )
    seq_len = encoder.input_shape[1]

    @tf.function(autograph=False)
    def call(windows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        latent = device.call(encoder, windows, training=False)
        recovered = device.call(generator, latent, training=False)
        return recovered, device.call(critic_x, windows, training=False)[:, 0]

    def make(scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scaled = np.asarray(scaled, np.float32)
        starts = np.arange(len(scaled) - seq_len + 1)
        calls = []
        for first in range(0, len(starts), WINDOWS_PER_CALL):
            some = starts[first : first + WINDOWS_PER_CALL]
            whole = np.resize(some, WINDOWS_PER_CALL)  # one shape, so that it is compiled once
            windows = tf.constant(windows_at(scaled, whole, seq_len))
            calls.append([output.numpy()[: len(some)] for output in call(windows)])
        recovered, values = (np.concatenate(parts) for parts in zip(*calls, strict=True))
        return recovered, values.astype(np.float64)

    return make
