"""The report page: whole in one file, honest about what it lacks, refused without its records."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.location_module import clean
from modules.records.flagged import without_flagged
from modules.report import drawing, evidence
from modules.report import page as report
from modules.runs.start import start
from settings import TimeGANSettings
from tests.logs import restored_logging
from tests.tiny import CPU

T = 5
LOSSES = "phase,step,reconstruction_loss,moment_loss\nautoencoder,10,0.3,\njoint,10,0.2,0.5\n"
PICTURES = {
    *("comparison", "power_curve", "directions", "marginals", "autocorrelations"),
    *("correlations", "embeddings", "losses", "steps", "spectra"),
    *("day", "hour", "turbines", "nearest"),
}


def begun_run(folder, **fields):
    """A run as training leaves it, without its model; the settings' records are there."""
    settings = TimeGANSettings(
        result_dir=str(folder / "runs"), data_path=str(folder / "input"), seq_len=T, **fields
    )
    site_data = clean(load(settings), settings)
    with restored_logging(), start("timegan", settings, site_data, resumed=None, device=CPU) as run:
        return run, site_data


def write(run, site_data, *, n_windows=60, heldout=0.0):
    """Write a report on windows like the real ones and return the page."""
    series, starts = evidence.cut(site_data.tables, T)
    windows = evidence.windows_at(series, evidence.thinned(starts, n_windows), T)
    path = report.write_report(
        run, site_data, windows * 0.97, kind="quick", seq_len=T, heldout=heldout
    )
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wind(tmp_path_factory):
    """Run, records and page of two turbines over two days: wind speed, direction, power."""
    folder = tmp_path_factory.mktemp("wind")
    (folder / "input").mkdir()
    random = np.random.default_rng(0)
    for turbine in ("WT01", "WT02"):
        speed = 8 + 3 * np.sin(np.arange(288) / 20) + random.normal(0, 0.4, 288)
        table = pd.DataFrame({"wind_speed": speed, "kw": 1.1 * speed**3})
        table["nacelle_position"] = np.cumsum(random.normal(0, 4, 288)) % 360
        table["dttm"] = pd.date_range("2022-05-01", periods=288, freq="10min")
        table.to_csv(folder / "input" / f"{turbine}.csv", index=False)
    run, site_data = begun_run(folder, location="openoa")
    (run.folder / "losses.csv").write_text(LOSSES)
    return run, site_data, write(run, site_data)


@pytest.fixture
def untimed(tmp_path, monkeypatch):
    """Run and records of two columns of numbers without times; pictures are left out."""
    (tmp_path / "input").mkdir()
    t = np.arange(300)
    table = pd.DataFrame({"수온": 9 + np.sin(t / 7), "$a$<b>": np.cos(t / 5)})
    table.to_csv(tmp_path / "input" / "numbers.csv", index=False)
    return begun_run(tmp_path, location="generic", freq=None)


@pytest.fixture
def undrawn(monkeypatch):
    monkeypatch.setattr(report, "draw_pictures", lambda *_: {})


def test_page_asks_nothing_of_the_network(wind):
    page = wind[2]
    assert "http" not in page and "<link" not in page and "<script" not in page
    assert "url(" not in page and "@import" not in page
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == len(PICTURES)
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in sources)


def test_every_picture_is_a_png_in_the_run_folder(wind):
    paths = list(wind[0].folder.glob("*.png"))
    assert {path.stem for path in paths} == PICTURES
    assert all(path.read_bytes().startswith(b"\x89PNG\r\n") for path in paths)


def test_tables_hold_the_scores_with_their_reference_rows(wind):
    page = wind[2]
    table = page.partition("<h2>Scores")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(<td>.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    by_score = {row[0]: row for row in cells}
    assert set(by_score) == {
        *("correlational", "marginal", "autocorrelation", "power-curve residual"),
        *("ramp rates", "copy rate", "neighbour ratio"),
        *("told apart", "step ratio", "first step"),
    }
    for row in by_score.values():
        assert not {row[2], row[4], row[5]} & {"–", "nan"}, row
    assert by_score["power-curve residual"][-1].startswith("kW;")
    assert "--report full" in page


def test_page_names_columns_units_data_and_settings(wind):
    run, _, page = wind
    for expected in ("wind_speed", "m/s", "kW", "WT02", "10min", "<code>hidden_dim</code>"):
        assert expected in page
    assert f"Fidelity report of {run.folder.name}" in page
    assert "60 <span" in page and "200 <span" in page


def test_data_report_lies_in_the_run_folder(wind):
    saved = json.loads((wind[0].folder / "data_report.json").read_text(encoding="utf-8"))
    assert [turbine["name"] for turbine in saved["turbines"]] == ["WT01", "WT02"]


def test_numbers_without_times_or_wind_get_the_page_without_those_parts(untimed):
    run, site_data = untimed
    page = write(run, site_data)
    assert {path.stem for path in run.folder.glob("*.png")} == PICTURES - {
        *("power_curve", "directions", "losses", "hour", "turbines"),
    }
    assert "Power curve" not in page and "ramp rates" not in page
    assert "수온" in page and "$a$&lt;b&gt;" in page
    assert "without times" in page


def test_too_few_windows_for_a_score_are_told_on_the_page(untimed, undrawn):
    page = write(*untimed, n_windows=4)
    assert "at least 20 windows on either side" in page
    assert "<th>score</th>" not in page


def test_the_page_says_what_the_floor_is(wind, undrawn):
    run, site_data, _ = wind
    pages = [write(run, site_data, heldout=share) for share in (0, 0.2)]
    assert "of different blocks of time" in pages[0] and "held out" not in pages[0]
    assert "real ones held out, of\nblocks of time that were never trained on" in pages[1]


def test_what_was_left_out_is_drawn_beside_the_rest(wind, tmp_path):
    _, site_data, page = wind
    assert report.draw_left_out(tmp_path, site_data) == {} and "What was left out" not in page
    index = site_data.tables["WT01"].index
    flagged = pd.DataFrame({"turbine": ["WT01"], "start": [index[10]], "end": [index[40]]})
    left = without_flagged(site_data, flagged, "a run")
    paths = report.draw_left_out(tmp_path, left)
    assert list(paths) == ["left_out"] and paths["left_out"].is_file()


@pytest.mark.parametrize(
    ("content", "n_rows", "said"),
    [
        (b"phase,step,loss\nfirst,5,0.5\nfirst,x,0.1\nfirst,10,much\n", 2, "1 rows are not drawn"),
        (b"a,b\n1,2\n", None, "No picture of the losses"),
        (b"\x00\xff\xfe", None, "No picture of the losses"),
        (b"", None, "No picture of the losses"),
        (b"phase,step,loss\n", None, ""),
    ],
)
def test_a_damaged_table_of_losses_is_drawn_as_far_as_it_can_be_read(
    tmp_path, caplog, content, n_rows, said
):
    (tmp_path / "losses.csv").write_bytes(content)
    losses = drawing._losses(tmp_path / "losses.csv")
    assert (losses is None) == (n_rows is None) and said in caplog.text
    if losses is not None:
        assert len(losses) == n_rows
        drawing.pictures.draw_losses(losses, tmp_path / "losses.png")
