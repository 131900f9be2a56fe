"""TimeGAN with conditions: what its networks see, and what a trained run makes of them."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from gan_generator import generate
from gan_train import train
from models.definemodel import links
from modules.runs.safe import load_model
from modules.timegan import series
from modules.timegan.effects import ConditionedCopula, Effects
from modules.timegan.synthesis import sample
from modules.training import setup
from modules.utils import NETWORKS, TimeGAN
from modules.windows.batches import Batches
from tests.timegan.farm import LEVELS, tables, write_farm
from tests.tiny import (
    CPU,
    FEATURES,
    STEPS,
    STOCK,
    UNIFORM,
    WINDOWS,
    stirred,
    tiny_copula,
    tiny_series,
    tiny_settings,
    tiny_timegan,
)

GIVEN = 3
RANDOM = np.random.default_rng(5)
REAL, OTHER = (
    RANDOM.uniform(size=(WINDOWS, STEPS, FEATURES + GIVEN)).astype(np.float32) for _ in range(2)
)
NOISE = RANDOM.uniform(size=(WINDOWS, STEPS, FEATURES)).astype(np.float32)


def conditioned(device=CPU, **fields):
    return stirred(TimeGAN(tiny_settings(**fields), FEATURES, device, GIVEN))


@pytest.mark.whole
def test_every_network_sees_the_conditions():
    timegan = conditioned()
    widths = {name: getattr(timegan, name).input_shape[-1] for name in NETWORKS}
    plain = {name: getattr(tiny_timegan(), name).input_shape[-1] for name in NETWORKS}
    assert widths == {name: width + GIVEN for name, width in plain.items()}
    for name in NETWORKS:
        x = np.ones((1, STEPS, plain[name]), np.float32)
        seen = [
            timegan._call(
                getattr(timegan, name), tf.constant(x), np.full((1, STEPS, GIVEN), c, np.float32)
            )
            for c in (0, 1)
        ]
        assert np.abs(seen[0] - seen[1]).max() > 1e-3, name


@pytest.mark.parametrize("batchnorm", [True, False])
def test_the_synthetic_model_takes_noise_and_conditions_and_opens_anywhere(tmp_path, batchnorm):
    timegan = conditioned(batchnorm=batchnorm)
    model = timegan.synthetic_model("synthetic_x")
    inputs = [tf.constant(NOISE), tf.constant(REAL[..., FEATURES:])]
    made = inputs[0]
    for name in ("generator", "supervisor", "recovery"):
        made = getattr(timegan, name)(tf.concat([made, inputs[1]], -1), training=False)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert [part.name for part in links(again)] == ["generator", "supervisor", "recovery"]
    for one, device in ((model, CPU), (model, STOCK), (again, CPU)):
        np.testing.assert_allclose(device.call(one, inputs, training=False), made, atol=1e-5)


def test_losses_are_of_the_windows_alone():
    timegan = conditioned(batchnorm=False)
    latent = timegan.embedder(REAL)
    recovered = timegan.recovery(tf.concat([latent, REAL[..., FEATURES:]], -1))
    expected = np.sqrt(np.mean((REAL[..., :FEATURES] - recovered) ** 2) + 1e-8)
    found = timegan.autoencoder_step(tf.constant(REAL))["reconstruction_loss"]
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_a_batchs_noise_is_drawn_for_the_conditions_of_its_windows():
    asked = []

    def noise(random, shape, conditions):
        asked.append(conditions)
        return random.uniform(shape)

    given = np.arange(120, dtype=np.float32).reshape(40, GIVEN)
    batches = Batches(
        np.concatenate([tiny_series(), given], 1), np.arange(30), seq_len=STEPS,
        batch_size=WINDOWS, z_dim=FEATURES, noise=noise, seed=0, n_conditions=GIVEN,
    )  # fmt: skip
    windows = batches.windows()
    assert batches.noise(windows).shape == (WINDOWS, STEPS, FEATURES)
    np.testing.assert_array_equal(asked[0], windows[..., FEATURES:])
    assert (np.diff(asked[0][..., 0], axis=1) == GIVEN).all()


def test_a_joint_step_moves_all_six_networks():
    timegan = conditioned(noise="normal", critic_weight=1.0, gamma=0.0)
    rows = np.concatenate([tiny_series(), RANDOM.uniform(size=(40, GIVEN))], 1)
    batches = Batches(
        rows, np.arange(30), seq_len=STEPS, batch_size=WINDOWS, z_dim=FEATURES, noise=UNIFORM,
        seed=0, n_conditions=GIVEN,
    )  # fmt: skip
    networks = *NETWORKS, "critic"
    before = {name: getattr(timegan, name).get_weights() for name in networks}
    losses = timegan.joint_step(batches)
    assert all(np.isfinite(value) for value in losses.values())
    for name in networks:
        after = getattr(timegan, name).get_weights()
        assert any((a != b).any() for a, b in zip(before[name], after, strict=True)), name


@pytest.mark.whole
def test_a_series_in_pieces_is_the_series_at_once(monkeypatch):
    n_rows, names = 63, ["Speed", "Power"]
    noise = ConditionedCopula(
        tiny_copula(), Effects.of(names, RANDOM.normal(size=(1 + GIVEN, 2)), [0.5, 0.9])
    )
    wanted = RANDOM.uniform(size=(1, n_rows, GIVEN)).astype(np.float32)
    model = conditioned(batchnorm=False).synthetic_model()
    how = {"noise": noise, "seed": 2, "warm_up": 3}
    monkeypatch.setattr(series, "MOST_ROWS", 3 * STEPS)
    for device in (CPU, STOCK):
        expected = sample(model, 1, n_rows, device=device, conditions=wanted, **how)
        pieces = series.series_pieces(
            model, n_rows, STEPS, device=device, conditions_at=lambda *_: wanted, **how
        )
        np.testing.assert_allclose(np.concatenate(list(pieces), 1), expected, atol=1e-6)
    assert expected.std(1).max() > 1e-3


def test_every_chain_that_may_be_kept_takes_conditions_and_the_copula_alone_is_the_noise():
    chains = conditioned(noise="copula").chains()
    inputs = [tf.constant(NOISE), tf.constant(REAL[..., FEATURES:])]
    made = {name: CPU.call(model, inputs, training=False) for name, model in chains.items()}
    assert len(made) == 4 and {x.shape for x in made.values()} == {NOISE.shape}
    np.testing.assert_array_equal(made["copula"], NOISE)


def hourly(table):
    times = pd.to_datetime(table["DateTime"])
    return table.groupby(times.dt.hour)["Wind"].mean()


def trained(tmp_path, *condition, **settings):
    sizes = {"autoencoder_steps": 60, "supervised_steps": 20, "joint_steps": 40, "hidden_dim": 8}
    sizes |= {"batch_size": 32, "seq_len": 8, "report": "none", "log_interval": 20}
    return train(
        data_path=str(write_farm(tmp_path / "in")), location="generic", freq="1h",
        result_dir=str(tmp_path / "runs"), preset="best", condition=condition, **sizes | settings,
    )  # fmt: skip


@pytest.mark.whole
def test_the_layers_of_a_gpu_train_and_make_with_conditions(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "configure", lambda *_: STOCK)
    steps = {"autoencoder_steps": 2, "supervised_steps": 2, "joint_steps": 2, "log_interval": 1}
    run = str(trained(tmp_path, "turbine", "hour", **steps))
    windows = generate(run=run, n_windows=5, output=str(tmp_path / "w.csv"))
    assert len(pd.read_csv(windows)) == 5 * 8
    long = generate(run=run, turbine="WT02", length=30, output=str(tmp_path / "s.csv"))
    assert set(pd.read_csv(long)["turbine"]) == {"WT02"}


@pytest.mark.slow
def test_a_series_of_a_turbine_has_its_level_its_days_and_the_stamps_asked_for(tmp_path):
    run = trained(tmp_path, "turbine", "hour")
    csv = generate(
        run=str(run), turbine="WT02", start="2024-06-01", length=960, output=str(tmp_path / "s.csv")
    )
    made = pd.read_csv(csv)
    assert list(made) == ["window", "DateTime", "turbine", "Wind", "Power"]
    assert set(made["turbine"]) == {"WT02"}
    expected = pd.date_range("2024-06-01", periods=960, freq="1h")
    assert list(pd.to_datetime(made["DateTime"])) == list(expected)
    records = tables()["WT02"].rename_axis("DateTime").reset_index()
    assert np.corrcoef(hourly(made), hourly(records))[0, 1] > 0.9
    assert abs(made["Wind"].mean() - LEVELS["WT02"]) < 1
    windows = pd.read_csv(generate(run=str(run), n_windows=400, output=str(tmp_path / "w.csv")))
    of_first = windows[windows["turbine"] == "WT01"]
    assert abs(of_first["Wind"].mean() - LEVELS["WT01"]) < 1
    assert np.corrcoef(hourly(of_first), hourly(records))[0, 1] > 0.9


@pytest.mark.slow
def test_given_wind_comes_back_exactly_with_power_that_follows_it(tmp_path):
    run = trained(tmp_path, "Wind", noise="uniform", joint_steps=150, hidden_dim=16)
    times = pd.date_range("2022-03-04", periods=96, freq="1h")
    wind = pd.DataFrame({"DateTime": times, "Wind": np.round(6 + 3 * np.sin(np.arange(96) / 9), 5)})
    wind.to_csv(tmp_path / "wind.csv", index=False)
    csv = generate(run=str(run), given=str(tmp_path / "wind.csv"), output=str(tmp_path / "p.csv"))
    made = pd.read_csv(csv)
    np.testing.assert_array_equal(made["Wind"], wind["Wind"])
    assert list(made) == ["window", "DateTime", "Wind", "Power"]
    assert np.corrcoef(made["Wind"], made["Power"])[0, 1] > 0.7
