"""Findings against known faults."""

import numpy as np
import pandas as pd
import pytest

from modules.tadgan.detection import Scored
from modules.tadgan.judgement import judge

N_ROWS = 144 * 30
INDEX = pd.date_range("2021-01-01", periods=N_ROWS, freq="10min")


def scored(turbine, *findings, n_scored=N_ROWS):
    """A turbine of 30 days with `findings`, (first, last) rows."""
    table = pd.DataFrame({"x": np.zeros(N_ROWS)}, INDEX)
    scores = pd.DataFrame({"score": np.where(np.arange(N_ROWS) < n_scored, 1, np.nan)}, INDEX)
    found = [(turbine, INDEX[a], INDEX[b], 1.0, "x") for a, b in findings]
    names = ["turbine", "start", "end", "severity", "variables"]
    return Scored(turbine, table, table, scores, pd.DataFrame(found, columns=names))


def known(*faults):
    rows = [(turbine, INDEX[a], INDEX[b]) for turbine, a, b in faults]
    return pd.DataFrame(rows, columns=["turbine", "start", "end"])


def test_a_fault_is_found_as_late_as_its_first_flagged_row():
    judged = judge(known(("A", 100, 200), ("A", 400, 500)), [scored("A", (112, 130), (180, 260))])
    assert (judged.delays, judged.n_false) == ((2.0,), 0)
    assert judged.f1 == pytest.approx(2 / 3)


def test_a_finding_that_begins_before_the_fault_is_not_late():
    assert judge(known(("A", 100, 200)), [scored("A", (90, 105))]).delays == (0.0,)


def test_false_alarms_are_counted_per_turbine_and_month():
    judged = judge(known(("B", 10, 20)), [scored("A", (10, 20), (50, 60)), scored("B")])
    assert (judged.n_false, judged.delays) == (2, ())
    assert judged.n_false / judged.months == pytest.approx(2 / (60 / 30.4))


def test_flagging_everything_is_exposed_by_the_share_flagged():
    judged = judge(known(("A", 100, 200)), [scored("A", (0, N_ROWS - 1))])
    assert (judged.f1, judged.covered) == (1.0, 1.0)
    assert "100.0% of the scored records flagged" in str(judged)


def test_only_scored_rows_count_as_time_watched():
    half = N_ROWS // 2
    judged = judge(known(), [scored("A", (0, half - 1), n_scored=half)])
    assert judged.months == pytest.approx(15 / 30.4) and judged.covered == 1.0


def test_the_verdict_says_how_many_how_late_and_at_what_price():
    said = str(judge(known(("A", 100, 200)), [scored("A", (112, 130), (900, 910))]))
    assert said.startswith("1 of 1 known faults found, 2.0 hours late (median); 1 false alarms")
