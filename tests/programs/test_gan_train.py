"""Both programs end to end, three steps a phase, one site after another; and what they refuse."""

import contextlib
import csv
import io
import json
import math
import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import gan_generator
import gan_train
from models import losses
from modules.records.sample import make_sample
from modules.runs.journal import read_journal
from modules.runs.run import Run
from modules.timegan.synthesis import sample
from tests.logs import restored_logging
from tests.tiny import CPU, STOCK, UNIFORM, loaded

REAL = Path(__file__).parents[3] / "shared" / "data"
TINY = (
    "--hidden_dim 4 --num_layers 1 --seq_len 5 --batch_size 8 --train_step 3 --report none".split()
)
N_WINDOWS = 7


def westsouth(folder):
    make_sample(folder / "input", days=2)
    return ["--data_path", "input"]


def jeju(folder):
    """Two days of a turbine in the site's own tags, with a variable the site does not declare."""
    random = np.random.default_rng(0)
    n_rows = 288
    speed = 8 + 3 * np.sin(np.arange(n_rows) / 20) + random.normal(0, 0.4, n_rows)
    direction = np.cumsum(random.normal(0, 4, n_rows)) % 360
    values = {
        "INFO_SPEED_WIND": speed,
        "INFO_DIRECTION_WIND": direction,
        "AVG_DIRECTION_EMS": (direction + random.normal(0, 3, n_rows)) % 360,
        "INFO_PITCHANGLE_BLADE1": random.uniform(-1, 4, n_rows),
        "INFO_PITCHANGLE_BLADE2": random.uniform(-1, 4, n_rows),
        "INFO_PITCHANGLE_BLADE3": random.uniform(-1, 4, n_rows),
        "INFO_SPEED_ROTOR": 1.2 * speed + 2,
        "INFO_SPEED_GENERATOR": 120 * speed + 200,
        "INFO_POWER_ACTIVE": 2.5 * speed**3,
        "INFO_TEMP_GEARBOX": 50 + speed,
    }
    table = pd.DataFrame(values).round(2).add_prefix("HW.WT01.")
    table.insert(0, "DateTime", pd.date_range("2022-05-01", periods=n_rows, freq="10min"))
    (folder / "input").mkdir()
    table.to_csv(folder / "input" / "WT01.csv", index=False)
    return ["--data_path", "input", "--location", "jeju"]


def real(name):
    if not (REAL / name).exists():
        pytest.skip(f"the real file {name} is not beside the repository")
    return str(REAL / name)


def la_haute_borne(_):
    path = real("la_haute_borne_2014-01_4wtg.csv.gz")
    arguments = ["--data_path", path, "--location", "la_haute_borne", "--sel_rnn", "GRU"]
    return [*arguments, "--gen_name", "R80711"]


def stocks(_):
    path = real("timegan_stock_data.csv.gz")
    arguments = ["--data_path", path, "--location", "generic", "--scaler", "standard"]
    return [*arguments, "--batchnorm", "false"]


def best(folder):
    steps = ["--autoencoder_steps", "3", "--supervised_steps", "3"]
    return [*westsouth(folder), "--preset", "best", *steps]


SITES = {
    "westsouth": westsouth,
    "best": best,
    "jeju": jeju,
    "la_haute_borne": la_haute_borne,
    "stocks": stocks,
}
WESTSOUTH_COLUMNS = (
    "WindD1 WindD2 WindSpeed RotorPosition BladePitchP1 BladePitchP2 BladePitchP3 "
    "GeneratorTR ActivePower"
).split()
COLUMNS = {
    "westsouth": WESTSOUTH_COLUMNS,
    "best": WESTSOUTH_COLUMNS,
    "jeju": [
        *("INFO_SPEED_WIND", "INFO_DIRECTION_WIND", "AVG_DIRECTION_EMS"),
        *("INFO_PITCHANGLE_BLADE1", "INFO_PITCHANGLE_BLADE2", "INFO_PITCHANGLE_BLADE3"),
        *("INFO_SPEED_ROTOR", "INFO_SPEED_GENERATOR", "INFO_POWER_ACTIVE", "INFO_TEMP_GEARBOX"),
    ],
    "la_haute_borne": ["Ba_avg", "Ws_avg", "Va_avg", "Ot_avg", "Ya_avg", "Wa_avg", "P_avg"],
    "stocks": ["Open", "High", "Low", "Close", "Adj_Close", "Volume"],
}


