"""Generated columns mapped onto the training distribution: exact answers, and what is refused."""

import json

import keras
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from modules.errors import DataError
from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column
from modules.timegan import layout, learning, quantiles, synthesis
from modules.timegan.quantiles import QuantileMapping
from modules.windows import cut
from tests.timegan.mappings import mapping_of
from tests.tiny import STEPS, STOCK, UNIFORM, finished_run, loaded, tiny_settings

GRID = np.linspace(0, 1, 1001)[:, None]
NUMBERS = st.floats(-1e6, 1e6, width=32)


def one_column(generated, training):
    """The mapping of one column with these quantiles, on a plain array."""
    mapping = QuantileMapping.of(["x"], [generated], [training])
    return lambda values: mapping(np.asarray(values, float)[:, None])[:, 0].tolist()


def test_a_uniform_column_takes_on_the_training_distribution():
    mapping = mapping_of(["x"], GRID, GRID**2)
    values = np.random.default_rng(0).uniform(0, 1, (500, 1))
    np.testing.assert_allclose(mapping(values), values**2, atol=2e-3)


def test_it_changes_nothing_where_both_are_distributed_alike():
    values = np.random.default_rng(0).gamma(2, 1, (5000, 3))
    values[:1500, 0] = 0.0
    mapping = mapping_of("abc", values, np.random.default_rng(1).permutation(values))
    np.testing.assert_allclose(mapping(values), values, rtol=1e-12)
    assert (mapping(values)[:1500, 0] == 0).all()


def test_it_is_linear_between_quantiles_and_held_at_the_training_extremes():
    mapped = one_column([0, 1, 3], [10, 20, 40])
    assert mapped([-5, 0, 0.5, 1, 2, 3, 9]) == [10, 10, 15, 20, 30, 40, 40]


@pytest.mark.parametrize(
    ("generated", "expected"),
    [
        ([0, 0, 0, 3, 4], 1),
        ([0, 2, 2, 2, 4], 9),
        ([0, 1, 4, 4, 4], 27),
        ([0, 1, 2, 2, 4], 18),
        ([2, 2, 2, 2, 2], 9),
    ],
)
def test_tied_quantiles_go_to_the_middle_of_the_training_quantiles(generated, expected):
    tie = max(generated, key=generated.count)
    assert one_column(generated, [0, 1, 9, 27, 100])([tie, tie]) == [expected, expected]


