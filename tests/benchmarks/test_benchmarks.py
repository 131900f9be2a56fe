"""The parts of the fidelity and ablation benchmarks that need no training."""

import json
import logging
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from modules.fidelity.evaluation import evaluate
from modules.fidelity.rows import Columns, Steps
from settings import TimeGANSettings
from tests.benchmarks import (
    ablation,
    command,
    datasets,
    fidelity,
    generators,
    grades,
    jobs,
    measures,
    published,
    tables,
)
from tests.benchmarks.datasets import STEPS, Dataset
from tests.benchmarks.pace import Line, Pace, StepClock, joint_steps, pace_of

FAST = Steps(discriminative=2, predictive=2, encoder=1)


# ---- tables


def test_a_cell_is_mean_and_sample_deviation():
    assert tables.cell([1.0, 2.0, 3.0]) == "2.000 ± 1.000"
    assert tables.cell([0.1]) == "0.100"
    assert tables.cell([]) == tables.cell([None]) == "–"
    assert tables.cell([99.0, 101.0]) == "100.0 ± 1.4"


def test_a_table_has_a_row_per_name_and_a_dash_for_nothing():
    rows = {"ours": {"a": [0.25, 0.75]}, "theirs": {"a": "0.1 to 0.2", "b": [3.0]}}
    made = tables.markdown(["", "a", "b"], tables.score_rows(["a", "b"], rows))
    assert made.splitlines() == [
        "|  | a | b |",
        "| --- | --- | --- |",
        "| ours | 0.500 ± 0.354 | – |",
        "| theirs | 0.1 to 0.2 | 3.000 |",
    ]


def test_published_rows_fill_columns_that_we_score():
    for dataset in published.PUBLISHED:
        assert dataset in datasets.DATASETS
        for cells in published.rows(dataset).values():
            assert set(cells) <= set(fidelity.JUDGED)
    assert published.rows("stocks")["TimeGAN, its paper"]["discriminative"] == "0.102 ± 0.021"
    assert published.rows("la_haute_borne_farm") == {}


# ---- equal wall-clock time


def test_joint_steps_fill_the_minutes_behind_pretraining():
    pace = Pace(30.0, {"autoencoder": 0.02, "supervised": 0.01, "joint": 0.1})
    # 120 s less 30 s of compiling, 1500 x 0.02 s and 1000 x 0.01 s leave 50 s.
    assert joint_steps(2, pace, {"autoencoder": 1500, "supervised": 1000}) == 500


def test_minutes_too_few_for_a_joint_step_are_refused():
    pace = Pace(30.0, {"autoencoder": 0.02, "joint": 0.1})
    with pytest.raises(
        ValueError, match=r"Received: 1, .* pretraining take 1\.0. Raise `--minutes`"
    ):
        joint_steps(1, pace, {"autoencoder": 1500})


def test_pace_leaves_compilation_out_and_shares_the_log_lines_cost():
    def phase(name, start, seconds, line_cost):
        # The first ten steps compile, for 20 s; ten more lie between two lines.
        whens = start + 20 + (10 * seconds + line_cost) * np.arange(6)
        slow = [2.0] + 5 * [seconds]
        return [Line(name, 10 * i + 10, slow[i], whens[i]) for i in range(6)]

    lines = phase("autoencoder", 0.0, 0.02, 0.0) + phase("joint", 30.0, 0.1, 0.5)
    pace = pace_of(lines, total=60.0, log_interval=100)
    assert pace.per_step == pytest.approx({"autoencoder": 0.02, "joint": 0.1 + 0.5 / 100})
    # 60 steps of either phase, and six log lines.
    assert pace.start == pytest.approx(60 - 60 * 0.02 - 60 * 0.1 - 6 * 0.5)


