import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.date_range import as_iso, cut_dates


class TestCutDates:
    table = pd.DataFrame(
        {"a": np.arange(432.0)}, index=pd.date_range("2021-04-01", periods=432, freq="10min")
    )

    def test_both_ends_are_included_and_a_date_means_its_whole_day(self):
        kept = cut_dates(self.table, "2021-04-01 12:00", "2021-04-02")
        assert str(kept.index[0]) == "2021-04-01 12:00:00"
        assert str(kept.index[-1]) == "2021-04-02 23:50:00"

    def test_an_exact_end_is_included(self):
        kept = cut_dates(self.table, None, "2021-04-01 00:20:00")
        assert len(kept) == 3

    def test_an_unreadable_date_is_refused(self):
        with pytest.raises(DataError, match="date_end='soon'"):
            cut_dates(self.table, None, "soon")

    def test_an_offset_against_naive_stamps_is_refused(self):
        with pytest.raises(DataError, match="only where the stamps have one"):
            cut_dates(self.table, "2021-04-01 00:00:00+09:00", None)

    def test_rows_without_times_cannot_be_cut(self):
        with pytest.raises(DataError, match="need a time column"):
            cut_dates(pd.DataFrame({"a": [1.0]}), "2021-04-01", None)


@pytest.mark.parametrize(
    ("written", "order", "meant"),
    [
        ("01.04.2021", "DMY", "2021-04-01"),
        ("01.04.2021", "MDY", "2021-01-04"),
        ("01.04.2021 12:30", "%d.%m.%Y %H:%M", "2021-04-01 12:30"),
        ("13.04.2021", None, "2021-04-13"),
        ("04.04.2021", None, "2021-04-04"),
        ("1-Apr-2021", None, "2021-04-01"),
        ("20210401", None, "2021-04-01"),
        ("2021040112", None, "2021-04-01 12:00"),
        ("2021.04.01 24:00", None, "2021-04-02 00:00"),
        ("2021-04-01 24:00:00", None, "2021-04-02 00:00"),
        ("2021-04-01 00:00:30Z", None, "2021-04-01 00:00:30Z"),
        ("2021-04", None, "2021-04"),
        ("2021", None, "2021"),
    ],
)
def test_a_date_is_read_in_the_order_of_the_records(written, order, meant):
    assert as_iso("date_start", written, order) == meant


def test_a_date_that_may_be_two_is_refused_with_both():
    with pytest.raises(DataError, match="may be 2021-04-01 or 2021-01-04.*with the year first"):
        as_iso("date_start", "01.04.2021", None)


@pytest.mark.parametrize("written", ["12:00", "01.13.13.2021", "2021-02-30 12", "31.02.2021", ""])
def test_what_is_no_date_is_refused(written):
    with pytest.raises(DataError, match=f"date_end='{written}'. Correct `--date_end`"):
        cut_dates(TestCutDates.table, None, written)