def test_a_point_mass_of_the_training_data_comes_back_with_its_share():
    random = np.random.default_rng(0)
    power = np.where(np.arange(10_000) < 2000, 0.0, random.uniform(0.1, 1, 10_000))[:, None]
    mapping = mapping_of(["Power"], random.uniform(0, 1, (50_000, 1)), power)
    mapped = mapping(random.uniform(0, 1, (50_000, 1)))
    assert (mapped == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert ((mapped > 0) & (mapped < 0.1)).mean() < 0.002


def test_each_value_is_mapped_alike_in_one_window_in_many_and_in_a_series():
    random = np.random.default_rng(0)
    mapping = mapping_of(["a", "b"], random.normal(size=(9, 5, 2)), GRID[:, [0, 0]])
    windows = random.normal(size=(7, 5, 2)).astype(np.float32)
    mapped = mapping(windows)
    assert mapped.shape == (7, 5, 2) and mapped.dtype == np.float64
    np.testing.assert_array_equal(mapping(windows[3]), mapped[3])
    np.testing.assert_array_equal(mapping(windows.reshape(1, 35, 2)), mapped.reshape(1, 35, 2))


def test_windows_and_rows_are_mapped_alike():
    values = np.random.default_rng(0).uniform(0, 1, (4, 3, 2))
    pairs = np.array([[0.0, 1], [0, 1]]), np.array([[0.0, 2], [5, 8]])
    np.testing.assert_allclose(quantiles.mapped(values, *pairs), values * [2, 3] + [0, 5])


def test_each_column_has_a_function_of_its_own():
    mapping = mapping_of(["a", "b"], GRID[:, [0, 0]], np.hstack([GRID + 5, GRID**3]))
    np.testing.assert_allclose(mapping(GRID[:, [0, 0]]), np.hstack([GRID + 5, GRID**3]))


@given(
    hnp.arrays(float, (2, 6), elements=NUMBERS),
    hnp.arrays(float, 30, elements=st.floats(-1e7, 1e7)),
)
@example(  # which plain interpolation takes 2e-11 too far
    np.array([[0.217619980173025, 0.48123577963178893], [-294760.652711725, -28448.68379605546]]),
    np.array([0.4812357796317889]),
)
def test_it_is_monotone_and_stays_within_the_training_range(pair, values):
    generated, training = np.sort(pair)
    mapped = np.array(one_column(generated, training)(np.sort(values)))
    assert training[0] <= mapped.min() and mapped.max() <= training[-1]
    rounding = 1e-12 * np.abs(training).max()
    assert (np.diff(mapped) >= -rounding).all()


def test_a_row_counts_as_often_as_it_stood_in_a_window():
    random = np.random.default_rng(0)
    rows, starts = random.normal(size=(40, 2)), np.array([0, 1, 2, 9, 30, 35])
    weights = cut.occurrences(starts, STEPS, len(rows))
    windows = rows[starts[:, None] + np.arange(STEPS)]
    assert weights.sum() == windows.size / 2 and weights[[0, 2, 20, 39]].tolist() == [1, 3, 0, 1]
    weighted = mapping_of("ab", GRID[:, [0, 0]], rows, weights)
    repeated = mapping_of("ab", GRID[:, [0, 0]], windows.reshape(-1, 2))
    np.testing.assert_array_equal(weighted.training, repeated.training)


def test_it_is_no_steeper_than_three_where_few_values_are_made_and_as_steep_as_it_must_elsewhere():
    feathered = np.concatenate([np.linspace(0, 1, 950), np.linspace(1, 11, 50)])[:, None]
    training = feathered.copy()
    training[980:] = 88.0  # generated: 7 to 11
    mapping = mapping_of(["Pitch"], feathered, training)
    made = np.linspace(0, 11, 200)[:, None]
    slopes = np.diff(mapping(made)[:, 0]) / np.diff(made[:, 0])
    ratio = training.std() / feathered.std()
    assert slopes.max() <= 3.05 * ratio
    np.testing.assert_allclose(mapping(feathered[:900]), feathered[:900], atol=0.01)
    crowded = feathered / 1000  # a step from 0 to 500 in so small a place is no sparse one
    parted = np.where(feathered < 0.5, 0.0, 500.0 + feathered)
    np.testing.assert_allclose(mapping_of(["x"], crowded, parted)(crowded), parted, atol=0.7)


def circle_distance(first, second):
    return np.abs((first - second + 180) % 360 - 180)


def test_directions_are_mapped_on_the_circle():
    random = np.random.default_rng(0)

    def rose(west, share):
        n_west = round(20_000 * share)
        modes = random.vonmises(np.deg2rad(west), 3, n_west), random.vonmises(2, 3, 20_000)
        return np.rad2deg(np.concatenate(modes)[:20_000])[:, None] % 360

    def sectors(degrees):
        return np.histogram(degrees % 360, bins=36, range=(0, 360))[0] / len(degrees)

    training, generated = rose(350, 0.7), rose(5, 0.6)
    mapping = mapping_of(["Dir"], generated, training, circular=[True])
    before, after = (
        np.abs(sectors(x) - sectors(training)).sum() for x in (generated, mapping(generated))
    )
    assert before > 0.2 and after < 0.02
    again = QuantileMapping.of(mapping.names, mapping.generated, mapping.training, [True])
    np.testing.assert_array_equal(again(generated), mapping(generated))


def test_a_direction_turned_by_a_constant_is_turned_back_wherever_it_points():
    degrees = np.random.default_rng(0).uniform(-20, 20, (5000, 1)) % 360
    mapping = mapping_of(["Dir"], (degrees + 30) % 360, degrees, circular=[True])
    assert circle_distance(mapping((degrees + 30) % 360), degrees).max() < 0.5


@pytest.fixture(scope="module")
def echo():
    """A model that returns its noise, uniform in 0...1."""
    return keras.Sequential([keras.Input((None, 2)), keras.layers.Activation("linear")])


def fit(model, scaler, series, starts, seed=0):
    """What `fit_finish` makes of plain columns."""
    columns = [Column(name=name) for name in scaler.names_]
    settings = tiny_settings(seed=seed, quantile_mapping=True)
    finish = learning.fit_finish(model, UNIFORM, scaler, columns, series, starts, settings, STOCK)
    assert finish.standstill is None
    return finish.mapping


def test_it_is_learnt_from_the_model_and_its_training_rows(echo):
    series = np.hstack([20 * GRID**2, 3000 * GRID**0.5])
    scaler = MinMaxScaler().fit(series, ["Speed", "Power"])
    starts = np.arange(len(series) - STEPS + 1)
    first, again = (fit(echo, scaler, series, starts, seed=5) for _ in range(2))
    assert first.names == ("Speed", "Power") and first.generated.shape == (2, quantiles.LEVELS)
    np.testing.assert_array_equal(first.generated, again.generated)
    uniform = np.linspace(0, 1, 50)[:, None]
    mapped = first(uniform * [20, 3000]) / [20, 3000]
    np.testing.assert_allclose(mapped, np.hstack([uniform**2, uniform**0.5]), atol=0.05)
    n_windows = learning.FITTED_WINDOWS
    reported = synthesis.sample(echo, n_windows, STEPS, noise=UNIFORM, seed=5, device=STOCK)
    assert not np.isin(first.generated, scaler.inverse_transform(reported)).all()


def test_it_is_learnt_from_the_rows_of_training_windows_as_often_as_they_stand_there(echo):
    series, starts = GRID[:, [0, 0]] * [20, 3000], np.array([0, 1, 2, 300, 302, 600])
    scaler = MinMaxScaler().fit(series, ["Speed", "Power"])
    mapping = fit(echo, scaler, series, starts)
    windows = series[starts[:, None] + np.arange(STEPS)]
    np.testing.assert_allclose(mapping.training, quantiles.quantiles_of(windows), rtol=1e-12)


def rising(n=20_000):
    """Windows apart, of which every step lies higher and wider than the one before."""
    return np.random.default_rng(0).uniform(0, 1, (n, STEPS, 1)) * (1 + np.arange(STEPS))[:, None]


def mapping_of_events():
    uniform = np.broadcast_to(GRID[..., None], (1001, STEPS, 1))
    return mapping_of(["x"], uniform, rising().reshape(-1, STEPS))


@pytest.mark.parametrize("n_steps", [1, STEPS, STEPS + 2, 3 * STEPS])
def test_each_step_of_windows_that_share_no_row_has_a_function_of_its_own(n_steps):
    values = np.random.default_rng(1).uniform(0, 1, (7, n_steps, 1)).astype(np.float32)
    slopes = np.resize(1 + np.arange(STEPS), n_steps)[:, None]
    mapped = mapping_of_events()(values)
    np.testing.assert_allclose(mapped, values * slopes, atol=0.02 * STEPS)
    np.testing.assert_array_equal(mapping_of_events()(values[2]), mapped[2])


def test_windows_that_share_no_row_are_learnt_step_by_step(echo):
    events = np.concatenate([rising(5000), 1 - rising(5000)], -1)
    series = events.reshape(-1, 2)
    scaler = MinMaxScaler().fit(series, ["up", "down"])
    starts = np.arange(0, len(series), STEPS)
    mapping = fit(echo, scaler, series, starts)
    assert mapping.training.shape == (2 * STEPS, quantiles.LEVELS)
    windows = synthesis.sample(echo, 5000, STEPS, noise=UNIFORM, seed=8, device=STOCK)
    mapped = mapping(scaler.inverse_transform(windows))
    np.testing.assert_allclose(mapped.mean(0), events.mean(0), atol=0.1)
    np.testing.assert_allclose(mapped.std(0), events.std(0), atol=0.1)


def test_windows_that_share_no_row_are_known_in_any_order():
    rows, starts, length = quantiles.as_rows(np.arange(6.0)[:, None], np.array([4, 0, 2]), 2)
    assert (rows.tolist(), starts.tolist(), length) == ([[4, 5], [0, 1], [2, 3]], [0, 1, 2], 1)


def test_few_windows_that_share_no_row_are_pieces_of_a_series():
    series, starts = rising(2 * STEPS).reshape(-1, 2), np.arange(0, STEPS * STEPS, STEPS)
    assert quantiles.as_rows(series, starts, STEPS)[0] is series


@pytest.fixture
def run(tmp_path):
    return finished_run(tmp_path, quantile_mapping=True)


def test_a_run_gives_its_mapping_back(run):
    synthesizer = loaded(run)
    assert synthesizer.mapping.names == ("Speed", "Power")
    saved = json.loads((run.model_folder / "quantiles.json").read_text())
    assert saved["generated"] == synthesizer.mapping.generated.tolist()
    assert saved["training"] == synthesizer.mapping.training.tolist()


def test_a_run_trained_without_has_none(tmp_path):
    run = finished_run(tmp_path)
    assert loaded(run).mapping is None
    (run.model_folder / "quantiles.json").write_text("left behind")
    assert loaded(run).mapping is None


def test_windows_are_drawn_mapped_and_raw(run):
    synthesizer = loaded(run)
    trained = synthesizer.trained
    how = {"seed": 3, "device": STOCK}
    scaled = synthesis.sample(trained.model, 6, STEPS, noise=UNIFORM, **how)
    decoded = layout.decoded(scaled, trained.scaler, trained.columns)
    raw, mapped = (
        layout.within_limits(values, trained.columns)
        for values in (decoded, synthesizer.mapping(decoded))
    )
    np.testing.assert_array_equal(synthesizer.draw(6, STEPS, raw=True, **how), raw)
    np.testing.assert_array_equal(synthesizer.draw(6, STEPS, **how), mapped)
    assert np.abs(mapped - raw).max(axis=(0, 1)).min() > 0.01


def change(run, **fields):
    path = run.model_folder / "quantiles.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"training": [[0, 1, float("nan")]] * 2, "generated": [[0, 1, 2]] * 2}, "finite"),
        ({"training": [[0, 1, float("inf")]] * 2, "generated": [[0, 1, 2]] * 2}, "finite"),
        ({"training": [[0, 1, 1e31]] * 2, "generated": [[0, 1, 2]] * 2}, "finite"),
        ({"training": [[-1e31, 1, 2]] * 2, "generated": [[0, 1, 2]] * 2}, "finite"),
        ({"training": [[0, 1, 2]] * 2, "generated": [[0, 2, 1]] * 2}, "must not decrease"),
        ({"training": [[0, 2, 1]] * 2, "generated": [[0, 1, 2]] * 2}, "must not decrease"),
        ({"training": [[0, 1]] * 2}, "as many generated as training"),
        ({"training": [0, 1], "generated": [0, 1]}, "as many generated as training"),
        ({"training": [[0]] * 2, "generated": [[0]] * 2}, "two or more quantiles"),
        ({"training": [[0, 1]] * 3, "generated": [[0, 1]] * 3}, "two or more quantiles"),
        ({"training": [[0, 1], [0]]}, "ValueError"),
        ({"training": [[10**400, 10**400]] * 2}, "OverflowError"),
        ({"training": {"a": 1}}, "TypeError"),
        ({"names": [1, 2]}, "names must be text"),
        ({"names": None}, "TypeError"),
    ],
)
def test_damaged_quantiles_are_refused(run, fields, reason):
    change(run, **fields)
    with pytest.raises(DataError, match=rf"quantiles\.json holds no quantiles of ours .*{reason}"):
        loaded(run)


