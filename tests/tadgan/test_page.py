"""The page of a search."""

import numpy as np
import pandas as pd
import pytest

from modules.records.columns import Column
from modules.runs.run import create
from modules.tadgan import page, pictures
from modules.tadgan.detection import Scored
from modules.tadgan.judgement import judge
from settings import GeneratorSettings
from tests.browser import assert_shown_whole

COLUMNS = [
    Column(name=name, unit="m/s", kind="speed", observed_min=0, observed_max=20)
    for name in ("WindSpeedOfTheNacelle", "WindSpeedOfTheMast")
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The page of a turbine with a long name, two findings, and one fault that is known."""
    index = pd.date_range("2021-03-04", periods=300, freq="10min")
    names = [column.name for column in COLUMNS]
    real = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)), index, names)
    scores = pd.DataFrame({"score": 1.0}, index)
    findings = pd.DataFrame(
        [("R80711-La-Haute-Borne", index[i], index[i + 4], 3.0, ", ".join(names)) for i in (0, 90)],
        columns=["turbine", "start", "end", "severity", "variables"],
    )
    scored = [Scored(findings["turbine"][0], real, real + 0.1, scores, findings)]
    folder = tmp_path_factory.mktemp("page")
    drawn = pictures.draw(folder / "anomalies", scored, findings, COLUMNS)
    how = {"freq": "10min", "how": GeneratorSettings(), "judgement": judge(findings[:1], scored)}
    path = page.write_page(create(folder / "runs"), scored, findings, drawn, **how)
    return path.read_text(encoding="utf-8")


def test_records_findings_and_judgement_are_on_the_page(written):
    assert "<td>R80711-La-Haute-Borne</td>" in written and "2021-03-04 15:00:00" in written
    assert "1 of 1 known faults found" in written and written.count("<img ") == 3


@pytest.mark.whole
@pytest.mark.parametrize("width", [1400, 400])
def test_a_browser_shows_the_page_whole(written, tmp_path, width):
    assert_shown_whole(written, width, tmp_path)
