"""The series that the benchmarks train on, and how a judge may split their windows.

Real records are read from `../shared/data` beside the project's root; `why_missing` says which
are not there.
"""

import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from modules.dataLoader import load as load_records
from modules.location_module import clean
from modules.preprocessing import decode_angles, encode_angles, feature_names, written
from modules.records.columns import ANGLE, Column, observe
from modules.records.sample import make_sample
from modules.windows.cut import cut
from settings import DataSettings
from tests.benchmarks import drifting as drifting_columns

SHARED = Path(__file__).parents[3] / "shared" / "data"
STOCKS = "timegan_stock_data.csv.gz"
LA_HAUTE_BORNE = "la_haute_borne_2014-01_4wtg.csv.gz"
OPENOA = "openoa_2018_wtg_2010-2018.csv.gz"
MARGE = "windup_Marge_9wtg_2023-01-01_03.parquet"
NAB = "nab_45_signals.zip"
CPU = "data/realAWSCloudwatch/ec2_cpu_utilization_5f5533.csv"
STEPS = 24  # of a window: the published tables'
MOST_WINDOWS = 10_000
N_SINES, SINES_SEED = 10_000, 0


class Dataset(NamedTuple):
    """A series in its own units, and the first rows of its windows of 24.

    `features`: float64 (n_rows, F). `starts`: int64 (n,); windows of separate series share no
    rows. `blocked`: a judge is tested on blocks of time of its own; otherwise on windows drawn at
    random, as the published figures were, whatever their windows share. `wind_speed`, `power`:
    column numbers with their units, for the scores of a wind turbine. `as_is`: scored in its own
    units, as published.
    """

    name: str
    features: np.ndarray
    starts: np.ndarray
    names: list[str]
    about: str
    blocked: bool = False
    wind_speed: int | None = None
    power: int | None = None
    speed_unit: str = ""
    power_unit: str = ""
    as_is: bool = False

    def scaled(self, values):
        """Physical (..., F) -> float32 (..., F), 0...1 over all rows unless scored `as_is`."""
        low, width = self._range()
        return ((values - low) / width).astype(np.float32)

    def physical(self, scaled):
        """Undo `scaled`: float64 (..., F)."""
        low, width = self._range()
        return np.asarray(scaled, np.float64) * width + low

    @property
    def columns(self):
        """The features as variables: a sine and the cosine behind it are an angle."""
        cosines = {f"{name[:-4]}_cos" for name in self.names if name.endswith("_sin")}
        columns = [
            Column(name=name[:-4], kind=ANGLE) if name.endswith("_sin") else Column(name=name)
            for name in self.names
            if name not in cosines
        ]
        readings = decode_angles(self.features, columns)
        return [observe(column, readings[:, i]) for i, column in enumerate(columns)]

    def written(self, scaled):
        """Scaled windows with the decimals that the records have: float32, same shape."""
        columns = self.columns
        rounded = written(decode_angles(self.physical(scaled), columns), columns)
        return self.scaled(encode_angles(rounded, columns))

    def _range(self):
        if self.as_is:
            return 0, 1
        low, high = self.features.min(0), self.features.max(0)
        return low, np.where(high > low, high - low, 1)

    @property
    def scored_starts(self):
        """First rows of the windows that are scored: all, or 10000 spread evenly over them."""
        chosen = np.linspace(0, len(self.starts) - 1, min(MOST_WINDOWS, len(self.starts)))
        return self.starts[chosen.astype(int)]

    def windows(self):
        """The windows at `scored_starts`: float32 (n, 24, F), scaled."""
        return self.scaled(self.features)[self.scored_starts[:, None] + np.arange(STEPS)]


def load(name):
    """Return the `Dataset` called `name`, one of `DATASETS`."""
    return DATASETS[name]()


def why_missing(name):
    """The reason why `name` cannot be loaded here, or None."""
    path = SHARED / FILES[name] if name in FILES else None
    if path is None or path.exists():
        return None
    return f"{name} is left out: there is no ../shared/data/{path.name} beside the project."


def stocks():
    """Google's prices and volume, 2004-2019: 3662 windows x 24 x 6, oldest row first.

    The file of Yoon, Jarrett and van der Schaar (NeurIPS 2019). Their code trains on it backwards
    in time; the last window is kept here, as in Diffusion-TS and TSGBench.
    """
    table = pd.read_csv(SHARED / STOCKS)
    starts = np.arange(len(table) - STEPS + 1, dtype=np.int64)
    about = "Stocks of the TimeGAN paper, forward in time; judges split at random, as published"
    return Dataset("stocks", table.to_numpy(np.float64), starts, list(table.columns), about)


