"""Disks that are full and folders that may not be written: a message, and nothing lost."""

import contextlib
import logging
import shutil
import subprocess

import pytest

import gan_generator
import gan_train
from modules import files, programs
from modules.errors import RunError
from modules.runs import safe
from modules.runs.run import Run
from modules.runs.start import logged_to
from tests.tiny import finished_run
from tests.wind_files import westsouth, write

# Without the report: its pictures alone are more than the megabyte.
TINY = "--hidden_dim 4 --num_layers 1 --seq_len 5 --batch_size 8 --report none".split()
SHORT = [*"--train_step 60 --log_interval 1 --checkpoint_interval 10".split(), *TINY]
pytestmark = pytest.mark.usefixtures("own_logging")


@contextlib.contextmanager
def mounted(folder, *options):
    """A file system in memory at `folder`, of a megabyte."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", ",".join(["size=1m", *options]), "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system takes the rights of root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path):
    with mounted(tmp_path / "disk") as folder:
        yield folder


def fill(folder, *, leave=0):
    """Take all room of `folder`'s disk but `leave` bytes; return the file that takes it."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    with path.open("rb+") as file:
        file.truncate(max(0, path.stat().st_size - leave))
    return path


def contents(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "ballast")
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.mark.parametrize("leave", [0, 8192])
def test_a_full_disk_leaves_the_old_file_whole(disk, leave):
    path = disk / "settings.json"
    files.write_whole(path, b"old")
    ballast = fill(disk, leave=leave)
    for write_to in (files.write_whole, files.write_new):
        with pytest.raises(RunError, match="Cannot write .*settings.*No space left.*Free the disk"):
            write_to(path, bytes(100_000))
    assert contents(disk) == {path.relative_to(disk): b"old"}
    ballast.unlink()
    files.write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_model_that_finds_no_room_leaves_the_old_one(disk):
    run = finished_run(disk)
    before = contents(disk)
    fill(disk, leave=8192)
    model = safe.load_model(run.model_folder / "model.keras")
    with pytest.raises(RunError, match=r"Cannot write .*model\.keras"):
        run.save_model(model)
    assert contents(disk) == before


def test_a_log_on_a_full_disk_is_not_talked_about(disk, capsys):
    def program():
        with logged_to(disk / "train.log"):
            fill(disk)
            for _ in range(2000):
                logging.getLogger("modules").info("a line for the file, and for the screen too")

    assert programs.run(program) == 0
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err and "Logging error" not in said.err


@pytest.mark.parametrize("option", ["ro", "full"])
def test_a_generator_that_cannot_write_says_so_and_keeps_the_run(
    tmp_path, monkeypatch, option, capsys
):
    run = finished_run(tmp_path / "runs")
    before = contents(tmp_path / "runs")
    with mounted(tmp_path / "disk", *(["ro"] if option == "ro" else [])) as folder:
        if option == "full":
            fill(folder)
        monkeypatch.chdir(folder)
        assert gan_generator.main(["--run", str(run.folder), "--n_windows=2", "--output=."]) == 1
        said = capsys.readouterr().out
        assert said.startswith("Cannot write TimeGan_") and said.count("\n") == 1
        assert contents(folder) == {}
        monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "index.html").unlink()  # which every generation writes anew
    assert contents(tmp_path / "runs") == before


def test_a_series_beyond_the_free_disk_is_refused_before_the_disk_is_full(disk, tmp_path, capsys):
    run = finished_run(tmp_path)
    words = ["--run", str(run.folder), "--length=2000000", f"--output={disk}", "--report=none"]
    assert gan_generator.main(words) == 1
    assert "2,000,000 rows take about 0.1 GB, and 0.0 GB of the disk are free" in (
        capsys.readouterr().out
    )
    assert contents(disk) == {}


def test_a_training_into_a_read_only_folder_says_so(tmp_path, capsys):
    data = write(westsouth(), tmp_path / "input" / "WT01.csv")
    with mounted(tmp_path / "disk", "ro") as folder:
        code = gan_train.main(["--data_path", str(data), "--result_dir", str(folder), *SHORT])
    said = capsys.readouterr().out
    assert code == 1
    assert "Read-only file system" in said.splitlines()[-1] and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("leave", [0, 20_000, 60_000, 120_000, 240_000])
def test_a_training_that_fills_the_disk_stops_and_goes_on_once_there_is_room(
    disk, tmp_path, capsys, leave
):
    data = write(westsouth(), tmp_path / "input" / "WT01.csv")
    arguments = ["--data_path", str(data), "--result_dir", str(disk), *SHORT]
    ballast = fill(disk, leave=leave)
    assert gan_train.main(arguments) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err and "Logging error" not in said.err
    assert "No space left" in said.out.splitlines()[-1] or "Cannot" in said.out.splitlines()[-1]
    ballast.unlink(missing_ok=True)
    begun = (disk / "experiment_01_model" / "columns.json").exists()
    assert gan_train.main([*arguments, "--resume"] if begun else arguments) == 0
    run = Run(disk / "experiment_01")
    assert run.is_finished
    rows = (run.folder / "losses.csv").read_text().splitlines()
    assert len(rows) == len(set(rows)) == 1 + 3 * 60
