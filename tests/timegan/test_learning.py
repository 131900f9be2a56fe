"""One training, from features to a model: what it learns from, and what it must not see."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from modules import aside
from modules.preprocessing import MinMaxScaler, encode_angles, feature_names
from modules.records.columns import Column
from modules.timegan import learning
from modules.timegan.noise import noise_maker
from modules.utils import TimeGAN
from modules.windows.splits import heldout_split
from tests.tiny import CPU, STEPS, tiny_settings

COLUMNS = [Column(name=name) for name in ("Speed", "Power")]
N_ROWS = 200
PARTS = heldout_split(np.arange(N_ROWS - STEPS + 1), STEPS, share=0.3, seed=1)
IS_TRAINED = np.isin(np.arange(N_ROWS), PARTS[0][:, None] + np.arange(STEPS))


def features(held_out):
    """Speed and power at random, and `held_out` where a row is of no training window: (200, 2)."""
    rows = np.random.default_rng(0).uniform(size=(N_ROWS, 2)) * [20, 3000]
    rows[~IS_TRAINED] = held_out
    return rows


def learnt(held_out, *beside, **fields):
    """Scaler, noise and batches of a training that stops before its first step.

    `beside`: the conditions and the recorded cells of its rows.
    """
    made = {}

    class Kept(learning.Batches):
        def __init__(self, *arguments, **how):
            super().__init__(*arguments, **how)
            made["batches"] = self

    class NoTrainer:
        def __init__(self, *_, **__):
            pass

        def train(self):
            pass

    run = SimpleNamespace(folder="here", model_name="synthetic")
    settings = tiny_settings(noise="copula", **fields)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "Batches", Kept)
        patch.setattr(learning, "Trainer", NoTrainer)
        scaler, _, noise = learning.train(
            features(held_out), COLUMNS, PARTS, settings, run, CPU, *beside
        )
    return SimpleNamespace(scaler=scaler, noise=noise, batches=made["batches"])


@pytest.fixture(scope="module")
def pair():
    """What is learnt of the same training windows beside two kinds of held-out rows."""
    return [learnt(held_out) for held_out in (1.0, 9000.0)]


def test_held_out_rows_do_not_move_the_scaler(pair):
    training = features(np.nan)[IS_TRAINED]
    for one in pair:
        np.testing.assert_array_equal(one.scaler.offset_, training.min(0))
        np.testing.assert_array_equal(one.scaler.scale_, np.ptp(training, axis=0))


def test_bridged_cells_do_not_move_the_scaler_and_stand_beside_the_windows():
    whole = features(1.0)
    recorded = np.ones((N_ROWS, 2), np.float32)
    for column in (0, 1):
        recorded[[whole[:, column].argmin(), whole[:, column].argmax()], column] = 0
    made = learnt(1.0, None, recorded, max_gap=1)
    there = np.where(recorded > 0, whole, np.nan)[IS_TRAINED]
    np.testing.assert_array_equal(made.scaler.offset_, np.nanmin(there, 0))
    np.testing.assert_array_equal(made.scaler.scale_, np.nanmax(there, 0) - np.nanmin(there, 0))
    scaled = made.scaler.transform(whole).astype(np.float32)
    np.testing.assert_array_equal(made.batches.scaled, np.hstack([scaled, recorded]))


def test_what_a_bridged_leader_leaves_of_a_column_counts_as_bridged(monkeypatch):
    speed = np.random.default_rng(0).standard_t(3, N_ROWS * 5)
    left = 0.01 * np.random.default_rng(1).standard_t(3, speed.size)
    rows = np.stack([speed, speed + left], 1)
    parts = np.arange(speed.size - STEPS + 1), np.arange(0)
    monkeypatch.setattr(f"{__name__}.PARTS", parts)
    monkeypatch.setattr(f"{__name__}.features", lambda _: rows)
    recorded = np.ones(rows.shape, np.float32)
    recorded[::7, 0] = 0
    made = learnt(1.0, None, recorded, max_gap=1, scaler="relative")
    assert made.scaler.remainders_[0].leaders == (0,)
    np.testing.assert_array_equal(made.batches.scaled[:, 2:], recorded[:, [0, 0]])


def test_held_out_rows_do_not_move_the_noise(pair):
    for part in ("quantiles", "correlation"):
        np.testing.assert_array_equal(*(getattr(one.noise, part) for one in pair))


def test_no_held_out_row_is_in_a_batch(pair):
    drawn = np.concatenate([pair[1].batches.windows() for _ in range(50)])
    scaled = pair[1].scaler.transform(features(9000.0)).astype(np.float32)
    assert scaled[~IS_TRAINED].min() > 1 >= drawn.max()


def test_the_best_weights_are_chosen_by_the_held_out_windows_and_the_seed(monkeypatch):
    asked = {}

    def select(_model, scaled, starts, unseen, **how):
        asked.update(how, scaled=scaled, starts=starts, unseen=unseen)
        raise InterruptedError

    monkeypatch.setattr(learning, "Selection", select)
    settings = tiny_settings(keep_best=True, quantile_mapping=True, seed=42)
    run = SimpleNamespace(folder="here")
    with pytest.raises(InterruptedError):
        learning.train(features(1.0), COLUMNS, PARTS, settings, run, CPU)
    np.testing.assert_array_equal(asked["starts"], PARTS[0])
    np.testing.assert_array_equal(asked["unseen"], PARTS[1])
    trained = asked["scaled"][IS_TRAINED]
    assert (trained.min(), trained.max()) == (0, 1)
    assert (asked["seq_len"], asked["seed"]) == (STEPS, 42)
    made = asked["finished"](np.random.default_rng(0).uniform(size=(300, STEPS, 2)) ** 3)
    quantiles = (np.quantile(rows.reshape(-1, 2), [0, 0.5, 1], axis=0) for rows in (made, trained))
    np.testing.assert_allclose(*quantiles, atol=0.05)


def test_the_model_is_the_chain_that_the_selection_chooses(monkeypatch):
    class Selects(SimpleNamespace):
        def choose(self, chains):
            return list(chains)[-1]

    monkeypatch.setattr(learning, "Selection", lambda *_, **__: Selects())
    monkeypatch.setattr(learning, "Trainer", lambda *_, **__: SimpleNamespace(train=lambda: None))
    monkeypatch.setattr(learning, "TimeGAN", NoPhases)
    settings = tiny_settings(keep_best=True, noise="copula")
    run = SimpleNamespace(folder="here", model_name="synthetic")
    _, model, noise = learning.train(features(1.0), COLUMNS, PARTS, settings, run, CPU)
    drawn = noise(tf.random.Generator.from_seed(0, alg="philox"), (3, STEPS, 2))
    np.testing.assert_array_equal(model(drawn), drawn)


class NoPhases(TimeGAN):
    def phases(self, *_):
        return []


@pytest.mark.parametrize("scaler", ["minmax", "robust", "standard"])
def test_records_too_large_for_memory_are_learnt_the_same(monkeypatch, scaler):
    found = []
    for large in (aside.LARGE, 1):
        monkeypatch.setattr(aside, "LARGE", large)
        monkeypatch.setattr(aside, "AT_ONCE", 100)
        made = learnt(9000.0, scaler=scaler)
        numbers = made.scaler.offset_, made.scaler.scale_, made.noise.quantiles
        found.append([*numbers, made.noise.correlation, made.batches.windows().numpy()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_finish_of_records_too_large_for_memory_is_the_same(monkeypatch):
    columns = [Column(name="Yaw", kind="angle", unit="deg", lower=0), Column(name="Power")]
    rows = np.random.default_rng(0).uniform(size=(N_ROWS, 2)).round(1) * [300, 3000]
    names = feature_names(columns)
    scaler = MinMaxScaler().fit(encode_angles(rows, columns), names)
    settings = tiny_settings(quantile_mapping=True, standstill=True)
    model = TimeGAN(settings, len(names), CPU).synthetic_model()
    noise = noise_maker("uniform", STEPS)
    found = []
    for large in (aside.LARGE, 1):
        monkeypatch.setattr(aside, "LARGE", large)
        monkeypatch.setattr(aside, "AT_ONCE", 100)
        finish = learning.fit_finish(
            model, noise, scaler, columns, encode_angles(rows, columns), PARTS[0], settings, CPU
        )
        found.append([finish.mapping.generated, finish.mapping.training, finish.standstill.bands])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
