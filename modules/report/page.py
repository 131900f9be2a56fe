"""The fidelity report: one page, `report.html`, that holds synthetic records against the real ones.

Nothing on it comes from elsewhere: pictures are embedded, and lie in the run folder as PNG too.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from modules import files
from modules.errors import DataError
from modules.fidelity.labels import Labels
from modules.fidelity.rows import ScoreRow
from modules.language import ENGLISH, Told, told_in
from modules.records.site import SiteData
from modules.report import captions, fonts
from modules.report.drawing import draw_left_out, draw_pictures
from modules.report.evidence import Evidence, gather
from modules.report.facts import BY_HAND, facts, made_from, settings_table
from modules.report.score_files import numbers_of, write_scores
from modules.report.scores import table as score_table
from modules.report.template import TEMPLATES, template
from modules.report.verdict import beaten_by_gaussian, grade, lights, sentence
from modules.runs.run import Run
from modules.training.events import write_events

PAGE = "report.html"

log = logging.getLogger(__name__)


def write_report(
    run: Run,
    site_data: SiteData,
    synthetic: np.ndarray,
    *,
    kind: str,
    seq_len: int,
    heldout: float = 0.0,
    seed: int = 0,
    csv: Path | None = None,
    language: str = ENGLISH,
    labels: Labels | None = None,
) -> Path:
    """Write `report.html`, its pictures and its scores into the run folder; return the page's path.

    `site_data`: the records trained on. `synthetic`: float (n_windows, T, n_variables), physical
    units; a longer series is cut into windows of `seq_len` rows. `kind`: `quick`, or `full` with
    the scores that train judges. `heldout`, `seed`: the training's, for what it has not seen.
    `csv`: the file that `synthetic` was written to, None where it was to none. `labels`: whose and
    when its rows are, where that was a condition.
    """
    evidence = gather(
        site_data, synthetic, seq_len=seq_len, heldout=heldout, seed=seed, labels=labels
    )
    scores, refusal = _scores(evidence, kind)
    found = lights(scores, run.read_settings().get("preset", ""))
    write_scores(run.folder, scores, found, kind=kind)
    write_events(run.folder, numbers=numbers_of(scores))
    drawn = draw_pictures(run.folder, evidence, site_data) | draw_left_out(run.folder, site_data)
    told = told_in(language)
    page = template(TEMPLATES / PAGE, told).render(
        **_told_of(run, site_data, evidence, csv, told),
        language=language,
        told=told,
        kind=kind,
        lights=found,
        verdict=sentence(found),
        remedies=list(dict.fromkeys(light.remedy for light in found if light.remedy)),
        beaten=beaten_by_gaussian(scores),
        grade=grade,
        scores=scores,
        meanings=[(name, captions.SCORES[name]) for name in _names(scores)],
        refusal=refusal,
        pictures=drawn,
        shown=[(name, *text) for name, text in captions.PICTURES.items() if name in drawn],
        contents=_contents(drawn, has_lights=bool(found), has_data=bool(site_data.report)),
    )
    path = run.folder / PAGE
    files.write_whole(path, page.encode(errors="replace"))
    if found:
        log.info("Verdict: %s", sentence(found))
    log.info("%s report -> %s", kind.capitalize(), path)
    return path


def _told_of(
    run: Run, site_data: SiteData, evidence: Evidence, csv: Path | None, told: Told
) -> dict[str, Any]:
    """What the page says of the run and its records."""
    settings = run.read_settings()
    notice = fonts.notice([column.name for column in site_data.columns])
    if notice:
        log.warning("%s", notice)
    return {
        "run": run.folder.name,
        "evidence": evidence,
        "freq": site_data.freq,
        "time_zone": site_data.time_zone,
        "location": settings.get("location", ""),
        "preset": settings.get("preset", ""),
        "source": made_from(site_data, settings, len(evidence.starts)),
        "facts": facts(run, settings, csv, told),
        "notice": notice,
        "data": site_data.report,
        "settings": settings_table(settings),
        "by_hand": BY_HAND,
    }


def _contents(
    drawn: Mapping[str, Path], *, has_lights: bool, has_data: bool
) -> list[tuple[str, str]]:
    """(id, title) of every section."""
    pictures = [(name, text[0]) for name, text in captions.PICTURES.items() if name in drawn]
    made = [("lights", "Five lights")] if has_lights else []
    made += [("scores", "Scores"), *pictures]
    made += [("data", "Data")] if has_data else []
    return [*made, ("settings", "Settings of the training")]


def _names(rows: Sequence[ScoreRow]) -> list[str]:
    """The scores of `rows`, each once, that have a definition."""
    return [name for name in dict.fromkeys(row.score for row in rows) if name in captions.SCORES]


def _scores(evidence: Evidence, kind: str) -> tuple[list[ScoreRow], str]:
    """Return (rows, why there are none)."""
    try:
        return score_table(evidence, full=kind == "full"), ""
    except DataError as error:
        return [], str(error)
