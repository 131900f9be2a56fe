"""One training, from features to a model: what it learns from, and what it must not see."""

from types import SimpleNamespace

import numpy as np
import pytest

from modules.runs.run import create
from modules.timegan import learning
from modules.timegan.learning import fit_mapping
from modules.utils import NETWORKS
from modules.windows.splits import heldout_split
from tests.tiny import CPU, STEPS, tiny_settings

NAMES = ("Speed", "Power")
SETTINGS = tiny_settings(noise="copula", quantile_mapping=True)
N_ROWS = 200
PARTS = heldout_split(np.arange(N_ROWS - STEPS + 1), STEPS, share=0.3, seed=1)
IS_TRAINED = np.isin(np.arange(N_ROWS), PARTS[0][:, None] + np.arange(STEPS))


def features(held_out):
    """Numbers at random, and `held_out` where a row is of no training window: (200, 2)."""
    rows = np.random.default_rng(0).uniform(size=(N_ROWS, 2))
    rows[IS_TRAINED] = rows[IS_TRAINED] * [20, 3000]
    rows[~IS_TRAINED] = held_out
    return rows


def learnt(folder, rows):
    scaler, timegan, noise = learning.train(rows, NAMES, PARTS, SETTINGS, create(folder), CPU)
    model = timegan.synthetic_model()
    mapping = fit_mapping(model, noise, scaler, rows, PARTS[0], SETTINGS, CPU)
    weights = [getattr(timegan, name).get_weights() for name in NETWORKS]
    return SimpleNamespace(scaler=scaler, noise=noise, mapping=mapping, weights=weights)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """What is learnt of the same training windows beside two kinds of held-out rows."""
    return [learnt(tmp_path_factory.mktemp("runs"), features(value)) for value in (1.0, 9000.0)]


def test_held_out_rows_do_not_move_the_scaler(pair):
    training = features(np.nan)[IS_TRAINED]
    for one in pair:
        np.testing.assert_array_equal(one.scaler.offset_, training.min(0))
        np.testing.assert_array_equal(one.scaler.scale_, np.ptp(training, axis=0))


def test_held_out_rows_do_not_move_the_noise(pair):
    for part in ("quantiles", "correlation"):
        np.testing.assert_array_equal(*(getattr(one.noise, part) for one in pair))


def test_held_out_rows_do_not_move_a_weight(pair):
    for network, weights in enumerate(pair[0].weights):
        for ours, theirs in zip(weights, pair[1].weights[network], strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_held_out_rows_do_not_move_the_mapping(pair):
    for part in ("generated", "training"):
        np.testing.assert_array_equal(*(getattr(one.mapping, part) for one in pair))
    assert pair[0].mapping.training.min() == 0 and pair[0].mapping.training.max() == 1


def test_the_best_weights_are_chosen_by_the_held_out_windows_and_the_seed(tmp_path, monkeypatch):
    asked = {}

    class Recorded:
        NAMES = ("heldout_distance",)

        def __init__(self, model, scaled, starts, unseen, **how):
            asked.update(how, scaled=scaled, starts=starts, unseen=unseen)
            raise InterruptedError

    monkeypatch.setattr(learning, "Selection", Recorded)
    settings = tiny_settings(keep_best=True, quantile_mapping=True, seed=42)
    with pytest.raises(InterruptedError):
        learning.train(features(1.0), NAMES, PARTS, settings, create(tmp_path), CPU)
    np.testing.assert_array_equal(asked["starts"], PARTS[0])
    np.testing.assert_array_equal(asked["unseen"], PARTS[1])
    assert (asked["scaled"][IS_TRAINED].min(), asked["scaled"][IS_TRAINED].max()) == (0, 1)
    assert (asked["seq_len"], asked["seed"], asked["maps"]) == (STEPS, 42, True)
