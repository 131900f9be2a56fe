"""The beginning of a run: its log, and what is in the log's first lines."""

import logging
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from modules import programs
from modules.errors import DataError, RunError
from modules.runs import run as runs
from modules.runs import start
from modules.timegan import family
from settings import TimeGANSettings
from tests.tiny import CPU, finished_run, tiny_settings, tiny_site_data

pytestmark = pytest.mark.usefixtures("own_logging")


def test_messages_go_to_the_log_file_too(tmp_path, capsys):
    def program():
        with start.logged_to(tmp_path / "train.log"):
            logging.getLogger("modules.trainer").info("joint 1/2 – °C")

    assert programs.run(program) == 0
    written = (tmp_path / "train.log").read_text(encoding="utf-8")
    assert written.endswith(" INFO joint 1/2 – °C\n")
    assert capsys.readouterr().out == "joint 1/2 – °C\n"


def test_a_name_that_is_no_text_is_told_all_the_same(tmp_path, capsys):
    def refuse():
        with start.logged_to(tmp_path / "train.log"):
            raise DataError("WT\udcff.csv is empty.")

    assert programs.run(refuse) == 2
    assert capsys.readouterr().out == "WT\\udcff.csv is empty.\n"
    assert "WT\\udcff.csv is empty." in (tmp_path / "train.log").read_text(encoding="utf-8")


def test_a_resumed_run_is_swept_of_what_was_left_half_written(tmp_path):
    run = finished_run(tmp_path)
    left = [folder / ".unfinished-1.csv" for folder in (run.folder, run.model_folder)]
    for path in left:
        path.write_text("half")
    with start.start("timegan", tiny_settings(), tiny_site_data(), resumed=run, device=CPU):
        assert not any(path.exists() for path in left)
        assert (run.model_folder / "model.keras").exists()


def test_a_new_run_that_cannot_begin_leaves_nothing_and_a_resumed_one_all(tmp_path, monkeypatch):
    class Report(BaseModel):
        pass

    def full(_path):
        raise OSError("No space left on device")

    monkeypatch.setattr(start, "logged_to", full)
    begun, data = finished_run(tmp_path / "begun"), tiny_site_data()
    data = replace(data, report=Report())
    settings = tiny_settings(result_dir=str(tmp_path / "new"))
    for resumed in (None, begun):
        with (
            pytest.raises(RunError, match=r"could not begin: No space left"),
            start.start("timegan", settings, data, resumed=resumed, device=CPU),
        ):
            pass
    assert not list((tmp_path / "new").iterdir())
    assert (begun.model_folder / "model.keras").exists() and begun.folder.exists()


def test_header_names_versions_device_and_every_setting(caplog):
    settings = tiny_settings(lr=0.25)
    with caplog.at_level(logging.INFO):
        start.log_header(settings, device="CPU")
    assert "TensorFlow 2." in caplog.text and "on CPU" in caplog.text
    assert "  lr = 0.25" in caplog.text
    assert len(caplog.records) == 2 + len(settings.model_dump())


def numbers(path, n_rows=300):
    t = np.arange(n_rows)
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"a": 9 + np.sin(t / 7), "b": np.cos(t / 5)}).to_csv(path, index=False)
    return str(path)


@pytest.fixture
def begun(tmp_path):
    """A run that has begun on numbers.csv: (settings, run)."""
    settings = TimeGANSettings(
        result_dir=str(tmp_path / "runs"), location="generic", freq=None, seq_len=5,
        data_path=numbers(tmp_path / "input" / "numbers.csv"),
    )  # fmt: skip
    settings, data = family.read(settings)
    with start.start("timegan", settings, data, resumed=None, device=CPU) as run:
        return settings, run


def resume(settings, **given):
    given = {"resume": "latest", "result_dir": settings.result_dir} | given
    settings, resumed = start.settle("timegan", TimeGANSettings(**given))
    settings, data = family.read(settings)
    with start.start("timegan", settings, data, resumed=resumed, device=CPU):
        return settings


def test_a_run_goes_on_where_its_records_lie_now(begun, tmp_path):
    settings, run = begun
    moved = tmp_path / "elsewhere" / "numbers.csv"
    moved.parent.mkdir()
    (tmp_path / "input" / "numbers.csv").rename(moved)
    with pytest.raises(DataError, match="does not exist"):
        resume(settings)
    assert resume(settings, data_path=str(moved)).seq_len == 5
    assert run.read_settings()["data_path"] == str(moved)
    assert resume(settings).data_path == str(moved)


def test_a_run_does_not_go_on_with_other_records(begun, tmp_path):
    settings, run = begun
    other = numbers(tmp_path / "other" / "numbers.csv", n_rows=299)
    with pytest.raises(DataError, match="records have changed since .*pass those .*`--data_path`"):
        resume(settings, data_path=other)
    assert run.read_settings()["data_path"] == settings.data_path


def test_what_is_not_used_beside_resume_is_told(begun, caplog):
    settings = resume(begun[0], lr=0.5, device="cpu", check_only=True)
    assert (settings.lr, settings.device, settings.check_only) == (0.001, "cpu", True)
    assert "goes on with its own settings. Not used: lr." in caplog.text


def test_a_resumption_without_a_checkpoint_begins_anew_and_says_so(begun, caplog):
    settings, run = begun
    losses = run.folder / "losses.csv"
    losses.write_text("phase,step,loss\nautoencoder,100,0.5\n")
    resume(settings)
    assert "experiment_01 has no checkpoint: it begins anew." in caplog.text
    assert not losses.exists()
    losses.write_text("phase,step,loss\n")
    (run.model_folder / "ckpt-1.index").touch()
    resume(settings)
    assert losses.exists() and caplog.text.count("begins anew") == 1


def test_paths_are_stored_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = runs.create("runs")
    run.write_settings("timegan", tiny_settings(data_path="input", result_dir="runs"))
    written = run.read_settings()
    assert written["data_path"] == str(tmp_path / "input")
    assert written["result_dir"] == str(tmp_path / "runs")


def test_the_log_file_gets_what_a_quiet_host_does_not_hear(tmp_path):
    heard = []
    host = logging.Handler()
    host.emit = lambda record: heard.append(record.getMessage())
    root, ours = logging.getLogger(), logging.getLogger("modules")
    root.setLevel(logging.WARNING)
    root.addHandler(host)
    with start.logged_to(tmp_path / "train.log"):
        logging.getLogger("modules.trainer").info("a step")
        logging.getLogger("modules.trainer").warning("a fault")
    assert heard == ["a fault"]
    written = (tmp_path / "train.log").read_text()
    assert written.count("a step") == written.count("a fault") == 1
    assert (ours.level, ours.propagate, ours.handlers) == (0, True, [])


def test_the_commit_of_the_programs_is_told_and_whether_files_differ_from_it(tmp_path, capfd):
    def git(*words):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        command = ["git", "-C", tmp_path, *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert start.git_state(tmp_path) == "none"
    git("init")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_text("one")
    git("add", ".")
    git("commit", "-m", "Begin")
    assert start.git_state(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "new").write_text("not part of it")
    assert start.git_state(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "below" / "file").write_text("two")
    assert start.git_state(tmp_path) == f"{git('rev-parse', 'HEAD')}, dirty"
    assert start.git_state(tmp_path / "below") == "none"
    assert capfd.readouterr() == ("", "")
