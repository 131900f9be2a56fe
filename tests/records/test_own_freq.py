"""`freq` left alone: the grid takes the records' own step."""

import pandas as pd
import pytest

from modules.command_line import read_settings
from modules.errors import DataError
from modules.records.timestamps import grid_freq, infer_step, normalise_freq, spell_step
from settings import ForecasterSettings, TimeGANSettings


@pytest.mark.parametrize("freq", ["10min", "1h", "1D", "7D", "MS", "QS", "YS"])
def test_the_step_of_records_is_found_and_spelt_as_freq_takes_it(freq):
    stamps = pd.date_range("2001-01-01", periods=40, freq=freq)
    assert grid_freq(None, [stamps]) == normalise_freq(freq)
    assert normalise_freq(spell_step(infer_step(stamps))) == normalise_freq(freq)


def test_a_step_that_is_given_stands():
    assert grid_freq("1H", [pd.date_range("2001-01-01", periods=4, freq="10min")]) == "h"


def test_records_at_one_moment_have_no_step():
    with pytest.raises(DataError, match="Received: 2 rows at 2021-01-01.*Pass `--freq`"):
        grid_freq(None, [pd.DatetimeIndex(["2021-01-01"] * 2)])


@pytest.mark.parametrize("word", ["none", "None"])
def test_none_is_a_word_of_the_command_line(word):
    assert read_settings(TimeGANSettings, ["--freq", word]).freq is None


def test_the_forecaster_leaves_freq_alone_and_timegan_does_not():
    assert ForecasterSettings().freq is None and TimeGANSettings().freq == "10T"
