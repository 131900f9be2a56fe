"""Exit codes and messages, without any training."""

import os
import signal
import threading

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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_quietly_also_where_it_breaks_off_an_import(capsys, number, code):
    cleaned = []

    def importing():
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            raise ImportError("partially initialised") from None
        finally:
            cleaned.append(True)

    before = signal.getsignal(number)
    assert programs.run(importing) == code
    assert capsys.readouterr().out == "Interrupted.\n" and cleaned
    assert signal.getsignal(number) is before


def test_a_program_runs_in_a_thread_too():
    codes = []
    thread = threading.Thread(target=lambda: codes.append(programs.run(lambda: None)))
    thread.start()
    thread.join()
    assert codes == [0]
