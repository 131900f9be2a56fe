"""Every picture that the data of a report have, drawn into its run folder."""

import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from modules import files
from modules.errors import DataError
from modules.preprocessing import feature_names
from modules.records.columns import ANGLE, Column
from modules.records.site import SiteData
from modules.report import (
    fonts,
    pictures,
    pictures_copies,
    pictures_dynamics,
    pictures_statistics,
    pictures_time,
    pictures_wind,
)
from modules.report.evidence import Evidence
from modules.report.pictures import power_curve_columns as wind_and_power
from modules.runs.run import LOSSES

MOST_COLUMNS = 40  # drawn one below the other: of 300 a picture is 99,000 pixels high
FEWEST_EMBEDDED = 10  # windows a side that PCA and t-SNE tell something about

log = logging.getLogger(__name__)


class _Places(dict[str, Path]):
    """Picture name -> path in `folder`, in the order of their drawing."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def new(self, name: str) -> Path:
        self[name] = self._folder / f"{name}.png"
        return self[name]


def draw_pictures(folder: Path, evidence: Evidence, site_data: SiteData) -> dict[str, Path]:
    """Draw the pictures that these data have into `folder`; return name -> path, in their order.

    Pictures with a panel for each column show 40 at most, evenly chosen, wind and power among them.
    """
    columns = in_known_letters(evidence.columns)
    places = _Places(folder)
    some, shown = evidence, columns
    if len(columns) > MOST_COLUMNS:
        kept = _shown(columns)
        log.info("Pictures of columns show %d of %d; scores are of all.", len(kept), len(columns))
        some, shown = evidence.of(kept), [columns[i] for i in kept]
        tables = {name: table.iloc[:, kept] for name, table in site_data.tables.items()}
        site_data = replace(site_data, tables=tables)
    _draw_values(places, some, shown, site_data)
    _draw_dynamics(places, some, shown, site_data.freq)
    _draw_wholes(places, evidence, columns)
    losses = _losses(folder / LOSSES)
    if losses is not None:
        pictures.draw_losses(losses, places.new("losses"))
    return places


def _shown(columns: Sequence[Column]) -> list[int]:
    """Positions of the columns that are drawn one by one."""
    must = wind_and_power(columns) or ()
    even = np.linspace(0, len(columns) - 1, MOST_COLUMNS - len(must)).astype(int)
    return sorted({*map(int, even), *must})


def in_known_letters(columns: Sequence[Column]) -> list[Column]:
    """`columns` as pictures name them: by number where no font at hand has a name's letters."""
    names = fonts.drawn_names([column.name for column in columns])
    return [c.model_copy(update={"name": n}) for c, n in zip(columns, names, strict=True)]


def _draw_values(
    places: _Places, evidence: Evidence, columns: list[Column], site_data: SiteData
) -> None:
    """What the values are, and when."""
    real, synthetic, at = evidence.real, evidence.synthetic, wind_and_power(columns)
    pictures.draw_comparison(real, synthetic, columns, places.new("comparison"))
    _draw_day(places, evidence, columns, site_data.freq)
    if at:
        path = places.new("power_curve")
        pictures_wind.draw_power_curve(evidence.series, synthetic, columns, at, path)
    if any(column.kind == ANGLE for column in columns):
        pictures_wind.draw_roses(real, synthetic, columns, places.new("directions"))
    pictures_statistics.draw_marginals(real, synthetic, columns, places.new("marginals"))
    if len(site_data.tables) > 1:
        tables = {
            name: table.dropna().to_numpy(dtype=float) for name, table in site_data.tables.items()
        }
        path = places.new("turbines")
        pictures_wind.draw_turbines(tables, synthetic, columns, path)
    _draw_calendars(places, evidence, columns, site_data)


