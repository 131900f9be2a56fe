"""Windows that hold gaps: what lay in them moves nothing, and records full of them train."""

import logging

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from gan_generator import generate
from gan_train import train
from models import holes
from modules.errors import DataError
from modules.runs.find import find
from modules.timegan import family
from modules.timegan.gaps import Gaps
from modules.timegan.standstill import repeated_shares
from modules.utils import NETWORKS, TimeGAN
from settings import TimeGANSettings
from tests.timegan.mappings import mapping_of
from tests.tiny import CPU, FEATURES, STEPS, WINDOWS, stirred, tiny_settings

GIVEN = 2
RANDOM = np.random.default_rng(6)
REAL = RANDOM.uniform(size=(WINDOWS, STEPS, FEATURES)).astype(np.float32)
RECORDED = (RANDOM.random(REAL.shape) < 0.7).astype(np.float32)
CONDITIONS = RANDOM.uniform(size=(WINDOWS, STEPS, GIVEN)).astype(np.float32)
NOISE = RANDOM.uniform(size=REAL.shape).astype(np.float32)
STEPPED = ("autoencoder", "supervised", "generator", "embedder", "discriminator")


def with_holes(n_conditions=GIVEN, **fields):
    keras.utils.set_random_seed(0)
    fields = {"critic_weight": 1.0, "gamma": 0.0, "max_gap": 2} | fields
    return stirred(TimeGAN(tiny_settings(**fields), FEATURES, CPU, n_conditions))


def batch(windows, recorded=RECORDED, given=CONDITIONS):
    return tf.constant(np.concatenate([windows, recorded, given], -1))


def stepped(timegan, name, real):
    """The losses of one step, and all weights after it."""
    noise = [tf.constant(NOISE)] if name in ("generator", "discriminator") else []
    named = getattr(timegan, f"{name}_step")(real, *noise)
    networks = [getattr(timegan, network) for network in (*NETWORKS, "critic")]
    return named, [weight for network in networks for weight in network.get_weights()]


@pytest.mark.parametrize("name", STEPPED)
def test_what_lies_in_a_hole_changes_no_loss_and_no_weight(name):
    other = np.where(RECORDED > 0, REAL, 7 * RANDOM.normal(size=REAL.shape)).astype(np.float32)
    (losses, weights), (others, moved) = (
        stepped(with_holes(), name, batch(windows)) for windows in (REAL, other)
    )
    assert losses.keys() == others.keys()
    for key, loss in losses.items():
        np.testing.assert_array_equal(loss, others[key], err_msg=key)
    for weight, after in zip(weights, moved, strict=True):
        np.testing.assert_array_equal(weight, after)


def test_windows_without_a_hole_learn_as_without_the_setting():
    plain = with_holes(max_gap=0)
    whole = stepped(with_holes(), "generator", batch(REAL, np.ones_like(REAL)))
    expected = stepped(plain, "generator", tf.constant(np.concatenate([REAL, CONDITIONS], -1)))
    for key, loss in expected[0].items():
        assert float(whole[0][key]) == pytest.approx(float(loss), rel=1e-5), key


def test_generated_windows_are_judged_through_the_same_holes():
    timegan = with_holes()
    named, _ = stepped(timegan, "generator", batch(REAL, np.zeros_like(REAL)))
    for loss in ("moment_loss", "correlation_loss", "spread"):
        assert float(named[loss]) == pytest.approx(0, abs=1e-6), loss
    assert float(named["critic_loss"]) == pytest.approx(np.log(2))


@pytest.mark.parametrize("name", ["autoencoder", "embedder"])
def test_the_reconstruction_is_of_recorded_cells_alone(name):
    timegan = with_holes(0, batchnorm=False)
    seen = holes.bridged(tf.constant(REAL), tf.constant(RECORDED))
    recovered = timegan.recovery(timegan.embedder(seen))
    expected = np.sqrt(np.mean((REAL - recovered)[RECORDED > 0] ** 2))
    named, _ = stepped(timegan, name, batch(REAL, given=CONDITIONS[..., :0]))
    assert float(named["reconstruction_loss"]) == pytest.approx(expected, rel=1e-4)


def test_a_mapping_is_fitted_to_what_is_there():
    rows = RANDOM.normal(size=(500, 2))
    weights = RANDOM.integers(0, 4, 500)
    gone = RANDOM.random(500) < 0.3
    partly = rows.copy()
    partly[gone, 1] = np.nan
    mapping = mapping_of("ab", rows, partly, weights, (False, True))
    alone = mapping_of("b", rows[:, 1:], rows[~gone, 1:], weights[~gone], (True,))
    whole = mapping_of("a", rows[:, :1], rows[:, :1], weights)
    np.testing.assert_array_equal(mapping.training, [*whole.training, *alone.training])


