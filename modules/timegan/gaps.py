"""Gaps: where the records had no value, kept so that what is made can have gaps like theirs."""

import math
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
    and its rows, all turbines one after the other; `turbines`, `n_runs`: their names and how many
    of the runs are of each. After the last run comes the first again.
    """

    FILE: ClassVar[str] = "gaps.json"

    names: tuple[str, ...]
    patterns: tuple[str, ...]
    numbers: np.ndarray
    lengths: np.ndarray
    turbines: tuple[str, ...]
    n_runs: np.ndarray

    @classmethod
    def fit(cls, names: Sequence[str], site_data: SiteData) -> Self:
        """Return the gaps of clean records on their grid, in the columns `names`.

        Rows left out by choice are no gaps. Of very many runs stretches over all records are kept.
        """
        firsts, lengths, n_runs = [], [], []
        for turbine, table in site_data.tables.items():
            missing = table[list(names)].isna()
            if turbine in site_data.left_out:
                kept = site_data.left_out[turbine]
                missing.loc[kept.index] = kept[list(names)].isna()
            rows = missing.to_numpy()
            begins = np.flatnonzero(np.append(True, (rows[1:] != rows[:-1]).any(1)))
            firsts.append(rows[begins])
            lengths.append(np.diff(np.append(begins, len(rows))))
            n_runs.append(len(begins))
        runs = np.arange(sum(n_runs))
        if len(runs) > MOST_RUNS:
            blocks = runs[: len(runs) // TOGETHER * TOGETHER].reshape(-1, TOGETHER)
            runs = thinned(blocks, MOST_RUNS // TOGETHER).ravel()
        distinct, numbers = np.unique(np.concatenate(firsts)[runs], axis=0, return_inverse=True)
        patterns = ["".join(np.where(one, MISSING, THERE)) for one in distinct]
        n_kept = np.diff(np.searchsorted(runs, np.cumsum([0, *n_runs])))
        turbines = tuple(site_data.tables)
        return cls.of(names, patterns, numbers, np.concatenate(lengths)[runs], turbines, n_kept)

    @classmethod
    def of(
        cls, names: Any, patterns: Any, numbers: Any, lengths: Any, turbines: Any, n_runs: Any
    ) -> Self:
        """Return the gaps of these fields. Raises ValueError or TypeError for what are none."""
        names, patterns, turbines = tuple(names), tuple(patterns), tuple(turbines)
        if not all(isinstance(text, str) for text in (*names, *patterns, *turbines)):
            raise TypeError("names and patterns must be text")
        if any(len(p) != len(names) or set(p) - {MISSING, THERE} for p in patterns):
            raise ValueError("a pattern must say 0 or 1 of each column")
        numbers, lengths, n_runs = np.array(numbers), np.array(lengths), np.array(n_runs)
        if not {kind.dtype.kind for kind in (numbers, lengths, n_runs)} == {"i"}:
            raise TypeError("numbers and lengths must be whole numbers")
        if not numbers.size or not numbers.shape == lengths.shape == (numbers.size,):
            raise ValueError("a pattern and a length per run are needed")
        if n_runs.shape != (len(turbines),) or (n_runs < 0).any() or n_runs.sum() != numbers.size:
            raise ValueError("every run must be of a turbine")
        if ((numbers < 0) | (numbers >= len(patterns))).any():
            raise ValueError("a run is of no pattern")
        if ((lengths < 1) | (lengths > LONGEST_RUN)).any():
            raise ValueError("a run must have a row")
        return cls(names, patterns, numbers, lengths, turbines, n_runs)

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
        owners: np.ndarray | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield `blocks` of windows with NaN where the records had gaps, at places `seed` draws.

        `blocks`: float64 (n, T, n_columns), of `columns`, in all `n_windows` of `n_steps` rows, of
        which a block may be a piece. Each window has the gaps of so many rows of the records, one
        after the other. The places lie evenly over all rows, so that windows miss as much. `owners`
        (n_windows,): the turbines whose gaps they have, None for those of all.
        """
        names = [column.name for column in columns]
        positions = [names.index(name) for name in self.names]
        ends = np.cumsum(self.lengths)
        begins, sizes = self._spans(n_windows, owners)
        random = np.random.default_rng([seed, 12])
        drawn = (random.permutation(n_windows) + random.random(n_windows)) / n_windows
        places, first = (drawn * sizes).astype(np.int64), 0
        for block in blocks:
            window, step = np.divmod(first + np.arange(math.prod(block.shape[:2])), n_steps)
            first += len(step)
            row_of_records = begins[window] + (places[window] + step) % sizes[window]
            missing = self._of_runs[np.searchsorted(ends, row_of_records, side="right")]
            with_gaps = block.reshape(-1, block.shape[-1]).copy()
            with_gaps[:, positions] = np.where(missing, np.nan, with_gaps[:, positions])
            yield with_gaps.reshape(block.shape)

    def _spans(self, n_windows: int, owners: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Of each window the first of the rows whose gaps it may have, and how many they are."""
        edges = np.append(0, np.cumsum(self.lengths))[np.append(0, np.cumsum(self.n_runs))]
        begins, sizes = np.zeros(n_windows, np.int64), np.full(n_windows, edges[-1])
        for turbine, begin, end in zip(self.turbines, edges[:-1], edges[1:], strict=True):
            if owners is not None and end > begin:
                is_own = owners == turbine
                begins[is_own], sizes[is_own] = begin, end - begin
        return begins, sizes


def check_kept(run: Run) -> None:
    """Raise DataError where `run` has no account of its records' gaps."""
    path = run.model_folder / Gaps.FILE
    if not files.is_file(path):
        raise DataError(
            f"`with_gaps` needs the account of where the records had gaps, and {path} is not "
            "there: the run is of an older version. Leave `--with_gaps` out, or train again."
        )
