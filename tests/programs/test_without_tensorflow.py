"""What a program tells without TensorFlow: everything up to the first training step."""

import json
import subprocess
import sys

import pytest

from modules.records.sample import make_sample
from tests.processes import ROOT
from tests.tiny_images import write_images

PROGRAM = """
import json, sys
import gan_train, gan_generator
main = {"gan_train": gan_train.main, "gan_generator": gan_generator.main}[sys.argv[1]]
try:
    code = main(sys.argv[2:])
except SystemExit as stop:
    code = stop.code
loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
print(json.dumps([code, loaded]))
"""
CASES = {
    "a wrong setting": (2, ["gan_train", "--seq_len", "1"]),
    "an unknown site": (2, ["gan_train", "--location", "nope"]),
    "a file that is not there": (2, ["gan_train", "--data_path", "nowhere.csv"]),
    "a wrong file": (2, ["gan_train", "--data_path", "wrong.csv", "--location", "generic"]),
    "a file of another layout": (2, ["gan_train", "--data_path", "days", "--location", "jeju"]),
    "too few rows": (2, ["gan_train", "--data_path", "days", "--seq_len", "500"]),
    "no run to resume": (2, ["gan_train", "--resume"]),
    "a check": (0, ["gan_train", "--data_path", "days", "--check_only"]),
    "help": (0, ["gan_train", "--help"]),
    "a check for the forecaster": (
        0, ["gan_train", "forecaster", "--data_path", "days", "--check_only"],
    ),
    "help of the forecaster": (0, ["gan_train", "forecaster", "--help"]),
    "a check of images": (
        0, ["gan_train", "imagegan", "--data_path", "images", "--check_only",
            "--fixed_pixels", "2,5,7,22"],
    ),
    "images without their fixed pixels": (
        2, ["gan_train", "imagegan", "--data_path", "images"],
    ),
    "help of the image GAN": (0, ["gan_train", "imagegan", "--help"]),
    "help of the generator": (0, ["gan_generator", "--help"]),
    "no finished run": (2, ["gan_generator"]),
    "no such run": (2, ["gan_generator", "--run", "nowhere"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    make_sample(folder / "days", days=2, n_turbines=1)
    write_images(folder / "images")
    (folder / "wrong.csv").write_text("a,b\n1\n2,3,4\n")
    return folder


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_without_loading_tensorflow(workspace, case):
    code, words = CASES[case]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=workspace,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [code, []], done.stdout + done.stderr
