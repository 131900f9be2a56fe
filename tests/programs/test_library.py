"""Both programs as functions: the example of docs/notebook.md, in a host of its own."""

import re
import subprocess
import sys

import pandas as pd
import pytest

import gan_generator
import gan_train
from modules.errors import DataError, SettingsError
from tests.processes import ROOT

PAGE = ROOT / "docs" / "notebook.md"
BEFORE = """
import logging
import sys
sys.argv = ["ipykernel_launcher.py", "-f", "kernel.json"]
import settings
"""
AFTER = """
assert settings.mine and sys.modules["settings"] is settings
root, ours = logging.getLogger(), logging.getLogger("modules")
assert (root.handlers, root.level, ours.handlers, ours.level) == ([], logging.WARNING, [], 0)
assert ours.propagate
import os
os.chdir("/")
from modules.errors import SettingsError
try:
    generate(n_windows=0)
except SettingsError as error:
    print(error)
print(generate(run=run, n_windows=2, output=str(run)))
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """(folder, what was said) of the page's example, beside a settings.py of the host's."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path_factory.mktemp("host")
    (folder / "settings.py").write_text("mine = True\n")
    example = example.replace("/path/to/timegan", ROOT.as_posix())
    own = 'preset="document", seq_len=24, train_step=5'  # whatever stands in settings.py
    example = example.replace("train_step=5", own)
    (folder / "notebook.py").write_text(BEFORE + example + AFTER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "notebook.py"], cwd=folder, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done


@pytest.mark.whole
def test_the_example_of_the_page_runs_and_says_no_more_than_its_own(host):
    _, done = host
    # A host without logging hears warnings: five steps teach nothing.
    assert {line[:21] for line in done.stderr.splitlines()} <= {"The generated windows"}
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["speed", "power"] and len(lines) == 2 + 24 + 2
    assert lines[-2].startswith("`n_windows`: Input should be greater than 0. Received: 0.")


@pytest.mark.whole
def test_the_run_is_whole_though_the_host_hears_no_information(host):
    folder, done = host
    log = folder / "TimeGan_Result" / "experiment_01" / "train.log"
    assert "joint 5/5" in log.read_text(encoding="utf-8")
    assert "Finished: " in log.read_text(encoding="utf-8")
    assert len(pd.read_csv(done.stdout.splitlines()[-1])) == 2 * 24
    assert len(list(folder.glob("TimeGan_2*.csv"))) == 1


def test_faults_are_exceptions():
    with pytest.raises(SettingsError, match=r"`seq_len`: .* Received: 1\."):
        gan_train.train(seq_len=1)
    with pytest.raises(SettingsError, match="sequence: Extra inputs|`sequence`"):
        gan_train.train(sequence=1)
    with pytest.raises(SettingsError, match="must be one of timegan, .* Received: 'timegam'"):
        gan_train.train("timegam")
    with pytest.raises(DataError, match="'nowhere' is not a run folder"):
        gan_generator.generate(run="nowhere")
