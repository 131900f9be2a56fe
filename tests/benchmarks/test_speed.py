import json
import sys

import pytest

from tests.benchmarks.speed import cases
from tests.benchmarks.speed.__main__ import BEGIN, END, check_alike, replaced
from tests.benchmarks.speed.environments import NotInstalled, python_of
from tests.benchmarks.speed.side import Side

SIDE = """
import json, sys
print(json.dumps({"parameters": {"embedder": 1}, "version": "none"}), flush=True)
for line in sys.stdin:
    print(json.dumps({"asked": json.loads(line), "case": sys.argv[-1]}), flush=True)
"""


def test_products_of_a_supervised_step_are_counted_as_on_paper():
    case = cases.Case("GRU", hidden=2, n_features=1)
    embedder = 1 * 6 + 5 * 2 * 6 + 2 * 2  # first inputs; five other kernels; dense
    supervisor_first, supervisor_rest = 2 * 6, 3 * 2 * 6 + 2 * 2
    # Forward, weights' gradient, and the gradient of all inputs but the first layer's.
    products = embedder + 2 * supervisor_first + 3 * supervisor_rest
    assert cases.flops(case, "supervised") == 2 * 128 * 24 * products


def test_page_keeps_what_is_outside_the_marks():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replaced(page, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_sides_with_other_networks_are_not_compared():
    with pytest.raises(AssertionError, match="The networks differ"):
        check_alike({"ours": {"embedder": 3}, "pytorch": {"embedder": 4}})


def test_peer_that_does_not_install_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.benchmarks.speed.environments.REQUIREMENTS", tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no_python"))
    (tmp_path / "peer.txt").write_text("nothing\n")
    with pytest.raises(NotInstalled, match="peer did not install"):
        python_of("peer", tmp_path)


def test_side_answers_what_it_is_asked(tmp_path):
    folder = tmp_path / "tests" / "benchmarks" / "speed"
    folder.mkdir(parents=True)
    (folder / "echo.py").write_text(SIDE)
    side = Side(sys.executable, "echo", "C1", tmp_path)
    assert side.parameters == {"embedder": 1}
    assert side.ask(phase="joint", seconds=0) == {
        "asked": json.loads('{"phase": "joint", "seconds": 0}'),
        "case": "C1",
    }
    side.close()
