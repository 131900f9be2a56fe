"""From noise to a table: exact counts, physical limits, time, seeds."""

import json

import keras
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from modules.errors import DataError, SettingsError
from modules.preprocessing import MinMaxScaler, RobustScaler, encode_angles
from modules.records.columns import Atom, Column, observe
from modules.runs.output import write_tables
from modules.runs.spreadsheet import to_csv
from modules.timegan import layout, synthesis
from tests.tiny import (
    CPU,
    FEATURES,
    KINDS,
    STEPS,
    STOCK,
    UNIFORM,
    finished_run,
    loaded,
    tiny_columns,
    tiny_timegan,
)


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    model = tiny_timegan(sel_rnn=request.param).synthetic_model()
    for variable in model.trainable_variables:
        if "kernel" in variable.path:
            variable.assign(4 * variable)  # or its windows hardly depend on the noise
    return model


@pytest.fixture(scope="module")
def echo():
    """A model that returns its noise."""
    identity = keras.layers.Activation("linear")
    return keras.Sequential([keras.Input((None, FEATURES)), identity])


@pytest.mark.parametrize("n_windows", [1, 3, 4, 5, 9])
def test_exactly_as_many_windows_as_asked_for(echo, monkeypatch, n_windows):
    monkeypatch.setattr(synthesis, "BATCH", 4)
    windows = synthesis.sample(echo, n_windows, STEPS, noise=UNIFORM, seed=0, device=STOCK)
    assert windows.shape == (n_windows, STEPS, FEATURES)
    assert windows.dtype == np.float32
    assert len(np.unique(windows)) == windows.size


def test_noise_is_uniform_in_0_to_1(echo):
    noise = synthesis.sample(echo, 1000, STEPS, noise=UNIFORM, seed=0, device=CPU)
    assert 0 <= noise.min() and noise.max() < 1
    counts = np.histogram(noise, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


@pytest.mark.whole
def test_same_seed_gives_the_same_windows_and_another_does_not(model):
    first, again, other = (
        synthesis.sample(model, 6, STEPS, noise=UNIFORM, seed=seed, device=STOCK)
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


@pytest.mark.whole
def test_both_paths_give_the_same_windows(model):
    stock, fast = (
        synthesis.sample(model, 6, STEPS, noise=UNIFORM, seed=3, device=device)
        for device in (STOCK, CPU)
    )
    np.testing.assert_allclose(fast, stock, atol=1e-5)
    assert stock.std(0).max() > 0.01


@pytest.mark.whole
def test_a_long_series_begins_as_the_window_and_carries_its_state_on(model, echo):
    window = synthesis.sample(model, 1, STEPS, noise=UNIFORM, seed=2, device=CPU)
    series = synthesis.sample(model, 1, 4 * STEPS, noise=UNIFORM, seed=2, device=CPU)
    assert series.shape == (1, 4 * STEPS, FEATURES)
    np.testing.assert_allclose(series[:, :STEPS], window, atol=1e-6)
    noise = synthesis.sample(echo, 1, 4 * STEPS, noise=UNIFORM, seed=2, device=STOCK)
    restarted = model(noise[:, STEPS : 2 * STEPS])
    assert np.abs(series[:, STEPS : 2 * STEPS] - restarted).max() > 0.01


@pytest.mark.whole
def test_rows_drawn_to_warm_up_are_cut_off(model):
    long = synthesis.sample(model, 5, STEPS + 3, noise=UNIFORM, seed=2, device=STOCK)
    cut = synthesis.sample(model, 5, STEPS, noise=UNIFORM, seed=2, device=STOCK, warm_up=3)
    np.testing.assert_array_equal(cut, long[:, 3:])


DIRECTION = Column(name="Dir", kind="angle", lower=0, upper=360, observed_min=0, observed_max=359.9)
VANE = Column(name="Vane", kind="angle", lower=-180, upper=180, observed_min=-9, observed_max=9)


def written(scaled, scaler, columns):
    """Physical units as the CSV has them."""
    return layout.within_limits(layout.decoded(scaled, scaler, columns), columns)


def scaled_angles(degrees, column):
    """Degrees as a trained model would hand them over, and the scaler to undo it."""
    features = encode_angles(np.asarray(degrees, float)[:, None], [column])
    scaler = MinMaxScaler().fit([[-1.0, -1], [1, 1]])
    return scaler.transform(features), scaler


def test_an_angle_that_rounds_to_360_becomes_0():
    scaled, scaler = scaled_angles([359.9999, 359.99, 0.00001, -0.0001, 180], DIRECTION)
    angles = written(scaled, scaler, [DIRECTION])[:, 0]
    np.testing.assert_array_equal(angles, [0, 359.99, 0, 0, 180])
    assert not np.signbit(angles).any()


def test_an_angle_of_several_turns_is_written_with_the_digits_of_one():
    values = layout.within_limits(np.array([[381.067], [-338.933]]), [DIRECTION])
    assert values.ravel().tolist() == [21.067, 21.067]


def test_a_vane_stays_between_minus_180_and_180():
    scaled, scaler = scaled_angles([179.999999, -179.5, -0.0001, 90], VANE)
    angles = written(scaled, scaler, [VANE])[:, 0]
    np.testing.assert_array_equal(angles, [-180, -179.5, -0.0001, 90])
    assert angles.min() >= -180 and angles.max() < 180


def test_values_stay_within_what_was_observed():
    scaler = MinMaxScaler().fit([[0.0, -5], [20, 3000]])
    scaled = np.array([[[-0.2, 1.5], [0.5, 0.5], [1.2, -1]]], np.float32)
    values = written(scaled, scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[[0, 3000], [10, 1497.5], [20, -5]]])


def test_what_rounds_to_nought_has_no_sign():
    scaler = MinMaxScaler().fit([[0.0, -5], [20, 3000]])
    values = written(scaler.transform([[-1e-9, -1e-9]]), scaler, tiny_columns())
    assert (values == 0).all() and not np.signbit(values).any()


def test_values_are_rounded_to_six_digits_of_their_spread():
    scaler = MinMaxScaler().fit([[0.0, 0], [20, 3000]])
    values = written(np.array([[1 / 3, 1 / 3]]), scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[6.6667, 1000]])
    values = written(np.array([[1 / 7, 1 / 7]]), scaler, tiny_columns())
    np.testing.assert_array_equal(values, [[2.8571, 428.57]])


