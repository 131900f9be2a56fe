"""The beginning of a run: its log, and what is in the log's first lines."""

import logging
import subprocess
from dataclasses import replace

import pytest
from pydantic import BaseModel

from modules import programs
from modules.errors import DataError, RunError
from modules.runs import start
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
    assert len(caplog.records) == 2 + len(type(settings).model_fields)


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
