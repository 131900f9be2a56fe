"""From a trained synthetic model to windows in the site's own units."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.definemodel import RECURRENT, UNITS_PER_FEATURE
from modules.errors import DataError, SettingsError
from modules.runs.find import saved_settings
from modules.runs.run import SETTINGS, Run
from modules.runs.trained import Trained, load_trained
from modules.timegan.copula import Copula
from modules.timegan.finish import Finish
from modules.timegan.layout import decoded, within_limits
from modules.timegan.noise import Noise, noise_maker, settled
from modules.timegan.quantiles import QuantileMapping
from modules.timegan.series import rows_at_once, series_pieces
from modules.timegan.standstill import Standstill
from modules.training.device import Device
from modules.training.memory import available
from settings import TimeGANSettings

BATCH = 1024  # windows per call
UNIT_BYTES, FEATURE_BYTES = 44, 100  # a row takes at once, for each of a layer's units; measured


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
        blocks = self.blocks(n_windows, n_steps, seed=seed, device=device, raw=raw)
        return np.concatenate(list(blocks), axis=1 if n_windows == 1 else 0)

    def blocks(
        self, n_windows: int, n_steps: int, *, seed: int, device: Device, raw: bool = False
    ) -> Iterator[np.ndarray]:
        """Yield what `draw` returns in blocks of windows, as many at once as memory is to hold.

        A single long window comes in pieces (1, n, n_variables), see `modules.timegan.series`.
        Raises SettingsError before the first where memory does not hold a block.
        """
        trained = self.trained
        n_at_once = n_steps if n_windows > 1 else min(n_steps, rows_at_once(self.seq_len))
        _check_memory(trained.model, min(BATCH, n_windows), n_at_once)
        how: dict[str, Any] = {"noise": self.noise, "warm_up": trained.settings.warm_up}
        how |= {"seed": seed, "device": device}
        if n_at_once < n_steps:
            drawn = series_pieces(trained.model, n_steps, self.seq_len, **how)
        else:
            drawn = sample_blocks(trained.model, n_windows, n_steps, **how)
        finish, before = Finish(self.mapping, self.standstill), None
        for scaled in drawn:
            values = decoded(scaled, trained.scaler, trained.columns)
            if not raw:
                values = finish(values, before)
            if n_windows == 1:
                before = values[:, -1:]
            yield within_limits(values, trained.columns)


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
    seq_len = settings.seq_len if noise is None else noise.seq_len
    seq_len = run.read_columns().get("seq_len", seq_len)
    _check_settings(run, settings, trained.model, seq_len)
    if noise is None:
        noise = noise_maker(settings.noise, settings.seq_len)
    elif len(noise.names) != trained.model.input_shape[-1]:
        raise DataError(
            f"{run.model_folder} is damaged: the model is not made for the noise of {Copula.FILE}. "
            "Train again."
        )
    tables = trained.tables
    return Synthesizer(trained, noise, tables.get(QuantileMapping), tables.get(Standstill))


def _check_settings(run: Run, settings: TimeGANSettings, model: keras.Model, seq_len: int) -> None:
    """Raise DataError where the run's settings tell of other networks than the model has.

    `seq_len`: rows of the windows that it was trained on.
    """
    layers: list[Any] = [
        layer for layer in model.layers if isinstance(layer, tuple(RECURRENT.values()))
    ]
    width = settings.hidden_dim
    if width == "auto":
        width = UNITS_PER_FEATURE * model.output_shape[-1]
    found: dict[str, tuple[Any, Any]] = {
        "hidden_dim": (width, {layer.units for layer in layers}),
        "sel_rnn": (settings.sel_rnn, {type(layer).__name__ for layer in layers}),
        "num_layers": (settings.num_layers, _depths(len(layers))),
    }
    found = {"seq_len": (settings.seq_len, [seq_len])} | (found if layers else {})
    wrong = {name: pair for name, pair in found.items() if pair[0] not in pair[1]}
    if wrong:
        told = "; ".join(
            f"{name} {said}, the model has {', '.join(map(str, sorted(has)))}"
            for name, (said, has) in wrong.items()
        )
        raise DataError(
            f"{run.model_folder / SETTINGS} does not fit the model: {told}. Restore it, or train "
            "again."
        )


def _depths(n_layers: int) -> set[int]:
    """How many layers a network may have in a chain of `n_layers`.

    Generator and recovery, or embedder and recovery, have so many each; the supervisor between
    them, if it takes part, one fewer, though never none.
    """
    return {n for n in range(n_layers) if n_layers in (2 * n, 2 * n + max(1, n - 1))}


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
    blocks = sample_blocks(
        model, n_windows, seq_len, noise=noise, seed=seed, device=device, warm_up=warm_up
    )
    return np.concatenate(list(blocks))


def sample_blocks(
    model: keras.Model,
    n_windows: int,
    seq_len: int,
    *,
    noise: Noise,
    seed: int,
    device: Device,
    warm_up: int = 0,
) -> Iterator[np.ndarray]:
    """Yield what `sample` returns, up to `BATCH` windows at a time."""
    warm_up = settled(noise, warm_up)
    random = tf.random.Generator.from_seed(seed, alg="philox")
    batch = min(BATCH, n_windows)
    noise_shape = (batch, warm_up + seq_len, model.input_shape[-1])

    @tf.function(autograph=False)
    def draw() -> tf.Tensor:
        return device.call(model, noise(random, noise_shape), training=False)

    for first in range(0, n_windows, batch):
        yield draw().numpy()[: n_windows - first, warm_up:]


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
