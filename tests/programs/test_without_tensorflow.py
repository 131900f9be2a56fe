"""What a program tells without TensorFlow: everything up to the first training step."""

import json
import subprocess
import sys

import pytest

from modules.records.sample import make_sample
from tests.processes import ROOT
from tests.tiny_images import write_images

PROGRAM = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
import gan_train, gan_generator
mains = {"gan_train": gan_train.main, "gan_generator": gan_generator.main}
for case, (program, *words) in json.load(sys.stdin).items():
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(io.StringIO()):
        try:
            code = mains[program](words)
        except SystemExit as stop:
            code = stop.code
    loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
    print(json.dumps([case, code, loaded, said.getvalue()]))
"""
CASES = {
    "a wrong setting": (2, ["gan_train", "--seq_len", "1"]),
    "an unknown site": (2, ["gan_train", "--location", "nope"]),
    "a file that is not there": (2, ["gan_train", "--data_path", "nowhere.csv"]),
    "a wrong file": (2, ["gan_train", "--data_path", "wrong.csv", "--location", "generic"]),
    "a file of another layout": (2, ["gan_train", "--data_path", "days", "--location", "jeju"]),
    "too few rows": (2, ["gan_train", "--data_path", "days", "--seq_len", "500"]),
    "a target that is none": (
        2, ["gan_train", "forecaster", "--data_path", "days", "--target", "nope"],
    ),
    "a place that is not there": (2, ["gan_generator", "--output", "nowhere"]),
    "no such family": (2, ["gan_train", "forcaster"]),
    "no run to resume": (2, ["gan_train", "--resume"]),
    "a check without a window": (
        2, ["gan_train", "--data_path", "days", "--check_only", "--seq_len", "500"],
    ),
    "a check": (0, ["gan_train", "--data_path", "days", "--check_only"]),
    "help": (0, ["gan_train", "--help"]),
    "a check for the forecaster": (
        0, ["gan_train", "forecaster", "--data_path", "days", "--check_only", "--split", "0.5"],
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
def told(tmp_path_factory):
    """Case -> exit code, libraries loaded by then, output: all in one process, in their order."""
    folder = tmp_path_factory.mktemp("plain")
    make_sample(folder / "days", days=2, n_turbines=1)
    write_images(folder / "images")
    (folder / "wrong.csv").write_text("a,b\n1\n2,3,4\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        input=json.dumps({case: words for case, (_, words) in CASES.items()}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {case: rest for case, *rest in lines}


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_without_loading_tensorflow(told, case):
    code, loaded, said = told[case]
    assert (code, loaded) == (CASES[case][0], []), said
