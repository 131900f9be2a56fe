import numpy as np
import pandas as pd

from modules.records.shapes import number, shapes


def found(cells):
    return {bytes(one[0]).decode(): rows.tolist() for rows, one in shapes(pd.Series(cells))}


def test_cells_with_digits_in_the_same_places_are_of_one_shape():
    cells = ["01.04", "31.12", "1.4", "31:12", " 02.03 "]
    assert found(cells) == {"01.04": [0, 1, 4], "1.4": [2], "31:12": [3]}


def test_no_cells_have_no_shape_and_very_long_ones_none_either():
    assert found([]) == {} and found(["9" * 65, ""]) == {"": [1]}


def test_a_number_is_put_together_from_its_digits():
    ((_, cells),) = shapes(pd.Series(["2021-04", "1999-12"]))
    assert number(cells, range(4)).tolist() == [2021, 1999]
    assert number(cells, [5, 6]).dtype == np.int64