@contextlib.contextmanager
def working_in(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        with restored_logging():
            yield
    finally:
        os.chdir(before)


def call(main, arguments):
    """Return a program's exit code and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        code = main(arguments)
    return code, said.getvalue()


def generate(folder, *arguments):
    """Return the bytes of the CSV that the generator writes; the file itself goes."""
    with working_in(folder):
        code, said = call(gan_generator.main, [*arguments, "--output", "."])
        assert code == 0, said
        (path,) = Path().glob("TimeGan_2*.csv")
        written = path.read_bytes()
        path.unlink()
    return written


@pytest.fixture(scope="module")
def trainings():
    return {}


SLOW = ("jeju", "la_haute_borne", "stocks")
PARAMETERS = {
    name: pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in SITES
}


@pytest.fixture(params=PARAMETERS.values())
def site(request, trainings, tmp_path_factory):
    """A site's finished training: folder, run, what the log said; each trained once."""
    name = request.param
    if name not in trainings:
        folder = tmp_path_factory.mktemp(name)
        with working_in(folder):
            arguments = SITES[name](folder)
            code, said = call(gan_train.main, [*arguments, *TINY])
        run = Run(folder / "TimeGan_Result" / "experiment_01")
        trainings[name] = SimpleNamespace(name=name, folder=folder, run=run, code=code, said=said)
    return trainings[name]


def generated(site):
    """The table of `N_WINDOWS` windows, generated once per site."""
    if not hasattr(site, "csv"):
        site.csv = generate(site.folder, "--n_windows", str(N_WINDOWS))
    return pd.read_csv(io.BytesIO(site.csv))


def only(*names):
    return pytest.mark.parametrize("site", [PARAMETERS[name] for name in names], indirect=True)


@pytest.mark.whole
def test_training_ends_with_a_run_and_the_next_command(site):
    assert site.code == 0, site.said
    assert "Next: python gan_generator.py --run TimeGan_Result/experiment_01" in site.said
    assert site.run.is_finished
    files = {path.name for path in site.run.model_folder.iterdir()}
    assert {"model.keras", "scale.pickle", "ckpt-3.index", "columns.json", "settings.json"} <= files
    assert not [name for name in files if name.startswith(".")]


@pytest.mark.whole
@only("best")
def test_the_best_preset_leaves_its_tables_beside_the_model(site):
    files = {path.name for path in site.run.model_folder.iterdir()}
    assert {"quantiles.json", "copula.json"} <= files
    written = json.loads((site.run.model_folder / "settings.json").read_text())
    assert (written["preset"], written["noise"]) == ("best", "copula")
    log = (site.run.folder / "train.log").read_text(encoding="utf-8")
    assert "noise = 'copula' (preset best)" in log and "num_layers = 1 (given)" in log


@pytest.mark.whole
@pytest.mark.parametrize("name", ["model.keras", "scale.pickle"])
@only("westsouth")
def test_a_model_or_scaler_alone_names_the_run_it_lies_in(site, tmp_path, name):
    option = "--model_path" if name == "model.keras" else "--scale_path"
    expected = generate(site.folder, "--n_windows", "2")
    with working_in(tmp_path):  # where there is no run
        path = site.run.model_folder / name
        arguments = [option, str(path), "--n_windows", "2", "--output", "mine.csv"]
        code, said = call(gan_generator.main, arguments)
        assert code == 0, said
        assert Path("mine.csv").read_bytes() == expected
        assert "preset document" in said


@pytest.mark.whole
@only("westsouth")
def test_the_csv_lies_in_the_folder_of_the_programs_unless_told_otherwise(
    site, tmp_path, monkeypatch
):
    monkeypatch.setattr("modules.files.ROOT", tmp_path)
    with working_in(site.folder):
        assert call(gan_generator.main, ["--n_windows", "2"])[0] == 0
        assert not list(Path().glob("*.csv"))
    assert len(list(tmp_path.glob("TimeGan_2*.csv"))) == 1


def test_losses_of_every_phase_are_written(site):
    with (site.run.folder / "losses.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["phase"], row["step"]) for row in rows] == [
        ("autoencoder", "3"),
        ("supervised", "3"),
        ("joint", "3"),
    ]
    assert all(math.isfinite(float(value)) for value in list(rows[-1].values())[2:])


@pytest.mark.whole
def test_csv_has_the_windows_columns_and_limits_of_the_data(site):
    table = generated(site)
    assert list(table) == ["window", "step", *COLUMNS[site.name]]
    assert len(table) == N_WINDOWS * 5
    assert table["window"].tolist() == np.repeat(range(N_WINDOWS), 5).tolist()
    assert table.notna().all().all()
    columns = json.loads((site.run.model_folder / "columns.json").read_text())["columns"]
    assert [column["name"] for column in columns] == COLUMNS[site.name]
    for column in columns:
        values = table[column["name"]]
        assert values.nunique() > 1
        if column["kind"] == "angle":
            assert values.min() >= column["lower"] and values.max() < column["lower"] + 360
        else:
            assert values.between(column["observed_min"], column["observed_max"]).all()


@pytest.mark.whole
@only("westsouth", "best", "jeju", "la_haute_borne")
@pytest.mark.parametrize("words", [["--length", "35"], ["--n_windows", "7", "--stamps"]])
def test_time_runs_on_from_the_data_in_its_own_step(site, words):
    table = pd.read_csv(io.BytesIO(generate(site.folder, *words)))
    times = pd.to_datetime(table["DateTime"])
    assert len(times) == 35 and (times.diff()[1:] == pd.Timedelta(minutes=10)).all()
    starts = {
        "westsouth": "2021-01-01 00:00:00",
        "best": "2021-01-01 00:00:00",
        "jeju": "2022-05-01 00:00:00",
        "la_haute_borne": "2014-01-01 00:00:00+00:00",
    }
    assert table["DateTime"][0] == starts[site.name]


def test_windows_are_separate_samples_without_a_time_of_day(site):
    assert generated(site)["step"].tolist() == [0, 1, 2, 3, 4] * N_WINDOWS


@only("westsouth", "la_haute_borne")
def test_a_model_trained_on_the_fast_layers_runs_on_the_stock_ones(site):
    trained = loaded(site.run).trained
    kind = "GRU" if site.name == "la_haute_borne" else "LSTM"
    assert kind in {type(layer).__name__ for layer in trained.model.layers}
    fast, stock = (
        sample(trained.model, 6, 5, noise=UNIFORM, seed=1, device=device) for device in (CPU, STOCK)
    )
    np.testing.assert_allclose(fast, stock, atol=1e-5)
    assert np.ptp(stock) > 0.01


@pytest.mark.whole
@only("best")
def test_a_hardly_trained_run_falls_back_on_the_copula_and_says_so(site):
    synthesizer = loaded(site.run)
    columns = synthesizer.trained.columns
    linear = [i for i, column in enumerate(columns) if column.kind != "angle"]
    limits = [(columns[i].observed_min, columns[i].observed_max) for i in linear]
    windows = synthesizer.draw(500, 5, seed=0, device=CPU)[..., linear]
    assert (np.ptp(windows, axis=(0, 1)) > 0.9 * np.ptp(limits, axis=1)).all()
    assert read_journal(site.run).chain == "copula"


@only("best")
def test_the_generator_writes_mapped_windows(site):
    mapped = loaded(site.run).draw(N_WINDOWS, 5, seed=0, device=CPU)
    written = generated(site)[COLUMNS["best"]].to_numpy()
    np.testing.assert_allclose(written.reshape(mapped.shape), mapped, rtol=1e-12)


@only("westsouth")
def test_same_seed_gives_the_same_bytes_and_another_does_not(site):
    first, again, other = (
        generate(site.folder, "--n_windows", "4", "--seed", seed) for seed in ("5", "5", "6")
    )
    assert first == again
    assert first != other


@only("westsouth")
def test_length_writes_one_seamless_series_that_begins_as_the_window(site):
    series = generate(site.folder, "--length", "23").splitlines()
    window = generate(site.folder, "--n_windows", "1").splitlines()
    assert len(series) == 24
    assert {line.split(b",")[0] for line in series[1:]} == {b"0"}
    assert (series[0].split(b",")[1], window[0].split(b",")[1]) == (b"DateTime", b"step")
    left, right = (
        np.array([[float(x) for x in line.split(b",")[2:]] for line in lines[1:6]])
        for lines in (series, window)
    )
    np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-3)


