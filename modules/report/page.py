"""The fidelity report: one page, `report.html`, that holds synthetic records against the real ones.

Nothing on it comes from elsewhere: pictures are embedded, and lie in the run folder as PNG too.
"""

import logging
from pathlib import Path

import numpy as np

from modules import files
from modules.errors import DataError
from modules.fidelity.rows import ScoreRow
from modules.records.site import SiteData
from modules.report.drawing import draw_left_out, draw_pictures
from modules.report.evidence import Evidence, gather
from modules.report.score_files import write_scores
from modules.report.scores import table as score_table
from modules.report.template import TEMPLATES, template
from modules.report.verdict import beaten_by_gaussian, grade, lights, sentence
from modules.runs.run import Run

log = logging.getLogger(__name__)

PAGE = "report.html"


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
        pictures=draw_pictures(run.folder, evidence, site_data)
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


def _scores(evidence: Evidence, kind: str) -> tuple[list[ScoreRow], str]:
    """Return (rows, why there are none)."""
    try:
        return score_table(evidence, full=kind == "full"), ""
    except DataError as error:
        return [], str(error)
