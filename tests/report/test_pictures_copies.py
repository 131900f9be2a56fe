"""The nearest pairs are the nearest, and their picture shows both windows of each."""

import numpy as np

from modules.fidelity.copies import Closeness, closeness
from modules.report import pictures
from modules.report.pictures_copies import draw_nearest, nearest_pairs

TRAIN = np.random.default_rng(0).uniform(size=(60, 6, 2)).astype(np.float32)


def test_the_nearest_come_first():
    found = Closeness(np.array([3.0, 0.5, 2.0, 1.0]), np.zeros(4, int), 0.0)
    assert nearest_pairs(found) == [1, 3, 2]


def test_a_pair_is_drawn_over_each_other(monkeypatch, tmp_path):
    figures = []
    monkeypatch.setattr(pictures, "save", lambda figure, _: figures.append(figure))
    near = TRAIN[5] + np.float32(0.01)
    windows = np.concatenate([TRAIN[:10] + np.float32(0.5), near[None]])
    synthetic, unseen = closeness(windows, TRAIN), closeness(TRAIN[30:], TRAIN[:30])
    draw_nearest(synthetic, unseen, windows, TRAIN, ["a", "b"], tmp_path / "a.png")
    histogram, pair, *_ = figures[0].axes
    assert len(histogram.patches) == 2
    real, fake = pair.get_lines()[:2]
    np.testing.assert_allclose(fake.get_ydata(), real.get_ydata() + 0.01, atol=1e-6)