def test_the_clock_reads_the_lines_that_a_training_logs_in_cpu_seconds(monkeypatch):
    used = iter([10.0, 12.0])
    clocks = SimpleNamespace(process_time=lambda: next(used), time=lambda: 100.0)
    monkeypatch.setattr("tests.benchmarks.pace.time", clocks)

    def said(message):
        return logging.makeLogRecord({"msg": message, "created": 101.0})

    clock = StepClock()
    clock.emit(said("joint 20/60  moment 0.1  spread 1.0  12.5 ms/step"))
    clock.emit(said("joint: back to step 10"))
    # Two CPU seconds in one of the wall clock's: both cores were at work.
    assert clock.lines == [Line("joint", 20, 0.025, 12.0)]
    assert clock.steps() == {"joint": 20}


def test_a_phase_is_as_long_as_its_plateau_lets_it_be():
    def rows(phase, loss, values):
        return [
            {"phase": phase, "step": str(100 * i), loss: str(value)}
            for i, value in enumerate(values, start=1)
        ]

    # A new low at 200, then none for two lines, a fall of less than one per cent among them.
    autoencoder = rows("autoencoder", "reconstruction_loss", [0.5, 0.4, 0.399, 0.41, 0.1])
    supervised = rows("supervised", "supervised_loss", [0.3, 0.2, 0.1])
    joint = rows("joint", "reconstruction_loss", [0.1])
    found = generators.plateau_steps(autoencoder + supervised + joint, patience=2)
    assert found == {"autoencoder": 400, "supervised": 300}


def test_what_is_only_scored_waits_for_every_training(monkeypatch):
    training = jobs.Training("", "", {}, 0, 1.0, Path())
    scoring = jobs.Scoring("", Path(), jobs.RAW, (), ())
    done = []

    def finish(together, _n_jobs):
        time.sleep(0.1 if training in together else 0)
        done.append(together)
        return training not in together

    monkeypatch.setattr(jobs, "_finish", finish)
    assert jobs.run([[scoring], [training]], 2) == 1
    assert done == [[training], [scoring]]


# ---- datasets


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("stocks", (3662, 24, 6)),
        ("sines", (10_000, 24, 5)),
        ("la_haute_borne", (9907, 24, 10)),
        ("la_haute_borne_farm", (2476, 24, 28)),
        ("drifting", (9977, 24, 28)),
        ("cpu", (4009, 24, 1)),
    ],
)
def test_datasets_have_the_windows_they_are_described_with(name, shape):
    if reason := datasets.why_missing(name):
        pytest.skip(reason)
    dataset = datasets.load(name)
    windows = dataset.windows()
    assert windows.shape == shape
    assert windows.dtype == np.float32
    limits = windows.min(), windows.max()
    # Sines as published: phases of at most 0.1 and less than half a wave stay above the middle.
    assert limits == (pytest.approx((0.5, 1), abs=1e-6) if dataset.as_is else (0, 1))
    assert len(dataset.names) == shape[-1]
    np.testing.assert_allclose(
        dataset.physical(windows[0]), dataset.features[:24], rtol=1e-5, atol=1e-3
    )


def test_sines_are_independent_windows():
    starts = datasets.load("sines").starts
    assert (np.diff(starts) == STEPS).all()


def test_a_missing_file_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(datasets, "SHARED", tmp_path)
    assert command.present(["stocks", "sines"]) == ["sines"]
    assert "stocks is left out: there is no ../shared/data/" in capsys.readouterr().err


def test_more_windows_than_are_scored_are_thinned_evenly(monkeypatch):
    monkeypatch.setattr(datasets, "MOST_WINDOWS", 3)
    dataset = _series(n_rows=124)
    assert dataset.scored_starts.tolist() == [0, 50, 100]


# ---- scores


def _series(n_rows=1200):
    """Power, wind speed and two more: as many windows as fit."""
    random = np.random.default_rng(0)
    speed = 10 + 8 * np.sin(np.arange(n_rows) / 9)
    features = np.stack([speed**3, speed, *random.random((2, n_rows))], -1)
    starts = np.arange(n_rows - STEPS + 1)
    names = ["P", "Ws", "a", "b"]
    return Dataset("", features, starts, names, "", True, 1, 0, "m/s", "kW")


