"""From a trained synthetic model to a table in the site's own columns and units."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from models.definemodel import RECURRENT, UNITS_PER_FEATURE
from modules.errors import DataError, SettingsError
from modules.preprocessing import Scaler, decode_angles
from modules.records.columns import (
    ANGLE,
    ATOM_SLICE,
    LARGEST_WHOLE,
    TRUTH,
    Column,
    wrap_angle,
)
from modules.runs.find import saved_settings
from modules.runs.run import SETTINGS, Run
from modules.runs.spreadsheet import decimals
from modules.runs.trained import Trained, load_trained
from modules.timegan.copula import Copula
from modules.timegan.noise import Noise, noise_maker
from modules.timegan.quantiles import QuantileMapping
from modules.training.device import Device
from modules.training.memory import available
from settings import TimeGANSettings

BATCH = 1024  # windows per call
UNIT_BYTES, FEATURE_BYTES = 44, 100  # a row takes at once, for each of a layer's units; measured
MOST_ROWS = 100_000  # of a table: a long series is laid out in several


@dataclass(frozen=True)
class Synthesizer:
    """A finished run of TimeGAN, ready to draw.

    `trained.model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: what the model makes
    windows of, see `modules.timegan.noise`. `mapping`: None without `quantile_mapping`.
    """

    trained: Trained
    noise: Noise
    mapping: QuantileMapping | None

    @property
    def seq_len(self) -> int:
        return self.trained.settings.seq_len

    def draw(
        self, n_windows: int, n_steps: int, *, seed: int, device: Device, raw: bool = False
    ) -> np.ndarray:
        """Return windows in physical units: float64 (n_windows, n_steps, n_variables).

        See `sample` and `to_physical`. `raw` leaves out the quantile mapping of a run that has
        one: the same windows, as the model made them.
        """
        blocks = self.blocks(n_windows, n_steps, seed=seed, device=device, raw=raw)
        return np.concatenate(list(blocks))

    def blocks(
        self, n_windows: int, n_steps: int, *, seed: int, device: Device, raw: bool = False
    ) -> Iterator[np.ndarray]:
        """Yield what `draw` returns in blocks of windows, as many at once as memory is to hold.

        Raises SettingsError before the first where memory does not hold a block.
        """
        _check_memory(self.trained.model, min(BATCH, n_windows), n_steps)
        drawn = sample_blocks(
            self.trained.model, n_windows, n_steps, noise=self.noise, seed=seed, device=device
        )
        for scaled in drawn:
            if self.mapping is not None and not raw:
                scaled = self.mapping(scaled)
            yield to_physical(scaled, self.trained.scaler, self.trained.columns)


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
    kinds += [Copula] if settings.noise == "copula" else []
    trained = load_trained(
        run, settings, model_path=model_path, scale_path=scale_path, kinds=tuple(kinds)
    )
    _check_settings(run, settings, trained.model)
    noise = trained.tables.get(Copula)
    if noise is None:
        noise = noise_maker(settings.noise, settings.seq_len)
    elif len(noise.names) != trained.model.input_shape[-1]:
        raise DataError(
            f"{run.model_folder} is damaged: the model is not made for the noise of {Copula.FILE}. "
            "Train again."
        )
    return Synthesizer(trained, noise, trained.tables.get(QuantileMapping))


def _check_settings(run: Run, settings: TimeGANSettings, model: keras.Model) -> None:
    """Raise DataError where the run's settings tell of other networks than the model has."""
    layers: list[Any] = [
        layer for layer in model.layers if isinstance(layer, tuple(RECURRENT.values()))
    ]
    width = settings.hidden_dim
    if width == "auto":
        width = UNITS_PER_FEATURE * model.output_shape[-1]
    found = {
        "hidden_dim": (width, {layer.units for layer in layers}),
        "sel_rnn": (settings.sel_rnn, {type(layer).__name__ for layer in layers}),
    }
    wrong = {name: pair for name, pair in found.items() if layers and pair[0] not in pair[1]}
    if wrong:
        told = "; ".join(
            f"{name} {said}, the model has {', '.join(map(str, sorted(has)))}"
            for name, (said, has) in wrong.items()
        )
        raise DataError(
            f"{run.model_folder / SETTINGS} does not fit the model: {told}. Restore it, or train "
            "again."
        )


def sample(
    model: keras.Model, n_windows: int, seq_len: int, *, noise: Noise, seed: int, device: Device
) -> np.ndarray:
    """Return `n_windows` scaled windows, float32 (n_windows, seq_len, F).

    `model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: the one it was trained with, a
    function of (`tf.random.Generator`, shape), see `noise_maker`. The same seed gives the same
    windows. A single long window is a seamless series: the recurrent state is carried through it.
    """
    blocks = sample_blocks(model, n_windows, seq_len, noise=noise, seed=seed, device=device)
    return np.concatenate(list(blocks))


def sample_blocks(
    model: keras.Model, n_windows: int, seq_len: int, *, noise: Noise, seed: int, device: Device
) -> Iterator[np.ndarray]:
    """Yield what `sample` returns, up to `BATCH` windows at a time."""
    random = tf.random.Generator.from_seed(seed, alg="philox")
    batch = min(BATCH, n_windows)
    noise_shape = (batch, seq_len, model.input_shape[-1])

    @tf.function(autograph=False)
    def draw() -> tf.Tensor:
        return device.call(model, noise(random, noise_shape), training=False)

    for first in range(0, n_windows, batch):
        yield draw().numpy()[: n_windows - first]


def _check_memory(model: keras.Model, n_windows: int, n_steps: int) -> None:
    """Raise SettingsError where so many windows do not fit into memory at once."""
    width = max(getattr(layer, "units", 0) for layer in model.layers)
    n_bytes = n_windows * n_steps * (UNIT_BYTES * width + FEATURE_BYTES * model.output_shape[-1])
    free = available()
    if free is not None and n_bytes > free:
        name, given = ("length", n_steps) if n_windows == 1 else ("n_windows", n_windows)
        raise SettingsError(
            f"`{name}`: {n_windows:,} x {n_steps:,} rows at once take about {n_bytes / 1e9:,.1f} "
            f"GB of memory, and {free / 1e9:,.1f} GB are free. Received: {given}. Lower it."
        )


def to_physical(scaled: np.ndarray, scaler: Scaler, columns: Sequence[Column]) -> np.ndarray:
    """Scaled windows (..., n_features) -> physical units (..., n_variables), within all limits.

    `columns`: list of `Column`. A value within 0.5 % of the range from an atom
    takes the atom's: a sigmoid gets near 0 kW and rated power but never reaches them. Values are
    then rounded as they will be written, and held within what the training data showed; an angle
    is wrapped last, for rounding can make 360 of 359.9999. Whole numbers come back whole, codes as
    the nearest that occurred.
    """
    values = decode_angles(scaler.inverse_transform(scaled.astype(np.float64)), columns)
    for i, column in enumerate(columns):
        values[..., i] = _within_limits(values[..., i], column)
    return values + 0.0  # no negative zeros


def _within_limits(values: np.ndarray, column: Column) -> np.ndarray:
    lowest, highest = column.observed
    for atom in column.atoms:
        reach = ATOM_SLICE * column.spread
        values = np.where(np.abs(values - atom.value) <= reach, atom.value, values)
    if column.codes:
        return _nearest(values, np.array(column.codes))
    values = np.round(values, 0 if column.whole else decimals(column.spread))
    if column.kind == ANGLE:
        return wrap_angle(values, column.lower or 0.0)
    return np.clip(values, lowest, highest)


def _nearest(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The one of the sorted `codes`, (n,), that lies nearest to each of `values`, any shape."""
    return codes[np.searchsorted((codes[1:] + codes[:-1]) / 2, values)]


