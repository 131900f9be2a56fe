"""The made images: what was put in is read off exactly."""

import numpy as np
import pytest

from modules.errors import DataError
from modules.imagegan import conditions, sample
from modules.imagegan.images import as_bytes, read_folder
from tests.tiny_images import layout


def asked(n_images=400):
    random = np.random.default_rng(3)
    return [random.choice(conditions.KNOWN[name], n_images) for name in ("durability", "mass")]


@pytest.mark.parametrize("bits", [64, 8])
def test_conditions_are_read_off_images_also_after_rounding_to_bytes(bits):
    durability, mass = asked()
    images = sample.simulate(durability, mass, seed=1)
    images = as_bytes(images) / 255 if bits == 8 else images
    shown = sample.read_conditions(images)
    np.testing.assert_allclose(shown[1], mass, atol=1e-12)
    assert np.abs(shown[0] - durability).mean() < 0.004


def test_styles_are_read_off_and_all_there():
    images = as_bytes(sample.simulate(*asked(), seed=1)) / 255
    style, phase = sample.read_style(images)
    assert (np.bincount(style) > 100).all() and len(np.bincount(style)) == 3
    turned = sample.simulate(*asked(), seed=1)
    turned[..., 2] = 1 - turned[..., 2]  # half a turn on
    again, half = sample.read_style(turned)
    assert (again == style).mean() > 0.99
    np.testing.assert_allclose((half - phase) % 1, 0.5, atol=0.05)


def test_styles_do_not_depend_on_conditions_drawn_by_the_same_seed():
    random = np.random.default_rng(1)
    pair = [random.choice(conditions.KNOWN[name], 3000) for name in ("durability", "mass")]
    style, _ = sample.read_style(sample.simulate(*pair, seed=1))
    for level in conditions.KNOWN["durability"]:
        assert (np.bincount(style[pair[0] == level], minlength=3) > 60).all()


def test_sixteen_columns_are_black_and_the_fixed_pixels_of_64_colours():
    images = as_bytes(sample.simulate(*asked(), seed=1))
    assert images.shape == (400, 10, 30, 3)
    assert np.flatnonzero(images.any((0, 1, 3))).tolist() == sample.KEPT.tolist()
    assert set(layout().colours(images).ravel()) == {0, 85, 170, 255}


def test_the_sample_is_written_once_and_read_back(tmp_path):
    folder = tmp_path / "made"
    sample.make_sample(folder, n_images=20)
    written = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    sample.make_sample(folder, n_images=20)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == written
    images, durability, mass = read_folder(folder)
    np.testing.assert_allclose(sample.read_conditions(images / 255)[1], mass, atol=1e-12)
    assert images.shape == (20, 10, 30, 3) and set(durability) <= set(
        conditions.KNOWN["durability"]
    )


def test_an_older_sample_is_refused(tmp_path):
    sample.make_sample(tmp_path, n_images=3)
    first, second, _ = sorted(tmp_path.iterdir(), key=lambda path: path.stem[-4:])
    first.write_bytes(second.read_bytes())
    with pytest.raises(DataError, match="such as an older sample. Remove it"):
        sample.make_sample(tmp_path, n_images=3)


def test_the_sample_is_not_written_among_other_files(tmp_path):
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(DataError, match="holds something else"):
        sample.make_sample(tmp_path, n_images=3)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
