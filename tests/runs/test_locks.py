"""One training at a time per run, and no lock left behind by a killed one."""

import contextlib
import subprocess
import sys

import pytest

import gan_train
from modules.runs import locks
from modules.runs.run import create
from tests.processes import ROOT
from tests.tiny import tiny_settings, tiny_site_data
from tests.wind_files import westsouth, write

pytest.importorskip("fcntl")

HOLDER = """
import sys, time
from modules.runs import locks
print(locks.claim(sys.argv[1]), flush=True)
time.sleep(600)
"""


@contextlib.contextmanager
def held(folder):
    """Another process holds `folder`; it is yielded, to be killed."""
    command = [sys.executable, "-c", HOLDER, folder.resolve()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout.readline() == b"True\n"
            yield process
        finally:
            process.kill()


def test_a_folder_is_held_by_one_process_until_it_is_killed(tmp_path):
    with held(tmp_path) as process:
        assert not locks.is_free(tmp_path)
        assert not locks.claim(tmp_path)
        process.kill()
        process.wait()
        assert locks.is_free(tmp_path)


def test_what_was_held_can_be_held_again_after_release(tmp_path):
    for _ in range(2):
        assert locks.claim(tmp_path)
        assert not locks.is_free(tmp_path)
        locks.release()


@pytest.mark.parametrize(
    ("resume", "expected"),
    [
        ([], "No unfinished run of timegan in TimeGan_Result"),
        (["experiment_01"], "experiment_01 is being trained by another program. Wait for it."),
    ],
)
def test_a_run_that_is_being_trained_is_not_resumed_by_another(
    tmp_path, monkeypatch, own_logging, capsys, resume, expected
):
    monkeypatch.chdir(tmp_path)
    data = write(westsouth(), tmp_path / "WT01.csv")
    run = create("TimeGan_Result")
    run.write_settings("timegan", tiny_settings(data_path=str(data)))
    run.write_columns(tiny_site_data())
    assert run.is_resumable
    with held(run.model_folder):
        assert not run.is_resumable
        before = sorted(tmp_path.rglob("*"))
        assert gan_train.main(["--resume", *resume]) == 2
        assert expected in capsys.readouterr().out
        assert sorted(tmp_path.rglob("*")) == before