@dataclass(frozen=True)
class Clock:
    """Times of rows that follow each other: the first's, ISO 8601, and the step between two."""

    start: str
    freq: str

    def times(self, first: int, n_rows: int) -> pd.DatetimeIndex:
        """The times of `n_rows` rows from row `first` on. Raises DataError beyond all calendars."""
        # Microseconds: nanoseconds, pandas 2's default, end in 2262, too soon for monthly records.
        try:
            start = pd.date_range(self.start, periods=1, freq=self.freq, unit="us")[0]
            start += first * pd.tseries.frequencies.to_offset(self.freq)
            return pd.date_range(start, periods=n_rows, freq=self.freq, unit="us")
        except (ValueError, OverflowError):
            raise DataError(
                f"Row {first + n_rows:,} from {self.start} in steps of {self.freq} lies beyond the "
                "calendar. Lower `--length` or `--n_windows`."
            ) from None


def to_tables(
    blocks: Iterable[np.ndarray], columns: Sequence[Column], clock: Clock | None
) -> Iterator[pd.DataFrame]:
    """Lay blocks of windows (n, T, n_variables) under each other, as the CSV has them.

    Columns `window` (0, 1, ...), `step` (0, 1, ... in each window), then the variables; with a
    `clock`, `DateTime` in place of `step`, which runs on through all windows. Every table has
    two rows at least where there are as many, or the last could tell a midnight by its day alone.
    """
    first = 0
    for windows in blocks:
        n_steps, n_variables = windows.shape[1:]
        rows = windows.reshape(-1, n_variables)
        for part in np.array_split(rows, math.ceil(len(rows) / MOST_ROWS)):
            yield _to_table(part, columns, clock, first=first, n_steps=n_steps)
            first += len(part)


def _to_table(
    rows: np.ndarray, columns: Sequence[Column], clock: Clock | None, *, first: int, n_steps: int
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[column.name for column in columns])
    for column in columns:
        if column.whole and np.abs(table[column.name]).max() < LARGEST_WHOLE:
            kind = "bool" if column.unit == TRUTH else "int64"
            table[column.name] = table[column.name].astype(kind)
    numbers = np.arange(first, first + len(rows))
    if clock is None:
        table.insert(0, _unlike("step", table), numbers % n_steps)
    else:
        table.insert(0, _unlike("DateTime", table), clock.times(first, len(rows)))
    table.insert(0, _unlike("window", table), numbers // n_steps)
    return table


def _unlike(name: str, table: pd.DataFrame) -> str:
    """`name`, with underscores behind it where a variable is called so."""
    return _unlike(f"{name}_", table) if name in table else name
