"""Frames for other judges: every window's rows, in units, with what the columns are."""

import json

import numpy as np
import pandas as pd

from modules.records.columns import Column
from modules.report.evidence import Evidence
from modules.report.export import export, frame, metadata

T = 4
COLUMNS = [Column(name="Ws", unit="m/s"), Column(name="state", kind="code", codes=(0.0, 1.0))]


def evidence(unseen):
    series = np.stack([np.arange(400.0), np.arange(400) % 2], -1)
    return Evidence(COLUMNS, series, np.arange(200), np.ones((30, T, 2)), unseen)


def test_the_three_sets_are_rows_in_units_with_their_window(tmp_path):
    folder = export(tmp_path, evidence(np.arange(300, 390)))
    sets = {
        name: pd.read_csv(folder / f"{name}.csv") for name in ("training", "holdout", "synthetic")
    }
    for table in sets.values():
        assert list(table) == ["window", "step", "Ws", "state"]
        assert table.groupby("window").size().eq(T).all()
    assert len(sets["synthetic"]) == 30 * T and (sets["synthetic"]["Ws"] == 1).all()
    first = sets["holdout"][sets["holdout"]["window"] == 0]
    assert first["Ws"].tolist() == [300, 301, 302, 303] and first["step"].tolist() == [0, 1, 2, 3]
    assert sets["training"]["Ws"].max() < 204


def test_the_metadata_are_those_of_the_columns_in_the_files(tmp_path):
    folder = export(tmp_path, evidence(np.arange(300, 390)))
    described = json.loads((folder / "metadata.json").read_text())
    assert list(described["columns"]) == list(pd.read_csv(folder / "training.csv"))
    assert described["columns"]["state"]["sdtype"] == "categorical"
    assert (described["sequence_key"], described["sequence_index"]) == ("window", "step")


def test_without_records_held_out_that_is_told_and_an_old_file_goes(tmp_path, caplog):
    export(tmp_path, evidence(np.arange(300, 390)))
    folder = export(tmp_path, evidence(np.arange(0)))
    assert not (folder / "holdout.csv").exists() and (folder / "training.csv").exists()
    assert "--heldout 0.1" in caplog.text


def test_a_variable_called_window_keeps_its_name():
    columns = [Column(name="window")]
    assert list(frame(np.zeros((1, 2, 1)), columns)) == ["window_", "step", "window"]
    assert metadata(columns)["sequence_key"] == "window_"
