"""Columns dropped and put back, fixed pixels found again."""

import numpy as np
import pytest

from modules.errors import DataError
from modules.imagegan import sample
from modules.imagegan.layout import lay_out
from tests.tiny_images import layout, made


def test_black_columns_are_dropped_and_put_back_exactly():
    images, found = made()[0], layout()
    assert found.kept == tuple(sample.KEPT) and found.shape == (10, 14, 3)
    np.testing.assert_array_equal(found.restore(found.drop(images)), images)


def test_original_images_keep_all_their_columns():
    assert layout(drops=False).shape == (10, 30, 3)


def test_a_column_lit_in_a_single_image_is_kept():
    images = made()[0]
    images[3, 9, 0, 2] = 1
    assert lay_out(images, sample.FIXED_PIXELS, drops=True).kept[0] == 0


@pytest.mark.parametrize("drops", [True, False])
def test_fixed_pixels_are_the_same_before_and_after_dropping(drops):
    images, found = made()[0], layout(drops=drops)
    dropped = found.drop(images)
    inside = np.stack([dropped[:, row, column] for row, column in found.places], 1)
    np.testing.assert_array_equal(found.colours(images), inside)
    np.testing.assert_array_equal(found.colours(images)[:, 0], images[:, 2, 5])


def test_colours_are_set_at_the_fixed_pixels_alone():
    images, found = made()[0], layout()
    coloured = found.with_colours(images, [[1, 2, 3], [4, 5, 6]])
    assert (coloured[:, 2, 5] == [1, 2, 3]).all() and (coloured[:, 7, 22] == [4, 5, 6]).all()
    assert (coloured != images).any(-1).sum() <= 2 * len(images)


@pytest.mark.parametrize("places", [(10, 5, 7, 22), (2, 30, 7, 22), (2, 3, 7, 22), (2, 5, 2, 5)])
def test_fixed_pixels_outside_black_or_twice_are_refused(places):
    with pytest.raises(DataError, match="`fixed_pixels` must be two pixels of rows 0 to 9 and of"):
        lay_out(made()[0], places, drops=True)


def test_black_images_are_refused():
    with pytest.raises(DataError, match="All images are black"):
        lay_out(np.zeros((2, 4, 5, 3), np.uint8), (0, 0, 1, 1), drops=True)