def sines():
    """Yoon, Jarrett and van der Schaar's sines: 10000 independent windows x 24 x 5."""
    random = np.random.default_rng(SINES_SEED)
    frequency, phase = random.uniform(0, 0.1, (2, N_SINES, 1, 5))
    waves = (np.sin(frequency * np.arange(STEPS)[:, None] + phase) + 1) / 2
    starts = np.arange(N_SINES, dtype=np.int64) * STEPS
    names = [f"sine_{i}" for i in range(1, 6)]
    about = "Sines of the TimeGAN paper; judges split at random, as published"
    return Dataset("sines", waves.reshape(-1, 5), starts, names, about, as_is=True)


def la_haute_borne():
    """Four turbines, January 2014, 10 minutes, cleaned as in a training: 9907 windows x 24 x 10.

    Seven signals each; the three angles are sine and cosine. Turbines follow one another.
    """
    about = "La Haute Borne, 4 turbines one after the other"
    site_data = _cleaned(LA_HAUTE_BORNE, location="la_haute_borne")
    return _site("la_haute_borne", site_data, "Ws_avg", "P_avg", about)


def la_haute_borne_farm():
    """The same four turbines side by side: 4 x 7 signals = 28 columns, 2476 windows.

    As wide as UCI Energy, which the published tables use and which it stands in for; its scores
    are not to be held against theirs. Angles stay in degrees, as the files have them, so that
    there are 28 columns.
    """
    site_data = _cleaned(LA_HAUTE_BORNE, location="la_haute_borne")
    table = pd.concat(site_data.tables, axis=1)
    table.columns = [f"{turbine}.{name}" for turbine, name in table.columns]
    about = "La Haute Borne, 4 turbines side by side, 28 columns; judges tested on blocks of time"
    return _table("la_haute_borne_farm", table, about)


def openoa():
    """One turbine over 2016, whose three columns have gaps: nacelle, wind and power."""
    dates = {"date_start": "2016-01-01", "date_end": "2016-12-31"}
    site_data = _cleaned(OPENOA, location="openoa", **dates)
    return _site("openoa", site_data, "wind_speed", "kw", "A turbine over 2016, of OpenOA's tests")


def marge():
    """Nine turbines over three days, temperatures in whole degrees."""
    site_data = _cleaned(MARGE, location="wind_up")
    about = "Marge, 9 turbines one after the other, of wind-up's tests"
    return _site("marge", site_data, "WindSpeedMean", "ActivePowerMean", about)


def drifting():
    """Twenty-eight made columns: drift, near-duplicates, lines, white noise."""
    about = "28 made columns that drift; judges tested on blocks of time"
    return _table("drifting", pd.DataFrame(drifting_columns.columns()), about)


def cpu():
    """One column: the load of a server every five minutes, of the Numenta Anomaly Benchmark."""
    with zipfile.ZipFile(SHARED / NAB) as archive, archive.open(CPU) as file:
        table = pd.read_csv(file, usecols=["value"])
    return _table("cpu", table, "A server's load, one column; judges tested on blocks of time")


def sample():
    """The bundled sample, two simulated turbines over a year, cleaned as in a training."""
    with tempfile.TemporaryDirectory() as folder:
        make_sample(Path(folder) / "sample")
        site_data = _cleaned(Path(folder) / "sample")
    return _site("sample", site_data, "WindSpeed", "ActivePower", "The bundled sample")


def _site(name, site_data, wind_speed, power, about):
    """A site's records, turbines after one another; the angles are sine and cosine."""
    series, starts = cut(site_data.tables, STEPS)
    names = feature_names(site_data.columns)
    return Dataset(
        name,
        encode_angles(series, site_data.columns),
        starts,
        names,
        f"{about}; judges tested on blocks of time",
        blocked=True,
        wind_speed=names.index(wind_speed),
        power=names.index(power),
        speed_unit="m/s",
        power_unit="kW",
    )


def _table(name, table, about):
    """One table of records, judged on blocks of time."""
    features, starts = cut({name: table}, STEPS)
    return Dataset(name, features, starts, list(table), about, blocked=True)


def _cleaned(file, **how):
    """Records, in `SHARED` or by their own path, cleaned as in a training."""
    settings = DataSettings(data_path=str(SHARED / file), **how)
    return clean(load_records(settings), settings)


DATASETS = {
    made.__name__: made
    for made in (
        *(stocks, sines, la_haute_borne_farm, la_haute_borne, sample),
        *(openoa, marge, drifting, cpu),
    )
}
FILES = {
    "stocks": STOCKS,
    "la_haute_borne": LA_HAUTE_BORNE,
    "la_haute_borne_farm": LA_HAUTE_BORNE,
    "openoa": OPENOA,
    "marge": MARGE,
    "cpu": NAB,
}
