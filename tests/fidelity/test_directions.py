import numpy as np
import pytest

from modules.fidelity import directions
from modules.fidelity.evaluation import evaluate
from modules.fidelity.rows import Columns

NAMES = ["speed", "Wind_sin", "Wind_cos", "lone_sin"]
AT = (1, 2)


def windows(degrees, speeds=None):
    """Windows (n, 4, 4) of these directions."""
    radians = np.radians(np.asarray(degrees, float))
    speeds = np.zeros_like(radians) if speeds is None else speeds
    rows = np.stack([speeds, np.sin(radians), np.cos(radians), speeds], axis=-1)
    return rows.reshape(-1, 4, 4)


def test_a_direction_is_a_sine_with_its_cosine():
    assert directions.pairs(NAMES) == {"Wind": AT}
    assert directions.pairs(["a", "b"]) == {}


def test_a_turned_direction_is_as_far_as_it_was_turned_also_past_north():
    drawn = np.random.default_rng(0).normal(355, 4, 4000)
    turned = directions.distance(windows(drawn), windows(drawn + 20), at=AT)
    assert turned == pytest.approx(20, abs=0.2)
    assert directions.distance(windows(drawn), windows(drawn), at=AT) == 0
    assert directions.distance(windows(drawn), windows(drawn + 180), at=AT) > 170


def test_a_rose_tells_where_which_wind_blows():
    random = np.random.default_rng(0)
    drawn = random.choice([0, 90, 180, 270], 4000)
    speeds = np.where(drawn < 180, 5.0, 10.0) + random.normal(0, 0.1, 4000)
    real = windows(drawn, speeds)
    assert directions.rose_distance(real, real, at=AT, wind_speed=0) == 0
    swapped = windows((drawn + 180) % 360, speeds)  # the same roses and winds, one by one
    assert directions.rose_distance(real, swapped, at=AT, wind_speed=0) > 0.8  # a class is mixed
    elsewhere = windows(np.where(drawn == 0, 45, drawn), speeds)
    share = (drawn == 0).mean()
    assert directions.rose_distance(real, elsewhere, at=AT, wind_speed=0) == pytest.approx(share)


def test_scores_have_a_row_for_each_direction_and_one_for_the_rose():
    random = np.random.default_rng(0)
    drawn, speeds = random.uniform(0, 360, 1600), random.random(1600)
    real = ((windows(drawn, speeds) + 1) / 2).astype(np.float32)
    columns = Columns(NAMES, wind_speed=0, to_physical=lambda scaled: 2 * scaled - 1)
    rows = evaluate(real, real[::-1], columns=columns, scores=["directions"])
    assert [(row.score, row.judge) for row in rows] == [("direction", "Wind"), ("rose", "Wind")]
    assert rows[0].value == rows[1].value == 0
    assert rows[0].floor > 0
    assert evaluate(real, real, columns=["a", "b", "c", "d"], scores=["directions"]) == []
