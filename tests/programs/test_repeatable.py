"""The same seed in two processes: the same run, bit for bit, on the CPU."""

import pytest

from modules.runs.run import Run
from tests import processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    ("family", "more"),
    [*((family, ()) for family in processes.PHASES), ("timegan", ("--critic_weight", "5"))],
)
def test_two_processes_of_one_seed_write_the_same_weights_and_losses(
    tmp_path, monkeypatch, family, more
):
    runs = []
    for hash_seed in "12":  # sets of text are in another order in each
        monkeypatch.setenv("PYTHONHASHSEED", hash_seed)
        training = processes.start(
            tmp_path, family, *"--train_step 60 --log_interval 7".split(), *more
        )
        assert training.wait() == 0, (tmp_path / "said.txt").read_text()
        runs.append(Run(tmp_path / "TimeGan_Result" / f"experiment_0{hash_seed}"))
    processes.check_same(*runs)


def test_another_seed_writes_other_weights(tmp_path):
    for seed in "12":
        settings = f"--train_step 3 --seed {seed}".split()
        assert processes.start(tmp_path, "timegan", *settings).wait() == 0
    runs = [Run(tmp_path / "TimeGan_Result" / f"experiment_0{i}") for i in "12"]
    with pytest.raises(AssertionError):
        processes.check_same(*runs)
