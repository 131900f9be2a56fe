"""TadGAN, the detector of document 002, as a family.

What needs TensorFlow is imported where it is used: a wrong setting is told without it.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from modules import buckets, files
from modules.dataLoader import read_site
from modules.errors import DataError, SettingsError
from modules.preprocessing import encode_angles, feature_names
from modules.records import flagged
from modules.records.site import SiteData
from modules.runs.find import saved_settings
from modules.runs.run import Run
from modules.runs.unused import refuse_unused
from modules.training.device import Device
from modules.windows.cut import cut
from settings import GeneratorSettings, TadGANSettings

if TYPE_CHECKING:
    from modules.runs.trained import Trained
    from modules.tadgan.detection import Scored

HOW = ("error", "score_window", "combination", "padding", "threshold")  # settings of a search

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """Records as features, float64 (n_rows, F), columns `names`, and where windows begin."""

    site_data: SiteData
    features: np.ndarray
    names: list[str]
    starts: np.ndarray


def read(settings: TadGANSettings) -> tuple[TadGANSettings, SiteData]:
    """The clean records of a site. Raises DataError."""
    return read_site(settings)


def prepare(site_data: SiteData, settings: TadGANSettings) -> tuple[TadGANSettings, Prepared]:
    """Cut the windows. Raises DataError where the records have none."""
    series, starts = cut(site_data.tables, settings.seq_len)
    features = encode_angles(series, site_data.columns)
    return settings, Prepared(site_data, features, feature_names(site_data.columns), starts)


def learn(prepared: Prepared, settings: TadGANSettings, run: Run, device: Device) -> None:
    """Train, and leave scaler, model and the stretches it flags in `run`."""
    from models.tadgan import scoring_model
    from modules.tadgan import learning

    scaler, tadgan = learning.train(
        prepared.features, prepared.names, prepared.starts, settings, run, device
    )
    run.save_scaler(scaler)
    networks = tadgan.encoder, tadgan.generator, tadgan.critic_x
    run.save_model(scoring_model(*networks, name=run.model_name))
    how = GeneratorSettings()
    _keep_flagged(run, _search(_load(run, how), prepared.site_data.tables, how, device))


def write(run: Run, settings: GeneratorSettings, device: Device) -> Path:
    """Search records for anomalies: two tables and pictures; return the path of the findings.

    Where `settings.output` is a file, it becomes the findings, and the scores lie beside it as
    NAME_scores.
    """
    from modules.runs.output import write_table
    from modules.tadgan import judgement, page, pictures, table

    refuse_unused(settings, run)
    _check_search(settings)
    trained = _load(run, settings)
    if settings.data_path is None:
        tables = _own_records(run).tables
    else:
        tables = _other_records(trained, settings.data_path)
    scored = _search(trained, tables, settings, device)
    findings = table.findings_of(scored)
    if settings.data_path is None:
        _keep_flagged(run, scored)
    path = write_table("Anomalies", findings, settings.output, settings.format)
    every_score = table.to_table(scored, trained.columns, trained.freq)
    scores = write_table("scores", every_score, _beside(path, settings.output), settings.format)
    judged = None
    if settings.known:
        judged = judgement.judge(flagged.read_flagged(Path(settings.known)), scored)
        log.info("%s", judged)
    drawn = pictures.draw(run.folder / "anomalies", scored, findings, trained.columns)
    written = page.write_page(
        run, scored, findings, drawn, freq=trained.freq, how=settings, judgement=judged
    )
    told = map(buckets.spelt, (path, scores, written))
    log.info("By %s -> %s, %s, %s", buckets.spelt(run.folder), *told)
    return path


def _check_search(settings: GeneratorSettings) -> None:
    """Raise SettingsError where what was asked for would say nothing in this search."""
    is_whitened = settings.error == "whitened"
    idle = "combination" if is_whitened else "threshold"
    if idle in settings.origins:
        known = "`whitened` has no critic" if is_whitened else "the others' threshold slides"
        raise SettingsError(
            f"`{idle}` says nothing with `error` {settings.error}: {known}. Leave it out, or set "
            f"`--error {'area' if is_whitened else 'whitened'}`."
        )


def _beside(findings: Path, output: str | None) -> str | None:
    """Where the scores go when the findings were written to the path `findings` by `output`."""
    if output is None or files.is_folder(buckets.place(output)):
        return output
    return buckets.spelt(findings.with_stem(f"{findings.stem}_scores"))


def _load(run: Run, settings: GeneratorSettings) -> "Trained":
    from modules.runs.trained import load_trained

    return load_trained(
        run,
        saved_settings(run, TadGANSettings),
        model_path=settings.model_path,
        scale_path=settings.scale_path,
    )


def _search(
    trained: "Trained",
    tables: dict[str, pd.DataFrame],
    settings: GeneratorSettings,
    device: Device,
) -> list["Scored"]:
    """A `Scored` per turbine. Raises DataError where none has a window."""
    from modules.tadgan import detection

    cut(tables, trained.settings.seq_len)
    how = {name: getattr(settings, name) for name in HOW}
    make = detection.reconstruction(trained.model, device)
    scored = detection.detect(trained, tables, make, **how)
    share = 100 * np.concatenate([one.covered for one in scored]).mean()
    n_findings = sum(len(one.findings) for one in scored)
    log.info("%d findings, over %.1f %% of the records", n_findings, share)
    return scored


def _keep_flagged(run: Run, scored: list["Scored"]) -> None:
    """Leave in `run` what it flags of its own records, for whoever trains on them."""
    from modules.runs.spreadsheet import to_csv
    from modules.tadgan.table import findings_of

    files.write_whole(run.folder / flagged.FILE, to_csv(findings_of(scored)))


def _own_records(run: Run) -> SiteData:
    """The records that `run` was trained on. Raises DataError when they are gone or changed."""
    _, site_data = read(saved_settings(run, TadGANSettings))
    run.check_same_data(site_data)
    return site_data


def _other_records(trained: "Trained", data_path: str) -> dict[str, pd.DataFrame]:
    """Tables of the records at `data_path`, with the columns and the time step of `trained`.

    Raises DataError where a column is missing or is of another kind.
    """
    every = dict.fromkeys(("gen_name", "date_start", "date_end", "n_seq"))
    changes = every | {"data_path": data_path, "freq": trained.freq or trained.settings.freq}
    _, site_data = read(trained.settings.completed(**changes))
    found = {column.name: column.kind for column in site_data.columns}
    lacking = [c.name for c in trained.columns if found.get(c.name) != c.kind]
    if lacking:
        raise DataError(
            f"{data_path} lacks, or has otherwise, {len(lacking)} of the run's "
            f"{len(trained.columns)} variables: {', '.join(lacking)}. It has: {', '.join(found)}. "
            "Give records of the site that the run was trained on."
        )
    names = [column.name for column in trained.columns]
    return {turbine: table[names] for turbine, table in site_data.tables.items()}
