"""Real trainings, signalled and killed: they go on, and nothing else is touched."""

import random
import signal
import subprocess

import pytest

import gan_generator
from modules.runs import Run
from tests import processes
from tests.tiny import finished_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200), pytest.mark.usefixtures("own_logging")]

N_KILLS, SEED = 20, 6
INTERVAL, STEPS = 5, 300


def begin(folder, family, *arguments, steps=STEPS):
    settings = f"--train_step {steps} --log_interval 1 --checkpoint_interval {INTERVAL}".split()
    return processes.start(folder, family, *settings, *arguments)


@pytest.fixture
def whole(tmp_path):
    """A function that trains a family from end to end and returns the run."""

    def train(family, steps):
        folder = tmp_path / "whole"
        folder.mkdir()
        assert begin(folder, family, steps=steps).wait() == 0, (folder / "said.txt").read_text()
        return Run(folder / "TimeGan_Result" / "experiment_01")

    return train


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("family", processes.PHASES)
def test_a_signalled_training_resumes_to_the_same_bits(tmp_path, whole, family, number):
    expected = whole(family, 60)
    run = Run(tmp_path / "TimeGan_Result" / "experiment_01")
    for place in processes.PHASES[family]:
        arguments = [] if not run.folder.exists() else ["--resume"]
        training = begin(tmp_path, family, *arguments, steps=60)
        assert processes.wait_for(training, lambda p=place: (p, 17) in processes.rows(run))
        training.send_signal(number)
        assert training.wait() == 130
        said = (tmp_path / "said.txt").read_text()
        assert f"Stopped at {place} step " in said and "Traceback" not in said
    assert begin(tmp_path, family, "--resume", "experiment_01", steps=60).wait() == 0
    processes.check_same(run, expected)


def is_saving(run):
    return any("temp" in path.name for path in run.model_folder.iterdir())


def test_a_training_killed_at_any_moment_loses_at_most_one_interval(
    tmp_path, whole, monkeypatch, capsys
):
    expected = whole("timegan", STEPS)
    finished_run(tmp_path / "TimeGan_Result")
    run = Run(tmp_path / "TimeGan_Result" / "experiment_02")
    place_of = {name: i * STEPS for i, name in enumerate(processes.PHASES["timegan"])}
    drawn = random.Random(SEED)
    moments = sorted(drawn.sample(range(1, 3 * STEPS - 20), N_KILLS))
    largest_loss = n_inside = 0
    monkeypatch.chdir(tmp_path)

    def done():
        return max((place_of[phase] + step for phase, step in processes.rows(run)), default=0)

    for i, moment in enumerate(moments):
        training = begin(tmp_path, "timegan", *(["--resume"] if i else []))
        assert processes.wait_for(training, lambda m=moment: done() >= m)
        if i % 2:  # every other one inside a save
            processes.wait_for(training, lambda: is_saving(run))
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                training.wait(drawn.uniform(0, 0.05))
        training.kill()
        training.wait()
        n_inside += is_saving(run)
        reached = done()
        assert gan_generator.main(["--n_windows", "2"]) == 0
        assert "experiment_01" in capsys.readouterr().out
        following = begin(tmp_path, "timegan", "--resume")
        assert processes.wait_for(following, lambda d=reached: done() != d)
        following.kill()
        following.wait()
        phase, step = processes.resumed_at(run)
        largest_loss = max(largest_loss, reached - (phase * STEPS + step))
    assert begin(tmp_path, "timegan", "--resume").wait() == 0
    processes.check_same(run, expected)
    print(
        f"{N_KILLS} kills at chosen moments ({n_inside} inside a save) and as many just after "
        f"resuming; at most {largest_loss} of {INTERVAL} steps lost"
    )
    assert largest_loss <= INTERVAL
    assert n_inside > 0
