"""Scores and findings from records: alignment, gaps, angles, who carries a finding."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from modules.preprocessing import MinMaxScaler, encode_angles, feature_names
from modules.records.columns import Column
from modules.tadgan import detection
from modules.tadgan.detection import by_variable, detect
from modules.tadgan.table import findings_of, to_table
from tests.tadgan import orion
from tests.tadgan.tiny import STEPS

HOW = {
    **{"error": "point", "score_window": 10, "combination": "rec"},
    **{"padding": 0, "threshold": 6.0},
}
COLUMNS = [
    Column(name="Speed", unit="m/s", kind="speed", observed_min=0, observed_max=20),
    Column(name="Wind", unit="deg", kind="angle", lower=0, observed_min=0, observed_max=360),
]


def records(n_rows=400):
    index = pd.date_range("2021-03-04", periods=n_rows, freq="10min")
    t = np.arange(n_rows)
    return pd.DataFrame({"Speed": 10 + 5 * np.sin(0.3 * t), "Wind": (2.0 * t) % 360}, index)


def trained(columns=COLUMNS):
    features = encode_angles(records().to_numpy(), columns)
    scaler = MinMaxScaler().fit(features, feature_names(columns))
    settings = SimpleNamespace(seq_len=STEPS, scaler="minmax")
    return SimpleNamespace(scaler=scaler, columns=columns, settings=settings, model=None)


@pytest.fixture
def clean():
    """What makes every window as the clean records have it."""
    features = trained().scaler.transform(encode_angles(records().to_numpy(), COLUMNS)) * 2 - 1

    def make(scaled):
        start = next(
            i for i in range(len(features)) if np.allclose(features[i : i + 3], scaled[:3])
        )
        rows = features[start : start + len(scaled)]
        windows = np.lib.stride_tricks.sliding_window_view(rows, STEPS, 0).transpose(0, 2, 1)
        return windows, np.zeros(len(windows))

    return make


def test_a_fault_is_found_where_it_is_and_named(clean):
    table = records()
    table.iloc[200:203, 0] += 4
    (scored,) = detect(trained(), {"A": table}, clean, **HOW)
    (finding,) = scored.findings.itertuples()
    assert (finding.turbine, finding.variables) == ("A", "Speed")
    assert (finding.start, finding.end) == (table.index[200], table.index[202])
    np.testing.assert_allclose(scored.recovered, records(), atol=1e-6)


def test_an_angle_is_scored_once_and_as_near_across_north_as_elsewhere(clean):
    table = records()
    table.iloc[[180, 100], 1] = [(table.iloc[180, 1] + 10) % 360, (table.iloc[100, 1] + 10) % 360]
    (scored,) = detect(trained(), {"A": table}, clean, **HOW)
    assert scored.scores.columns.tolist() == ["score", "critic", "reconstruction", "Speed", "Wind"]
    north, elsewhere = scored.scores["Wind"].iloc[[180, 100]]
    assert north == pytest.approx(elsewhere, rel=1e-6) and north > 2


def test_nothing_is_scored_or_found_across_a_gap(clean):
    table = records()
    table.iloc[150:155] = np.nan
    table.iloc[340:345] = np.nan
    table.iloc[345 + STEPS - 1 :] = np.nan  # a stretch one row too short
    table.iloc[149, 0] += 4
    (scored,) = detect(trained(), {"A": table}, clean, **HOW | {"padding": 9})
    is_scored = scored.scores["score"].notna().to_numpy()
    assert not is_scored[150:155].any() and not is_scored[340:].any() and is_scored[:150].all()
    assert scored.findings["end"].tolist() == [table.index[149]]


def test_a_turbine_without_a_window_is_left_out(clean):
    assert detect(trained(), {"A": records().iloc[:5]}, clean, **HOW) == []


def test_one_variable_scores_as_in_orion():
    random = np.random.default_rng(0)
    made = random.normal(0, 0.3, (400 - STEPS + 1, STEPS, 1))
    values = random.normal(size=len(made))
    column, table = COLUMNS[:1], records()[["Speed"]]
    model = trained(column)
    model.scaler = MinMaxScaler().fit(table, ["Speed"])
    real = model.scaler.transform(table.to_numpy())[:, 0] * 2 - 1
    errors = orion.smooth(orion.area_error(real, orion.unrolled(made[..., 0])), len(made))
    critic = orion.critic_score(orion.sliding_mode(values, STEPS))
    expected = orion.smooth(critic, len(made)) * orion.reconstruction_score(errors)
    how = HOW | {"error": "area", "combination": "mult", "padding": 3}
    (scored,) = detect(model, {"A": table}, lambda _: (made, values), **how)
    np.testing.assert_allclose(scored.scores["score"], expected)
    found = orion.find(expected, 3)
    assert len(scored.findings) == len(found)


def test_a_whitened_search_names_the_variable_and_no_turn_past_north(clean):
    table = records()
    random = np.random.default_rng(0)
    table.iloc[3:] += random.normal(size=(397, 2))
    table["Wind"] %= 360
    table.iloc[200:260, 0] += 10
    how = HOW | {"error": "whitened", "score_window": 24}
    (scored,) = detect(trained(), {"A": table}, clean, **how)
    (finding,) = scored.findings.itertuples()
    assert finding.variables == "Speed"
    assert abs((finding.start - table.index[200]) / pd.Timedelta("10min")) <= 12
    assert scored.scores["Wind"].max() < 6
    np.testing.assert_allclose(scored.scores["score"], scored.scores[["Speed", "Wind"]].max(axis=1))
    assert detect(trained(), {"A": table}, clean, **how | {"threshold": 1e6})[0].findings.empty


def test_errors_of_an_angle_are_the_length_of_both():
    errors = np.array([[1.0, 3.0, 4.0]])
    assert by_variable(errors, COLUMNS).tolist() == [[1.0, 5.0]]


def test_findings_of_all_turbines_come_the_worst_first(clean):
    tables = {"A": records(), "B": records()}
    tables["A"].iloc[200, 0] += 3
    tables["B"].iloc[[100, 300], 0] += [2, 4]
    scored = detect(trained(), tables, clean, **HOW)
    found = findings_of(scored)
    assert found["severity"].is_monotonic_decreasing and len(found) == 3
    assert set(found["turbine"]) == {"A", "B"}


def test_the_covered_share_exposes_a_finding_over_everything(clean):
    table = records()
    (scored,) = detect(trained(), {"A": table}, clean, **HOW)
    everything = pd.DataFrame([("A", table.index[0], table.index[-1], 1.0, "Speed")])
    everything.columns = scored.findings.columns
    flagged = detection.Scored("A", table, scored.recovered, scored.scores, everything)
    assert flagged.covered.mean() == 1.0 and scored.covered.mean() == 0.0


def test_the_table_has_every_scored_row_once_with_units(clean):
    table = records()
    table.iloc[50] = np.nan
    scored = detect(trained(), {"A": table, "B": records()}, clean, **HOW)
    rows = to_table(scored, COLUMNS, "10min")
    assert len(rows) == 799 and rows.columns[:3].tolist() == ["turbine", "DateTime", "score"]
    assert rows["Speed_reconstructed"].between(4.9, 15.1).all()
    assert "step" in to_table(scored, COLUMNS, None)