ATOMS = (Atom(value=0.0, share=0.2), Atom(value=2900.0, share=0.1))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (0.0, 0),
        (2.9, 0),
        (-2.9, 0),
        (3.1, 3.1),
        (-3.1, -3.1),
        (2897.1, 2900),
        (2896.9, 2896.9),
    ],
)
def test_a_value_within_a_thousandth_of_the_range_from_an_atom_takes_the_atoms(made, expected):
    power = Column(
        name="Power", kind="power", observed_min=-100.0, observed_max=2900.0, atoms=ATOMS
    )
    scaler = MinMaxScaler().fit([[-100.0], [2900]])
    values = written(scaler.transform([[made]]), scaler, [power])
    assert values.item() == pytest.approx(expected)


def test_a_small_spread_high_up_stays_one():
    readings = 101325 + np.linspace(0, 0.02, 50)
    column = observe(Column(name="Pressure"), readings)
    scaler = MinMaxScaler().fit(readings[:, None])
    values = written(np.array([[0.0], [0.3], [1.0]]), scaler, [column])
    np.testing.assert_allclose(values[:, 0], [101325, 101325.006, 101325.02], rtol=0, atol=1e-7)


@pytest.mark.parametrize("kind", ["linear", "power"])
def test_one_spike_does_not_flatten_a_column(kind):
    readings = np.append(np.linspace(3, 9, 500), 1e9)
    column = observe(Column(name="P", kind=kind), readings)
    scaler = RobustScaler().fit(readings[:, None])
    values = written(np.array([[0.25], [0.5], [0.75]]), scaler, [column])
    assert column.spread == 6 and not column.atoms
    assert np.unique(values.round(1)).size == 3


def table_of(windows, clock=None):
    return pd.concat(
        layout.to_tables([windows], tiny_columns(), clock, windows.shape[1]), ignore_index=True
    )


