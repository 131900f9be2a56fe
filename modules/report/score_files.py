"""The scores of a report as data: scores.json and scores.csv in the run folder."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from modules import files
from modules.fidelity.rows import ScoreRow
from modules.report.verdict import Light, grade, sentence

SCORES = "scores"
NUMBERS = ("value", "deviation", "floor", "gaussian", "chance")


def write_scores(
    folder: Path, rows: Sequence[ScoreRow], found: Sequence[Light], *, kind: str
) -> None:
    """Write `rows` and the lights `found` of a report, `quick` or `full`: see docs/report.md."""
    described = [describe(row) for row in rows]
    content = {
        "report": kind,
        "verdict": sentence(found) if found else None,
        "lights": [light._asdict() for light in found],
        "scores": described,
    }
    files.write_json(folder / f"{SCORES}.json", content)
    table = pd.DataFrame(described).to_csv(index=False)
    files.write_whole(folder / f"{SCORES}.csv", table.encode())


def describe(row: ScoreRow) -> dict[str, Any]:
    """One row with its ratio to the floor and its word, both None where they have no meaning."""
    made: dict[str, Any] = {"score": row.score, "judge": row.judge}
    made |= {name: _finite(getattr(row, name)) for name in NUMBERS}
    ratio = made["value"] / row.floor if made["value"] is not None and row.floor else None
    return made | {"ratio_to_floor": ratio, "verdict": grade(row), "note": row.note}


def numbers_of(rows: Sequence[ScoreRow]) -> dict[str, float]:
    """`scores/SCORE/JUDGE` -> value of each row that has one, for TensorBoard."""
    made = {f"scores/{row.score}/{row.judge}": _finite(row.value) for row in rows}
    return {name: value for name, value in made.items() if value is not None}


def _finite(number: float | None) -> float | None:
    """JSON knows no infinity."""
    return number if number is not None and math.isfinite(number) else None
