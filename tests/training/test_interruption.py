"""The first signal asks the training to stop, the second ends the program."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from modules.training.interruption import SIGNALS, listening
from tests.processes import ROOT


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_heard_and_the_handlers_come_back(number):
    before = {number: signal.getsignal(number) for number in SIGNALS}
    with listening() as asked:
        assert not asked.is_set()
        os.kill(os.getpid(), number)
        assert asked.wait(5) and asked.number == number
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


@pytest.fixture
def usual_ctrl_c():
    """Python's own handler: what a shell starts in the background is born deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual_ctrl_c")
def test_a_second_ctrl_c_is_the_usual_one():
    with pytest.raises(KeyboardInterrupt), listening() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        assert asked.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()


STUCK = """
import signal
from modules.training.interruption import listening
with listening() as asked:
    print("ready", flush=True)
    while not asked.is_set():
        signal.pause()
    print("asked", flush=True)
    while True:
        signal.pause()
"""


def test_a_second_kill_ends_a_training_that_does_not_come_to_its_next_step():
    command = [sys.executable, "-c", STUCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as training:
        for expected in (b"ready\n", b"asked\n"):
            assert training.stdout.readline() == expected
            training.terminate()
        assert training.wait(20) == -signal.SIGTERM


def test_a_thread_trains_without_handlers():
    heard = []

    def train():
        with listening() as asked:
            heard.append(asked.is_set())

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert heard == [False]
