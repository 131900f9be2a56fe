"""A long series in pieces against the same drawn at once."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import gan_generator
from modules.timegan import series, synthesis
from modules.timegan.copula import Copula
from modules.timegan.long_draw import LongDraw
from modules.timegan.noise import noise_maker
from tests.tiny import (
    CPU,
    FEATURES,
    KINDS,
    STEPS,
    STOCK,
    finished_run,
    loaded,
    stirred,
    tiny_copula,
    tiny_timegan,
)

N_ROWS = 63


def events():
    """Each step with a distribution of its own, independent: 0...1, 1...2, ... of both columns."""
    n_values = STEPS * FEATURES
    quantiles = np.arange(n_values)[:, None] + np.array([0.0, 1.0])
    return Copula.of(["Speed", "Power"], quantiles, [np.eye(n_values)])


NOISES = {
    "uniform": noise_maker("uniform", STEPS),
    "normal": noise_maker("normal", STEPS),
    "coloured": noise_maker("coloured", STEPS),
    "copula": tiny_copula(),
    "events": events(),
}


@pytest.mark.parametrize("draw", ["uniform", "normal"])
def test_pieces_of_a_draw_are_the_draw(draw):
    random = tf.random.Generator.from_seed(3, alg="philox")
    random.normal((7,))  # not at its beginning
    copy = tf.random.Generator.from_state(random.state.numpy(), alg="philox")
    whole = LongDraw(random)
    pieces = [getattr(whole, draw)((n, 3)) for n in (1, 4, 2, 6)]
    expected = getattr(copy, draw)((13, 3))
    np.testing.assert_array_equal(tf.concat(pieces, 0), expected)


@pytest.mark.parametrize("name", NOISES)
def test_pieces_of_noise_are_the_noise(name):
    noise = NOISES[name]
    randoms = [tf.random.Generator.from_seed(3, alg="philox") for _ in range(2)]
    expected = noise(randoms[0], (1, 6 * STEPS + 1, FEATURES))
    pieces = noise.pieces(randoms[1], [2 * STEPS, STEPS, 3 * STEPS + 1], FEATURES)
    np.testing.assert_allclose(tf.concat(list(pieces), 1), expected, atol=1e-6)
    assert np.std(expected) > 0.1


def lively(timegan):
    """Make its windows depend on the noise, as training would."""
    for network in (timegan.generator, timegan.supervisor, timegan.recovery):
        for variable in network.trainable_variables:
            if "kernel" in variable.path:
                variable.assign(4 * variable)
    return timegan


@pytest.mark.whole
@pytest.mark.parametrize("device", [CPU, STOCK])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "batchnorm"), [("uniform", True), ("copula", False)])
def test_a_series_in_pieces_is_the_series_at_once(monkeypatch, name, kind, batchnorm, device):
    timegan = lively(stirred(tiny_timegan(sel_rnn=kind, batchnorm=batchnorm)))
    model, how = timegan.synthetic_model(), {"noise": NOISES[name], "seed": 2, "warm_up": 3}
    expected = synthesis.sample(model, 1, N_ROWS, device=device, **how)
    monkeypatch.setattr(series, "MOST_ROWS", 3 * STEPS)
    pieces = list(series.series_pieces(model, N_ROWS, STEPS, device=device, **how))
    assert [piece.shape[1] for piece in pieces] == [15, 15, 15, 15, 3]
    np.testing.assert_allclose(np.concatenate(pieces, 1), expected, atol=1e-6)
    assert expected.std(1).max() > 1e-3


@pytest.mark.parametrize(
    ("n_rows", "expected"), [(30, [10, 10, 10]), (31, [10, 10, 11]), (32, [10, 10, 10, 2])]
)
def test_no_piece_is_a_single_row(n_rows, expected):
    assert list(series._lengths(n_rows, 10)) == expected


def test_pieces_are_whole_windows_so_that_no_event_is_cut(monkeypatch):
    monkeypatch.setattr(series, "MOST_ROWS", 100)
    assert [series.rows_at_once(n) for n in (1, 24, 60, 144)] == [100, 96, 120, 288]


def test_the_first_rows_of_a_billion_do_not_wait_for_the_others(tmp_path):
    blocks = loaded(finished_run(tmp_path)).blocks(1, 10**9, seed=0, device=CPU)
    shapes = [block.shape for block in islice(blocks, 2)]
    assert shapes == [(1, series.rows_at_once(STEPS), FEATURES)] * 2


@pytest.mark.whole
@pytest.mark.parametrize("freq", ["10min", "1D"])
def test_a_csv_is_the_same_in_pieces_of_any_length(tmp_path, monkeypatch, freq):
    fields = {"sel_rnn": "GRU", "noise": "copula", "quantile_mapping": True, "standstill": True}
    run = finished_run(tmp_path, timegan=lively(tiny_timegan(**fields)), freq=freq, **fields)
    written = []
    for most in (10**6, 40, 10):
        monkeypatch.setattr(series, "MOST_ROWS", most)
        path = tmp_path / f"{most}.csv"
        words = ["--run", str(run.folder), "--length", "201", "--output", str(path)]
        assert gan_generator.main([*words, "--report", "none"]) == 0
        written.append(path)
    assert written[1].read_bytes() == written[2].read_bytes()
    at_once, in_pieces = (pd.read_csv(path) for path in written[:2])
    assert at_once["DateTime"].tolist() == in_pieces["DateTime"].tolist()
    np.testing.assert_allclose(at_once.iloc[:, 2:], in_pieces.iloc[:, 2:], atol=2e-4, rtol=1e-5)
    assert 0.1 < np.mean(np.diff(in_pieces["Power"]) == 0) < 0.9
