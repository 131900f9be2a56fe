"""Trainings shared out to two processes of this machine."""

import csv
import json
import os
import socket

import pytest

from modules.runs.run import Run
from tests import processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def begin(folder, monkeypatch, *arguments):
    """Both workers, the first one first."""
    sockets = [socket.socket() for _ in range(2)]
    for one in sockets:
        one.bind(("localhost", 0))
    addresses = [f"localhost:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    workers = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = {"cluster": {"worker": addresses}, "task": task}
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))
        workers.append(processes.start(folder, "timegan", "--strategy", "multiworker", *arguments))
    monkeypatch.delenv("TF_CONFIG")
    return workers


def losses(run):
    with (run.folder / "losses.csv").open() as file:
        return [float(x) for row in list(csv.reader(file))[1:] for x in row[1:] if x]


def the_run(folder):
    return Run(folder / "TimeGan_Result" / "experiment_01")


def test_two_workers_train_as_one_process_does_and_one_of_them_writes(tmp_path, monkeypatch):
    steps = ["--train_step", "20", "--log_interval", "5", "--report", "none"]
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    assert processes.start(one, "timegan", *steps).wait() == 0
    workers = begin(two, monkeypatch, *steps)
    assert [worker.wait() for worker in workers] == [0, 0], (two / "said.txt").read_text()
    assert losses(the_run(two)) == pytest.approx(losses(the_run(one)), abs=1e-5)
    assert the_run(two).is_finished
    assert sorted(os.listdir(two / "TimeGan_Result")) == ["experiment_01", "experiment_01_model"]


def test_a_worker_that_dies_ends_the_run_which_goes_on_alone(tmp_path, monkeypatch):
    steps = "--train_step 3000 --log_interval 5 --checkpoint_interval 10 --report none".split()
    first, second = begin(tmp_path, monkeypatch, *steps)
    run = the_run(tmp_path)
    assert processes.wait_for(first, lambda: ("autoencoder", 40) in processes.rows(run))
    second.kill()
    second.wait()
    assert first.wait(timeout=120) == 1
    assert "another worker of this training has ended" in (tmp_path / "said.txt").read_text()
    alone = processes.start(tmp_path, "timegan", "--resume", "experiment_01", "--strategy", "none")
    assert processes.wait_for(alone, lambda: ("autoencoder", 80) in processes.rows(run))
    alone.terminate()
    assert alone.wait() == 143
    assert len(processes.resumptions(run)) == 1
