"""Files written whole or not at all."""

import ast
import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from modules import files
from modules.errors import DataError, RunError
from tests.processes import ROOT


def test_write_makes_or_replaces_a_file(tmp_path):
    path = tmp_path / "file.json"
    for content in (b"old", b"new"):
        files.write_whole(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["file.json"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, failing):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, failing, full)
    with pytest.raises(
        RunError, match=r"Cannot write .*file\.json: .*No space left.*Free the disk"
    ):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.json"]


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    done, replace = [], os.replace

    def named(source, target):
        done.append("named")
        replace(source, target)

    monkeypatch.setattr(files.os, "fsync", lambda handle: done.append(os.fstat(handle).st_size))
    monkeypatch.setattr(files.os, "replace", named)
    files.write_whole(tmp_path / "file.json", b"whole")
    assert done == [len(b"whole"), "named"]


def test_a_writer_that_breaks_off_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), files.replacing(path) as temporary:
        temporary.write_bytes(b"half")
        assert path.read_bytes() == b"old"
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.keras"]


KILLED = """
import os, signal, sys
from pathlib import Path
from modules.files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_is_killed_leaves_the_old_file_and_what_is_swept_up(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", KILLED, path], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old" and len(os.listdir(tmp_path)) == 2
    (tmp_path / "ckpt-3_temp").mkdir()
    (tmp_path / "ckpt-3_temp" / "part-00000-of-00001.data-00000-of-00001").write_bytes(b"half")
    (tmp_path / "ckpt-2.index").write_bytes(b"whole")
    files.sweep(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["ckpt-2.index", "model.keras"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RunError, match="Cannot write .*nowhere"):
        files.write_whole(tmp_path / "nowhere" / "file", b"")


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_json_that_is_no_object_is_refused(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_text(content)
    with pytest.raises(DataError, match=r"settings\.json (cannot be read|does not hold)"):
        files.read_json(path)


def test_json_keeps_units_readable(tmp_path):
    files.write_json(tmp_path / "columns.json", {"unit": "°C"})
    assert "°C" in (tmp_path / "columns.json").read_text(encoding="utf-8")
    assert files.read_json(tmp_path / "columns.json") == {"unit": "°C"}


def test_a_folder_holds_files_to_the_last_byte_or_not_at_all(tmp_path):
    files.write_folder(tmp_path / "folder", {"a": b"1", "b": b"2"})
    assert files.folder_holds(tmp_path / "folder", {"a": b"1", "b": b"2"})
    assert not files.folder_holds(tmp_path / "folder", {"a": b"1", "b": b"3"})
    assert not files.folder_holds(tmp_path / "folder", {"a": b"1", "c": b"2"})
    assert not files.folder_holds(tmp_path / "nowhere", {"a": b"1"})


ALONE = {"files.py", "locks.py"}  # who may touch files
FROM_BYTES = {"Image.open"}
TOUCHING = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "rmdir"),
    *("touch", "iterdir", "glob", "rglob", "is_file", "is_dir", "exists"),
}


def test_only_the_file_room_touches_files():
    found = []
    for path in sorted((ROOT / "modules").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and path.name not in ALONE:
                called = node.func
                is_ours = isinstance(called, ast.Attribute) and ast.unparse(called.value) == "files"
                name = getattr(called, "attr", getattr(called, "id", ""))
                if name in TOUCHING and not is_ours and ast.unparse(called) not in FROM_BYTES:
                    found.append(f"{path.name}:{node.lineno} {ast.unparse(called)}")
    assert not found


def test_content_in_parts_is_one_file(tmp_path):
    written = files.fill_new(tmp_path / "a.csv", lambda file: file.writelines([b"a,", b"b\n"]))
    assert written == tmp_path / "a.csv"
    assert files.write_new(tmp_path / "a.csv", b"c") == tmp_path / "a_2.csv"
    assert (tmp_path / "a.csv").read_bytes() == b"a,b\n"
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "a_2.csv"]


WRITER = """
import sys, time
from pathlib import Path
from modules import files
with files.replacing(Path(sys.argv[1])):
    print("writing", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_program_left_half_written_goes_and_what_is_written_stays(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "a.csv")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        writer.stdout.readline()
        files.write_new(tmp_path / "b.csv", b"")
        assert len(list(tmp_path.glob(".unfinished-*"))) == 1
        writer.kill()
    files.write_new(tmp_path / "c.csv", b"")
    assert sorted(os.listdir(tmp_path)) == ["b.csv", "c.csv"]


def test_a_half_written_file_of_another_machine_goes_after_a_day(tmp_path):
    old, new = tmp_path / ".unfinished-1-elsewhere-a", tmp_path / ".unfinished-1-elsewhere-b"
    for path, age in ((old, 25), (new, 23)):
        path.touch()
        os.utime(path, (time.time() - 3600 * age,) * 2)
    files.sweep_orphans(tmp_path)
    assert list(tmp_path.iterdir()) == [new]