def _draw_day(places: _Places, evidence: Evidence, columns: list[Column], freq: str | None) -> None:
    n_rows = pictures_time.rows_of_a_day(freq)
    first, last = pictures_time.stretch_of(evidence.starts, evidence.seq_len, n_rows)
    n_windows = max(1, (last - first) // evidence.seq_len)
    pictures_time.draw_day(
        evidence.series[first:last],
        evidence.synthetic[:n_windows, : last - first],
        columns,
        places.new("day"),
        joined=evidence.joined,
    )


def _draw_calendars(
    places: _Places, evidence: Evidence, columns: list[Column], site_data: SiteData
) -> None:
    """Means by hour and by month: of the records, and of synthetic rows that have times."""
    if site_data.freq is None:
        return
    sides = {"real": pd.concat(site_data.tables.values())}
    rows, labels = evidence.synthetic.reshape(-1, len(columns)), evidence.labels
    index = labels.times if labels else None
    if index is None and evidence.joined:
        start = min(table.index[0] for table in site_data.tables.values())
        index = pd.date_range(start, periods=len(rows), freq=site_data.freq)
    if index is not None:
        sides["synthetic"] = pd.DataFrame(rows, index, sides["real"].columns)
    for by in ("hour", "month"):
        if pictures_time.has_calendar(sides["real"], by):
            pictures_time.draw_calendar(sides, columns, places.new(by), by=by)


def _draw_dynamics(
    places: _Places, evidence: Evidence, columns: list[Column], freq: str | None
) -> None:
    """How windows move."""
    names, scaled = feature_names(columns), (evidence.scaled(evidence.real), evidence.fakes)
    step, apart = (f"steps of {freq}", f" in {freq}") if freq else ("steps", "")
    pictures_dynamics.draw_steps(
        evidence.real, evidence.synthetic, columns, places.new("steps"), apart=apart
    )
    n_rows = pictures_time.rows_of_a_day(freq) // 24
    if freq and 1 < n_rows < evidence.seq_len:
        pictures_dynamics.draw_steps(
            evidence.real, evidence.synthetic, columns, places.new("hourly_steps"),
            n_steps=n_rows, apart=" in an hour",
        )  # fmt: skip
    pictures_dynamics.draw_spectra(*scaled, names, places.new("spectra"), step=step)
    path = places.new("autocorrelations")
    pictures_statistics.draw_autocorrelations(*scaled, names, path, step=step)


def _draw_wholes(places: _Places, evidence: Evidence, columns: list[Column]) -> None:
    """Sets of windows as wholes: correlations, embeddings, and what lies next to what."""
    names, scaled = feature_names(columns), (evidence.scaled(evidence.real), evidence.fakes)
    pictures_statistics.draw_correlations(*scaled, names, places.new("correlations"))
    if min(map(len, scaled)) < FEWEST_EMBEDDED:
        return
    pictures_statistics.draw_embeddings(*scaled, places.new("embeddings"))
    try:
        near = evidence.nearness
    except DataError as error:
        log.warning("No picture of the nearest windows: %s", error)
        return
    pictures_copies.draw_nearest(
        near.synthetic, near.unseen, evidence.fakes, near.train, names, places.new("nearest")
    )


def draw_left_out(folder: Path, site_data: SiteData) -> dict[str, Path]:
    """Draw what was left out of the records by choice beside the rest, where there is such."""
    columns = in_known_letters(site_data.columns)
    at = wind_and_power(columns)
    if not at or not any(len(table) for table in site_data.left_out.values()):
        return {}
    sides = (site_data.tables, site_data.left_out)
    kept, left_out = (pd.concat(tables.values()).dropna().to_numpy(dtype=float) for tables in sides)
    path = folder / "left_out.png"
    pictures_wind.draw_left_out(kept, left_out, columns, at, path)
    return {"left_out": path}


def _losses(path: Path) -> pd.DataFrame | None:
    """The rows of losses.csv that can be read, or None where there is none."""
    try:
        table = pd.read_csv(io.BytesIO(files.read_bytes(path)))
        phases = table.pop("phase")
        losses = table.apply(pd.to_numeric, errors="coerce").assign(phase=phases)
        losses = losses.dropna(subset=["phase", "step"])
    except (OSError, ValueError, KeyError) as error:
        log.warning("No picture of the losses: %s cannot be read: %s", path, error)
        return None
    if len(losses) < len(table):
        log.warning("%s is damaged: %d rows are not drawn.", path, len(table) - len(losses))
    return None if losses.empty else losses
