"""What TimeGAN's runs are held against: the report and the exports of a training and its windows.

What needs TensorFlow is imported where it is used.
"""

import logging
from pathlib import Path

import numpy as np

from modules.errors import DataError
from modules.fidelity.labels import Labels
from modules.records.site import SiteData
from modules.runs.run import Run
from modules.training.device import Device
from settings import GeneratorSettings, TimeGANSettings

log = logging.getLogger(__name__)


def hold_against_records(
    run: Run,
    records: SiteData,
    trained_by: TimeGANSettings,
    windows: np.ndarray,
    settings: GeneratorSettings,
    csv: Path,
    labels: Labels | None = None,
) -> None:
    """Write what `settings` ask for of `windows`, written to `csv`, beside the records."""
    if settings.export_for:
        from modules.report.evidence import gather
        from modules.report.export import export

        length, share, seed = trained_by.seq_len, trained_by.heldout, trained_by.seed
        export(run.folder, gather(records, windows, seq_len=length, heldout=share, seed=seed))
    if settings.report != "none":
        _write_report(
            run, records, trained_by, windows, settings.report, settings.language, csv, labels
        )


def report_after_training(
    run: Run, site_data: SiteData, settings: TimeGANSettings, device: Device
) -> None:
    """Write the report that `settings.report` asks for, on 1440 windows of the finished model.

    A report that the data do not support is a warning in the log: the training is unharmed.
    """
    if settings.report == "none":
        return
    from modules.timegan import synthesis
    from modules.timegan.wanted import as_occurred

    synthesizer = synthesis.load(run, TimeGANSettings)
    n_windows = GeneratorSettings.model_fields["n_windows"].default
    n_steps, wanted, labels = settings.seq_len, None, None
    if settings.condition and synthesizer.conditions is not None:
        wanted = as_occurred(synthesizer.conditions, n_windows, n_steps, settings.seed)
        labels = wanted.labels(settings.condition, n_windows * n_steps)
    windows = synthesizer.draw(n_windows, n_steps, seed=settings.seed, device=device, wanted=wanted)
    try:
        _write_report(
            run, site_data, settings, windows, settings.report, settings.language, labels=labels
        )
    except DataError as error:
        log.warning("No report: %s", error)


def _write_report(
    run: Run,
    site_data: SiteData,
    settings: TimeGANSettings,
    windows: np.ndarray,
    kind: str,
    language: str,
    csv: Path | None = None,
    labels: Labels | None = None,
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
        csv=csv,
        language=language,
        labels=labels,
    )
