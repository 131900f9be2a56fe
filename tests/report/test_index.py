"""The table of all runs: told by their own files, of whatever family and however damaged."""

import json
import re

import pytest

from modules.errors import RunError
from modules.report import index
from modules.runs.run import create


def made_run(folder, *, family="harmonium", verdict="", **settings):
    """A run of a family that nobody knows, with what it left behind."""
    run = create(folder)
    content = {"run_id": "x", "family": family} | settings
    (run.model_folder / "settings.json").write_text(json.dumps(content), encoding="utf-8")
    if verdict:
        light = {"name": "dynamics", "word": "poor", "evidence": "a < b", "remedy": ""}
        scores = {"verdict": verdict, "lights": [light]}
        (run.folder / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
        (run.folder / "report.html").write_text("x")
    return run


def rows_of(folder, language="en"):
    index.write_index(folder, language)
    page = (folder / "index.html").read_text(encoding="utf-8")
    return page, re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)


def test_every_run_has_a_row_with_what_its_files_say_the_newest_first(tmp_path):
    made_run(tmp_path, data_path="/far/farm.csv", location="jeju", preset="best")
    run = made_run(tmp_path, verdict="Usable with care.")
    (run.folder / "losses.csv").write_text("phase,step,loss,late\njoint,10,0.5,\njoint,20,0.25,\n")
    (run.model_folder / "model.keras").write_text("x")
    page, rows = rows_of(tmp_path)
    assert [re.findall("experiment_0.", row)[0] for row in rows] == [
        "experiment_02",
        "experiment_01",
    ]
    newest, oldest = rows
    assert "Usable with care." in newest and 'class="light poor" title="a &lt; b"' in newest
    assert 'href="experiment_02/report.html"' in newest and "not finished" not in newest
    assert "loss 0.25<br>" in newest and "late" not in newest
    assert "harmonium" in oldest and "farm.csv (jeju)" in oldest and "best" in oldest
    assert "not finished" in oldest and "href" not in oldest
    assert "http" not in page and "<script" not in page


def test_a_damaged_run_still_has_its_row(tmp_path):
    run = made_run(tmp_path, family=["no", "text"], data_path=7)
    (run.folder / "scores.json").write_text('{"lights": [3, {"name": null}], "verdict": {}}')
    (run.folder / "losses.csv").write_bytes(b"\xff\x00,\nx")
    broken = create(tmp_path)
    (broken.model_folder / "settings.json").write_text("{")
    assert len(rows_of(tmp_path)[1]) == 2


def test_names_are_no_markup(tmp_path):
    made_run(tmp_path, family="<script>", data_path="<b>.csv")
    page, _ = rows_of(tmp_path)
    assert "<script" not in page and "<b>" not in page and "&lt;b&gt;.csv" in page


def test_the_table_speaks_korean(tmp_path):
    made_run(tmp_path)
    page, _ = rows_of(tmp_path, "ko")
    assert '<html lang="ko">' in page and "모든 실행" in page and "미완료" in page


def test_the_table_is_written_after_a_failure_too_and_never_is_one(tmp_path, monkeypatch, caplog):
    run = made_run(tmp_path)
    with pytest.raises(RunError, match="diverged"), index.listed(run):
        raise RunError("diverged")
    assert (tmp_path / "index.html").is_file()

    def full(*_):
        raise RunError("Cannot write index.html: No space left on device.")

    monkeypatch.setattr(index.files, "write_whole", full)
    with index.listed(run):
        pass
    assert "No table of the runs: Cannot write" in caplog.text
