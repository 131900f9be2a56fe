"""From a forecaster whose answers are known to the rows of the CSV."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.forecaster.table import errors_by_lead, follow, to_table, window_ends
from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column

SUN = Column(name="Spots", lower=0, observed_min=0.0, observed_max=99.0)


class OneMore:
    """Says that the target climbs by one a step; its scaled unit is a hundred."""

    def __init__(self, horizon=1, target=0):
        self.horizon, self.target = horizon, target

    def predict(self, windows):
        return 100 * windows[..., self.target, None] + np.arange(1, self.horizon + 1)


def months(values):
    index = pd.date_range("2000-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"Spots": np.asarray(values, float)}, index)


def trained(columns=(SUN,), freq="MS"):
    names = [column.name for column in columns]
    scaler = MinMaxScaler().fit(np.tile([[0.0], [100.0]], len(names)), names)
    return SimpleNamespace(
        scaler=scaler, columns=list(columns), freq=freq, settings=SimpleNamespace(window_size=3)
    )


def forecasts(tables, length=None, model=None, **changed):
    run = trained(**changed)
    tracks = follow(model or OneMore(), run, tables, 0, length)
    errors = errors_by_lead(tracks)
    return to_table(tracks, errors, run.columns[0], run.freq), errors


def test_windows_end_at_every_row_that_completes_one():
    table = months([0, 1, 2, 3, np.nan, 5, 6, 7, 8])
    assert window_ends(table, 3).tolist() == [2, 3, 7, 8]


def test_one_step_forecasts_stand_beside_their_reading_and_persistence():
    table, _ = forecasts({"sun": months(2 * np.arange(20))})
    first = table.iloc[0]
    assert (first["DateTime"], first["kind"], first["lead"]) == (
        pd.Timestamp("2000-04-01"), "one-step", 1,
    )  # fmt: skip
    assert (first["actual"], first["forecast"], first["persistence"]) == (6, 5, 4)
    assert (table["kind"] == "one-step").sum() == 17


def test_multi_step_forecasts_run_on_from_the_last_record():
    table, _ = forecasts({"sun": months(np.arange(20))}, length=3)
    ahead = table[table["kind"] == "multi-step"]
    assert ahead["DateTime"].astype(str).tolist() == ["2001-09-01", "2001-10-01", "2001-11-01"]
    assert ahead["lead"].tolist() == [1, 2, 3]
    assert ahead["forecast"].tolist() == [20, 21, 22]
    assert ahead["actual"].isna().all()


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_any_horizon_rolls_on_to_the_same_length(horizon):
    table, _ = forecasts({"sun": months(np.arange(20))}, 5, OneMore(horizon))
    assert table["forecast"].tail(5).round(3).tolist() == [20, 21, 22, 23, 24]


def test_errors_are_told_by_lead_beside_persistence():
    _, errors = forecasts({"sun": months(3 * np.arange(30))}, length=2)
    assert errors["mae"].round(3).tolist() == [2, 4]
    assert errors["persistence_mae"].tolist() == [3, 6]


def test_the_interval_holds_four_in_five_validation_errors():
    noise = np.random.default_rng(0).normal(50, 5, 500)
    table, _ = forecasts({"sun": months(noise)})
    table = table[table["kind"] == "one-step"]
    inside = table["actual"].between(table["lower_80"], table["upper_80"])
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


def test_forecasts_stay_within_the_variables_limits():
    table, _ = forecasts({"sun": months(np.tile([0.0, 9.0], 20))})
    assert table["lower_80"].min() == 0


def test_turbines_are_forecast_apart_and_those_without_a_window_left_out():
    tables = {"a": months(np.arange(20)), "b": months(np.arange(100, 120)), "c": months([1, 2])}
    table, _ = forecasts(tables, length=1)
    assert table.groupby("turbine")["forecast"].last().to_dict() == {"a": 20, "b": 120}


def test_records_without_times_are_counted():
    table, _ = forecasts({"sun": months(np.arange(20)).reset_index(drop=True)}, 2, freq=None)
    assert table["step"].tail(2).tolist() == [20, 21]


def test_a_length_whose_errors_nobody_knows_is_refused():
    with pytest.raises(DataError, match="`length` must be at most 8: .* Received: length=9"):
        forecasts({"sun": months(np.arange(20))}, length=9)


def test_records_without_a_complete_window_are_refused():
    with pytest.raises(DataError, match="`length` must be at most 0"):
        forecasts({"sun": months([1, 2])})


def test_several_variables_are_not_forecast_beyond_the_horizon():
    columns = (SUN, Column(name="Wind"))
    tables = {"sun": months(np.arange(20)).assign(Wind=1.0)}
    table, _ = forecasts(tables, columns=columns)
    assert (table["kind"] == "multi-step").sum() == 1
    with pytest.raises(DataError, match="the run's horizon, 1, .*from 2 variables.*--horizon 4"):
        forecasts(tables, length=4, columns=columns)
