"""Five sets of windows whose verdict is known, and the words for single scores."""

import json
import math

import numpy as np
import pytest

from modules.fidelity import grades
from modules.fidelity.evaluation import evaluate
from modules.fidelity.rows import ScoreRow
from modules.report import score_files, verdict
from modules.report.verdict import GOOD, POOR, USABLE

N, LENGTH = 240, 24
JUDGED = ("marginal", "grades", "memorisation")


def weather(seed, n=N):
    """A series that remembers and a second column that follows it, cut into windows: 0...1."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=n * LENGTH)
    level = np.zeros(n * LENGTH)
    for t in range(1, len(level)):
        level[t] = 0.8 * level[t - 1] + noise[t]
    both = np.stack([level, np.tanh(level) + 0.1 * random.normal(size=len(level))], -1)
    scaled = (both - [-8, -2]) / [16, 4]
    return scaled.clip(0, 1).reshape(n, LENGTH, 2).astype(np.float32)


REAL, UNSEEN = weather(0), weather(1)


def judged(synthetic, monkeypatch):
    """{light: word} of `synthetic` beside the real windows."""
    monkeypatch.setattr(grades, "N_TREES", 30)
    rows = evaluate(
        np.concatenate([REAL, UNSEEN]),
        synthetic,
        starts=np.arange(2 * N) * LENGTH,
        heldout=N + np.arange(N),
        columns=["Speed", "Power"],
        seeds=(0,),
        scores=JUDGED,
    )
    return {light.name: light.word for light in verdict.lights(rows)}


def test_a_run_of_best_is_not_told_to_take_best():
    rows = [row("marginal", 9.0, 0.0), row("step ratio", 3.0, 1.0)]
    for preset, is_told in (("best", False), ("document", True), ("", True)):
        remedies = {light.name: light.remedy for light in verdict.lights(rows, preset)}
        assert ("--preset best" in remedies["dynamics"]) == is_told
        assert remedies["values"]


def test_other_real_records_are_good(monkeypatch):
    found = judged(weather(2), monkeypatch)
    assert {found["values"], found["dynamics"], found["joint behaviour"], found["copies"]} <= {
        GOOD,
        USABLE,
    }
    assert found["values"] == found["copies"] == GOOD


def test_noise_is_poor(monkeypatch):
    noise = np.random.default_rng(0).uniform(size=REAL.shape).astype(np.float32)
    found = judged(noise, monkeypatch)
    assert found["values"] == found["dynamics"] == found["joint behaviour"] == POOR


def test_shuffled_rows_have_poor_dynamics(monkeypatch):
    rows = weather(2).reshape(-1, 2)
    shuffled = np.random.default_rng(0).permutation(rows).reshape(REAL.shape)
    found = judged(shuffled, monkeypatch)
    assert found["values"] == GOOD and found["dynamics"] == POOR


def test_a_smoothed_copy_has_poor_dynamics(monkeypatch):
    other = weather(2)
    smooth = (other + np.roll(other, 1, 1) + np.roll(other, 2, 1)) / 3
    assert judged(smooth, monkeypatch)["dynamics"] == POOR


def test_training_windows_given_back_are_copies(monkeypatch):
    assert judged(REAL.copy(), monkeypatch)["copies"] == POOR


def row(score, value, floor=None, judge="Speed", gaussian=None):
    return ScoreRow(score, judge, value, floor=floor, gaussian=gaussian)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (row("step ratio", 1.05, 1.0), GOOD),
        (row("step ratio", 0.7, 1.0), USABLE),
        (row("step ratio", 1.6, 1.0), POOR),
        (row("step ratio", math.inf, 1.0), POOR),
        (row("step ratio", 1.3, 1.4), GOOD),
        (row("told apart", 0.58, 0.52, "steps"), GOOD),
        (row("told apart", 0.58, 0.38, "rows"), GOOD),
        (row("told apart", 0.98, 0.61, "steps"), POOR),
        (row("power-curve residual", 30.0, 28.0), GOOD),
        (row("power-curve residual", 14.0, 28.0), POOR),
        (row("neighbour ratio", 1.4, 1.0), GOOD),
        (row("neighbour ratio", 0.2, 1.0), POOR),
        (row("copy rate", 0.0, 0.0), GOOD),
        (row("predictive", 0.04, 0.04), None),
        (row("marginal", None), None),
    ],
)
def test_the_word_for_a_score(given, word):
    assert verdict.grade(given) == word


def test_a_light_and_the_verdict_are_no_better_than_the_worst_score():
    rows = [row("step ratio", 1.0, 1.0, "Wind"), row("step ratio", 0.4, 1.0, "Power")]
    found = verdict.lights(rows)
    dynamics, clock = found
    assert dynamics.word == POOR and "Power moves 0.40 times" in dynamics.evidence
    assert "--preset best" in dynamics.remedy and clock.word == "not learnt"
    assert verdict.sentence(found) == "Do not rely on these windows yet: poor in dynamics."


def course(value, floor=0.01, chance=0.1, score="hourly means"):
    return ScoreRow(score, "Wind", value, floor=floor, chance=chance)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (course(0.012), GOOD),
        (course(0.04), USABLE),
        (course(0.09), POOR),
        (course(0.02, chance=0.0), GOOD),
        (course(0.2, score="turbine means"), POOR),
    ],
)
def test_a_course_is_judged_by_how_far_none_at_all_would_be(given, word):
    assert verdict.grade(given) == word


def test_the_time_of_day_is_learnt_where_the_hourly_means_are_the_records():
    found = {x.name: x for x in verdict.lights([course(0.012), row("marginal", 0.0, 0.0)])}
    light = found["time of day and season"]
    assert light.word == GOOD and "hourly means of Wind lie 0.012 of its range" in light.evidence
    without = {x.name: x for x in verdict.lights([row("marginal", 0.0, 0.0)])}
    light = without["time of day and season"]
    assert light.word == "not learnt" and "no clock was a condition" in light.evidence
    assert "`--condition hour,month`" in light.remedy


def test_what_no_tree_could_judge_is_not_called_good():
    failed = ScoreRow("grades", "", None, note="No window fits inside a block of time.")
    values, curve = row("marginal", 0.0, 0.0), row("power-curve residual", 28.0, 28.0)
    found = verdict.lights([values, curve, failed])
    words = {light.name: light.word for light in found}
    assert words["values"] == GOOD
    assert words["dynamics"] == words["joint behaviour"] == "not judged"
    said = "Not judged in dynamics and joint behaviour; else as good as other real records."
    assert verdict.sentence(found) == said


def test_a_poor_score_stays_poor_where_no_tree_could_judge():
    failed = ScoreRow("grades", "", None, note="No window fits inside a block of time.")
    found = verdict.lights([row("power-curve residual", 14.0, 28.0), failed])
    assert {light.name: light.word for light in found}["joint behaviour"] == POOR
    assert verdict.sentence(found) == "Do not rely on these windows yet: poor in joint behaviour."


def test_without_a_score_there_is_no_light():
    assert verdict.lights([row("predictive", 0.1)]) == []


def test_scores_that_a_gaussian_beats_are_named():
    rows = [row("marginal", 0.05, 0.01, "a", 0.03), row("marginal", 0.01, 0.01, "b", 0.03)]
    assert verdict.beaten_by_gaussian(rows) == ["marginal (a)"]


def test_scores_are_written_as_data(tmp_path):
    rows = [row("step ratio", math.inf, 1.0), row("told apart", 0.6, 0.5, "rows")]
    score_files.write_scores(tmp_path, rows, verdict.lights(rows), kind="quick")
    content = json.loads((tmp_path / "scores.json").read_text())
    assert content["verdict"].startswith("Do not rely") and content["report"] == "quick"
    first, second = content["scores"]
    assert first["value"] is None and first["verdict"] == POOR
    assert second["ratio_to_floor"] == 1.2 and second["verdict"] == GOOD
    assert score_files.numbers_of(rows) == {"scores/told apart/rows": 0.6}
    header = (tmp_path / "scores.csv").read_text().splitlines()[0]
    assert header.split(",")[:3] == ["score", "judge", "value"]
