"""The score table: what the quick one leaves out, and copies that it must find."""

from dataclasses import replace

import numpy as np
import pytest

from modules.fidelity import forecast_judge
from modules.fidelity.rows import ScoreRow
from modules.fidelity.scores import correlational_score_of_all
from modules.language import told_in
from modules.records.columns import WIND_SPEED, Column
from modules.report import scores as report_scores
from modules.report.evidence import Evidence

T = 6
COLUMNS = [Column(name="a", unit="deg C"), Column(name="b", unit="kg")]


@pytest.fixture
def evidence():
    """Random records of two columns, 800 windows; synthetic ones of which every fourth is real."""
    random = np.random.default_rng(0)
    series = np.cumsum(random.normal(size=(805, 2)), axis=0)
    synthetic = series[random.integers(0, 800, 100)[:, None] + np.arange(T)]
    synthetic[np.arange(100) % 4 > 0] += random.normal(0, 3, (75, 1, 2))
    return Evidence(COLUMNS, series, np.arange(800), synthetic)


def found(rows, score):
    return next(row for row in rows if row.score == score)


def test_quick_table_trains_no_judge(evidence, monkeypatch):
    monkeypatch.setattr("modules.fidelity.judges._train", None)
    rows = report_scores.table(evidence, full=False)
    assert {row.score for row in rows} == {
        *("correlational", "marginal", "autocorrelation", "copy rate", "neighbour ratio"),
        *("membership inference",),
        *("told apart", "step ratio", "first step", "last step", "repeated values"),
    }


def test_copies_of_any_training_window_show(evidence):
    copied, ratio = report_scores.copy_rows(evidence)[:2]
    assert copied.value == pytest.approx(0.25)
    assert (copied.floor, copied.gaussian) == (0, 0)
    assert ratio.floor == 1
    assert "800 training windows" in copied.note


def test_the_attack_needs_records_held_out_and_says_so(evidence):
    row = found(report_scores.copy_rows(evidence), "membership inference")
    assert row.value is None and "--heldout" in row.note


def test_the_attack_tells_members_by_copies_and_not_by_other_records(evidence):
    heldout = replace(evidence, starts=np.arange(600), unseen=np.arange(620, 800))
    copied = replace(heldout, synthetic=heldout.real)
    row = found(report_scores.copy_rows(copied), "membership inference")
    assert row.value > 0.95 and row.chance == 0.5
    assert "95 % interval" in row.note and "no guarantee of privacy" in row.note


def test_windows_that_are_all_copies_have_a_ratio_near_0(evidence):
    copies = replace(evidence, synthetic=evidence.real[:50])
    ratio = found(report_scores.copy_rows(copies), "neighbour ratio")
    assert ratio.value < 0.05 < 0.5 < ratio.gaussian


@pytest.fixture
def judged(monkeypatch):
    """Judges that answer at once; `asked` holds what they were asked for."""
    asked = {}

    def evaluate(*_, scores, **__):
        asked["scores"] = scores
        return [ScoreRow("discriminative", "classic", 0.1)]

    def judge(train, test, synthetic, *, target, seed):
        asked["sizes"], asked["target"] = (len(train), len(test), len(synthetic)), target
        return dict(mae_tstr=0.3, mae_trtr=0.1, mae_persistence=0.2, ratio=3.0, sd=0.05)

    monkeypatch.setattr(report_scores.evaluation, "evaluate", evaluate)
    monkeypatch.setattr(forecast_judge, "judge", judge)
    return asked


def test_full_table_adds_the_judges_and_the_forecaster_in_units(evidence, judged):
    row = found(report_scores.table(evidence, full=True), "forecaster")
    assert {"discriminative", "predictive", "context-fid"} < set(judged["scores"])
    assert judged["target"] == 1 and judged["sizes"][2] == 100
    size = np.ptp(evidence.series[:, 1])
    numbers = [row.value, row.deviation, row.floor, row.chance]
    assert numbers == pytest.approx(size * np.array([0.3, 0.05, 0.1, 0.2]))
    assert "kg" in row.note and "ratio 3.00" in row.note and "says nothing" not in row.note


