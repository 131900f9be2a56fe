"""Pictures of findings."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from modules.records.columns import Column
from modules.tadgan import pictures
from modules.tadgan.detection import Scored

COLUMNS = [
    Column(name="Speed", unit="m/s", kind="speed", observed_min=0, observed_max=20),
    Column(name="발전량 $", unit="kW", kind="power", observed_min=0, observed_max=20),
]


def scored(n_findings=2):
    index = pd.date_range("2021-03-04", periods=300, freq="10min")
    names = [column.name for column in COLUMNS]
    real = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)), index, names)
    scores = pd.DataFrame({"score": 1.0}, index)
    scores.iloc[150:155] = np.nan
    found = [
        ("T/1", index[10 * i], index[10 * i + 4], 3.0, ", ".join(names)) for i in range(n_findings)
    ]
    heads = ["turbine", "start", "end", "severity", "variables"]
    return Scored("T/1", real, real + 0.1, scores, pd.DataFrame(found, columns=heads))


@pytest.fixture
def drawn(monkeypatch):
    """The figures saved, by file name."""
    figures = {}
    save = Figure.savefig

    def keep(self, path, **options):
        figures[len(figures)] = self
        save(self, path, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def draw(folder, one):
    """Names of the pictures drawn, which are all that lie there."""
    paths = pictures.draw(folder / "anomalies", [one, one], one.findings, COLUMNS)
    assert sorted(paths) == sorted((folder / "anomalies").iterdir())
    return [path.name for path in paths]


def test_every_turbine_and_every_finding_gets_a_picture(tmp_path):
    expected = ["series_1.png", "series_2.png", "finding_01.png", "finding_02.png"]
    assert draw(tmp_path, scored()) == expected


@pytest.mark.whole
def test_pictures_of_an_earlier_search_are_gone(tmp_path):
    assert [len(draw(tmp_path, scored(n))) for n in (3, 1)] == [5, 3]


@pytest.mark.whole
def test_no_more_zooms_than_twenty(tmp_path):
    assert len(draw(tmp_path, scored(25))) == 2 + pictures.MOST_ZOOMS


def test_the_series_shades_each_finding_in_the_score_and_every_variable(tmp_path, drawn):
    pictures.draw_series(scored(), COLUMNS, tmp_path / "series.png")
    panels = drawn[0].axes
    assert [len(panel.patches) for panel in panels] == [2, 2, 2]
    assert panels[0].get_title() == "T/1: findings 2, 3.3% of the records"


def test_a_zoom_shows_real_beside_reconstructed_about_the_finding(tmp_path, drawn):
    one = scored()
    finding = next(one.findings.itertuples())
    pictures.draw_finding(one, finding, COLUMNS, tmp_path / "finding.png")
    panels = drawn[0].axes
    assert [line.get_label() for line in panels[0].get_lines()] == ["real", "reconstructed"]
    assert len(panels) == 3 and len(panels[0].get_lines()[0].get_xdata()) == 5 + 30