@only("westsouth")
def test_generator_reads_sizes_from_the_run(site):
    settings = json.loads((site.run.model_folder / "settings.json").read_text())
    assert (settings["seq_len"], settings["hidden_dim"], settings["family"]) == (5, 4, "timegan")
    assert loaded(site.run).trained.model.input_shape == (None, None, 11)


@only("westsouth")
def test_log_file_holds_settings_data_and_every_log_line(site):
    written = (site.run.folder / "train.log").read_text(encoding="utf-8")
    for expected in ("TensorFlow 2.", "train_step = 3", "5 x 11", "autoencoder 3/3", "Finished: "):
        assert expected in written


@only("westsouth")
def test_generator_refuses_files_of_no_run_and_writes_nothing(site, tmp_path):
    with working_in(tmp_path):
        for arguments, expected in (
            ([], "No finished run in TimeGan_Result"),
            (["--run", "nowhere"], "'nowhere' is not a run folder"),
            (["--run", str(site.run.folder), "--scale_path", "x"], "x is not a scaler of ours"),
            (["--run", str(site.run.folder), "--model_path", "x"], "x cannot be loaded"),
            (["--n_windows", "0"], "`n_windows`: Input should be greater than 0"),
        ):
            code, said = call(gan_generator.main, arguments)
            assert (code, said.count("\n")) == (2, 1)
            assert said.startswith(expected)
        assert not list(Path().iterdir())


