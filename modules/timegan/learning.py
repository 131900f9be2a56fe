"""One training of TimeGAN, from features to a model: what gan_train.py and the benchmarks share."""

import logging
from collections.abc import Sequence

import keras
import numpy as np

from modules.aside import filled, slices_of
from modules.errors import SettingsError
from modules.preprocessing import SCALERS, Scaler, encode_angles, feature_names
from modules.records.columns import Column
from modules.runs.run import Run
from modules.timegan.finish import Finish, Finishing
from modules.timegan.layout import decoded
from modules.timegan.noise import Noise, fitted_noise
from modules.timegan.selection import Selection
from modules.timegan.showing import Showing
from modules.timegan.synthesis import sample
from modules.trainer import Trainer
from modules.training.device import Device
from modules.training.replicas import n_replicas, plain
from modules.utils import TimeGAN
from modules.windows.batches import Batches
from modules.windows.cut import occurrences, windows_at
from modules.windows.splits import thinned
from settings import TimeGANSettings

FITTED_WINDOWS = 2000
FITTED_EVENTS = 10000  # a value that is mapped for itself stands once in a window
SEED_SHIFT = 1_000_003  # other windows than those that the report judges

log = logging.getLogger(__name__)


def train(
    features: np.ndarray,
    columns: Sequence[Column],
    parts: tuple[np.ndarray, np.ndarray],
    settings: TimeGANSettings,
    run: Run,
    device: Device,
    conditions: np.ndarray | None = None,
    recorded: np.ndarray | None = None,
) -> tuple[Scaler, keras.Model, Noise]:
    """Train all phases in the folder of `run`; return scaler, synthetic model and noise.

    The model turns noise (B, T, Z) into scaled windows (B, T, F): the trained chain, or with
    `keep_best` the one that `Selection.choose` finds.

    `features`: float64 (n_rows, F), of the variables `columns`, see `encode_angles`; `parts`: where
    the windows of `settings.seq_len` rows begin, those to train on and those held out, see
    `modules.windows.splits.heldout_split`. Scaler and noise are fitted to the rows of the former
    alone. `conditions`: float32 (n_rows, C), what each row is made for; None without. `recorded`:
    float32 (n_rows, F), 0 where a feature is bridged and 1 elsewhere; None without `max_gap`.
    """
    training, unseen = parts
    names = feature_names(columns)
    is_trained = occurrences(training, settings.seq_len, len(features)) > 0
    rows = known = _as_recorded(features, recorded)
    if not is_trained.all():
        trained = (rows[at][is_trained[at]] for at in slices_of(rows))
        rows = filled((int(is_trained.sum()), len(names)), np.float64, trained)
    scaler = SCALERS[settings.scaler]().fit(rows, names)
    finishing = None
    if settings.keep_best:
        finishing = Finishing.of(known, training, columns, scaler, settings)
    if recorded is not None:
        recorded = scaler.known(recorded)
    if told := scaler.told():
        log.info("%s", told)
    scaled_rows = (scaler.transform(features[at]) for at in slices_of(features))
    scaled = filled(features.shape, np.float32, scaled_rows)
    del features, known, rows, is_trained  # of a large farm, as much as all else
    log.info(
        "%d windows of %d x %d to train on, %d held out -> %s",
        training.size, settings.seq_len, scaled.shape[1], unseen.size, run.folder,
    )  # fmt: skip

    noise = fitted_noise(settings, names, scaled, training, conditions)
    n_conditions = 0 if conditions is None else conditions.shape[1]
    seen = scaled
    if beside := [part for part in (recorded, conditions) if part is not None]:
        parted = [scaled, *beside]
        joined = (np.concatenate([part[at] for part in parted], 1) for at in slices_of(scaled))
        shape = len(scaled), sum(part.shape[1] for part in parted)
        seen = filled(shape, np.float32, joined)
    batches = Batches(
        seen,
        training,
        seq_len=settings.seq_len,
        batch_size=settings.batch_size,
        z_dim=settings.z_dim or scaled.shape[1],
        noise=noise,
        seed=settings.seed,
        n_conditions=n_conditions,
    )
    with device.scope():
        _check_replicas(settings, n_replicas())
        keras.utils.set_random_seed(settings.seed)
        timegan = TimeGAN(settings, scaled.shape[1], device, n_conditions)
    selection = None
    if finishing is not None:

        def finished(windows: np.ndarray) -> np.ndarray:
            values = decoded(windows, scaler, columns)
            made = encode_angles(finishing.fitted(values)(values), columns)
            return scaler.transform(made).astype(np.float32)

        selection = Selection(
            timegan.synthetic_model(),
            scaled,
            training,
            unseen,
            seq_len=settings.seq_len,
            noise=noise,
            seed=settings.seed,
            device=device,
            finished=finished,
            warm_up=settings.warm_up,
            conditions=conditions,
        )
    showing = Showing(
        timegan.synthetic_model(),
        scaled,
        training,
        names,
        seq_len=settings.seq_len,
        noise=noise,
        seed=settings.seed,
        device=device,
        warm_up=settings.warm_up,
        conditions=conditions,
    )
    del scaled, seen  # lie in `batches`
    trainer = Trainer(
        timegan.phases(batches, selection, showing.picture),
        {"timegan": timegan, "random": batches.random},
        run,
        timegan.rates,
        log_interval=settings.log_interval,
        checkpoint_interval=settings.checkpoint_interval,
        on_nan=settings.on_nan,
    )
    with device.scope():
        trainer.train()
    model = timegan.synthetic_model(run.model_name)
    if selection:
        chains = timegan.chains(run.model_name)
        model = chains[selection.choose(chains)]
    return scaler, plain(model) if device.strategy else model, noise


