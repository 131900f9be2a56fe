"""The report page: whole in one file, honest about what it lacks, refused without its records."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.language import told_in
from modules.location_module import clean
from modules.records.flagged import without_flagged
from modules.report import captions, drawing, evidence
from modules.report import page as report
from modules.runs.start import start
from settings import TimeGANSettings
from tests.browser import assert_shown_whole
from tests.logs import restored_logging
from tests.tiny import CPU

pytestmark = pytest.mark.whole

T = 8
LOSSES = "phase,step,reconstruction_loss,moment_loss\nautoencoder,10,0.3,\njoint,10,0.2,0.5\n"
PICTURES = {
    *("comparison", "power_curve", "directions", "marginals", "autocorrelations"),
    *("correlations", "embeddings", "losses", "steps", "spectra"),
    *("day", "hour", "turbines", "nearest", "hourly_steps"),
}


def begun_run(folder, **fields):
    """A run as training leaves it, without its model; the settings' records are there."""
    settings = TimeGANSettings(
        result_dir=str(folder / "runs"), data_path=str(folder / "input"), seq_len=T, **fields
    )
    site_data = clean(load(settings), settings)
    with restored_logging(), start("timegan", settings, site_data, resumed=None, device=CPU) as run:
        return run, site_data


def write(run, site_data, *, n_windows=60, heldout=0.0, **options):
    """Write a report on windows like the real ones and return the page."""
    series, starts = evidence.cut(site_data.tables, T)
    windows = evidence.windows_at(series, evidence.thinned(starts, n_windows), T)
    path = report.write_report(
        run, site_data, windows * 0.97, kind="quick", seq_len=T, heldout=heldout, **options
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
    table = page.partition("<h2>Scores")[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(<td>.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    by_score = {row[0]: row for row in cells}
    assert set(by_score) == {
        *("correlational", "marginal", "autocorrelation", "power-curve residual"),
        *("ramp rates", "copy rate", "neighbour ratio", "membership inference"),
        *("told apart", "step ratio", "first step", "last step", "repeated values"),
        *("operation", "direction", "rose"),
    }
    assert "--heldout" in by_score.pop("membership inference")[-1]
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


class Outline(HTMLParser):
    """Ids, links inside the page, and tags that are not closed in their order."""

    VOID = {"meta", "br", "img", "link"}

    def __init__(self, page):
        super().__init__()
        self.ids, self.targets, self.open, self.astray = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.ids += [known["id"]] if "id" in known else []
        self.targets += [known["href"][1:]] if known.get("href", "").startswith("#") else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.astray.append(tag)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_is_whole_and_its_contents_lead_to_every_section(wind, undrawn, language):
    run, site_data, drawn = wind
    pages = [drawn] if language == "en" else [write(run, site_data, language=language)]
    for page in pages:
        outline = Outline(page)
        assert not outline.astray and not outline.open
        assert len(set(outline.ids)) == len(outline.ids)
        assert set(outline.ids) - set(outline.targets) == {"verdict"}
        assert set(outline.targets) <= set(outline.ids)
        assert f'<html lang="{language}">' in page
        assert len(page.encode()) < 5e6


def test_the_first_screen_answers_five_questions(wind):
    first = wind[2].partition('id="verdict"')[2].partition("</section>")[0]
    answers = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", first, re.DOTALL)
    assert len(answers) == 5 and all(text.strip() for _, text in answers)
    assert "guarantees no privacy" in answers[2][1]
    assert "2 turbine(s), 2022-05-01" in answers[3][1]


def test_the_page_says_what_it_was_made_from_and_marks_what_was_given(wind):
    run, _, page = wind
    for what in ("written", "synthetic records", "seed", "device", "version", "libraries"):
        assert f"<dt>{what}</dt><dd>" in page
    assert "<b><code>location</code></b> openoa" in page
    assert "<b><code>hidden_dim</code></b>" not in page and "run_id" not in page
    details = page.partition("<summary>All settings")[2]
    assert "<code>hidden_dim</code>" in details


def test_the_file_of_the_windows_is_named(wind, undrawn):
    run, site_data, page = wind
    assert "drawn for this page, in no file" in page
    named = write(run, site_data, csv=Path("/far/TimeGan_1.csv"))
    assert "<dd>TimeGan_1.csv</dd>" in named and "/far/" not in named


def test_everything_that_is_ours_is_told_in_korean(wind, undrawn, monkeypatch):
    run, site_data, _ = wind
    left = set()

    def remembering(language):
        told = told_in(language)
        return lambda text: left.add(text) if told(text) == text else told(text)

    def told_or_kept(language):
        remember = remembering(language)
        return lambda text: remember(text) or text

    monkeypatch.setattr(report, "told_in", told_or_kept)
    monkeypatch.setattr(report, "draw_pictures", lambda folder, *_: drawn_before(folder))
    page = write(run, site_data, language="ko", heldout=0.2)
    names = {"wind_speed", "kw", "nacelle_position", "nacelle_position_sin", "nacelle_position_cos"}
    same = {"Context-FID", "settings.py", "preset document"}
    assert {text for text in left if text and text not in names | same} == set()
    assert "우리 단지와 닮았나?" in page and "출력 곡선" in page


def drawn_before(folder):
    return {path.stem: path for path in folder.glob("*.png")}


def test_every_score_and_every_picture_of_the_page_is_explained():
    assert PICTURES <= set(captions.PICTURES)
    assert all(text.endswith(".") for _, text in captions.PICTURES.values())


@pytest.mark.parametrize("width", [1400, 400])
def test_a_browser_shows_the_page_whole(wind, tmp_path, width):
    assert_shown_whole(wind[2], width, tmp_path)


def test_data_report_lies_in_the_run_folder(wind):
    saved = json.loads((wind[0].folder / "data_report.json").read_text(encoding="utf-8"))
    assert [turbine["name"] for turbine in saved["turbines"]] == ["WT01", "WT02"]


def test_numbers_without_times_or_wind_get_the_page_without_those_parts(untimed):
    run, site_data = untimed
    page = write(run, site_data)
    assert {path.stem for path in run.folder.glob("*.png")} == PICTURES - {
        *("power_curve", "directions", "losses", "hour", "turbines", "hourly_steps"),
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
    assert "real ones held out, of blocks of time that were never trained on" in pages[1]


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
