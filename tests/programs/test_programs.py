"""Exit codes, messages and the bundled sample, without any training."""

import logging

import pytest

from modules import programs
from modules.errors import DataError, RunError, SettingsError
from tests.tiny import tiny_settings

pytestmark = pytest.mark.usefixtures("own_logging")


def raising(error):
    def program():
        raise error

    return program


def test_a_program_that_ends_well_returns_0(capsys):
    assert programs.run(lambda: "anything") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("`lr` is wrong"), 2),
        (DataError("no rows"), 2),
        (RunError("diverged"), 1),
    ],
)
def test_an_expected_fault_gives_its_code_and_one_message_without_traceback(capsys, error, code):
    assert programs.run(raising(error)) == code
    captured = capsys.readouterr()
    assert captured.out == f"{error}\n"
    assert captured.err == ""


def test_ctrl_c_ends_quietly(capsys):
    assert programs.run(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().out == "Interrupted.\n"


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        programs.run(lambda: 1 / 0)


def test_messages_go_to_the_log_file_too(tmp_path, capsys):
    def program():
        programs.log_to(tmp_path / "train.log")
        logging.getLogger("modules.trainer").info("joint 1/2 – °C")

    assert programs.run(program) == 0
    written = (tmp_path / "train.log").read_text(encoding="utf-8")
    assert written.endswith(" INFO joint 1/2 – °C\n")
    assert capsys.readouterr().out == "joint 1/2 – °C\n"


def test_a_name_that_is_no_text_is_told_all_the_same(tmp_path, capsys):
    def refuse():
        programs.log_to(tmp_path / "train.log")
        raise DataError("WT\udcff.csv is empty.")

    assert programs.run(refuse) == 2
    assert capsys.readouterr().out == "WT\\udcff.csv is empty.\n"
    assert "WT\\udcff.csv is empty." in (tmp_path / "train.log").read_text(encoding="utf-8")


def test_header_names_versions_device_and_every_setting(caplog):
    settings = tiny_settings(lr=0.25)
    with caplog.at_level(logging.INFO):
        programs.log_header(settings, device="CPU")
    assert "TensorFlow 2." in caplog.text and "on CPU" in caplog.text
    assert "  lr = 0.25" in caplog.text
    assert len(caplog.records) == 2 + len(type(settings).model_fields)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty working folder, and the folders a sample is asked for."""
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(programs, "make_sample", asked.append)
    return tmp_path, asked


def test_sample_stands_in_for_the_default_folder_and_the_log_says_so(workspace, caplog):
    with caplog.at_level(logging.INFO):
        settings = programs.with_sample(tiny_settings())
    assert settings.data_path == programs.SAMPLE_FOLDER
    assert [str(folder) for folder in workspace[1]] == [programs.SAMPLE_FOLDER]
    assert "training on the bundled sample" in caplog.text
    assert "--data_path" in caplog.text


def test_data_that_is_there_is_used(workspace):
    (workspace[0] / "data").mkdir()
    assert programs.with_sample(tiny_settings()).data_path == "data"
    assert workspace[1] == []


def test_a_path_somebody_typed_is_never_replaced(workspace):
    assert programs.with_sample(tiny_settings(data_path="mine")).data_path == "mine"
    assert workspace[1] == []


def test_sample_is_no_data_of_another_site(workspace):
    with pytest.raises(DataError, match="format of 'westsouth'. Received: location='jeju'"):
        programs.with_sample(tiny_settings(location="jeju"))
    assert workspace[1] == []