def _as_recorded(features: np.ndarray, recorded: np.ndarray | None) -> np.ndarray:
    """`features` (n_rows, F), NaN where they are not `recorded`, so that these do not count."""
    if recorded is None:
        return features
    there = (np.where(recorded[at] > 0, features[at], np.nan) for at in slices_of(features))
    return filled(features.shape, np.float64, there)


def _check_replicas(settings: TimeGANSettings, n: int) -> None:
    """Raise SettingsError for what does not go with a batch that is shared out."""
    if settings.batch_size % n:
        raise SettingsError(
            f"`batch_size` must be a multiple of the {n} replicas that share it. "
            f"Received: {settings.batch_size}."
        )
    if n > 1 and settings.clip_norm:
        raise SettingsError(
            "`clip_norm` would clip each replica's share of a gradient. Leave it out beside "
            "`strategy`."
        )


def fit_finish(
    model: keras.Model,
    noise: Noise,
    scaler: Scaler,
    columns: Sequence[Column],
    features: np.ndarray,
    starts: np.ndarray,
    settings: TimeGANSettings,
    device: Device,
    conditions: np.ndarray | None = None,
    recorded: np.ndarray | None = None,
) -> Finish:
    """Fit what `settings` ask for to windows of the finished synthetic `model`.

    `noise`: see `modules.timegan.synthesis.sample`. `features`: float (n_rows, F), not scaled, and
    `starts`, int (n_windows,), of the training windows. A row counts as often as it stood in one.
    `conditions`, `recorded`: see `train`; what is bridged does not count.
    """
    finishing = Finishing.of(_as_recorded(features, recorded), starts, columns, scaler, settings)
    del features
    if not (settings.quantile_mapping or settings.standstill):
        return Finish(None, None, finishing.following)
    n_windows = FITTED_EVENTS if finishing.of_events else FITTED_WINDOWS
    given = None
    if conditions is not None:
        chosen = np.resize(thinned(starts, n_windows), n_windows)
        given = windows_at(conditions, chosen, settings.seq_len)
    scaled = sample(
        model, n_windows, settings.seq_len,
        noise=noise, seed=settings.seed + SEED_SHIFT, device=device, warm_up=settings.warm_up,
        conditions=given,
    )  # fmt: skip
    return finishing.fitted(decoded(scaled, scaler, columns))