def test_a_missing_value_repeats_none_and_is_repeated_by_none():
    series = np.array([[1.0, 5.0], [1.0, np.nan], [2.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    assert repeated_shares(series, np.arange(3), 3).tolist() == [0.5, 1.0]


@pytest.fixture(scope="module")
def gappy(tmp_path_factory):
    """A file of two columns and a direction, a tenth of its cells and three rows missing."""
    random = np.random.default_rng(3)
    t = np.arange(600)
    wind = 8 + 4 * np.sin(t / 20) + random.normal(0, 0.3, t.size)
    table = pd.DataFrame({"WindSpeed": wind, "ActivePower": 100 * wind, "WindDir": t % 360.0})
    table = table.round(3).mask(random.random(table.shape) < 0.1)
    table.insert(0, "DateTime", pd.date_range("2021-01-01", periods=t.size, freq="10min"))
    path = tmp_path_factory.mktemp("gappy") / "WT01.csv"
    table.drop([100, 200, 300]).to_csv(path, index=False)
    return path


def asked(path, **fields):
    sizes = {"hidden_dim": 4, "num_layers": 1, "seq_len": 24, "batch_size": 8, "train_step": 2}
    return {"data_path": str(path), "location": "generic"} | sizes | fields


def test_records_without_a_window_are_told_what_gap_gives_some(gappy):
    settings, site_data = family.read(TimeGANSettings(**asked(gappy)))
    with pytest.raises(DataError, match=r"hold gaps, which are bridged: `--max_gap [1-4]`, or mo"):
        family.prepare(site_data, settings)
    with pytest.raises(DataError, match=r"which are bridged: `--max_gap [2-4]`, or more\.$"):
        family.prepare(site_data, settings.completed(max_gap=1, seq_len=200))


def test_what_is_bridged_is_told(gappy, caplog):
    settings, site_data = family.read(TimeGANSettings(**asked(gappy, max_gap=3)))
    with caplog.at_level(logging.INFO):
        _, prepared = family.prepare(site_data, settings)
    (told,) = [line for line in caplog.messages if line.startswith("`max_gap` 3: cells bridged: ")]
    (table,) = site_data.tables.values()
    (whole,) = prepared.site_data.tables.values()
    n_speeds = table["WindSpeed"].isna().sum() - whole["WindSpeed"].isna().sum()
    n_windows = sum(map(len, prepared.parts))
    assert f"WindSpeed {n_speeds}, " in told and told.endswith(f"; {n_windows} windows, 0 without.")
    after = prepared.site_data.report
    assert (site_data.report.windows(24).kept, after.windows(24).kept) == (0, n_windows)
    (turbine,) = after.turbines
    assert turbine.complete_rows == sum(turbine.stretch_lengths) > 0
    assert after.notices[-1].startswith("Gaps of up to 3 rows are bridged, cells: WindSpeed ")
    there = prepared.recorded()
    assert there.shape == prepared.features().shape == (len(there), 4)
    assert 0.05 < 1 - there.mean() < 0.15
    kept = Gaps.fit(["WindSpeed"], prepared.records)
    assert kept.shares[0] == pytest.approx(table["WindSpeed"].isna().mean())


def test_a_column_that_training_windows_never_record_is_refused(tmp_path):
    table = pd.DataFrame({"WindSpeed": np.arange(400.0) % 7, "WindDir": np.nan})
    table.loc[[3, 396], "WindDir"] = [10.0, 20.0]
    table.insert(0, "DateTime", pd.date_range("2021-01-01", periods=400, freq="10min"))
    table.to_csv(path := tmp_path / "WT01.csv", index=False)
    given = asked(path, max_gap=400, seq_len=5, heldout=0.5, seed=1)
    settings, site_data = family.read(TimeGANSettings(**given))
    with pytest.raises(DataError, match=r"record no value of WindDir, and would hold bridges alo"):
        family.prepare(site_data, settings)
    family.prepare(site_data, settings.completed(heldout=0.0))


@pytest.mark.whole
@pytest.mark.parametrize("extra", [{}, {"condition": ("hour",), "noise": "copula", "heldout": 0.2}])
def test_records_full_of_gaps_train_and_generate(gappy, tmp_path, extra):
    given = asked(gappy, max_gap=3, result_dir=str(tmp_path), **extra)
    given |= {"quantile_mapping": True, "standstill": True, "keep_best": True, "report": "quick"}
    run = train(**given)
    assert (run / "report.html").is_file()
    made = pd.read_csv(
        generate(run=str(run), n_windows=20, report="quick", output=str(tmp_path / "made.csv"))
    )
    assert len(made) == 20 * 24 and made.notna().all(axis=None)
    gaps = pd.read_csv(
        generate(run=str(run), length=3000, with_gaps=True, output=str(tmp_path / "gaps.csv"))
    )
    assert 0.05 < gaps["WindSpeed"].isna().mean() < 0.15
    records = family.records_of(find(str(run), str(tmp_path)))
    assert "Gaps of up to 3 rows are bridged" in (run / "report.html").read_text(encoding="utf-8")
    assert all(table["WindSpeed"].isna().mean() < 0.02 for table in records.tables.values())
