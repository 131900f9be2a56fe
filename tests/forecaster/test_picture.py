"""The picture of forecasts."""

import pandas as pd
import pytest

from modules.forecaster.picture import draw
from modules.records.columns import Column


@pytest.mark.parametrize("axis", ["DateTime", "step"])
def test_picture_is_a_png_of_up_to_four_turbines(axis):
    times = pd.date_range("2021-01-01", periods=4, freq="h") if axis == "DateTime" else range(4)
    one = {
        axis: times,
        "kind": ["one-step"] * 2 + ["multi-step"] * 2,
        "actual": [1.0, 2.0, None, None],
        "forecast": 1.5,
        "lower_80": 1.0,
        "upper_80": 2.0,
    }
    turbines = [pd.DataFrame({"turbine": f"WT{i}"} | one) for i in range(6)]
    content = draw(pd.concat(turbines), Column(name="ActivePower", unit="kW"))
    assert content.startswith(b"\x89PNG")