def test_rows_of_windows_are_counted_and_have_no_time():
    windows = np.arange(12.0).reshape(2, 3, 2)
    table = table_of(windows)
    assert list(table) == ["window", "step", "Speed", "Power"]
    assert table["window"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["step"].tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(table[["Speed", "Power"]], windows.reshape(6, 2))


def test_with_a_clock_time_runs_on_through_all_rows():
    table = table_of(np.zeros((2, 3, 2)), layout.Clock("2021-03-04T00:00:00", "10min"))
    assert list(table) == ["window", "DateTime", "Speed", "Power"]
    expected = pd.date_range("2021-03-04", periods=6, freq="10min")
    np.testing.assert_array_equal(table["DateTime"].to_numpy(), expected.to_numpy())


def test_time_keeps_the_offset_of_the_records():
    table = table_of(np.zeros((1, 2, 2)), layout.Clock("2014-01-01T00:00:00+00:00", "1h"))
    written = table.to_csv(index=False).splitlines()
    assert written[2].split(",")[1] == "2014-01-01 01:00:00+00:00"


def test_many_windows_of_months_do_not_run_out_of_time():
    table = table_of(np.zeros((1440, 24, 2)), layout.Clock("1749-01-01T00:00:00", "MS"))
    assert len(table) == 1440 * 24
    assert str(table["DateTime"].iloc[-1]) == "4628-12-01 00:00:00"


def test_codes_come_back_as_codes_that_occurred():
    column = observe(Column(name="status", kind="code"), np.array([0.0, 100.0, 200.0] * 20))
    scaler = MinMaxScaler().fit([[0], [200]], names=["status"])
    physical = written(np.linspace(0, 1, 50)[:, None], scaler, [column])
    assert set(physical.ravel()) == {0, 100, 200}
    assert written(np.array([[0.49]]), scaler, [column]) == 100


def test_whole_numbers_come_back_whole_and_truths_as_truths():
    columns = [
        observe(Column(name="n"), np.arange(1000.0)),
        observe(Column(name="on", kind="code", unit="bool"), np.array([0.0, 1.0] * 500)),
        observe(Column(name="v"), np.array([0.5, 3.0])),
    ]
    scaler = MinMaxScaler().fit([[0, 0, 0.5], [999, 1, 3.0]], names=["n", "on", "v"])
    physical = written(np.full((1, 2, 3), 0.6117), scaler, columns)
    assert physical[0, 0].tolist() == [611, 1, 2.02925]
    (table,) = layout.to_tables([physical], columns, None, 2)
    assert [str(table[name].dtype) for name in ("n", "on", "v")] == ["int64", "bool", "float64"]


@pytest.mark.parametrize("readings", [np.arange(80.0), 2_000_000 + np.arange(500.0)])
def test_whole_numbers_whose_decimals_nobody_can_tell_are_rounded_and_not_cut_off(readings):
    column = observe(Column(name="n"), readings)
    (table,) = layout.to_tables(
        [layout.within_limits(np.full((1, 1, 1), readings[0] + 7.9), [column])], [column], None, 1
    )
    assert table["n"].tolist() == [readings[0] + 8]


def test_limits_have_the_decimals_of_the_records_too():
    of_32_bits = np.float32([4.3, 12.2] * 500).astype(float)
    for readings, highest in ((of_32_bits, 12.2), (np.append(of_32_bits, 25.123456), 25.1)):
        column = observe(Column(name="Temperature"), readings)
        made = layout.within_limits(np.array([[-99.0], [99.0]]), [column])
        assert made.ravel().tolist() == [4.3, highest]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_whole_numbers_and_truths_with_gaps_are_written_whole(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(layout, "MOST_ROWS", 2)
    columns = [
        observe(Column(name="n"), np.arange(1000.0)),
        observe(Column(name="on", kind="code", unit="bool"), np.array([0.0, 1.0] * 500)),
        observe(Column(name="v"), np.array([0.5, 3.0])),
    ]
    nan = np.nan
    series = np.array([[[nan, nan, nan], [nan, nan, 1.5], [7, 0, 2.0], [nan, 1, nan]]])
    tables = layout.to_tables([series], columns, None, 4)
    path = write_tables("Rows", tables, 4, str(tmp_path / f"rows.{kind}"))
    if kind == "csv":
        rows = ["window,step,n,on,v", "0,0,,,", "0,1,,,1.5", "0,2,7,False,2.0", "0,3,,True,"]
        assert path.read_text().splitlines() == rows
    else:
        cells = pyarrow.parquet.read_table(path).select(["n", "on", "v"]).to_pydict()
        assert repr(cells["n"]) == "[None, None, 7, None]"
        assert cells["on"] == [None, None, False, True] and cells["v"] == [None, 1.5, 2.0, None]


def test_times_beyond_all_calendars_are_refused():
    clock = layout.Clock("2021-01-01", "9999999D")
    with pytest.raises(DataError, match=r"Row 20,000 from 2021-01-01 .* Lower `--length`"):
        table_of(np.zeros((1, 20000, 2)), clock)


@pytest.mark.parametrize(
    ("start", "freq"),
    [
        ("2021-01-01", "10min"), ("2021-01-15", "MS"), ("2021-01-01", "D"), ("2021-01-01", "12h"),
        ("2021-01-01T00:00:00+09:00", "500ms"),
    ],
)  # fmt: skip
def test_a_series_laid_out_in_several_tables_is_written_as_if_in_one(monkeypatch, start, freq):
    clock, series = layout.Clock(start, freq), np.arange(26.0).reshape(1, 13, 2)
    (whole,) = layout.to_tables([series], tiny_columns(), clock, 13)
    expected = to_csv(whole)
    monkeypatch.setattr(layout, "MOST_ROWS", 3)
    tables = list(layout.to_tables([series], tiny_columns(), clock, 13))
    assert [len(table) for table in tables] == [3, 3, 3, 2, 2]
    parts = [to_csv(table, header=not i) for i, table in enumerate(tables)]
    assert b"".join(parts) == expected


@pytest.mark.whole
def test_windows_drawn_in_blocks_are_those_drawn_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(synthesis, "BATCH", 4)
    synthesizer = loaded(finished_run(tmp_path))
    blocks = list(synthesizer.blocks(10, STEPS, seed=3, device=CPU))
    assert [len(block) for block in blocks] == [4, 4, 2]
    whole = synthesizer.draw(10, STEPS, seed=3, device=CPU)
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_windows_that_memory_does_not_hold_are_refused_before_they_are_drawn(tmp_path):
    synthesizer = loaded(finished_run(tmp_path))
    with pytest.raises(SettingsError, match=r"`n_windows`: .* GB of memory.*Received: 1000"):
        synthesizer.draw(1000, 10**12, seed=0, device=CPU)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("hidden_dim", 7, "hidden_dim 7, the model has 4"),
        ("sel_rnn", "GRU", "the model has LSTM"),
        ("num_layers", 2, "num_layers 2, the model has 1"),
        ("seq_len", 7, "seq_len 7, the model has 5"),
    ],
)
def test_settings_that_were_edited_and_do_not_fit_the_model_are_refused(
    tmp_path, name, value, told
):
    run = finished_run(tmp_path)
    path = run.model_folder / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    with pytest.raises(DataError, match=rf"settings\.json does not fit the model: .*{told}"):
        loaded(run)


@pytest.mark.whole
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("chain", [0, 1, 2, 3])
def test_every_chain_of_a_run_fits_its_number_of_layers(num_layers, chain):
    timegan = tiny_timegan(num_layers=num_layers, noise="copula")
    model = list(timegan.chains().values())[chain]
    n_recurrent = sum(hasattr(layer, "cell") for layer in model.layers)
    assert num_layers in synthesis._depths(n_recurrent) or n_recurrent == 0


def test_a_copula_tells_the_length_of_the_windows_of_a_run_that_does_not(tmp_path):
    run = finished_run(tmp_path, noise="copula")
    for name, changed in (("columns.json", {}), ("settings.json", {"seq_len": 4})):
        path = run.model_folder / name
        content = json.loads(path.read_text()) | changed
        content = {key: content[key] for key in content if changed or key != "seq_len"}
        path.write_text(json.dumps(content))
        if not changed:
            assert loaded(run).seq_len == STEPS
    with pytest.raises(
        DataError, match=r"settings\.json does not fit .*seq_len 4, the model has 5"
    ):
        loaded(run)
