"""The page of a search, `anomalies.html`: its table and its pictures, nothing from elsewhere."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from modules import files
from modules.report.template import template
from modules.runs.run import Run
from modules.tadgan.detection import Scored
from modules.tadgan.judgement import Judgement
from settings import GeneratorSettings

PAGE = "anomalies.html"
TEMPLATE = Path(__file__).parent / "templates" / PAGE


def write_page(
    run: Run,
    scored: list[Scored],
    findings: pd.DataFrame,
    pictures: Sequence[Path],
    *,
    freq: str | None,
    how: GeneratorSettings,
    judgement: Judgement | None = None,
) -> Path:
    """Write the page into the run folder; return its path.

    `scored`: one per turbine; `findings`: of all of them. `pictures`: paths of PNGs, in their
    order. `how`: what was searched with, of which `error`, `combination` and `padding` are told.
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
