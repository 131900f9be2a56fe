"""Pictures are PNGs for any names, and come from the numbers they are given."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from modules.records.columns import WIND_SPEED, Column
from modules.report import pictures, pictures_statistics, pictures_wind

COLUMNS = [
    Column(name="풍속 $v$", unit="m/s", kind="speed", iec=WIND_SPEED),
    Column(name="P$", unit="kW", kind="power"),
    Column(name="Dir", unit="deg", kind="angle"),
]


@pytest.fixture
def windows():
    """Windows (30, 4, 3) of wind speed, power and direction."""
    speed = np.random.default_rng(0).uniform(0, 12, (30, 4))
    return np.stack([speed, speed**3, 30 * speed], -1)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are drawn, without the time it takes to make PNGs of them."""
    figures = []
    monkeypatch.setattr(pictures, "save", lambda figure, _: figures.append(figure))
    return figures


def labels(figure):
    return {text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel())} - {""}


def test_names_in_any_script_are_drawn(windows, tmp_path):
    pictures.draw_comparison(windows, windows, COLUMNS, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_every_axis_of_the_comparison_has_name_and_unit(windows, drawn, tmp_path):
    pictures.draw_comparison(windows, windows, COLUMNS, tmp_path / "a.png")
    expected = {"풍속 $v$\n[m/s]", "P$\n[kW]", "Dir\n[deg]", "steps, 4 a window"}
    assert labels(drawn[0]) == expected


def test_marginals_are_shares_of_records(windows, drawn, tmp_path):
    pictures_statistics.draw_marginals(windows, windows[:3], COLUMNS, tmp_path / "a.png")
    assert labels(drawn[0]) == {"share of records", "풍속 $v$ [m/s]", "P$ [kW]", "Dir [deg]"}
    heights = [bar.get_height() for bar in drawn[0].axes[0].patches[: pictures_statistics.N_BINS]]
    assert sum(heights) == pytest.approx(1)


def test_autocorrelations_have_a_panel_per_feature_and_the_unit_of_the_lag(drawn, tmp_path):
    scaled = np.random.default_rng(1).random((30, 4, 5))
    path = tmp_path / "a.png"
    pictures_statistics.draw_autocorrelations(scaled, scaled, list("abcde"), path, step="10min")
    panels = drawn[0].axes
    assert [panel.get_title() for panel in panels] == list("abcde")
    assert panels[0].get_lines()[0].get_xdata().tolist() == [1, 2, 3]
    assert "lag [10min]" in labels(drawn[0])


def test_correlations_of_equal_sets_differ_by_nothing(drawn, tmp_path):
    scaled = np.random.default_rng(1).random((30, 4, 3))
    pictures_statistics.draw_correlations(scaled, scaled, list("abc"), tmp_path / "a.png")
    real, synthetic, difference = drawn[0].axes[:3]
    assert difference.images[0].get_array().max() == 0
    np.testing.assert_allclose(np.diag(real.images[0].get_array()), 119 / 120)
    assert [text.get_text() for text in difference.texts] == [".00"] * 9
    assert real.texts[0].get_text() == "1.0"


def test_embeddings_show_every_window_of_both_sets(drawn, tmp_path):
    scaled = np.random.default_rng(1).random((30, 4, 2))
    pictures_statistics.draw_embeddings(scaled, scaled[:12], tmp_path / "a.png")
    for panel in drawn[0].axes:
        assert [len(dots.get_offsets()) for dots in panel.collections] == [30, 12]
    assert "% of the real variance]" in drawn[0].axes[0].get_xlabel()


def test_power_curve_has_both_means_on_both_sides_and_their_ratio(drawn, tmp_path):
    speed = np.repeat(np.arange(1.25, 12), 20)
    records = np.stack([speed, speed**3, speed], -1)
    path = tmp_path / "a.png"
    pictures_wind.draw_power_curve(records, records * [1, 0.5, 1], COLUMNS, (0, 1), path)
    left, right, ratio = drawn[0].axes
    assert labels(drawn[0]) == {"풍속 $v$ [m/s]", "P$ [kW]"}
    for panel in (left, right):
        real, synthetic = (line.get_ydata() for line in panel.get_lines())
        np.testing.assert_allclose(synthetic, real / 2)
        assert panel.get_lines()[0].get_xdata().tolist() == np.arange(1.25, 12).tolist()
    np.testing.assert_allclose(ratio.get_lines()[1].get_ydata(), 0.5)
    assert left.collections[0].get_array().sum() == pytest.approx(100)


def test_power_curve_of_too_few_records_has_no_mean(windows, drawn, tmp_path):
    few = windows[:1, :2]
    pictures_wind.draw_power_curve(few, few, COLUMNS, (0, 1), tmp_path / "a.png")
    assert not drawn[0].axes[0].get_lines()


def test_one_spike_does_not_stretch_an_axis(drawn, tmp_path):
    values = np.random.default_rng(2).uniform(0, 10, (40, 5, 1))
    values[3, 2] = 1e6
    column = Column(name="P", unit="kW", kind="power")
    low, high = pictures.view([values], column)
    assert -1 < low < 0.5 and 9.5 < high < 11
    pictures.draw_comparison(values, values, [column], tmp_path / "a.png")
    assert drawn[0].axes[0].get_ylim() == (low, high)
    pictures_statistics.draw_marginals(values, values, [column], tmp_path / "b.png")
    bars = drawn[1].axes[0].patches[: pictures_statistics.N_BINS]
    assert sum(bar.get_height() for bar in bars) == pytest.approx(1)


def test_an_angle_is_seen_over_its_whole_circle_and_not_joined_across_its_end():
    vane = Column(name="d", kind="angle", lower=-180.0)
    assert pictures.view([np.array([10.0, 20.0])], vane) == (-180, 180)
    drawn = pictures.unbroken(np.array([170.0, -170.0, -160.0]), vane)
    assert np.isnan(drawn).tolist() == [False, True, False]
    speed = np.array([170.0, -170.0])
    assert pictures.unbroken(speed, Column(name="v")) is speed


def test_a_bar_that_hides_the_others_asks_for_a_logarithmic_axis():
    bins, even = np.arange(0.0, 11), np.arange(10.0) + 0.5
    assert not pictures_statistics.is_spiked(even, bins)
    assert pictures_statistics.is_spiked(np.append(even, np.full(50, 0.5)), bins)
    assert not pictures_statistics.is_spiked(np.zeros(50), bins)


def test_each_turbine_has_its_line_beside_the_synthetic_one(windows, drawn, tmp_path):
    tables = {name: windows.reshape(-1, 3) for name in ("T1", "T2")}
    pictures_wind.draw_turbines(tables, windows, COLUMNS, tmp_path / "a.png")
    legend = [text.get_text() for text in drawn[0].legends[0].get_texts()]
    assert legend == ["T1", "T2", "synthetic"] and len(drawn[0].axes) == 3


def test_pictures_are_twice_as_fine_as_they_are_shown(tmp_path):
    with pictures.sheet(tmp_path / "a.png", 2) as figure:
        figure.subplots()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (2 * 1210, 440)


def test_roses_are_for_angles_alone(windows, drawn, tmp_path):
    pictures_wind.draw_roses(windows, windows, COLUMNS, tmp_path / "a.png")
    assert [panel.get_title() for panel in drawn[0].axes] == ["Dir [deg], % of records"]


def test_sectors_are_centred_on_north_and_count_every_record():
    shares = pictures_wind.sector_shares(np.array([[353.0, 0.0], [7.0, 8.0], [-90.0, 90.0]]))
    assert shares.sum() == pytest.approx(1)
    assert np.flatnonzero(shares).tolist() == [0, 1, 6, 18]
    assert shares[0] == 0.5


def test_losses_have_a_panel_per_phase_and_one_look_per_name(drawn, tmp_path):
    losses = pd.DataFrame(
        {
            "phase": ["autoencoder", "joint", "joint"],
            "step": [10, 10, 20],
            "reconstruction_loss": [0.3, 0.2, 0.1],
            "moment_loss": [np.nan, 3.0, 2.0],
        }
    )
    pictures.draw_losses(losses, tmp_path / "a.png")
    first, second = drawn[0].axes
    assert [panel.get_title() for panel in (first, second)] == [
        "phase: autoencoder",
        "phase: joint",
    ]
    assert [len(panel.get_lines()) for panel in (first, second)] == [1, 2]
    legend = [text.get_text() for text in drawn[0].legends[0].get_texts()]
    assert legend == ["reconstruction", "moment"]


@pytest.mark.parametrize("missing", [0, 1])
def test_no_power_curve_without_wind_speed_or_power(missing):
    left = [column for i, column in enumerate(COLUMNS) if i != missing]
    assert pictures.power_curve_columns(COLUMNS) == (0, 1)
    assert pictures.power_curve_columns(left) is None
