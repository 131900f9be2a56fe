"""`gan_train.py forecaster` and `gan_generator.py` on a made series with an 11-year cycle."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gan_generator
import gan_train

SUNSPOTS = Path(__file__).parents[3] / "shared" / "data" / "sunspots_monthly.csv.gz"


def write_cycle(path, n_months=240, **columns):
    """A monthly file with the columns of the Sunspots: row number, Date, value."""
    months = np.arange(n_months)
    noise = np.random.default_rng(0).uniform(0.8, 1.2, n_months)
    spots = 150 * np.sin(np.pi * months / 132) ** 2 * noise
    dates = pd.date_range("1900-01-31", periods=n_months, freq="ME")
    table = pd.DataFrame({"Date": dates, **columns, "Sunspots": spots.round(1)})
    table.to_csv(path)
    return path


def train(folder, data, *arguments):
    return gan_train.main(
        [
            "forecaster", "--location", "generic", "--data_path", str(data),
            "--result_dir", str(folder / "runs"), "--window_size", "6", "--split", "180",
            "--batch_size", "8", "--log_interval", "4", *arguments,
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of six steps and the folder it is in."""
    folder = tmp_path_factory.mktemp("cycle")
    assert train(folder, write_cycle(folder / "cycle.csv"), "--train_step", "6") == 0
    return folder / "runs" / "experiment_01"


def forecast(run, monkeypatch, tmp_path, *arguments):
    monkeypatch.chdir(tmp_path)
    code = gan_generator.main(["--run", str(run), "--output", ".", *arguments])
    files = list(tmp_path.glob("Forecast_*.csv"))
    return code, pd.read_csv(files[0], parse_dates=["DateTime"]) if files else None


@pytest.mark.whole
def test_losses_have_val_mae_and_persistence_at_every_log_step(trained):
    rows = pd.read_csv(trained / "losses.csv")
    assert rows["step"].tolist() == [4, 6]
    assert rows["val_persistence_mae"].nunique() == 1
    assert rows["val_mae"].notna().all()


def test_the_run_says_what_it_forecasts_and_by_which_family(trained):
    settings = json.loads((trained.with_name("experiment_01_model") / "settings.json").read_text())
    assert (settings["family"], settings["target"]) == ("forecaster", "Sunspots")


def test_a_monthly_file_keeps_its_own_steps(trained):
    columns = json.loads((trained.with_name("experiment_01_model") / "columns.json").read_text())
    assert columns["freq"] == "MS" and columns["start"].startswith("1900-01-01")


def test_forecasts_go_a_window_beyond_the_records(trained, monkeypatch, tmp_path):
    code, table = forecast(trained, monkeypatch, tmp_path)
    assert code == 0
    assert table["kind"].value_counts().to_dict() == {"one-step": 54, "multi-step": 6}
    assert table["DateTime"].iloc[[0, -1]].tolist() == [
        pd.Timestamp("1915-07-01"), pd.Timestamp("1920-06-01"),
    ]  # fmt: skip
    assert (table["lower_80"] <= table["upper_80"]).all()
    assert (trained / "forecast.png").is_file()


def test_forecasts_are_as_long_as_asked(trained, monkeypatch, tmp_path):
    _, table = forecast(trained, monkeypatch, tmp_path, "--length", "3")
    assert table["lead"].max() == 3


def test_a_forecast_further_ahead_than_the_records_tell_is_refused(
    trained, monkeypatch, tmp_path, capsys
):
    code, table = forecast(trained, monkeypatch, tmp_path, "--length", "90")
    assert code == 2 and table is None
    assert "`length` must be at most 45" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--target", "Moon"), "`target` is none of the data's variables. Received: target='Moon'"),
        (("--window_size", "60"), "longest validation stretch without a gap"),
        (("--split", "240"), "`split` must leave rows"),
        (("--lr", "2"), "`lr`: Input should be less than or equal to 1"),
        (("--freq", "1D"), "`freq` must not be finer than the records"),
    ],
)
def test_a_setting_that_does_not_go_with_the_data_is_refused(tmp_path, capsys, arguments, message):
    assert train(tmp_path, write_cycle(tmp_path / "cycle.csv"), *arguments) == 2
    assert message in capsys.readouterr().out
    assert not (tmp_path / "runs").exists()


def test_text_among_the_numbers_is_refused(tmp_path, capsys):
    readings = ["1.5"] * 239 + ["broken"]
    data = write_cycle(tmp_path / "cycle.csv", Wind=readings)
    assert train(tmp_path, data) == 2
    assert "column 'Wind' holds text among its numbers: 'broken'" in capsys.readouterr().out


def test_too_short_a_series_is_refused(tmp_path, capsys):
    assert train(tmp_path, write_cycle(tmp_path / "cycle.csv", n_months=8), "--split", "5") == 2
    assert "the longest is 5 rows" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(not SUNSPOTS.is_file(), reason=f"needs the Sunspots file, {SUNSPOTS.name}")
def test_the_documented_sunspots_run_beats_persistence(tmp_path):
    arguments = ["--location", "generic", "--data_path", str(SUNSPOTS)]
    assert gan_train.main(["forecaster", *arguments, "--result_dir", str(tmp_path)]) == 0
    rows = pd.read_csv(tmp_path / "experiment_01" / "losses.csv")
    assert rows["val_persistence_mae"][0] == pytest.approx(15.44, abs=0.005)
    assert 13 < rows["val_mae"].min() < 15
