import numpy as np
import pytest
import tensorflow as tf

from modules.errors import DataError
from modules.fidelity.evaluation import Columns, ScoreRow, Steps, evaluate
from modules.windows.splits import blocked_split

pytestmark = pytest.mark.whole

FAST = Steps(discriminative=2, predictive=2, encoder=1)
STARTS = np.arange(900)
HELDOUT = blocked_split(STARTS, 6, 0, test_share=0.3)


@pytest.fixture(scope="module", autouse=True)
def uncompiled():
    # Compiling takes longer than these few steps do.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def real():
    """Windows (900, 6, 4) of one series: power, wind speed and two more, scaled to 0...1."""
    rng = np.random.default_rng(0)
    speed = 0.5 + 0.4 * np.sin(np.arange(905) / 9)
    series = np.stack([speed**3, speed, *rng.random((2, 905))], -1).astype(np.float32)
    return np.lib.stride_tricks.sliding_window_view(series, 6, axis=0).transpose(0, 2, 1).copy()


@pytest.fixture(scope="module")
def wind_table(real):
    train, heldout = HELDOUT
    rng = np.random.default_rng(1)
    synthetic = rng.random((600, 6, 4), np.float32)
    synthetic[:60] = real[train[:60]]
    kept = np.sort(np.concatenate([train, heldout]))
    columns = Columns(["P", "Ws", "a", "b"], wind_speed=1, power=0, to_physical=lambda x: 20 * x)
    return evaluate(
        real[kept],
        synthetic,
        starts=STARTS[kept],
        heldout=np.isin(kept, heldout),
        columns=columns,
        seeds=(0, 1),
        steps=FAST,
    )


def find(rows, score, judge=None):
    return next(row for row in rows if row.score == score and judge in (None, row.judge))


def test_table_holds_every_score_with_its_reference_rows(wind_table):
    assert [row.score for row in wind_table if row.seeds] == [
        "discriminative",
        "discriminative",
        "predictive",
        "context-fid",
        "correlational",
        *["told apart"] * 4,
    ]
    assert {row.judge for row in wind_table if row.score == "marginal"} > {"P", "Ws", "a", "b"}
    for row in wind_table:
        assert None not in (row.value, row.floor, row.gaussian), row
    for row in wind_table[:5]:
        assert row.seeds == (0, 1) and len(row.values) == 2
        assert row.value == pytest.approx(np.mean(row.values))
        assert row.deviation == pytest.approx(np.std(row.values, ddof=1))


def test_planted_copies_show(wind_table):
    assert find(wind_table, "copy rate").value == 0.1
    assert find(wind_table, "copy rate").floor == 0


def test_power_without_wind_shows_in_physical_units(wind_table):
    row = find(wind_table, "power-curve residual")
    assert row.floor < 0.2 and row.value > 3
    assert find(wind_table, "ramp rates", "Ws").value > 1


def test_same_arguments_give_the_same_table_and_refusals_become_notes(real):
    constant = real.copy()
    constant[..., -1] = 0.5
    first, again = (evaluate(constant, constant[:300], seeds=(0, 1), steps=FAST) for _ in range(2))
    assert first == again
    refused = {row.score for row in first if row.value is None}
    assert refused == {"predictive", "correlational", "neighbour ratio"}
    assert "last column that varies" in find(first, "predictive").note
    assert "power-curve residual" not in {row.score for row in first}


def test_rows_are_plain_tuples():
    assert ScoreRow("a", "b", 0.1)[:5] == ("a", "b", 0.1, None, None)


def test_evaluation_refuses_heldout_windows_that_share_rows(real):
    with pytest.raises(DataError, match=r"share no row.*25 of 300 that do"):
        evaluate(real, real, starts=STARTS, heldout=STARTS % 300 < 100)


def test_evaluation_refuses_too_few_heldout_windows(real):
    with pytest.raises(DataError, match=r"at least 20 each.*890 and 10"):
        evaluate(real, real, heldout=np.arange(10))


def test_evaluation_refuses_nan_before_any_work(real):
    holed = real.copy()
    holed[0] = np.nan
    with pytest.raises(DataError, match=r"real with NaN or infinity in 1 of 900"):
        evaluate(holed, real)
