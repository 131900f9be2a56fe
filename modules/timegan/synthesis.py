"""From a trained synthetic model to a table in the site's own columns and units."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from modules.errors import DataError
from modules.preprocessing import Scaler, decode_angles
from modules.records.columns import ANGLE, ATOM_WIDTH, Column, wrap_angle
from modules.runs.find import saved_settings
from modules.runs.run import Run
from modules.runs.spreadsheet import decimals
from modules.runs.trained import Trained, load_trained
from modules.timegan.copula import Copula
from modules.timegan.noise import Noise, noise_maker, settled
from modules.timegan.quantiles import QuantileMapping
from modules.timegan.standstill import Standstill
from modules.training.device import Device
from settings import TimeGANSettings

BATCH = 1024  # windows per call


@dataclass(frozen=True)
class Synthesizer:
    """A finished run of TimeGAN, ready to draw.

    `trained.model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: what the model makes
    windows of, see `modules.timegan.noise`. `mapping`, `standstill`: None without
    `quantile_mapping` and `standstill`.
    """

    trained: Trained
    noise: Noise
    mapping: QuantileMapping | None
    standstill: Standstill | None = None

    @property
    def seq_len(self) -> int:
        return self.trained.settings.seq_len

    def draw(
        self, n_windows: int, n_steps: int, *, seed: int, device: Device, raw: bool = False
    ) -> np.ndarray:
        """Return windows in physical units: float64 (n_windows, n_steps, n_variables).

        See `sample` and `within_limits`. `raw` leaves out the quantile mapping and the standstill
        of a run that has them: the same windows, as the model made them.
        """
        trained = self.trained
        scaled = sample(
            trained.model, n_windows, n_steps,
            noise=self.noise, seed=seed, device=device, warm_up=trained.settings.warm_up,
        )  # fmt: skip
        values = decoded(scaled, trained.scaler, trained.columns)
        for finish in (self.mapping, self.standstill):
            if finish is not None and not raw:
                values = finish(values)
        return within_limits(values, trained.columns)


def load(
    run: Run,
    settings_class: type[TimeGANSettings],
    *,
    model_path: str | None = None,
    scale_path: str | None = None,
) -> Synthesizer:
    """Return the `Synthesizer` of a finished `run`, whose settings are of `settings_class`.

    See `modules.runs.trained.load_trained` for the rest and for what is refused.
    """
    settings = saved_settings(run, settings_class)
    kinds: list[type] = [QuantileMapping] if settings.quantile_mapping else []
    kinds += [Standstill] if settings.standstill else []
    kinds += [Copula] if settings.noise == "copula" else []
    trained = load_trained(
        run, settings, model_path=model_path, scale_path=scale_path, kinds=tuple(kinds)
    )
    noise = trained.tables.get(Copula)
    if noise is None:
        noise = noise_maker(settings.noise, settings.seq_len)
    elif len(noise.names) != trained.model.input_shape[-1]:
        raise DataError(
            f"{run.model_folder} is damaged: the model is not made for the noise of {Copula.FILE}. "
            "Train again."
        )
    tables = trained.tables
    return Synthesizer(trained, noise, tables.get(QuantileMapping), tables.get(Standstill))


def sample(
    model: keras.Model,
    n_windows: int,
    seq_len: int,
    *,
    noise: Noise,
    seed: int,
    device: Device,
    warm_up: int = 0,
) -> np.ndarray:
    """Return `n_windows` scaled windows, float32 (n_windows, seq_len, F).

    `model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: the one it was trained with, a
    function of (`tf.random.Generator`, shape), see `noise_maker`. The same seed gives the same
    windows. A single long window is a seamless series: the recurrent state is carried through it.
    `warm_up` rows are drawn before each window and cut off, see `settled`.
    """
    warm_up = settled(noise, warm_up)
    random = tf.random.Generator.from_seed(seed, alg="philox")
    batch = min(BATCH, n_windows)
    noise_shape = (batch, warm_up + seq_len, model.input_shape[-1])

    @tf.function(autograph=False)
    def draw() -> tf.Tensor:
        return device.call(model, noise(random, noise_shape), training=False)

    batches = [draw().numpy()[:, warm_up:] for _ in range(math.ceil(n_windows / batch))]
    return np.concatenate(batches)[:n_windows]


def decoded(scaled: np.ndarray, scaler: Scaler, columns: Sequence[Column]) -> np.ndarray:
    """Scaled windows (..., n_features) -> physical units, float64 (..., n_variables)."""
    return decode_angles(scaler.inverse_transform(scaled.astype(np.float64)), columns)


def within_limits(values: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Physical windows (..., n_variables) as they are written: same shape.

    `columns`: list of `Column`. A value within 0.1 % of the range from an atom
    takes the atom's: a sigmoid gets near 0 kW and rated power but never reaches them. Values are
    then rounded as they will be written, and held within what the training data showed; an angle
    is wrapped last, for rounding can make 360 of 359.9999.
    """
    made = [_within_limits(values[..., i], column) for i, column in enumerate(columns)]
    return np.stack(made, axis=-1) + 0.0  # no negative zeros


def _within_limits(values: np.ndarray, column: Column) -> np.ndarray:
    lowest, highest = column.observed
    for atom in column.atoms:
        reach = ATOM_WIDTH * (highest - lowest)
        values = np.where(np.abs(values - atom.value) <= reach, atom.value, values)
    values = np.round(values, decimals(max(abs(lowest), abs(highest))))
    if column.kind == ANGLE:
        return wrap_angle(values, column.lower or 0.0)
    return np.clip(values, lowest, highest)


def to_table(
    windows: np.ndarray, columns: Sequence[Column], *, freq: str | None, start: str | None
) -> pd.DataFrame:
    """Lay windows (n_windows, T, n_variables) under each other, as the CSV has them.

    Columns `window` (0, 1, ...), `DateTime`, then the variables. Time runs on from `start` in
    steps of `freq` through all windows; without times (`freq` None) `step` counts the rows of a
    window in its place.
    """
    n_windows, n_steps, n_variables = windows.shape
    table = pd.DataFrame(
        windows.reshape(-1, n_variables), columns=[column.name for column in columns]
    )
    if freq is None:
        table.insert(0, _unlike("step", table), np.tile(np.arange(n_steps), n_windows))
    else:
        # Milliseconds: nanoseconds, pandas 2's default, end in 2262, too soon for monthly records.
        times = pd.date_range(start, periods=len(table), freq=freq, unit="ms")
        table.insert(0, _unlike("DateTime", table), times)
    table.insert(0, _unlike("window", table), np.repeat(np.arange(n_windows), n_steps))
    return table


def _unlike(name: str, table: pd.DataFrame) -> str:
    """`name`, with underscores behind it where a variable is called so."""
    return _unlike(f"{name}_", table) if name in table else name
