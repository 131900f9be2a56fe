"""`gan_train.py tadgan` and `gan_generator.py` on a few days of the sample."""

import json
import os
import re

import numpy as np
import pandas as pd
import pytest

import gan_generator
import gan_train
from modules.records.flagged import read_flagged
from modules.records.sample import make_sample
from modules.runs.safe import load_model
from modules.trainer import Trainer

SIZES = ["--seq_len", "18", "--batch_size", "8", "--n_critic", "2", "--log_interval", "2"]

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("own_logging")]


def train(folder, *arguments, runs="runs"):
    where = ["--data_path", str(folder / "input"), "--result_dir", str(folder / runs)]
    return gan_train.main(["tadgan", *where, *SIZES, *arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of four steps on three days of two turbines, and the folder it is in."""
    folder = tmp_path_factory.mktemp("tadgan")
    make_sample(folder / "input", days=3)
    assert train(folder, "--train_step", "4") == 0
    return folder


def write(folder, monkeypatch, tmp_path, *arguments):
    monkeypatch.chdir(tmp_path)
    run = folder / "runs" / "experiment_01"
    code = gan_generator.main(["--run", str(run), "--output", ".", *arguments])
    return code, *(sorted(tmp_path.glob(f"{name}_*.csv")) for name in ("Anomalies", "scores"))


def test_a_run_leaves_losses_model_and_what_it_flags(trained):
    run = trained / "runs" / "experiment_01"
    losses = pd.read_csv(run / "losses.csv")
    assert losses["step"].tolist() == [2, 4] and losses.notna().all(axis=None)
    assert {"turbine", "start", "end", "severity", "variables"} == set(
        read_flagged(run / "anomalies.csv")
    )
    model = load_model(run.with_name("experiment_01_model") / "model.keras")
    assert [output.shape for output in model.outputs] == [(None, 18, 11), (None, 1)]


def test_findings_scores_and_pictures_are_written(trained, monkeypatch, tmp_path):
    code, (findings,), (scores,) = write(trained, monkeypatch, tmp_path)
    assert code == 0
    assert pd.read_csv(findings).columns.tolist() == [
        "turbine", "start", "end", "severity", "variables",
    ]  # fmt: skip
    rows = pd.read_csv(scores, parse_dates=["DateTime"])
    assert rows["turbine"].unique().tolist() == ["WT01", "WT02"]
    assert {"score", "critic", "reconstruction", "WindD1_score", "WindD1_reconstructed"} < set(rows)
    assert np.isfinite(rows.select_dtypes("number")).all(axis=None)
    run = trained / "runs" / "experiment_01"
    assert (run / "anomalies" / "series_2.png").is_file()
    page = (run / "anomalies.html").read_text()
    assert page.count("data:image/png;base64,") == len(list((run / "anomalies").iterdir()))
    assert not re.search(r"(?:src|href)=\"(?!data:)", page) and "WT02" in page


def test_scores_lie_beside_findings_that_have_a_name_of_their_own(trained, monkeypatch, tmp_path):
    code, *_ = write(trained, monkeypatch, tmp_path, "--output", "found.csv")
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found.csv", "found_scores.csv"]
    assert "severity" in pd.read_csv(tmp_path / "found.csv")
    assert "WindSpeed_score" in pd.read_csv(tmp_path / "found_scores.csv")


def test_other_records_are_searched_and_held_against_known_faults(
    trained, monkeypatch, tmp_path, capsys
):
    make_sample(tmp_path / "later", days=4, seed=1, n_turbines=1, faults=["derating"])
    flagged = (trained / "runs" / "experiment_01" / "anomalies.csv").read_bytes()
    code, _, (scores,) = write(
        trained, monkeypatch, tmp_path,
        "--data_path", "later/WT01.csv", "--known", "later_faults.csv",
        "--error", "dtw", "--combination", "rec",
    )  # fmt: skip
    assert code == 0
    assert pd.read_csv(scores)["turbine"].unique().tolist() == ["WT01"]
    assert "of 1 known faults found" in capsys.readouterr().out
    page = (trained / "runs" / "experiment_01" / "anomalies.html").read_text()
    assert "of 1 known faults found" in page and "combined by rec" in page
    assert (trained / "runs" / "experiment_01" / "anomalies.csv").read_bytes() == flagged


def test_the_same_seed_gives_the_same_scores_after_a_kill_too(trained, monkeypatch, tmp_path):
    save = Trainer._save

    def stopping(self, phase, step):
        save(self, phase, step)
        if step == 2:
            os.kill(os.getpid(), 2)

    arguments = ["--train_step", "4", "--checkpoint_interval", "2"]
    monkeypatch.setattr(Trainer, "_save", stopping)
    assert train(trained, *arguments, runs="resumed") == 130
    monkeypatch.setattr(Trainer, "_save", save)
    assert train(trained, "--resume", runs="resumed") == 0
    models = [
        load_model(trained / runs / "experiment_01_model" / "model.keras")
        for runs in ("runs", "resumed")
    ]
    for ours, theirs in zip(*(model.get_weights() for model in models), strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seq_len", "16"], "`seq_len`: Input should be greater than or equal to 17"),
        (["--seq_len", "9999"], "`seq_len` must be at most the longest stretch"),
        (["--penalty", "none"], "`penalty`"),
        (["--encoder_lr", "0"], "`encoder_lr`"),
    ],
)
def test_a_wrong_setting_is_refused(trained, capsys, arguments, said):
    assert train(trained, *arguments, runs="refused") == 2
    assert said in capsys.readouterr().out
    assert not (trained / "refused").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data_path", "nowhere.csv"], "nowhere.csv does not exist"),
        (["--error", "none"], "`error`"),
        (["--combination", "rec"], "`combination` says nothing with `error` whitened"),
        (["--error", "area", "--threshold", "5"], "`threshold` says nothing with `error` area"),
        (["--known", "nowhere.csv"], "nowhere.csv is no table of turbine, start, end"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    trained, monkeypatch, tmp_path, capsys, arguments, said
):
    assert write(trained, monkeypatch, tmp_path, *arguments)[0] == 2
    assert said in capsys.readouterr().out


def test_records_without_a_column_of_the_run_are_refused(trained, monkeypatch, tmp_path, capsys):
    columns = trained / "runs" / "experiment_01_model" / "columns.json"
    before = columns.read_text()
    content = json.loads(before)
    content["columns"][2]["kind"] = "temperature"
    columns.write_text(json.dumps(content))
    make_sample(tmp_path / "later", days=2, n_turbines=1)
    try:
        code, *_ = write(trained, monkeypatch, tmp_path, "--data_path", "later")
    finally:
        columns.write_text(before)
    assert code == 2
    assert "lacks, or has otherwise, 1 of the run's 9 variables: WindSpeed" in (
        capsys.readouterr().out
    )


def test_timegan_leaves_out_what_a_detector_flags(trained, capsys):
    run = trained / "runs" / "experiment_01"
    (run / "anomalies.csv").write_text(
        "turbine,start,end\nWT01,2021-01-02 00:00:00,2021-01-02 03:50:00\n"
    )
    where = ["--data_path", str(trained / "input"), "--result_dir", str(trained / "runs")]
    assert gan_train.main([*where, "--drop_anomalies", "1", "--check_only"]) == 0
    said = capsys.readouterr().out
    assert "experiment_01 flags them: 24 of WT01, 0 of WT02. Windows: " in said


def test_a_run_that_flags_nothing_is_refused_as_a_detector(trained, capsys):
    where = ["--data_path", str(trained / "input"), "--result_dir", str(trained / "runs")]
    assert gan_train.main([*where, "--drop_anomalies", "7", "--check_only"]) == 2
    assert "is not a run folder" in capsys.readouterr().out