@pytest.fixture
def workspace(tmp_path):
    with working_in(tmp_path):
        yield tmp_path


MISTAKES = {
    "unknown location": (["--location", "atlantis"], "`location` must be one of flasc, generic"),
    "missing path": (["--data_path", "nowhere"], "nowhere does not exist. Set `--data_path`"),
    "too few rows": (["--seq_len", "500"], "`seq_len` must be at most the longest stretch"),
    "wrong n_seq": (["--n_seq", "8"], "`n_seq` must be the number of variables.*have 9: WindD1"),
    "unknown setting": (["--epochs", "3"], "unrecognized arguments: --epochs"),
    "several settings": (["--lr", "9", "--seq_len", "1"], "`seq_len`.*\n`lr`"),
    "unknown turbine": (["--gen_name", "WT77"], "WT77"),
    "dates outside": (["--date_start", "2031"], "`date_start` and `date_end` leave no row"),
    "other layout": (["--location", "la_haute_borne"], "Ba_avg"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_users_mistake_is_told_once_and_makes_no_run(workspace, mistake):
    arguments, expected = MISTAKES[mistake]
    make_sample(workspace / "input", days=2, n_turbines=1)
    code, said = call(gan_train.main, ["--data_path", "input", *TINY, *arguments])
    assert code == 2, said
    assert "Traceback" not in said
    assert re.search(expected, said, re.DOTALL), said
    assert [path.name for path in workspace.iterdir()] == ["input"]


def test_check_only_reports_and_makes_no_run(workspace):
    make_sample(workspace / "input", days=2, n_turbines=1)
    code, said = call(gan_train.main, ["--data_path", "input", *TINY, "--check_only"])
    assert code == 0
    assert "WT01" in said and "ActivePower" in said
    assert not (workspace / "TimeGan_Result").exists()


@pytest.mark.whole
def test_a_run_that_fails_says_where_and_leaves_no_model(workspace, monkeypatch):
    monkeypatch.setattr(losses, "EPSILON", float("nan"))
    make_sample(workspace / "input", days=2, n_turbines=1)
    code, said = call(gan_train.main, ["--data_path", "input", *TINY])
    assert code == 1
    assert said.splitlines()[-1].startswith(
        "reconstruction_loss (nan) diverged by autoencoder step 3. Last good checkpoint: "
    )
    assert "Traceback" not in said
    run = Run(workspace / "TimeGan_Result" / "experiment_01")
    assert run.read_settings()["seq_len"] == 5
    assert not run.is_finished
    code, said = call(gan_generator.main, ["--run", str(run.folder)])
    assert code == 2
    assert "its training has not finished" in said


@pytest.mark.whole
@pytest.mark.parametrize(
    ("words", "n_columns"),
    [([], 0), (["--atoms"], 1), (["--preset", "best"], 1), (["--preset=best", "--no-atoms"], 0)],
)
def test_a_run_knows_the_atoms_of_power_where_asked(workspace, monkeypatch, words, n_columns):
    monkeypatch.setattr(losses, "EPSILON", float("nan"))  # ends it once its columns are written
    make_sample(workspace / "input", days=20, n_turbines=1)
    call(gan_train.main, ["--data_path", "input", *TINY, *words])
    run = Run(workspace / "TimeGan_Result" / "experiment_01")
    columns = json.loads((run.model_folder / "columns.json").read_text())["columns"]
    assert sum(bool(column["atoms"]) for column in columns) == n_columns


@pytest.mark.parametrize("main", [gan_train.main, gan_generator.main])
def test_help_exits_with_0(main):
    with restored_logging(), pytest.raises(SystemExit) as stop:
        call(main, ["--help"])
    assert stop.value.code == 0


def test_a_family_may_be_named_first(workspace):
    code, said = call(gan_train.main, ["timegan", "--seq_len", "1"])
    assert code == 2
    assert said.startswith("`seq_len`")


@pytest.mark.slow
def test_same_seed_trains_the_same_model(workspace):
    make_sample(workspace / "input", days=2, n_turbines=1)
    written = []
    for run in ("experiment_01", "experiment_02"):
        assert call(gan_train.main, ["--data_path", "input", *TINY])[0] == 0
        written.append(generate(workspace, "--run", f"TimeGan_Result/{run}", "--n_windows", "3"))
    assert written[0] == written[1]
