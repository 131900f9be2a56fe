"""The fidelity report: one page, `report.html`, that holds synthetic records against the real ones.

Nothing on it comes from elsewhere: pictures are embedded, and lie in the run folder as PNG too.
"""

import io
import logging
from pathlib import Path

import numpy as np
import pandas as pd

from modules import files
from modules.errors import DataError
from modules.fidelity.rows import ScoreRow
from modules.records.site import SiteData
from modules.report import pictures, pictures_dynamics, pictures_statistics, pictures_wind
from modules.report.evidence import Evidence, gather
from modules.report.score_files import write_scores
from modules.report.scores import table as score_table
from modules.report.template import TEMPLATES, template
from modules.report.verdict import beaten_by_gaussian, grade, lights, sentence
from modules.runs.run import Run

log = logging.getLogger(__name__)

PAGE = "report.html"
FEWEST_EMBEDDED = 10  # windows a side that PCA and t-SNE tell something about


def write_report(
    run: Run,
    site_data: SiteData,
    synthetic: np.ndarray,
    *,
    kind: str,
    seq_len: int,
    heldout: float = 0.0,
    seed: int = 0,
) -> Path:
    """Write `report.html`, its pictures and its scores into the run folder; return the page's path.

    `site_data`: the records trained on. `synthetic`: float (n_windows, T, n_variables), physical
    units; a longer series is cut into windows of `seq_len` rows. `kind`: `quick`, or `full` with
    the scores that train judges. `heldout`, `seed`: the training's, for what it has not seen.
    """
    evidence = gather(site_data, synthetic, seq_len=seq_len, heldout=heldout, seed=seed)
    scores, refusal = _scores(evidence, kind)
    found = lights(scores)
    write_scores(run.folder, scores, found, kind=kind)
    page = template(TEMPLATES / PAGE).render(
        run=run.folder.name,
        kind=kind,
        evidence=evidence,
        freq=site_data.freq,
        time_zone=site_data.time_zone,
        lights=found,
        verdict=sentence(found),
        beaten=beaten_by_gaussian(scores),
        grade=grade,
        scores=scores,
        refusal=refusal,
        pictures=draw_pictures(run.folder, evidence, site_data.freq)
        | draw_left_out(run.folder, site_data),
        data=site_data.report,
        settings=run.read_settings(),
    )
    path = run.folder / PAGE
    files.write_whole(path, page.encode())
    if found:
        log.info("Verdict: %s", sentence(found))
    log.info("%s report -> %s", kind.capitalize(), path)
    return path


def draw_pictures(folder: Path, evidence: Evidence, freq: str | None) -> dict[str, Path]:
    """Draw the pictures that these data have into `folder`; return name -> path, in their order."""
    real, synthetic, columns = evidence.real, evidence.synthetic, evidence.columns
    scaled = evidence.scaled(real), evidence.scaled(synthetic)
    names = evidence.feature_names
    at = pictures.power_curve_columns(columns)
    paths: dict[str, Path] = {}

    def place(name: str) -> Path:
        paths[name] = folder / f"{name}.png"
        return paths[name]

    pictures.draw_comparison(real, synthetic, columns, place("comparison"))
    if at:
        pictures_wind.draw_power_curve(
            evidence.series, synthetic, columns, at, place("power_curve")
        )
    if any(column.kind == "angle" for column in columns):
        pictures_wind.draw_roses(real, synthetic, columns, place("directions"))
    pictures_statistics.draw_marginals(real, synthetic, columns, place("marginals"))
    step = f"steps of {freq}" if freq else "steps"
    apart = f" in {freq}" if freq else ""
    pictures_dynamics.draw_steps(real, synthetic, columns, place("steps"), apart=apart)
    pictures_dynamics.draw_spectra(*scaled, names, place("spectra"), step=step)
    pictures_statistics.draw_autocorrelations(*scaled, names, place("autocorrelations"), step=step)
    pictures_statistics.draw_correlations(*scaled, names, place("correlations"))
    if min(len(real), len(synthetic)) >= FEWEST_EMBEDDED:
        pictures_statistics.draw_embeddings(*scaled, place("embeddings"))
    losses = _losses(folder / "losses.csv")
    if losses is not None:
        pictures.draw_losses(losses, place("losses"))
    return paths


def draw_left_out(folder: Path, site_data: SiteData) -> dict[str, Path]:
    """Draw what was left out of the records by choice beside the rest, where there is such."""
    at = pictures.power_curve_columns(site_data.columns)
    if not at or not any(len(table) for table in site_data.left_out.values()):
        return {}
    sides = (site_data.tables, site_data.left_out)
    kept, left_out = (pd.concat(tables.values()).dropna().to_numpy(dtype=float) for tables in sides)
    path = folder / "left_out.png"
    pictures_wind.draw_left_out(kept, left_out, site_data.columns, at, path)
    return {"left_out": path}


def _scores(evidence: Evidence, kind: str) -> tuple[list[ScoreRow], str]:
    """Return (rows, why there are none)."""
    try:
        return score_table(evidence, full=kind == "full"), ""
    except DataError as error:
        return [], str(error)


def _losses(path: Path) -> pd.DataFrame | None:
    """The rows of losses.csv that can be read, or None where there is none."""
    try:
        table = pd.read_csv(io.BytesIO(files.read_bytes(path)))
        phases = table.pop("phase")
        losses = table.apply(pd.to_numeric, errors="coerce").assign(phase=phases)
        losses = losses.dropna(subset=["phase", "step"])
    except (OSError, ValueError, KeyError) as error:
        log.warning("No picture of the losses: %s cannot be read: %s", path, error)
        return None
    if len(losses) < len(table):
        log.warning("%s is damaged: %d rows are not drawn.", path, len(table) - len(losses))
    return None if losses.empty else losses
