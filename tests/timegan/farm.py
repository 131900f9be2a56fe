"""A farm of two turbines whose days are sines, at two levels."""

from dataclasses import replace

import numpy as np
import pandas as pd

from modules.records.columns import Column, observe
from modules.records.site import SiteData

LEVELS = {"WT01": 5.0, "WT02": 9.0}
STEPS = 8


def tables(days=40):
    """Wind of 5 or 9 m/s, up and down by 2 a day, its power, and a state of day or night."""
    times = pd.date_range("2021-01-01", periods=24 * days, freq="1h")
    made = {}
    for number, (name, level) in enumerate(LEVELS.items()):
        random = np.random.default_rng(number)
        noise = np.convolve(random.normal(0, 0.3, len(times) + 4), np.full(5, 0.5), "valid")
        wind = level + 2 * np.sin(2 * np.pi * times.hour / 24) + noise
        power = 100 * wind + random.normal(0, 20, len(times))
        state = np.where(times.hour < 12, 1.0, 3.0)
        made[name] = pd.DataFrame({"Wind": wind, "Power": power, "State": state}, times)
    return made


def farm(days=40, names=("Wind", "Power")):
    """The records as cleaning would hand them over."""
    parts = {name: table[list(names)] for name, table in tables(days).items()}
    kinds = {"State": "code", "Power": "power"}
    columns = [
        observe(
            Column(name=name, kind=kinds.get(name, "linear"), unit="m/s" if name == "Wind" else ""),
            np.concatenate([table[name] for table in parts.values()]),
        )
        for name in names
    ]
    return SiteData(parts, columns, "1h", time_zone=None, report=None)


def without_times(site_data):
    parts = {name: table.reset_index(drop=True) for name, table in site_data.tables.items()}
    return replace(site_data, tables=parts, freq=None)


def write_farm(folder, days=40):
    """The same as files; returns their folder."""
    folder.mkdir()
    for name, table in tables(days).items():
        table[["Wind", "Power"]].round(3).to_csv(folder / f"{name}.csv", index_label="DateTime")
    return folder