def test_a_forecaster_worse_than_no_change_says_nothing(evidence, judged, monkeypatch):
    poor = dict(mae_tstr=0.3, mae_trtr=0.2, mae_persistence=0.2, ratio=1.5, sd=0.0)
    monkeypatch.setattr(forecast_judge, "judge", lambda *_, **__: poor)
    row = found(report_scores.table(evidence, full=True), "forecaster")
    assert "says nothing here" in row.note


def test_a_forecaster_that_cannot_judge_gives_its_reason(evidence, judged, monkeypatch):
    def refuse(*_, **__):
        raise ValueError("Windows must be (n, T, F)")

    monkeypatch.setattr(forecast_judge, "judge", refuse)
    row = found(report_scores.table(evidence, full=True), "forecaster")
    assert row.value is None and row.note.startswith("Windows must be")


def test_held_out_windows_are_the_floor_of_every_score(evidence):
    heldout = replace(evidence, starts=np.arange(600), unseen=np.arange(620, 800))
    rows = report_scores.table(heldout, full=False)
    copied, ratio = found(rows, "copy rate"), found(rows, "neighbour ratio")
    assert "600 training windows" in copied.note
    train, unseen = heldout.training_windows()[0], heldout.unseen_windows
    assert len(unseen) == 180
    apart = np.abs(unseen[:, None] - train[None]).max(axis=(2, 3)).min(axis=1)
    assert (ratio.floor, copied.floor) == (1, (apart < 1e-4).mean())
    correlational = next(row for row in rows if row.judge == "all windows")
    assert correlational.floor == pytest.approx(
        np.mean(correlational_score_of_all(heldout.scaled(heldout.real), unseen)), rel=1e-5
    )


@pytest.fixture
def farm():
    """A year in small: wind, and the power that it gives with noise; 900 windows, 300 held out."""
    random = np.random.default_rng(3)
    wind = random.uniform(3, 12, 1300)
    series = np.stack([wind, wind**3 + random.normal(0, 20, 1300)], -1)
    columns = [
        Column(name="Ws", unit="m/s", kind="speed", iec=WIND_SPEED),
        Column(name="P", unit="kW", kind="power"),
    ]
    fresh = random.uniform(3, 12, (300, T))
    synthetic = np.stack([fresh, fresh**3 + random.normal(0, 20, fresh.shape)], -1)
    return Evidence(columns, series, np.arange(900), synthetic, np.arange(950, 1290))


def test_a_power_model_has_a_row_for_each_source_and_measure_and_noise_is_the_worst(farm):
    rows = report_scores.power_model_rows(farm)
    found = {(row.score, row.judge): row for row in rows}
    assert len(found) == 6
    error, alarms = "power model error", "power model false alarms"
    assert 14 < found[error, "synthetic alone"].value < 20  # the noise's own mean size is 16
    assert found[error, "both"].value < 20 and "kW" in found[error, "both"].note
    assert found[error, "both"].floor == found[error, "records alone"].value
    assert found[alarms, "synthetic alone"].value < 0.03
    told = told_in("ko")
    assert all(told(text) != text for row in rows for text in (row.score, row.judge, row.note))
    wrong = replace(farm, synthetic=farm.synthetic * [1, 0.5])
    worse = report_scores.power_model_rows(wrong)[1]
    assert worse.judge == "synthetic alone" and worse.value > 100


def test_no_power_model_without_wind_and_power(evidence):
    assert report_scores.power_model_rows(evidence) == []


def test_too_few_rows_for_a_power_model_are_told(farm):
    few = replace(farm, synthetic=farm.synthetic[:5])
    (row,) = report_scores.power_model_rows(few)
    assert row.value is None and "needs 100 rows" in row.note
