"""How windows move: exact changes and spectra, and a picture of each."""

import numpy as np

from modules.records.columns import Column
from modules.report.pictures_dynamics import changes, draw_spectra, draw_steps, spectrum
from tests.tiny import tiny_columns


def test_angles_change_by_the_shorter_way_and_windows_are_not_joined():
    degrees = np.array([[350.0, 10.0, 355.0], [90.0, 90.0, 100.0]])
    assert changes(degrees, Column(name="d", kind="angle"), 1).tolist() == [20, -15, 0, 10]
    assert changes(degrees, Column(name="x"), 2).tolist() == [5, 10]


def test_a_sine_has_its_power_at_its_period():
    waves = np.sin(2 * np.pi * np.arange(24) / 6)[None] + 7
    found = spectrum(waves)
    assert np.argmax(found) == 3 and found[3] / found.sum() > 0.999


def test_pictures_are_drawn_even_of_columns_that_stand_still(tmp_path):
    windows = np.random.default_rng(0).uniform(size=(30, 8, 2))
    still = windows * [0, 1]
    draw_steps(windows, still, tiny_columns(), tmp_path / "steps.png", apart=" in 10min")
    draw_spectra(windows, still, ["Speed", "Power"], tmp_path / "spectra.png")
    for name in ("steps", "spectra"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
