"""TimeGAN as a family: what gan_train.py and gan_generator.py call.

What needs TensorFlow is imported where it is used: a wrong setting is answered without it.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from modules.buckets import spelt
from modules.dataLoader import read_site
from modules.errors import DataError
from modules.preprocessing import feature_names
from modules.records.flagged import FILE as FLAGGED
from modules.records.flagged import read_flagged, without_flagged
from modules.records.site import SiteData
from modules.runs.find import find, saved_settings
from modules.runs.run import Run
from modules.timegan.conditions import settled
from modules.timegan.gaps import Gaps
from modules.timegan.prepared import Prepared, check_recorded, shorter_gaps, tell_bridges
from modules.timegan.reporting import hold_against_records, report_after_training
from modules.training.device import Device
from modules.training.memory import check_room
from modules.windows.bridges import bridged
from modules.windows.cut import window_starts
from modules.windows.splits import heldout_split
from settings import GeneratorSettings, TimeGANSettings

if TYPE_CHECKING:
    from modules.runs.trained import Trained
    from modules.timegan.layout import Times
    from modules.timegan.wanted import Wanted

LEAST_BYTES = 72  # of a step's memory, for a unit of a row: three networks, six values each

log = logging.getLogger(__name__)


def read(settings: TimeGANSettings) -> tuple[TimeGANSettings, SiteData]:
    """The clean records of a site. Raises DataError."""
    settings, site_data = read_site(settings)
    if settings.drop_anomalies is not None:
        run = find(settings.drop_anomalies, settings.result_dir)
        settings = settings.completed(drop_anomalies=str(run.folder.absolute()))
        found = read_flagged(run.folder / FLAGGED)
        site_data = without_flagged(site_data, found, str(run.folder))
    return settings, site_data if settings.atoms else site_data.without_atoms()


def prepare(site_data: SiteData, settings: TimeGANSettings) -> tuple[TimeGANSettings, Prepared]:
    """Cut the windows. Raises DataError where the records have none to learn from."""
    whole = bridged(site_data, settings.max_gap)
    try:
        starts = window_starts(whole.tables, settings.seq_len)
    except DataError as error:
        raise DataError(f"{error}{shorter_gaps(site_data, settings.seq_len)}") from None
    if settings.max_gap:
        tell_bridges(site_data, whole, settings)
    parts = heldout_split(starts, settings.seq_len, share=settings.heldout, seed=settings.seed)
    condition = settled(settings.condition, site_data)
    settings = settings.completed(condition=condition)
    names = feature_names(c for c in site_data.columns if c.name not in condition)
    records = site_data if settings.max_gap else None
    prepared = Prepared(whole, settings.seq_len, names, parts, condition, records)
    check_recorded(prepared)
    return settings, prepared


def learn(prepared: Prepared, settings: TimeGANSettings, run: Run, device: Device) -> None:
    """Train, and leave scaler, noise, mapping, model and report in `run`."""
    from models.definemodel import n_units
    from modules.timegan import learning
    from modules.timegan.copula import Copula
    from modules.timegan.effects import ConditionedCopula

    names, parts = prepared.names, prepared.parts
    if settings.keep_best and not settings.heldout:
        log.warning(
            "`keep_best` without `heldout` keeps the weights whose windows lie nearest to those "
            "trained on. Set `--heldout 0.1` to choose by records that are not, too."
        )
    width = n_units(settings.hidden_dim, len(names))
    n_values = settings.batch_size * settings.seq_len * settings.num_layers * width
    check_room(LEAST_BYTES * n_values)
    of_rows = None
    if prepared.condition:
        conditions, of_rows = prepared.conditions()
        run.save_table(conditions.occurred)
    beside = of_rows, prepared.recorded()
    columns = prepared.columns
    scaler, model, noise = learning.train(
        prepared.features(), columns, parts, settings, run, device, *beside
    )
    run.save_scaler(scaler)
    if isinstance(noise, Copula):
        run.save_table(noise)
    if isinstance(noise, ConditionedCopula):
        run.save_table(noise.copula)
        run.save_table(noise.effects)
    finish = learning.fit_finish(
        model, noise, scaler, columns, prepared.features(), parts[0], settings, device, *beside
    )
    for table in (finish.mapping, finish.standstill):
        if table is not None:
            run.save_table(table)
    records = prepared.records or prepared.site_data
    run.save_table(Gaps.fit([column.name for column in columns], records))
    run.save_model(model)
    report_after_training(run, prepared.site_data, settings, device)


def write(run: Run, settings: GeneratorSettings, device: Device) -> Path:
    """Draw windows, or one series, into a table; return its path.

    Windows are separate samples: only the rows of one series have times, those of windows whose
    time of day was a condition, or those where `stamps` asks for a running count.
    """
    from modules.runs.output import write_tables
    from modules.timegan import layout, synthesis
    from modules.timegan.asked import refuse_what_was_no_condition, wanted_by
    from modules.training.pace import ahead, counted

    synthesizer = synthesis.load(
        run,
        TimeGANSettings,
        model_path=settings.model_path,
        scale_path=settings.scale_path,
        with_gaps=settings.with_gaps,
    )
    trained = synthesizer.trained
    condition = trained.settings.condition
    refuse_what_was_no_condition(settings, condition, run.folder.name)
    n_windows, n_steps = settings.n_windows, synthesizer.seq_len
    if settings.length:
        n_windows, n_steps = 1, settings.length
    wanted = None
    if synthesizer.conditions is not None:
        wanted = wanted_by(settings, synthesizer.conditions, trained.settings, trained.start)
        n_windows, n_steps = len(wanted.starts), wanted.n_steps
    clock = _clock(run, settings, trained, wanted)
    if clock:
        clock.times(n_windows * n_steps - 1, 1)  # refused before anything is drawn
    blocks = ahead(
        synthesizer.blocks(n_windows, n_steps, seed=settings.seed, device=device, wanted=wanted)
    )
    if synthesizer.gaps is not None:
        _tell_gaps(synthesizer.gaps, settings)
        whose = wanted.owners() if wanted else None
        blocks = synthesizer.gaps.blanked(
            blocks, trained.written, n_windows, n_steps, seed=settings.seed, owners=whose
        )
    if n_windows == 1:
        blocks = counted(blocks, n_steps, "rows", size=lambda block: block.shape[1])
    else:
        blocks = counted(blocks, n_windows, "windows")
    owners = wanted.turbines if wanted and wanted.names else None
    tables = layout.to_tables(blocks, trained.written, clock, n_steps, owners)
    path = write_tables("TimeGan", tables, n_windows * n_steps, settings.output, settings.format)
    log.info(
        "%d windows of %d rows from %s (preset %s) -> %s",
        n_windows, n_steps, spelt(run.folder), trained.settings.preset, spelt(path),
    )  # fmt: skip
    if settings.report != "none" or settings.export_for:
        from modules.report.evidence import MOST_WINDOWS

        records = records_of(run, settings.data_path)
        n_shown = min(n_windows, MOST_WINDOWS)
        if wanted is None:  # of a long series, its beginning
            n_steps = min(n_steps, MOST_WINDOWS * synthesizer.seq_len)
        windows = synthesizer.draw(
            n_shown, n_steps, seed=settings.seed, device=device, wanted=wanted
        )
        labels = wanted.labels(condition, n_shown * n_steps) if wanted else None
        hold_against_records(run, records, trained.settings, windows, settings, path, labels)
    return path


def _tell_gaps(gaps: Gaps, settings: GeneratorSettings) -> None:
    if not gaps.shares.any():
        log.warning("`with_gaps`: the records that were trained on held no gap. None is written.")
        return
    log.info(
        "`with_gaps`: of the records' values %.2g %% are missing, and cells of what is written "
        "are empty as they were.", 100 * gaps.shares.mean(),
    )  # fmt: skip
    if settings.report != "none" or settings.export_for:
        log.info("`with_gaps`: the report and its scores are of the same windows without gaps.")


def _clock(
    run: Run, settings: GeneratorSettings, trained: "Trained", wanted: "Wanted | None"
) -> "Times | None":
    """What tells the times of the rows, None where they have none that are true or asked for."""
    from modules.timegan.layout import Clock

    if wanted is not None and wanted.tells_time:
        if settings.stamps and not (settings.length or settings.given):
            log.warning(
                "`stamps`: windows of %s tell their own times. Rows are not counted.", run.folder
            )
        return wanted
    if trained.freq and trained.start and (settings.length or settings.stamps):
        return Clock(trained.start, trained.freq)
    if settings.stamps:
        log.warning("`stamps`: the records of %s have no times. Rows are counted.", run.folder)
    return None


def records_of(run: Run, data_path: str | None = None) -> SiteData:
    """Read the records that `run` was trained on again, from `data_path` where they lie now.

    Their gaps are bridged where its windows held some. Raises DataError when they are gone or
    have changed.
    """
    settings = saved_settings(run, TimeGANSettings)
    try:
        _, site_data = read(settings.completed(data_path=data_path or settings.data_path))
    except DataError as error:
        raise DataError(
            f"The report needs the records that {run.folder} was trained on, and cannot read them: "
            f"{error} If they have moved, pass `--data_path`."
        ) from None
    run.check_same_data(site_data)
    return bridged(site_data, settings.max_gap)
