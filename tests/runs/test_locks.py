"""One training at a time per run, and no lock left behind by a killed one."""

import contextlib
import errno
import importlib.util
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

import gan_train
from modules.runs import locks
from modules.runs.run import create
from tests.processes import ROOT
from tests.tiny import tiny_settings, tiny_site_data
from tests.wind_files import westsouth, write

fcntl = pytest.importorskip("fcntl")

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


LK_UNLCK, LK_NBLCK = 0, 2  # Windows' own numbers


def locking(handle, mode, n_bytes):
    """Windows' lock on `n_bytes` of an open file, which another handle is refused."""
    assert n_bytes == 1
    how = {LK_UNLCK: fcntl.LOCK_UN, LK_NBLCK: fcntl.LOCK_EX | fcntl.LOCK_NB}[mode]
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        raise OSError(errno.EACCES, "Permission denied") from None


def without_locks(handle, mode, n_bytes):
    raise OSError(errno.EINVAL, "Invalid argument")


def windows_locks(locking):
    """The room's file as Windows runs it, in one more copy: another process, as it were."""
    msvcrt = SimpleNamespace(locking=locking, LK_UNLCK=LK_UNLCK, LK_NBLCK=LK_NBLCK)
    spec = importlib.util.spec_from_file_location("windows_locks", locks.__file__)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "platform", "win32")
        patched.setitem(sys.modules, "msvcrt", msvcrt)
        patched.setitem(sys.modules, "fcntl", None)
        spec.loader.exec_module(module)
    return module


def test_windows_locks_a_file_in_the_folder_until_release(tmp_path):
    ours, theirs = windows_locks(locking), windows_locks(locking)
    for _ in range(2):
        assert theirs.is_free(tmp_path)
        assert ours.claim(tmp_path)
        assert not theirs.is_free(tmp_path)
        assert not theirs.claim(tmp_path)
        ours.release()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_windows_unlocks_before_it_closes(tmp_path):
    modes, handles = [], set()

    def recorded(handle, mode, n_bytes):
        modes.append(mode)
        handles.add(handle)
        os.fstat(handle)  # is open

    windows = windows_locks(recorded)
    assert windows.is_free(tmp_path)
    assert windows.claim(tmp_path)
    windows.release()
    assert modes == [LK_NBLCK, LK_UNLCK] * 2
    for handle in handles:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handle)


def test_windows_trains_on_a_file_system_without_locks(tmp_path):
    windows = windows_locks(without_locks)
    assert windows.is_free(tmp_path)
    assert windows.claim(tmp_path)
    windows.release()