def test_the_copulas_row_is_that_of_the_noise():
    made = measures.copula(_series(), ("marginal", "copy rate"), seeds=(3,))
    assert made["marginal"][0] < 0.02 and made["copy rate"] == [0]


@pytest.mark.whole
def test_measures_are_those_of_evaluate():
    tf.config.run_functions_eagerly(True)  # compiling takes longer than these few steps
    try:
        dataset, seeds = _series(), (3,)
        real = dataset.windows()
        synthetic = np.random.default_rng(1).random(real.shape, np.float32)
        columns = Columns(dataset.names, 1, 0, "m/s", "kW", dataset.physical)
        rows = evaluate(
            real, synthetic, starts=dataset.starts, columns=columns, seeds=seeds, steps=FAST
        )
        how = {"seeds": seeds, "steps": FAST}
        ours = measures.measure(dataset, synthetic, measures.SCORES, **how)
        gaussian = measures.gaussian(dataset, measures.SCORES, **how)
        floor = measures.floor(dataset, measures.SCORES, **how)
    finally:
        tf.config.run_functions_eagerly(False)
    rows = {(row.score, row.judge): row for row in rows}
    for name, key in {
        "discriminative": ("discriminative", "classic"),
        "discriminative 4x": ("discriminative", "4x wider"),
        "predictive": ("predictive", "classic"),
        "context-fid": ("context-fid", "TS2Vec"),
        "correlational": ("correlational", "a fifth a draw"),
        "correlational of all": ("correlational", "all windows"),
        "marginal": ("marginal", "mean of the columns"),
        "autocorrelation": ("autocorrelation", "all lags"),
        "copy rate": ("copy rate", "exact"),
        "power-curve residual": ("power-curve residual", "method of bins"),
        "ramps of speed": ("ramp rates", "Ws"),
        "ramps of power": ("ramp rates", "P"),
    }.items():
        row = rows[key]
        assert np.mean(ours[name]) == pytest.approx(row.value, rel=1e-5), name
        assert np.mean(gaussian[name]) == pytest.approx(row.gaussian, rel=1e-5), name
        if name == "copy rate":
            continue
        values = floor[name][:1] if name == "context-fid" else floor[name]
        assert np.mean(values) == pytest.approx(row.floor, rel=1e-5), name
    assert set(ours) == set(measures.SCORES)


def test_copies_have_a_neighbour_ratio_of_nothing_and_a_copy_rate_of_one():
    dataset = _series()
    wanted = ("copy rate", "neighbour ratio")
    made = measures.measure(dataset, dataset.windows(), wanted, seeds=(0,))
    assert made == {"copy rate": [1.0], "neighbour ratio": [0.0]}


def test_scores_without_a_turbine_are_left_out():
    dataset = _series()._replace(power=None)
    wanted = ("marginal", "ramps of power")
    made = measures.measure(dataset, dataset.windows(), wanted, seeds=(0,))
    assert made == {"marginal": [0.0]}


# ---- what is kept


def _training(tmp_path, seed=0, **overrides):
    return jobs.Training("sines", "plain", overrides, seed, 2.0, tmp_path)


def _keep(training, scores, **account):
    jobs.write(training.folder / "training.json", account | {"overrides": training.overrides})
    scoring = jobs.Scoring("sines", training.folder, jobs.RAW, tuple(scores), (100,))
    jobs.write(scoring.file, scores)
    return scoring


def test_a_training_of_other_settings_is_not_taken_for_this_one(tmp_path):
    training = _training(tmp_path, ema=0.9)
    _keep(training, {}, minutes=2.0, steps={})
    assert training.account()["minutes"] == 2.0
    assert _training(tmp_path, ema=0.99).account() is None


def test_one_seed_is_timed_for_all_of_the_same_settings(tmp_path):
    assert _training(tmp_path, ema=0.9, seed=1).timed() is None
    _keep(_training(tmp_path, ema=0.9), {}, settings={"joint_steps": 7})
    assert _training(tmp_path, ema=0.9, seed=1).timed() == {"joint_steps": 7}
    assert _training(tmp_path, ema=0.99, seed=1).timed() is None


