"""Findings against faults that are known: how many, how late, and at what price."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.records.flagged import flag
from modules.records.timestamps import freq_length
from modules.tadgan.detection import Scored

DAYS_PER_MONTH = 30.4


@dataclass(frozen=True)
class Judgement:
    """`delays`: hours from the start of each fault found to the first row flagged in it.

    A false alarm is a finding that shares no row with a fault. `months`: of scored rows, of all
    turbines together. `covered`: share of the scored rows that are flagged.
    """

    n_known: int
    delays: tuple[float, ...]
    n_false: int
    months: float
    covered: float

    @property
    def f1(self) -> float:
        """By event: a fault is found or not, a finding touches one or is a false alarm."""
        n_found = len(self.delays)
        return 2 * n_found / (n_found + self.n_known + self.n_false or 1)

    def __str__(self) -> str:
        delay = f", {np.median(self.delays):.1f} hours late (median)" if self.delays else ""
        return (
            f"{len(self.delays)} of {self.n_known} known faults found{delay}; {self.n_false} false "
            f"alarms, {self.n_false / self.months:.2f} per turbine and month; "
            f"{self.covered:.1%} of the scored records flagged; F1 by event {self.f1:.2f}"
        )


def judge(known: pd.DataFrame, scored: list[Scored]) -> Judgement:
    """Hold findings against `known`, a table of turbine, start, end.

    `scored`: on time stamps. A fault in rows that no window holds, or of a turbine that has none,
    counts as missed.
    """
    delays, n_false, n_scored, n_flagged, days = [], 0, 0, 0, 0.0
    for one in scored:
        covered, index = one.covered, one.real.index
        for fault in known[known["turbine"] == one.turbine].itertuples():
            caught = index[covered & (index >= fault.start) & (index <= fault.end)]
            if len(caught):
                delays.append((caught[0] - fault.start) / pd.Timedelta(hours=1))
        in_fault = flag(one.turbine, index, known)
        for finding in one.findings.itertuples():
            of_it = np.asarray((index >= finding.start) & (index <= finding.end))
            n_false += not (of_it & in_fault).any()
        is_scored = one.scores["score"].notna().to_numpy()
        n_scored += int(is_scored.sum())
        n_flagged += int((covered & is_scored).sum())
        days += is_scored.sum() * (freq_length(index.freqstr) / pd.Timedelta(days=1))
    return Judgement(
        len(known), tuple(delays), n_false, days / DAYS_PER_MONTH, n_flagged / n_scored
    )
