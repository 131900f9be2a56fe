"""The page of a search, `anomalies.html`: its table and its pictures, nothing from elsewhere."""

from pathlib import Path

from modules import files
from modules.report.page import template

PAGE = "anomalies.html"
TEMPLATE = Path(__file__).parent / "templates" / PAGE


def write_page(run, scored, findings, pictures, *, freq, how, judgement=None):
    """Write the page into the run folder; return its path.

    `scored`: a `modules.tadgan.detection.Scored` per turbine; `findings`: of all of them.
    `pictures`: paths of PNGs, in their order. `how`: `error`, `combination` and `padding`.
    `judgement`: what known faults say of it, None without any.
    """
    page = template(TEMPLATE).render(
        run=run.folder.name,
        turbines=scored,
        findings=findings,
        pictures=pictures,
        freq=freq,
        how=how,
        judgement=judgement,
    )
    path = run.folder / PAGE
    files.write_whole(path, page.encode())
    return path
