"""What the log of a run says of its training: when, for how long, on what, by which code."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from modules import files
from modules.runs.run import LOG, Run
from modules.training.pace import duration

LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ [A-Z]+ (.*)")
BEGINNING = re.compile(r"Python (\S+), (.*) on (\S+)")  # of a session, see `start.log_header`
MADE_BY = re.compile(r"Windows are made by: (.*)")
COMMIT = re.compile(r" +git = (.*)")


class Journal(NamedTuple):
    """The sessions of a training together; None and empty text where the log does not say.

    `lasted` leaves out the time between a stop and the resumption. `chain`: the networks that make
    the windows, where `keep_best` has chosen them.
    """

    begun: datetime | None = None
    lasted: timedelta | None = None
    device: str = ""
    libraries: str = ""
    commit: str = ""
    chain: str = ""

    @property
    def spent(self) -> str:
        """How long it `lasted`, in words."""
        return duration(self.lasted.total_seconds()) if self.lasted else ""


def read_journal(run: Run) -> Journal:
    """Read the log of `run`. A log that is gone or damaged says less, and stops nobody."""
    begun: datetime | None = None
    session = last = None
    lasted = timedelta()
    journal = Journal()
    for moment, text in _lines(run.folder / LOG):
        if header := BEGINNING.fullmatch(text):
            if session and last:
                lasted += last - session
            session, begun = moment, begun or moment
            journal = journal._replace(
                device=header[3], libraries=f"Python {header[1]}, {header[2]}"
            )
        elif commit := COMMIT.fullmatch(text):
            journal = journal._replace(commit="" if commit[1] == "none" else commit[1])
        elif made_by := MADE_BY.fullmatch(text):
            journal = journal._replace(chain=made_by[1])
        last = moment
    if session is None or last is None:
        return journal
    return journal._replace(begun=begun, lasted=lasted + (last - session))


def _lines(path: Path) -> Iterator[tuple[datetime, str]]:
    try:
        text = files.read_bytes(path).decode(errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        if (found := LINE.match(line)) is None:
            continue
        try:
            yield datetime.fromisoformat(found[1]), found[2]
        except ValueError:  # a day that no calendar has
            continue


def toolkit_version() -> str:
    """The version of the toolkit that is running, empty where its pyproject.toml is gone."""
    try:
        content = tomllib.loads(files.read_bytes(files.ROOT / "pyproject.toml").decode())
        return str(content["project"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
