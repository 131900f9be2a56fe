"""From a trained synthetic model to windows in the site's own units."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.definemodel import RECURRENT, links, n_units
from modules.errors import DataError, SettingsError
from modules.runs.find import saved_settings
from modules.runs.run import SETTINGS, Run
from modules.runs.trained import Trained, load_trained
from modules.timegan.conditions import Conditions, Occurred
from modules.timegan.copula import Copula
from modules.timegan.effects import ConditionedCopula, Effects
from modules.timegan.finish import Finish
from modules.timegan.following import Following
from modules.timegan.gaps import Gaps, check_kept
from modules.timegan.layout import decoded, within_limits
from modules.timegan.noise import Noise, inputs, noise_maker, settled, warmed_up
from modules.timegan.quantiles import QuantileMapping
from modules.timegan.series import rows_at_once, series_pieces
from modules.timegan.standstill import Standstill
from modules.timegan.wanted import Wanted, as_occurred
from modules.training.device import Device
from modules.training.memory import available
from settings import TimeGANSettings

BATCH = 1024  # windows per call
UNIT_BYTES, FEATURE_BYTES = 44, 100  # a row takes at once, for each of a layer's units; measured


@dataclass(frozen=True)
class Synthesizer:
    """A finished run of TimeGAN, ready to draw.

    `trained.model`: noise (B, T, Z) -> scaled window (B, T, F), or of a list, noise and conditions.
    `noise`: what the model makes windows of, see `modules.timegan.noise`. `mapping`, `standstill`,
    `conditions`: None without `quantile_mapping`, `standstill` and `condition`.
    """

    trained: Trained
    noise: Noise
    mapping: QuantileMapping | None
    standstill: Standstill | None = None
    conditions: Conditions | None = None

    @property
    def seq_len(self) -> int:
        return self.trained.settings.seq_len

    @property
    def gaps(self) -> Gaps | None:
        """The records' gaps, None where they were not asked for."""
        return self.trained.tables.get(Gaps)

    def draw(
        self,
        n_windows: int,
        n_steps: int,
        *,
        seed: int,
        device: Device,
        raw: bool = False,
        wanted: Wanted | None = None,
    ) -> np.ndarray:
        """Return windows in physical units: float64 (n_windows, n_steps, n_variables).

        See `sample` and `within_limits`. `raw` leaves out the quantile mapping and the standstill
        of a run that has them: the same windows, as the model made them. `wanted`: what the windows
        of a run with conditions are made for; None is as they occurred.
        """
        blocks = self.blocks(n_windows, n_steps, seed=seed, device=device, raw=raw, wanted=wanted)
        return np.concatenate(list(blocks), axis=1 if n_windows == 1 else 0)

    def blocks(
        self,
        n_windows: int,
        n_steps: int,
        *,
        seed: int,
        device: Device,
        raw: bool = False,
        wanted: Wanted | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield what `draw` returns in blocks of windows, as many at once as memory is to hold.

        A single long window comes in pieces (1, n, n_variables), see `modules.timegan.series`.
        Raises SettingsError before the first where memory does not hold a block.
        """
        trained = self.trained
        n_at_once = n_steps if n_windows > 1 else min(n_steps, rows_at_once(self.seq_len))
        _check_memory(trained.model, min(BATCH, n_windows), n_at_once)
        if self.conditions is not None and wanted is None:
            wanted = as_occurred(self.conditions, n_windows, n_steps, seed)
        how: dict[str, Any] = {"noise": self.noise, "warm_up": trained.settings.warm_up}
        how |= {"seed": seed, "device": device}
        if wanted is not None:
            how["conditions_at"] = wanted.conditions
        if n_at_once < n_steps:
            drawn = series_pieces(trained.model, n_steps, self.seq_len, **how)
        else:
            drawn = sample_blocks(trained.model, n_windows, n_steps, **how)
        following = Following(trained.scaler, trained.columns)
        finish = Finish(self.mapping, self.standstill, following)
        before, n_rows = None, 0
        for scaled in drawn:
            values = decoded(scaled, trained.scaler, trained.columns)
            if not raw and n_windows == 1:
                values, before = finish.going_on(values, before)
            elif not raw:
                values = finish(values)
            made = within_limits(values, trained.columns)
            if self.conditions is not None and wanted is not None:
                given = wanted.given(n_rows, made.shape[0] * made.shape[1])
                n_rows += len(given)
                given = given.reshape(*made.shape[:2], -1)
                made = self.conditions.put_back(made, given, trained.written)
            yield made


def load(
    run: Run,
    settings_class: type[TimeGANSettings],
    *,
    model_path: str | None = None,
    scale_path: str | None = None,
    with_gaps: bool = False,
) -> Synthesizer:
    """Return the `Synthesizer` of a finished `run`, whose settings are of `settings_class`.

    `with_gaps`: whether the records' gaps are needed too. See `modules.runs.trained.load_trained`
    for the rest and for what is refused.
    """
    settings = saved_settings(run, settings_class)
    kinds: list[type] = [QuantileMapping] if settings.quantile_mapping else []
    kinds += [Standstill] if settings.standstill else []
    kinds += [Copula] if settings.noise == "copula" else []
    if settings.condition:
        kinds += [Occurred] + ([Effects] if settings.noise == "copula" else [])
    if with_gaps:
        check_kept(run)
        kinds += [Gaps]
    trained = load_trained(
        run, settings, model_path=model_path, scale_path=scale_path, kinds=tuple(kinds),
        given=settings.condition,
    )  # fmt: skip
    tables = trained.tables
    copula, noise = tables.get(Copula), noise_maker(settings.noise, settings.seq_len)
    seq_len = settings.seq_len if copula is None else copula.seq_len
    seq_len = run.read_columns().get("seq_len", seq_len)
    _check_settings(run, settings, trained.model, seq_len)
    if copula is not None and len(copula.names) != trained.model.inputs[0].shape[-1]:
        raise _not_made_for(run, f"the noise of {Copula.FILE}")
    conditions = _conditions_of(run, trained) if settings.condition else None
    if copula is not None:
        noise = ConditionedCopula(copula, tables[Effects]) if conditions else copula
    return Synthesizer(
        trained, noise, tables.get(QuantileMapping), tables.get(Standstill), conditions
    )


def _conditions_of(run: Run, trained: Trained) -> Conditions:
    """What rows are made for. Raises DataError where that is not what the model was made for."""
    words, occurred = trained.settings.condition, trained.tables[Occurred]
    given = [column for column in trained.written if column not in trained.columns]
    conditions = Conditions(words, given, occurred, trained.freq)
    try:
        width = conditions.encoded(conditions.pool).shape[1]
    except (ValueError, IndexError, DataError) as error:
        raise DataError(f"{run.model_folder} is damaged: {error}. Train again.") from None
    effects = trained.tables.get(Effects)
    if trained.model.inputs[-1].shape[-1] != width or len(trained.model.inputs) != 2:
        raise _not_made_for(run, f"the conditions of {Occurred.FILE}")
    if effects is not None and len(effects.slopes) != 1 + width:
        raise _not_made_for(run, f"the slopes of {Effects.FILE}")
    return conditions


def _not_made_for(run: Run, what: str) -> DataError:
    return DataError(
        f"{run.model_folder} is damaged: the model is not made for {what}. Train again."
    )


def _check_settings(run: Run, settings: TimeGANSettings, model: keras.Model, seq_len: int) -> None:
    """Raise DataError where the run's settings tell of other networks than the model has.

    `seq_len`: rows of the windows that it was trained on.
    """
    layers: list[Any] = [
        layer
        for network in links(model)
        for layer in network.layers
        if isinstance(layer, tuple(RECURRENT.values()))
    ]
    width = n_units(settings.hidden_dim, model.output_shape[-1])
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
    conditions: np.ndarray | None = None,
) -> np.ndarray:
    """Return `n_windows` scaled windows, float32 (n_windows, seq_len, F).

    `model`: noise (B, T, Z) -> scaled window (B, T, F). `noise`: the one it was trained with, a
    function of (`tf.random.Generator`, shape), see `noise_maker`. The same seed gives the same
    windows. A single long window is a seamless series: the recurrent state is carried through it.
    `warm_up` rows are drawn before each window and cut off, see `settled`. `conditions`: float32
    (n_windows, seq_len, C), what each row is made for; None without.
    """
    blocks = sample_blocks(
        model, n_windows, seq_len, noise=noise, seed=seed, device=device, warm_up=warm_up,
        conditions_at=None if conditions is None else lambda first, last: conditions[first:last],
    )  # fmt: skip
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
    conditions_at: Callable[[int, int], np.ndarray] | None = None,
) -> Iterator[np.ndarray]:
    """Yield what `sample` returns, up to `BATCH` windows at a time.

    `conditions_at`: returns those of the windows from one number up to another.
    """
    warm_up = settled(noise, warm_up)
    random = tf.random.Generator.from_seed(seed, alg="philox")
    batch = min(BATCH, n_windows)
    shape = (batch, warm_up + seq_len, model.inputs[0].shape[-1])

    @tf.function(autograph=False)
    def draw(conditions: tf.Tensor | None) -> tf.Tensor:
        return device.call(model, inputs(noise, random, shape, conditions), training=False)

    for first in range(0, n_windows, batch):
        given = None
        if conditions_at is not None:
            wanted = conditions_at(first, min(first + batch, n_windows))
            given = warmed_up(np.resize(wanted, (batch, *wanted.shape[1:])), warm_up)
        yield draw(given).numpy()[: n_windows - first, warm_up:]


def _check_memory(model: keras.Model, n_windows: int, n_steps: int) -> None:
    """Raise SettingsError where so many windows do not fit into memory at once."""
    layers = (layer for network in links(model) for layer in network.layers)
    width = max(getattr(layer, "units", 0) for layer in layers)
    n_bytes = n_windows * n_steps * (UNIT_BYTES * width + FEATURE_BYTES * model.output_shape[-1])
    free = available()
    if free is not None and n_bytes > free:
        name, given = ("length", n_steps) if n_windows == 1 else ("n_windows", n_windows)
        raise SettingsError(
            f"`{name}`: {n_windows:,} x {n_steps:,} rows at once take about {n_bytes / 1e9:,.1f} "
            f"GB of memory, and {free / 1e9:,.1f} GB are free. Received: {given}. Lower it."
        )
