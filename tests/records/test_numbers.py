import numpy as np
import pandas as pd
import pytest

from modules.records.numbers import (
    NotNumbers,
    grouped_example,
    is_number,
    read_numbers,
    share_of_numbers,
)

NAN = np.nan


def numbers(cells, decimal=""):
    return read_numbers(pd.Series(cells, dtype="str"), decimal)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["7,5", "1.234,5", "12"], [7.5, 1234.5, 12]),
        (["1,234.5", "999", "2,000"], [1234.5, 999, 2000]),
        (["1 234,5", "3"], [1234.5, 3]),
        (["1'234.5", "1\u202f234.5"], [1234.5, 1234.5]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["1.234.567", "1,234"], [1234567, 1.234]),
        (["1,234", "7,5"], [1.234, 7.5]),
        (["0,987", "1,000"], [0.987, 1]),
        (["6,105e+02", "1,200E3"], [610.5, 1200]),
        (["-0", "1e5", "1,5e3", "\u22123,2"], [-0.0, 1e5, 1500, -3.2]),
        (["1.5", None, "  "], [1.5, NAN, NAN]),
    ],
)
def test_a_column_tells_what_its_marks_mean(cells, expected):
    np.testing.assert_array_equal(numbers(cells).values, expected)


def test_thousands_alone_are_decided_by_the_rest_of_the_file_or_refused():
    np.testing.assert_array_equal(numbers(["1,234", "2,345"], ",").values, [1.234, 2.345])
    for cells, decimal in ((["5", "1,234"], ""), (["1,234"], "."), (["1.234"], ",")):
        with pytest.raises(NotNumbers, match="in two ways") as refusal:
            numbers(cells, decimal)
        assert refusal.value.example == cells[-1]


@pytest.mark.parametrize("cells", [["1.5", "1,5"], ["1,234.5", "1.234,5"], ["1,234,567", "7,5"]])
def test_two_notations_in_one_column_are_refused(cells):
    with pytest.raises(NotNumbers, match="two notations"):
        numbers(cells)


def test_two_marks_that_may_both_be_either_are_refused():
    for cells in (["1.234", "1,234"], ["1,234", "1.234"]):
        with pytest.raises(NotNumbers, match="in two ways"):
            numbers(cells)


def test_a_unit_in_the_cells_is_kept():
    reading = numbers(["7.5 m/s", "8 m/s", "0"])
    assert reading.unit == "m/s"
    np.testing.assert_array_equal(reading.values, [7.5, 8, 0])
    assert numbers(["85 %", "85,5%"]).unit == "%"


@pytest.mark.parametrize("cells", [["7.5 m/s", "27 km/h"], ["7.5", "8.5", "10 m"]])
def test_cells_of_several_units_are_refused(cells):
    with pytest.raises(NotNumbers, match="several units") as refusal:
        numbers(cells)
    assert refusal.value.example == cells[-1]


def test_words_for_a_missing_reading_are_counted():
    reading = numbers(["Bad", "1", "결측", "Bad", "#VALUE!", "-", "No Data", "N/A"])
    assert reading.words == {
        "Bad": 2, "결측": 1, "#VALUE!": 1, "-": 1, "No Data": 1, "N/A": 1,
    }  # fmt: skip
    np.testing.assert_array_equal(reading.values, [NAN, 1] + [NAN] * 6)


def test_other_words_are_refused_with_their_number():
    with pytest.raises(NotNumbers, match="text among its numbers") as refusal:
        numbers(["1", "stopped", "stopped", "run"])
    assert (refusal.value.example, refusal.value.n_cells) == ("stopped", 3)


@pytest.mark.parametrize(
    "cell", ["1_000", "0x10", "12 34,5", "1.2.3", "5-", "1.4.2021", "2021-04-01", "WT 1", "12:30"]
)
def test_what_only_looks_like_a_number_is_none(cell):
    assert not is_number(cell)


def test_the_share_of_numbers_leaves_missing_ones_out():
    cells = pd.Series(["7,5", None, "Bad", "run"], dtype="str")
    assert share_of_numbers(cells) == 0.5
    assert share_of_numbers(pd.Series([None, "Bad"], dtype="str")) == 0
    assert share_of_numbers(pd.Series([], dtype="str")) == 0


def test_the_share_is_found_where_numbers_are_rare():
    cells = pd.Series([None] * 5000, dtype="str")
    cells[4321] = "7,5"
    assert share_of_numbers(cells) == 1


def test_thousands_with_a_point_beside_plain_hundreds_are_seen():
    power = np.array([1.144, 1.407, 621, 964, 1.5, 350] * 10)
    assert grouped_example(power) == "1.144"


def test_thousands_are_seen_where_the_rated_power_is_a_round_number():
    power = np.r_[1.144, 1.407, 621, 964, 350, np.full(4, 2.0)]  # 2.000
    assert grouped_example(np.tile(power, 10)) == "1.144"


@pytest.mark.parametrize(
    "numbers",
    [
        [7.5, 8.125, 7, 9, 6.375] * 10,  # wind
        [0.125, 0.5, 300, 900] * 10,  # below one
        [1.144, 621, 1200] * 10,  # whole numbers from 1000 on stand as they are
        [1.1, 1.4, 621, 964] * 10,  # one digit
        [1.1445, 1.4071, 621, 964] * 10,  # four digits
        [1.144, 621, 964],  # too few to tell
        [7.512, 8.125, 6.375, 999] * 10,  # a code for a missing reading
    ],
)
def test_other_numbers_are_no_thousands(numbers):
    assert grouped_example(np.array(numbers, float)) is None


def test_the_largest_numbers_are_looked_at_without_a_warning():
    assert grouped_example(np.array([1e308, -1e307, np.nan, np.inf])) is None
