"""Exit codes and messages, without any training."""

import pytest

from modules import programs
from modules.errors import DataError, RunError, SettingsError

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
