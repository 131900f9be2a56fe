"""TimeGAN small enough for a test: one size everywhere, so that XLA compiles each layer once."""

import functools

import keras
import numpy as np
import pandas as pd

from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column
from modules.records.site import SiteData
from modules.runs.run import create
from modules.timegan.copula import Copula
from modules.timegan.gaps import Gaps
from modules.timegan.noise import noise_maker
from modules.timegan.quantiles import QuantileMapping
from modules.timegan.standstill import Standstill
from modules.timegan.synthesis import load
from modules.training.device import Device
from modules.utils import NETWORKS, TimeGAN
from modules.windows.batches import Batches
from settings import TimeGANSettings

WINDOWS, STEPS, FEATURES, UNITS = 8, 5, 2, 4
KINDS = ("LSTM", "GRU")
CPU, STOCK = Device(), Device(has_gpu=True)  # the fast path, and the layers themselves
UNIFORM = noise_maker("uniform", STEPS)


def tiny_settings(**fields):
    """Settings of a network that trains in milliseconds, with nothing between it and its output."""
    sizes = {
        "hidden_dim": UNITS,
        "num_layers": 1,
        "seq_len": STEPS,
        "batch_size": WINDOWS,
        "train_step": 3,
        "noise": "uniform",
        "quantile_mapping": False,
    }
    return TimeGANSettings(**(sizes | fields))


def tiny_timegan(*, device=CPU, seed=0, n_features=FEATURES, **fields):
    keras.utils.set_random_seed(seed)
    return TimeGAN(tiny_settings(**fields), n_features, device)


def stirred(timegan, seed=7):
    """Move every weight and moving statistic well away from its start, as training would."""
    random = np.random.default_rng(seed)
    for name in NETWORKS:
        for variable in getattr(timegan, name).variables:
            drawn = random.normal(0, 0.4, variable.shape)
            is_positive = "gamma" in variable.path or "variance" in variable.path
            variable.assign(1 + np.abs(drawn) if is_positive else variable + drawn)
    return timegan


def tiny_series(n_rows=40):
    """Two sine waves in 0...1: float32 (n_rows, 2)."""
    t = np.arange(n_rows)[:, None]
    return (0.5 + 0.5 * np.sin(t * [0.3, 0.7] + [0.0, 1.0])).astype(np.float32)


def tiny_batches(seed=0, z_dim=FEATURES):
    series = tiny_series()
    starts = np.arange(len(series) - STEPS + 1)
    return Batches(
        series,
        starts,
        seq_len=STEPS,
        batch_size=WINDOWS,
        z_dim=z_dim,
        noise=UNIFORM,
        seed=seed,
    )


def tiny_columns():
    return [
        Column(name="Speed", unit="m/s", kind="speed", observed_min=0.0, observed_max=20.0),
        Column(name="Power", unit="kW", kind="power", observed_min=-5.0, observed_max=3000.0),
    ]


def tiny_mapping():
    """Five quantiles a column, one of them a tie."""
    generated = [[2.0, 6.0, 10.0, 12.0, 18.0], [600.0, 600.0, 1200.0, 1800.0, 2400.0]]
    training = [[0.0, 2.0, 4.0, 10.0, 20.0], [0.0, 0.0, 0.0, 2700.0, 3000.0]]
    return QuantileMapping.of(["Speed", "Power"], generated, training)


def tiny_standstill():
    """The first column moves freely, the second by more than 50."""
    return Standstill.of(["Speed", "Power"], [False, False], [0.0, 50.0])


def tiny_copula():
    """Three quantiles a column; each step goes half with the one before."""
    correlation = [[[0.5**lag, 0.0], [0.0, 0.5**lag]] for lag in range(STEPS)]
    return Copula.of(["Speed", "Power"], [[0.0, 0.4, 1.0], [0.0, 0.0, 1.0]], correlation)


def tiny_gaps():
    """Ten rows: three whole, two without the first column, four whole, one without both."""
    return Gaps.of(["Speed", "Power"], ["00", "10", "11"], [0, 1, 0, 2], [3, 2, 4, 1], ["T1"], [4])


def tiny_site_data(*, freq="10min"):
    """What cleaning would hand over: one turbine, two variables."""
    index = pd.date_range("2021-03-04", periods=40, freq="10min") if freq else pd.RangeIndex(40)
    table = pd.DataFrame(tiny_series() * [20.0, 3000.0], columns=["Speed", "Power"], index=index)
    return SiteData({"T1": table}, tiny_columns(), freq, time_zone=None, report=None)


def finished_run(result_dir, *, timegan=None, freq="10min", **fields):
    """A run folder as training leaves it, without the training."""
    run = create(result_dir)
    site_data = tiny_site_data(freq=freq)
    run.write_settings("timegan", tiny_settings(**fields))
    run.write_columns(site_data)
    run.save_scaler(MinMaxScaler().fit(site_data.tables["T1"], ["Speed", "Power"]))
    if fields.get("quantile_mapping"):
        run.save_table(tiny_mapping())
    if fields.get("standstill"):
        run.save_table(tiny_standstill())
    if fields.get("noise") == "copula":
        run.save_table(tiny_copula())
    run.save_table(tiny_gaps())
    timegan = timegan or _stirred_once(tuple(fields.items()))
    run.save_model(timegan.synthetic_model(run.model_name))
    return run


@functools.cache
def _stirred_once(fields):
    return stirred(tiny_timegan(**dict(fields)))


def loaded(run, **asked):
    """The `Synthesizer` of a finished run."""
    return load(run, TimeGANSettings, **asked)
