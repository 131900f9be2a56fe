"""Small files in the formats of the farms, and the real ones where they are at hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.location_module import clean
from settings import DataSettings

REAL = Path(__file__).parents[2] / "shared" / "data"
LA_HAUTE_BORNE = "la_haute_borne_2014-01_4wtg.csv.gz"
OPENOA = "openoa_2018_wtg_2010-2018.csv.gz"
WIND_UP = "windup_Marge_9wtg_2023-01-01_03.parquet"
STOCKS = "timegan_stock_data.csv.gz"
SUNSPOTS = "sunspots_monthly.csv.gz"


def real_file(name: str) -> str:
    if not (REAL / name).exists():
        pytest.skip(f"the real file {name} is not beside the repository")
    return str(REAL / name)


def settings_for(path, location="westsouth", **fields) -> DataSettings:
    return DataSettings(data_path=str(path), location=location, **fields)


def cleaned(path, location="westsouth", **fields):
    settings = settings_for(path, location, **fields)
    return clean(load(settings), settings)


def westsouth(n_rows=60, start="2021-04-01", freq="10min", seed=0) -> pd.DataFrame:
    """Plausible readings in the farm's own columns and their order."""
    random = np.random.default_rng(seed)
    wind_speed = random.uniform(4, 11, n_rows)
    direction = np.cumsum(random.normal(0, 3, n_rows)) + 220
    return pd.DataFrame(
        {
            "DateTime": pd.date_range(start, periods=n_rows, freq=freq).strftime(
                "%Y-%m-%d %H:%M:%S"
            ),
            "WindD1": (direction % 360).round(2),
            "WindD2": ((direction + 2.5) % 360).round(2),
            "ActivePower": (20 * wind_speed**2).round(2),
            "WindSpeed": wind_speed.round(2),
            "RotorPosition": (wind_speed + 1).round(2),
            "BladePitchP1": random.uniform(-1, 3, n_rows).round(2),
            "BladePitchP2": random.uniform(-1, 3, n_rows).round(2),
            "BladePitchP3": random.uniform(-1, 3, n_rows).round(2),
            "GenertorTR": (100 * wind_speed).round(2),
            "GenertorTRD": np.arange(n_rows),
        }
    )


def write(table: pd.DataFrame, path: Path, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, **options)
    return path
