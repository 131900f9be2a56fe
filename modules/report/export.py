"""Windows as other judges of synthetic data want them: frames of rows, and what the columns are.

The layout is what mostlyai-qa (`tgt_context_key="window"`) and sdmetrics take.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from modules import files
from modules.records.columns import Column, free_name
from modules.report.evidence import Evidence
from modules.runs.spreadsheet import to_csv
from modules.windows.cut import windows_at

FOLDER = "qa"
WINDOW, STEP = "window", "step"

log = logging.getLogger(__name__)


def export(run_folder: Path, evidence: Evidence) -> Path:
    """Write training, held-out and synthetic windows, and their metadata; return the folder.

    Real windows are evenly spread over theirs, as many as there are synthetic ones, or 200. Without
    records held out there is no holdout.csv, and that is told.
    """
    folder = run_folder / FOLDER
    files.make_folder(folder, exist_ok=True)
    unseen = windows_at(evidence.series, evidence.unseen_starts, evidence.seq_len)
    sets = {"training": evidence.real, "holdout": unseen, "synthetic": evidence.synthetic}
    for name, windows in sets.items():
        path = folder / f"{name}.csv"
        if len(windows):
            files.write_whole(path, to_csv(frame(windows, evidence.columns)))
        else:
            files.remove_file(path)
            log.warning("No %s: nothing was held out. Train with `--heldout 0.1`.", path)
    files.write_json(folder / "metadata.json", metadata(evidence.columns))
    log.info("For other judges -> %s", folder)
    return folder


def frame(windows: np.ndarray, columns: Sequence[Column]) -> pd.DataFrame:
    """Windows (n, T, n_variables) as rows: `window` (0, 1, ...), `step` (0, 1, ...), variables.

    >>> frame(np.zeros((2, 3, 1)), [Column(name="v")])["step"].tolist()
    [0, 1, 2, 0, 1, 2]
    """
    n_windows, n_steps, n_variables = windows.shape
    table = pd.DataFrame(windows.reshape(-1, n_variables), columns=[c.name for c in columns])
    window, step = _numbers(columns)
    table.insert(0, step, np.tile(np.arange(n_steps), n_windows))
    table.insert(0, window, np.repeat(np.arange(n_windows), n_steps))
    return table


def metadata(columns: Sequence[Column]) -> dict[str, Any]:
    """What each column is, in the words of sdmetrics."""
    window, step = _numbers(columns)
    kinds = {window: {"sdtype": "id"}, step: {"sdtype": "numerical"}}
    kinds |= {
        column.name: {"sdtype": "categorical" if column.codes else "numerical"}
        for column in columns
    }
    return {"columns": kinds, "sequence_key": window, "sequence_index": step}


def _numbers(columns: Sequence[Column]) -> tuple[str, str]:
    """What the columns of windows and of steps are called, beside those of the variables."""
    names = [column.name for column in columns]
    return free_name(WINDOW, names), free_name(STEP, names)
