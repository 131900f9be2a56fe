"""Real trainings, signalled and killed: they go on, and nothing else is touched."""

import random
import signal
import subprocess

import pytest

import gan_generator
from modules.runs.run import Run
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
        assert training.wait() == 128 + number
        said = (tmp_path / "said.txt").read_text()
        assert f"Stopped at {place} step " in said and "Traceback" not in said
    assert begin(tmp_path, family, "--resume", "experiment_01", steps=60).wait() == 0
    processes.check_same(run, expected)


def is_saving(run):
    return any(run.model_folder.glob("ckpt-*_temp"))


def contents(run):
    folders = run.folder, run.model_folder
    return {path: path.read_bytes() for f in folders for path in f.iterdir() if path.is_file()}


def test_a_training_killed_at_any_moment_loses_at_most_one_interval(
    tmp_path, whole, monkeypatch, capsys
):
    expected = whole("timegan", STEPS)
    finished = finished_run(tmp_path / "TimeGan_Result")
    before = contents(finished)
    run = Run(tmp_path / "TimeGan_Result" / "experiment_02")
    place_of = {name: i * STEPS for i, name in enumerate(processes.PHASES["timegan"])}
    drawn = random.Random(SEED)
    moments = sorted(drawn.sample(range(1, 3 * STEPS - 20), N_KILLS))
    assert {moment // STEPS for moment in moments} == {0, 1, 2}
    largest_loss = n_inside = n_early = 0
    monkeypatch.chdir(tmp_path)

    def done():
        return max((place_of[phase] + step for phase, step in processes.rows(run)), default=0)

    def kill(training):
        training.kill()
        training.wait()

    for i, moment in enumerate(moments):
        resumed = len(processes.resumptions(run))
        training = begin(tmp_path, "timegan", *(["--resume"] if i else []))
        if i:
            assert processes.wait_for(
                training, lambda n=resumed: len(processes.resumptions(run)) > n
            )
        assert processes.wait_for(training, lambda m=moment: done() >= m)
        if i % 2:  # every other one inside a save
            processes.wait_for(training, lambda: is_saving(run), pause=0.001)
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                training.wait(drawn.uniform(0, 0.05))
        kill(training)
        n_inside += is_saving(run)
        reached, resumed = done(), len(processes.resumptions(run))
        assert gan_generator.main(["--n_windows", "2", "--output", "."]) == 0
        assert "experiment_01" in capsys.readouterr().out
        following = begin(tmp_path, "timegan", "--resume")
        # The first sign of it: the rows after the checkpoint are dropped, or the log tells.
        assert processes.wait_for(
            following,
            lambda d=reached, n=resumed: done() != d or len(processes.resumptions(run)) > n,
        )
        kill(following)
        if len(processes.resumptions(run)) == resumed:
            n_early += 1  # killed between the two: what is lost shows in the rows alone
            largest_loss = max(largest_loss, reached - done())
        else:
            phase, step = processes.resumptions(run)[-1]
            largest_loss = max(largest_loss, reached - (phase * STEPS + step))
    assert begin(tmp_path, "timegan", "--resume").wait() == 0
    processes.check_same(run, expected)
    left = [path for path in contents(run) if path.name.startswith(".")]
    assert contents(finished) == before and not left and not is_saving(run)
    print(
        f"{N_KILLS} kills at chosen moments ({n_inside} inside a save) and as many just after "
        f"resuming ({n_early} before the first step); at most {largest_loss} of {INTERVAL} steps "
        f"lost; 0 of {sum(map(len, before.values()))} bytes of the finished run changed"
    )
    assert largest_loss <= INTERVAL
    assert n_inside > 0
