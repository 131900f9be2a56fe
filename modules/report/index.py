"""`index.html` beside the runs: a row for each, told by its own files, of whatever family it is."""

import csv
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from modules import files
from modules.errors import DataError, RunError
from modules.language import ENGLISH, told_in
from modules.report.template import TEMPLATES, template
from modules.runs.journal import Journal, read_journal
from modules.runs.run import LOG, LOSSES, SETTINGS, Run, existing

PAGE = "index.html"

log = logging.getLogger(__name__)


class Row(NamedTuple):
    """A run in the table. `links`: (text, path beside the table) of its pages, then its log.

    `lights`: (name, word, evidence) of its report. `losses`: (name, number) of its last log line.
    """

    name: str
    family: str
    data: str
    preset: str
    state: str
    verdict: str
    lights: list[tuple[str, str, str]]
    losses: list[tuple[str, str]]
    journal: Journal
    links: list[tuple[str, str]]

    @property
    def lasted(self) -> str:
        return self.journal.spent or "–"


@contextmanager
def listed(run: Run, language: str = ENGLISH) -> Iterator[None]:
    """Write the table of `run` and its neighbours after what is done inside, done well or not."""
    try:
        yield
    finally:
        write_index(run.folder.parent, language)


def write_index(result_dir: Path | str, language: str = ENGLISH) -> None:
    """Write the table of all runs in `result_dir`; one that cannot be written is a warning."""
    rows = [_row(run) for run in reversed(existing(result_dir))]
    page = template(TEMPLATES / PAGE, told_in(language)).render(
        language=language, folder=str(Path(result_dir).absolute()), rows=rows
    )
    try:
        files.write_whole(Path(result_dir) / PAGE, page.encode(errors="replace"))
    except RunError as error:
        log.warning("No table of the runs: %s", error)


def _row(run: Run) -> Row:
    settings, scores = _read(run.model_folder / SETTINGS), _read(run.folder / "scores.json")
    lights = scores.get("lights")
    return Row(
        name=run.folder.name,
        family=_text(settings.get("family")),
        data=_data(settings),
        preset=_text(settings.get("preset")),
        state="finished" if run.is_finished else "not finished",
        verdict=_text(scores.get("verdict")),
        lights=[
            tuple(_text(light.get(key)) for key in ("name", "word", "evidence"))  # type: ignore[misc]
            for light in (lights if isinstance(lights, list) else [])
            if isinstance(light, dict)
        ],
        losses=_last_losses(run.folder / LOSSES),
        journal=read_journal(run),
        links=_links(run),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return files.read_json(path)
    except DataError:
        return {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _data(settings: dict[str, Any]) -> str:
    """The file or folder of the records, and the site that they are read by."""
    name = Path(_text(settings.get("data_path"))).name
    location = _text(settings.get("location"))
    return f"{name} ({location})" if location else name


def _last_losses(path: Path) -> list[tuple[str, str]]:
    """What the last whole line of losses.csv says; nothing where there is none."""
    try:
        lines = files.read_bytes(path).decode(errors="replace").splitlines()
    except OSError:
        return []
    rows = list(csv.DictReader(lines))
    return (
        []
        if not rows
        else [
            (name, value)
            for name, value in rows[-1].items()
            if name and isinstance(value, str) and value
        ]
    )


def _links(run: Run) -> list[tuple[str, str]]:
    pages = sorted(path.name for path in files.files_in(run.folder, "*.html"))
    logs = [name for name in (LOG,) if files.is_file(run.folder / name)]
    return [(name, f"{quote(run.folder.name)}/{quote(name)}") for name in [*pages, *logs]]
