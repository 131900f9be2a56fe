"""TensorFlow's own lines are kept back, others' are not."""

import os
import subprocess
import sys

import pytest

from modules.files import ROOT
from modules.training.quiet import LEVEL, starting

ITS_OWN = [
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    b"I0000 00:00:1795773768.647478   25391 cudart_stub.cc:31] Could not find cuda drivers",
    b"E0000 00:00:1795774469.575515   31718 cuda_platform.cc:52] failed call to cuInit",
    b"2026-11-27 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations",
]


def test_lines_of_tensorflows_are_dropped_and_others_follow(capfd, monkeypatch):
    monkeypatch.setenv(LEVEL, "2")
    with starting():
        for line in [b"Segments: 3", *ITS_OWN, b"WARNING: disk"]:
            os.write(2, line + b"\n")
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == "Segments: 3\nWARNING: disk\n"


def test_whoever_asks_for_all_lines_gets_them(capfd, monkeypatch):
    monkeypatch.setenv(LEVEL, "0")
    with starting():
        os.write(2, ITS_OWN[1])
    assert capfd.readouterr().err.encode() == ITS_OWN[1]


PROGRAM = """
with starting():
    import keras
print([name for name in ("matplotlib.pyplot", "sklearn") if name in sys.modules])
import matplotlib.pyplot, sklearn
"""


@pytest.mark.whole
@pytest.mark.parametrize(("ours", "loaded"), [("__file__ = 'gan_train.py'", False), ("", True)])
def test_what_keras_has_no_use_for_is_loaded_for_other_programs_alone(ours, loaded):
    text = f"import sys\n{ours}\nfrom modules.training.quiet import starting\n{PROGRAM}"
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert ("pyplot" in done.stdout) == ("sklearn" in done.stdout) == loaded
