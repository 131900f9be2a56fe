"""Gaps: where the records had no value, kept so that what is made can have gaps like theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from modules import files
from modules.errors import DataError
from modules.records.columns import Column
from modules.records.site import SiteData
from modules.runs.run import Run
from modules.windows.splits import thinned

TOGETHER = 1000  # runs that are kept one after the other
MOST_RUNS = 100 * TOGETHER  # half a million of a large farm's would take as many lines
LONGEST_RUN = 1 << 31  # rows
MISSING, THERE = "1", "0"


@dataclass(frozen=True, eq=False)
class Gaps:
    """Which columns had no value, row after row, in runs of rows that lack the same ones.

    `names`: the V columns' that are made. `patterns`: m texts of V letters, 1 where a column is
    missing and 0 where it is there. `numbers`, `lengths`: int (n_runs,), the pattern of each run
    and its rows, all turbines one after the other. After the last run comes the first again.
    """

    FILE: ClassVar[str] = "gaps.json"

    names: tuple[str, ...]
    patterns: tuple[str, ...]
    numbers: np.ndarray
    lengths: np.ndarray

    @classmethod
    def fit(cls, names: Sequence[str], site_data: SiteData) -> Self:
        """Return the gaps of clean records on their grid, in the columns `names`.

        Rows left out by choice are no gaps. Of very many runs stretches over all records are kept.
        """
        firsts, lengths = [], []
        for turbine, table in site_data.tables.items():
            missing = table[list(names)].isna()
            if turbine in site_data.left_out:
                kept = site_data.left_out[turbine]
                missing.loc[kept.index] = kept[list(names)].isna()
            rows = missing.to_numpy()
            begins = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(1)))
            firsts.append(rows[begins])
            lengths.append(np.diff(np.append(begins, len(rows))))
        of_runs, of_rows = np.concatenate(firsts), np.concatenate(lengths)
        if len(of_runs) > MOST_RUNS:
            blocks = np.arange(len(of_runs) // TOGETHER * TOGETHER).reshape(-1, TOGETHER)
            kept = thinned(blocks, MOST_RUNS // TOGETHER).ravel()
            of_runs, of_rows = of_runs[kept], of_rows[kept]
        distinct, numbers = np.unique(of_runs, axis=0, return_inverse=True)
        patterns = ["".join(np.where(one, MISSING, THERE)) for one in distinct]
        return cls.of(names, patterns, numbers, of_rows)

    @classmethod
    def of(cls, names: Any, patterns: Any, numbers: Any, lengths: Any) -> Self:
        """Return the gaps of these fields. Raises ValueError or TypeError for what are none."""
        names, patterns = tuple(names), tuple(patterns)
        if not all(isinstance(text, str) for text in (*names, *patterns)):
            raise TypeError("names and patterns must be text")
        if any(len(p) != len(names) or set(p) - {MISSING, THERE} for p in patterns):
            raise ValueError("a pattern must say 0 or 1 of each column")
        numbers, lengths = np.array(numbers), np.array(lengths)
        if numbers.dtype.kind != "i" or lengths.dtype.kind != "i" or numbers.ndim != 1:
            raise TypeError("numbers and lengths must be whole numbers")
        if not numbers.size or numbers.shape != lengths.shape:
            raise ValueError("a pattern and a length per run are needed")
        if ((numbers < 0) | (numbers >= len(patterns))).any():
            raise ValueError("a run is of no pattern")
        if ((lengths < 1) | (lengths > LONGEST_RUN)).any():
            raise ValueError("a run must have a row")
        return cls(names, patterns, numbers, lengths)

    @cached_property
    def _of_runs(self) -> np.ndarray:
        """Which columns are missing in each run: bool (n_runs, V)."""
        letters = np.array([list(pattern) for pattern in self.patterns])
        return (letters == MISSING)[self.numbers]

    @cached_property
    def shares(self) -> np.ndarray:
        """Share of rows in which each column is missing, float64 (V,)."""
        return np.average(self._of_runs, axis=0, weights=self.lengths)

    def blanked(
        self,
        blocks: Iterable[np.ndarray],
        columns: Sequence[Column],
        n_windows: int,
        n_steps: int,
        *,
        seed: int,
    ) -> Iterator[np.ndarray]:
        """Yield `blocks` of windows with NaN where the records had gaps, at places `seed` draws.

        `blocks`: float64 (n, T, n_columns), of `columns`, in all `n_windows` of `n_steps` rows, of
        which a block may be a piece. Each window has the gaps of so many rows of the records, one
        after the other. The places lie evenly over all rows, so that windows miss as much.
        """
        names = [column.name for column in columns]
        positions = [names.index(name) for name in self.names]
        ends = np.cumsum(self.lengths)
        random = np.random.default_rng([seed, 12])
        drawn = (random.permutation(n_windows) + random.random(n_windows)) / n_windows
        places, first = (drawn * ends[-1]).astype(np.int64), 0
        for block in blocks:
            rows = np.arange(first, first + block.shape[0] * block.shape[1])
            first += rows.size
            row_of_records = (places[rows // n_steps] + rows % n_steps) % ends[-1]
            missing = self._of_runs[np.searchsorted(ends, row_of_records, side="right")]
            with_gaps = block.reshape(-1, block.shape[-1]).copy()
            with_gaps[:, positions] = np.where(missing, np.nan, with_gaps[:, positions])
            yield with_gaps.reshape(block.shape)


def check_kept(run: Run) -> None:
    """Raise DataError where `run` has no account of its records' gaps."""
    path = run.model_folder / Gaps.FILE
    if not files.is_file(path):
        raise DataError(
            f"`with_gaps` needs the account of where the records had gaps, and {path} is not "
            "there: the run is of an older version. Leave `--with_gaps` out, or train again."
        )
