"""TimeGAN as a family: what gan_train.py and gan_generator.py call.

What needs TensorFlow is imported where it is used: a wrong setting is answered without it.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modules.dataLoader import read_site
from modules.errors import DataError
from modules.preprocessing import encode_angles, feature_names
from modules.records.flagged import FILE as FLAGGED
from modules.records.flagged import read_flagged, without_flagged
from modules.records.site import SiteData
from modules.runs.find import find, saved_settings
from modules.runs.run import Run
from modules.training.device import Device
from modules.windows.cut import cut
from modules.windows.splits import heldout_split
from settings import GeneratorSettings, TimeGANSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """Records as features, float64 (n_rows, F), columns `names`, and where windows begin.

    `parts`: int (n_windows,) each, the windows to train on and those held out.
    """

    site_data: SiteData
    features: np.ndarray
    names: list[str]
    parts: tuple[np.ndarray, np.ndarray]


def read(settings: TimeGANSettings) -> tuple[TimeGANSettings, SiteData]:
    """The clean records of a site. Raises DataError."""
    settings, site_data = read_site(settings)
    if settings.drop_anomalies is not None:
        run = find(settings.drop_anomalies, settings.result_dir)
        found = read_flagged(run.folder / FLAGGED)
        site_data = without_flagged(site_data, found, str(run.folder))
    return settings, site_data if settings.atoms else site_data.without_atoms()


def prepare(site_data: SiteData, settings: TimeGANSettings) -> tuple[TimeGANSettings, Prepared]:
    """Cut the windows. Raises DataError where the records have none."""
    series, starts = cut(site_data.tables, settings.seq_len)
    parts = heldout_split(starts, settings.seq_len, share=settings.heldout, seed=settings.seed)
    features = encode_angles(series, site_data.columns)
    return settings, Prepared(site_data, features, feature_names(site_data.columns), parts)


def learn(prepared: Prepared, settings: TimeGANSettings, run: Run, device: Device) -> None:
    """Train, and leave scaler, noise, mapping, model and report in `run`."""
    from modules.timegan import learning
    from modules.timegan.copula import Copula

    features, names, parts = prepared.features, prepared.names, prepared.parts
    scaler, timegan, noise = learning.train(features, names, parts, settings, run, device)
    run.save_scaler(scaler)
    if isinstance(noise, Copula):
        run.save_table(noise)
    model = timegan.synthetic_model(run.model_name)
    columns = prepared.site_data.columns
    finish = learning.fit_finish(
        model, noise, scaler, columns, features, parts[0], settings, device
    )
    for table in (finish.mapping, finish.standstill):
        if table is not None:
            run.save_table(table)
    run.save_model(model)
    _report_after_training(run, prepared.site_data, settings, device)


def write(run: Run, settings: GeneratorSettings, device: Device) -> Path:
    """Draw windows, or one series, into a CSV; return its path."""
    from modules.runs.spreadsheet import write_csv
    from modules.timegan import synthesis

    synthesizer = synthesis.load(
        run, TimeGANSettings, model_path=settings.model_path, scale_path=settings.scale_path
    )
    n_windows, n_steps = settings.n_windows, synthesizer.seq_len
    if settings.length:
        n_windows, n_steps = 1, settings.length
    windows = synthesizer.draw(n_windows, n_steps, seed=settings.seed, device=device)
    trained = synthesizer.trained
    table = synthesis.to_table(windows, trained.columns, freq=trained.freq, start=trained.start)
    path = write_csv("TimeGan", table, settings.output)
    log.info(
        "%d windows of %d rows from %s (preset %s) -> %s",
        n_windows, n_steps, run.folder, trained.settings.preset, path,
    )  # fmt: skip
    if settings.report != "none":
        _write_report(run, records_of(run), trained.settings, windows, settings.report)
    return path


def records_of(run: Run) -> SiteData:
    """Read the records that `run` was trained on again.

    Raises DataError when they are gone or have changed.
    """
    try:
        _, site_data = read(saved_settings(run, TimeGANSettings))
    except DataError as error:
        raise DataError(
            f"The report needs the records that {run.folder} was trained on, and cannot read them: "
            f"{error}"
        ) from None
    run.check_same_data(site_data)
    return site_data


def _report_after_training(
    run: Run, site_data: SiteData, settings: TimeGANSettings, device: Device
) -> None:
    """Write the report that `settings.report` asks for, on 1440 windows of the finished model.

    A report that the data do not support is a warning in the log: the training is unharmed.
    """
    if settings.report == "none":
        return
    from modules.timegan import synthesis

    synthesizer = synthesis.load(run, TimeGANSettings)
    n_windows = GeneratorSettings.model_fields["n_windows"].default
    windows = synthesizer.draw(n_windows, settings.seq_len, seed=settings.seed, device=device)
    try:
        _write_report(run, site_data, settings, windows, settings.report)
    except DataError as error:
        log.warning("No report: %s", error)


def _write_report(
    run: Run, site_data: SiteData, settings: TimeGANSettings, windows: np.ndarray, kind: str
) -> None:
    from modules.report.page import write_report

    write_report(
        run,
        site_data,
        windows,
        kind=kind,
        seq_len=settings.seq_len,
        heldout=settings.heldout,
        seed=settings.seed,
    )
