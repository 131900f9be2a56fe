"""`losses.csv` goes on after a stop or a crash without a row lost, doubled or cut."""

from types import SimpleNamespace

import numpy as np
import pytest

from modules.training.loss_history import LossHistory
from tests.events import shown

PHASES = [
    SimpleNamespace(name="first", losses=("loss",), scores=()),
    SimpleNamespace(name="second", losses=("loss",), scores=("score",)),
]
HEADER = "phase,step,loss,score\n"
WHOLE = HEADER + "first,5,0.5,\nfirst,10,1.0,\nsecond,5,1.5,2.0\n"


@pytest.fixture
def folder(tmp_path):
    with LossHistory(tmp_path, PHASES) as history:
        history.add(PHASES[0], 5, {"loss": 0.5})
        history.add(PHASES[0], 10, {"loss": 1.0})
        history.add(PHASES[1], 5, {"loss": 1.5, "score": 2.0})
    return tmp_path


def rewound(folder, phase_index, step):
    with LossHistory(folder, PHASES) as history:
        history.rewind(phase_index, step)
    return (folder / "losses.csv").read_text()


def test_a_phase_without_a_score_leaves_it_blank(folder):
    assert (folder / "losses.csv").read_text() == WHOLE


@pytest.mark.parametrize(
    ("place", "n_rows"), [((0, 0), 0), ((0, 5), 1), ((0, 9), 1), ((1, 0), 2), ((1, 5), 3)]
)
def test_rows_after_the_checkpoint_are_dropped(folder, place, n_rows):
    assert rewound(folder, *place) == "".join(WHOLE.splitlines(keepends=True)[: 1 + n_rows])


@pytest.mark.parametrize("cut", range(1, len("second,5,1.5,2.0\n") + 1))
def test_a_row_cut_short_by_a_crash_is_dropped(folder, cut):
    (folder / "losses.csv").write_text(WHOLE[:-cut])
    assert rewound(folder, 1, 5) == "".join(WHOLE.splitlines(keepends=True)[:3])


@pytest.mark.parametrize(
    "stranger", ["third,5,1.0,\n", "first,x,1.0,\n", "\xff,,\n", ",,,\n", "\n"]
)
def test_rows_that_are_not_ours_are_dropped(folder, stranger):
    (folder / "losses.csv").write_text(WHOLE + stranger, encoding="latin-1")
    assert rewound(folder, 1, 5) == WHOLE


def test_rows_are_added_after_those_that_were_there(folder):
    with LossHistory(folder, PHASES) as history:
        history.rewind(0, 10)
        history.add(PHASES[1], 5, {"loss": 1.5, "score": 2.0})
    assert (folder / "losses.csv").read_text() == WHOLE


@pytest.mark.parametrize("step", ["²", "9" * 5000, "-5", "5.0", ""])
def test_a_step_that_is_no_number_drops_its_row(folder, step):
    with (folder / "losses.csv").open("a", encoding="utf-8") as file:
        file.write(f"first,{step},0.1,\n")
    assert rewound(folder, 1, 5) == WHOLE


def test_a_picture_goes_to_the_events_and_not_to_the_table(tmp_path):
    with LossHistory(tmp_path, PHASES) as history:
        history.show(PHASES[1], 7, np.zeros((4, 6, 3), np.uint8))
    assert (tmp_path / "losses.csv").read_text() == HEADER
    assert [(event.step, value.tag) for event, value in shown(tmp_path)] == [(7, "second/windows")]
