"""settings.py of this folder: its mistakes told by line, a caller's own left in its place."""

import subprocess
import sys
import types

import pytest

import gan_train
import settings
from modules import own_settings
from modules.command_line import read_settings
from modules.errors import SettingsError
from tests.processes import ROOT
from tests.shipped import shipped_text

TEXT = shipped_text()
SEQ_LEN = 'seq_len: int = Field(24, ge=2, description="Steps per window.")'
LINE = 1 + TEXT[: TEXT.index(SEQ_LEN)].count("\n")


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """A function that puts another settings.py, of these bytes, in the place of ours."""

    def edit(content):
        path = tmp_path / "settings.py"
        path.write_bytes(content)
        monkeypatch.setattr(own_settings, "FILE", path)
        monkeypatch.setattr(own_settings, "KEPT", "settings of a test")
        monkeypatch.delitem(sys.modules, "settings")
        return path

    yield edit
    sys.modules.pop("settings of a test", None)
    sys.modules["settings"] = settings


def with_line(text, encoding="utf-8"):
    return TEXT.replace(SEQ_LEN, text).encode(encoding)


FAULTS = {
    "a comma is missing": (with_line('seq_len: int = Field(24 ge=2, description="S.")'), LINE, ""),
    "a path of Windows": (
        with_line('seq_len: str = Field("C:\\Users\\me", description="S.")'),
        LINE, r"a \\ in quotes stands for another letter\. Write / in paths",
    ),
    "a name that is none": (
        with_line('seq_len: int = Field(many, description="S.")'), LINE,
        "NameError: name 'many' is not defined",
    ),
    "a module that is not there": (
        with_line("import nothing_of_the_kind"), LINE,
        r"No module named 'nothing_of_the_kind'\. Install what requirements\.txt lists",
    ),
    "a wrong argument": (
        TEXT.replace('Choice(3, "document 000")', "Choice(3)").encode(), None,
        "TypeError: .* missing 1 required positional argument: 'reason'",
    ),
    "Korean in an old encoding": (
        with_line(SEQ_LEN.replace("Steps", "시퀀스"), "cp949"), LINE,
        r"not in UTF-8\. Save the file as UTF-8",
    ),
    "UTF-16": (TEXT.encode("utf-16"), 1, r"UTF-16\. Save it as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_does_not_load_is_told_in_one_line(edited, fault):
    content, line, said = FAULTS[fault]
    path = edited(content)
    place = rf"^{path}, line {line or '[0-9]+'}: .*{said}.*\. Mend the line, or restore the file\.$"
    with pytest.raises(SettingsError, match=place), own_settings.own_settings():
        pass
    assert "settings" not in sys.modules


def test_a_file_of_another_version_is_told_by_the_setting_it_lacks(edited):
    path = edited(TEXT.replace("max_gap: NonNegative", "other: NonNegative").encode())
    said = rf"^{path} has no `max_gap` in TimeGANSettings: .*Take the file of this version"
    with pytest.raises(SettingsError, match=said), own_settings.own_settings() as ours:
        _ = ours.TimeGANSettings().max_gap


def test_an_attribute_that_is_no_setting_is_missed_as_ever():
    with pytest.raises(AttributeError, match="'int' object"), own_settings.own_settings():
        _ = (1).max_gap


@pytest.mark.parametrize("content", [b"", TEXT[: TEXT.index("FAMILIES")].encode()])
def test_a_file_that_is_cut_off_is_told(edited, content):
    path = edited(content)
    said = rf"^{path} is cut off: it has no FAMILIES\. Restore the file\.$"
    with pytest.raises(SettingsError, match=said), own_settings.own_settings():
        pass
    assert "settings" not in sys.modules


def test_a_default_that_is_out_of_range_is_told_by_its_line(edited):
    path = edited(with_line(SEQ_LEN.replace("24", '"many"')))
    with own_settings.own_settings() as ours:
        with pytest.raises(SettingsError, match=rf"^{path}, line {LINE}: `seq_len`: .*'many'\.$"):
            read_settings(ours.TimeGANSettings, [])
        with pytest.raises(SettingsError, match=r"^`seq_len`: .*Received: '1'\.$"):
            read_settings(ours.TimeGANSettings, ["--seq_len", "1"])


@pytest.mark.parametrize("path", ["my\tdata", "C:\new"])
def test_what_a_backslash_made_of_a_path_is_refused(path):
    with pytest.raises(SettingsError, match="`data_path`: a tab or another control letter"):
        gan_train.train(data_path=path)


def test_a_file_that_does_not_load_ends_the_program_with_2(tmp_path):
    (tmp_path / "modules").mkdir()
    for path in (ROOT / "modules").glob("*.py"):
        (tmp_path / "modules" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "gan_train.py").write_bytes((ROOT / "gan_train.py").read_bytes())
    (tmp_path / "settings.py").write_text("x = (1\ny = 2\n")
    done = subprocess.run(
        [sys.executable, "gan_train.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert f"{tmp_path / 'settings.py'}, line 1: " in done.stdout and done.stdout.count("\n") == 1


def test_a_callers_own_module_is_put_back(monkeypatch):
    theirs = types.ModuleType("settings")
    monkeypatch.setitem(sys.modules, "settings", theirs)
    with own_settings.own_settings() as ours:
        assert sys.modules["settings"] is ours and hasattr(ours, "FAMILIES")
    assert sys.modules["settings"] is theirs
