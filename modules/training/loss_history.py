"""`losses.csv`, a row per log step, and the same numbers as TensorBoard scalars."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import tensorflow as tf

from modules import files
from modules.training.phases import Phase

STEP = re.compile(r"[0-9]{1,18}")


class LossHistory:
    """Appends to `losses.csv` and to the event file of `folder`; use it in a `with` block.

    Columns: phase, step, then every loss and score of the phases, blank where a phase has none.
    """

    def __init__(self, folder: Path, phases: Sequence[Phase]) -> None:
        self._phases = [phase.name for phase in phases]
        names = dict.fromkeys(name for phase in phases for name in phase.losses + phase.scores)
        self._columns = ["phase", "step", *names]
        self._path = folder / "losses.csv"
        self._events = tf.summary.create_file_writer(str(folder))

    def __enter__(self) -> Self:
        if not files.is_file(self._path):
            self._write([])
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        finally:
            self._events.close()

    def add(self, phase: Phase, step: int, named: dict[str, float]) -> None:
        self._rows.writerow({"phase": phase.name, "step": step} | named)
        self._file.flush()
        with self._events.as_default(step=step):
            for name, value in named.items():
                tf.summary.scalar(f"{phase.name}/{name}", value)
        self._events.flush()

    def show(self, phase: Phase, step: int, picture: np.ndarray) -> None:
        """Add `picture`, uint8 (height, width, 3), to the events."""
        with self._events.as_default(step=step):
            tf.summary.image(f"{phase.name}/windows", picture[None])
        self._events.flush()

    def rewind(self, phase_index: int, step: int) -> None:
        """Drop the rows that came after `step` of the phase numbered `phase_index`."""
        self._file.close()
        text = files.read_bytes(self._path).decode(errors="replace")
        rows = text.splitlines(keepends=True)[1:]
        self._write([row for row in rows if self._comes_before(row, (phase_index, step))])
        self._open()

    def _comes_before(self, row: str, place: tuple[int, int]) -> bool:
        phase, step = (row.split(",") + [""])[:2]
        # A row cut short by a crash is dropped too.
        is_whole = row.endswith("\n") and row.count(",") == len(self._columns) - 1
        is_ours = is_whole and phase in self._phases and STEP.fullmatch(step)
        return bool(is_ours) and (self._phases.index(phase), int(step)) <= place

    def _write(self, rows: Sequence[str]) -> None:
        files.write_whole(self._path, "".join([",".join(self._columns) + "\n", *rows]).encode())

    def _open(self) -> None:
        self._file = files.open_to_append(self._path)
        self._rows = csv.DictWriter(self._file, self._columns, lineterminator="\n")
