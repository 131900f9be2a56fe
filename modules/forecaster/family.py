"""The forecaster of documents 001 and 004 as a family.

What needs TensorFlow is imported where it is used: a wrong setting is answered without it.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from modules.buckets import spelt
from modules.dataLoader import read_site
from modules.forecaster.target import find_target
from modules.preprocessing import Scaler
from modules.records.site import SiteData
from modules.runs.find import saved_settings
from modules.runs.run import Run
from modules.runs.unused import refuse_unused
from modules.training.device import Device
from settings import ForecasterSettings, GeneratorSettings

UNSEEN = "validation"  # the records held back: forecasts are judged on them and follow them

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A fitted scaler, the `Examples` to train and to validate on, and the records held back."""

    scaler: Scaler
    training: Any
    validation: Any
    unseen: dict[str, pd.DataFrame]


def read(settings: ForecasterSettings) -> tuple[ForecasterSettings, SiteData]:
    """The clean records of a site, and the settings with their target named.

    Raises DataError, also for a target that is none of the variables.
    """
    settings, site_data = read_site(settings)
    target = find_target(site_data.columns, settings.target)
    return settings.completed(target=site_data.columns[target].name), site_data


def prepare(
    site_data: SiteData, settings: ForecasterSettings
) -> tuple[ForecasterSettings, Prepared]:
    """Split the records and cut the windows. Raises DataError where a part has no window."""
    from modules.forecaster.examples import prepare

    target = find_target(site_data.columns, settings.target)
    return settings, Prepared(*prepare(site_data, target, settings))


def learn(prepared: Prepared, settings: ForecasterSettings, run: Run, device: Device) -> None:
    """Train, and leave records held back, scaler and model in `run`."""
    import keras

    from models.forecaster import Forecaster
    from modules.forecaster import learning
    from modules.trainer import Trainer

    scaler, training, validation = prepared.scaler, prepared.training, prepared.validation
    names = ", ".join(scaler.names_)
    log.info("Forecasting %s from %s -> %s", settings.target, names, run.folder)
    log.info(
        "%d windows to train on, %d to validate on", training.starts.size, validation.starts.size
    )
    keras.utils.set_random_seed(settings.seed)
    network = learning.build(settings, scaler, run.model_name)
    forecaster = Forecaster(network, device.call)
    optimizer = learning.build_optimizer(settings)
    phase, windows = learning.plan(forecaster, optimizer, training, validation, settings)
    Trainer(
        [phase],
        {"forecaster": forecaster, "optimizer": optimizer, "windows": windows},
        run,
        [(optimizer, settings.lr)],
        log_interval=settings.log_interval,
        checkpoint_interval=settings.checkpoint_interval,
        on_nan=settings.on_nan,
    ).train()
    val_mae, persistence_mae = learning.validate(forecaster, validation).values()
    log.info("Best val_mae %.4g; persistence on the same windows %.4g", val_mae, persistence_mae)
    run.save_records(UNSEEN, prepared.unseen)
    run.save_scaler(scaler)
    run.save_model(network)


def write(run: Run, settings: GeneratorSettings, device: Device) -> Path:
    """Forecast along the records held back and beyond them, with intervals; return the table."""
    from models.forecaster import Forecaster
    from modules import files
    from modules.forecaster import picture, table
    from modules.runs.output import write_table
    from modules.runs.trained import load_trained

    refuse_unused(settings, run)
    trained = load_trained(
        run,
        saved_settings(run, ForecasterSettings),
        model_path=settings.model_path,
        scale_path=settings.scale_path,
    )
    target = find_target(trained.columns, trained.settings.target)
    column = trained.columns[target]
    model = Forecaster(trained.model, device.call)
    tracks = table.follow(model, trained, run.read_records(UNSEEN), target, settings.length)
    errors = table.errors_by_lead(tracks)
    log.info("Validation errors of %s, by steps ahead:\n%s", column.name, errors.round(4))
    forecasts = table.to_table(tracks, errors, column, trained.freq)
    path = write_table("Forecast", forecasts, settings.output, settings.format)
    drawn = run.folder / "forecast.png"
    files.write_whole(drawn, picture.draw(forecasts, column))
    told = map(spelt, (run.folder, path, drawn))
    log.info("Forecasts of %s from %s -> %s, %s", column.name, *told)
    return path