@pytest.mark.parametrize("missing", ["names", "generated", "training"])
def test_quantiles_that_lack_a_part_are_refused(run, missing):
    path = run.model_folder / "quantiles.json"
    content = json.loads(path.read_text())
    del content[missing]
    path.write_text(json.dumps(content))
    with pytest.raises(DataError, match=f"KeyError: '{missing}'"):
        loaded(run)


def test_quantiles_of_other_columns_are_refused(run):
    change(run, names=["Power", "Speed"])
    with pytest.raises(DataError, match=r"quantiles\.json does not hold the scaler"):
        loaded(run)


def test_quantiles_of_another_run_are_refused(run):
    change(run, run_id="another")
    with pytest.raises(DataError, match=r"Not of the run .*quantiles\.json\. Model, scaler"):
        loaded(run)


def test_a_run_that_has_lost_its_quantiles_is_refused(run):
    (run.model_folder / "quantiles.json").unlink()
    with pytest.raises(DataError, match=r"quantiles\.json cannot be read"):
        loaded(run)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decimals", [1, 9], ids=["ties", "no ties"])
@pytest.mark.parametrize("weights", ["usual", "other", "any"])
def test_weighted_quantiles_are_numpys_own(dtype, decimals, weights):
    random = np.random.default_rng(0)
    for n_rows in (1, 2, 50, 3000):
        column = np.round(random.normal(size=n_rows), decimals).astype(dtype)
        weight = np.minimum(np.arange(n_rows) + 1, 24)
        if weights != "usual":
            weight = random.integers(1, 30, n_rows)
        if weights == "any":
            weight[1:][random.random(n_rows - 1) < 0.5] = 0
        how = {"method": "inverted_cdf", "weights": weight}
        expected = np.quantile(column, np.linspace(0, 1, quantiles.LEVELS), **how)
        (found,) = quantiles.quantiles_of(column[:, None], weight)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == dtype


@pytest.mark.parametrize("weights", [None, np.ones(50, int)])
@pytest.mark.parametrize("circular", [False, True])
def test_a_value_that_no_event_records_stays_as_it_is_made(weights, circular):
    random = np.random.default_rng(0)
    generated = random.uniform(-170, 150, (30, 2, 1))
    training = np.stack([random.uniform(0, 100, 50), np.full(50, np.nan)], 1)
    mapping = mapping_of(["x"], generated, training, weights, [circular])
    second = mapping(generated)[:, 1]
    np.testing.assert_allclose(second, generated[:, 1], atol=1e-9)