def test_half_a_file_counts_as_none(tmp_path):
    training = _training(tmp_path)
    training.folder.mkdir(parents=True)
    (training.folder / "training.json").write_text(json.dumps({"minutes": 2})[:-3])
    assert training.account() is None


def test_only_scores_not_yet_made_are_missing(tmp_path):
    _keep(_training(tmp_path), {"marginal": [0.1]}, minutes=2.0, steps={})
    path = _training(tmp_path).folder
    scoring = jobs.Scoring("sines", path, jobs.RAW, ("marginal", "predictive"), (100,))
    assert scoring.missing() == ("predictive",)
    other_judges = jobs.Scoring("sines", path, jobs.RAW, ("marginal",), (101,))
    assert other_judges.missing() == ("marginal",)


def test_a_row_is_over_generators_each_the_mean_of_its_judges(tmp_path):
    trainings = [_training(tmp_path, seed) for seed in (0, 1, 2)]
    values = {0: [0.1, 0.3], 1: [0.4, 0.6]}
    kept = [
        [_keep(trainings[seed], {"d": v}, minutes=2.0, steps={"joint": 10 * seed})]
        for seed, v in values.items()
    ]
    cells = command.over_generators(trainings, [*kept, []])
    assert cells["d"] == pytest.approx([0.2, 0.5])
    assert cells["joint steps"] == [0, 10]
    assert cells["generators"] == "2/3"


# ---- variants


def test_each_variant_differs_from_the_plain_one_in_one_setting():
    assert ablation.VARIANTS["plain"] == {}
    for name, overrides in ablation.VARIANTS.items():
        changed = {k for k, v in overrides.items() if ablation.PLAIN[k] != v}
        assert len(changed) == len(overrides) == (name != "plain"), name


def test_a_mend_is_asked_for_alone_and_left_out():
    assert ablation.overrides("without critic") == {"preset": "best", "critic_weight": 0.0}
    alone = ablation.overrides("critic alone")
    assert "critic_weight" not in alone and alone["noise"] == "uniform"
    off = {name: value for changes in ablation.MENDS.values() for name, value in changes.items()}
    assert ablation.overrides("without any") == {"preset": "best"} | off
    best = TimeGANSettings(preset="best")
    assert all(getattr(best, name) != value for name, value in off.items())


def test_what_differs_by_quantile_mapping_alone_is_trained_once():
    assert ablation.trained_as("without mapping") == "preset best"
    assert ablation.trained_as("mapping alone") == "without any"


def test_quantile_mapping_shares_the_plain_training():
    assert ablation.trained_as("quantile_mapping") == "plain"
    assert ablation.trained_as("ema 0.995") == "ema 0.995"


@pytest.mark.parametrize("variant", [*ablation.VARIANTS, *ablation.PRESETS])
def test_every_variant_is_a_setting_that_exists(variant):
    settings = TimeGANSettings(**ablation.overrides(variant))
    for name, value in ablation.overrides(variant).items():
        assert getattr(settings, name) == value


# ---- grades


def test_kept_windows_are_graded_by_preset_each_as_a_user_gets_them(tmp_path):
    for preset in ("document", "best"):
        overrides = {"preset": preset}
        for seed in (0, 1):
            training = jobs.Training("sines", f"preset_{preset}", overrides, seed, 2.0, tmp_path)
            jobs.write(training.folder / "training.json", {"minutes": 2.0 + seed})
            kept = {"raw": np.zeros((3, 4, 2)), "mapped": np.ones((3, 4, 2))}
            np.savez(training.folder / "windows.npz", **kept)
    asked = SimpleNamespace(results=tmp_path, minutes=2.0, variants=list(ablation.PRESETS))
    found = grades._kept("sines", None, asked)
    assert list(found) == ["document, 2 seeds", "best, 2 seeds"]
    for row, value in (("document, 2 seeds", 0), ("best, 2 seeds", 1)):
        assert [seconds for _, seconds in found[row]] == [120, 180]
        assert all((drawn == value).all() for drawn, _ in found[row])
