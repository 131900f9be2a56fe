"""The choice of the best weights: held-out blocks, the energy distance, no copies."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import energy_distance

from modules.fidelity.distance import EnergyDistance
from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column
from modules.timegan.finish import Finishing
from modules.timegan.noise import noise_maker
from modules.timegan.selection import Selection
from tests.tiny import STOCK, tiny_settings

STARTS = np.arange(500)


def test_energy_distance_of_one_step_is_scipys():
    # Windows of one column and two equal steps: their steps from row to row are all zero.
    random = np.random.default_rng(0)
    real, other = random.normal(size=(2, 400)) * [[1.0], [2.0]] + [[0.0], [1.0]]
    windows = [np.repeat(x[:, None, None], 2, axis=1) for x in (real, other)]
    ours = EnergyDistance(windows[0])(windows[1])
    # SciPy's is the root, counts each value's distance to itself, and knows no second step.
    among = [np.abs(x[:, None] - x).sum() / (400 * 399) for x in (real, other)]
    squared = energy_distance(real, other) ** 2
    exact = squared + sum(np.abs(x[:, None] - x).mean() for x in (real, other)) - sum(among)
    assert ours == pytest.approx(np.sqrt(2) * exact / real.std(), rel=1e-6)


def test_energy_distance_of_equal_distributions_is_nought_and_grows_with_roughness():
    random = np.random.default_rng(1)
    real, same = np.cumsum(random.normal(size=(2, 300, 8, 2)), axis=2)
    distance = EnergyDistance(real)
    rough = same + random.normal(0, 1.5, same.shape)
    assert abs(distance(same)) < 0.05
    assert distance(rough) > distance(same) + 0.1


def test_energy_distance_sees_a_blurred_power_curve():
    random = np.random.default_rng(2)
    wind = np.cumsum(random.normal(size=(3, 300, 8)), axis=2)
    real, same, blurred = np.stack([wind, wind], axis=-1)
    real, same, blurred = (x + random.normal(0, 0.1, x.shape) for x in (real, same, blurred))
    blurred[..., 1] += random.normal(0, 0.3, blurred.shape[:-1])
    distance = EnergyDistance(real)
    assert distance(blurred) > 10 * abs(distance(same))


def test_energy_distance_does_not_depend_on_units_or_on_which_sums_are_recorded():
    random = np.random.default_rng(3)
    real, other = np.cumsum(random.normal(size=(2, 200, 6, 2)), axis=2)
    other[..., 0] += 3
    mixed = [windows @ [[1.0, 20.0], [1.0, -20.0]] for windows in (real, other)]
    assert EnergyDistance(mixed[0])(mixed[1]) == pytest.approx(EnergyDistance(real)(other))


@pytest.fixture
def echo():
    """A model that hands its noise on, and Selection made for it."""
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Activation("linear")])

    def select(scaled, unseen, starts=STARTS[:300], seed=0, finished=np.asarray, **how):
        return Selection(
            model, scaled, starts, unseen, seq_len=5,
            noise=noise_maker("uniform", 5), seed=seed, device=STOCK, finished=finished, **how,
        )  # fmt: skip

    return select


def finished_by(series, starts):
    """What finishes windows of five rows by quantile mapping alone."""
    columns = [Column(name=name) for name in ("Speed", "Power")]
    settings = tiny_settings(seq_len=5, quantile_mapping=True)
    scaler = MinMaxScaler().fit(series)
    finishing = Finishing.of(series.astype(np.float64), starts, columns, scaler, settings)
    return lambda windows: finishing.fitted(windows)(windows)


@pytest.mark.parametrize("n_unseen", [0, 150])
def test_windows_like_the_records_score_well_and_are_no_copies(echo, n_unseen):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    near, far = (
        echo(records, STARTS[500 - n_unseen :] if n_unseen else STARTS[:0]).scores()
        for records in (scaled, 0.2 * scaled)
    )
    assert abs(near["records_distance"]) < 0.1 < far["records_distance"]
    assert near["neighbour_ratio"] == pytest.approx(1, abs=0.15)
    assert Selection.is_no_copy(near)


def test_the_distance_is_to_held_out_windows_and_to_those_trained_on(echo):
    scaled = np.random.default_rng(4).uniform(size=(505, 2)).astype(np.float32)
    both = echo(scaled, STARTS[350:]).scores()["records_distance"]
    scaled[350:] *= 0.2
    unlike_unseen = echo(scaled, STARTS[355:]).scores()["records_distance"]
    scaled *= 5
    scaled[:350] *= 0.04
    unlike_trained = echo(scaled, STARTS[355:]).scores()["records_distance"]
    assert abs(both) < 0.1 < min(unlike_unseen, unlike_trained)


def test_held_out_windows_count_by_their_number_alone(echo):
    scaled = np.random.default_rng(4).uniform(size=(505, 2)).astype(np.float32)
    scaled[450:] *= 0.2
    few, many = (echo(scaled, STARTS[first:], STARTS[:first]) for first in (490, 300))
    distances = [select.scores()["records_distance"] for select in (few, many)]
    assert distances[0] == pytest.approx(distances[1], rel=1e-6)


def test_a_model_that_repeats_training_windows_is_ruled_out(echo):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    selection = echo(scaled, STARTS[350:])
    selection._inputs = selection._train[:100]
    assert not Selection.is_no_copy(selection.scores())


def test_the_same_weights_score_the_same_every_time(echo):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    selection = echo(scaled, STARTS[350:])
    assert selection.scores() == selection.scores()


def test_windows_are_scored_as_quantile_mapping_leaves_them(echo):
    # Squares of uniform numbers: what the model makes has their ranks, not their distribution.
    squares = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32) ** 2
    ways = np.asarray, finished_by(squares, STARTS[:300])
    raw, mapped = (echo(squares, STARTS[350:], finished=way).scores() for way in ways)
    assert abs(mapped["records_distance"]) < 0.1 < raw["records_distance"]
    assert mapped["neighbour_ratio"] == pytest.approx(1, abs=0.15)


def test_windows_that_share_no_row_are_scored_as_mapped_step_by_step(echo):
    # Every step lies higher than the one before, which no mapping of a whole column brings about.
    steps = np.arange(5, dtype=np.float32)[:, None]
    rows = (np.random.default_rng(2).uniform(size=(800, 5, 2)) + steps).astype(np.float32)
    starts = np.arange(0, 4000, 5)
    series = rows.reshape(-1, 2)
    way = finished_by(series, starts[:400])
    apart = echo(series, starts[400:], starts=starts[:400], finished=way).scores()
    assert abs(apart["records_distance"]) < 0.1


def test_weights_that_make_no_numbers_score_none(echo):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    selection = echo(scaled, STARTS[350:], finished=finished_by(scaled, STARTS[:300]))
    selection._inputs = np.full((600, 5, 2), np.nan, np.float32)
    assert np.isnan([*selection.scores().values()]).all()


@pytest.mark.parametrize("seed", [0, 3])
def test_the_noise_follows_the_seed_and_is_not_the_trainings_own(echo, seed):
    selection = echo(np.random.default_rng(2).uniform(size=(505, 2)), STARTS[350:], seed=seed)
    random = tf.random.Generator.from_seed(seed + 1000, alg="philox")
    np.testing.assert_array_equal(selection._draw(), random.uniform((600, 5, 2)))


def test_the_unit_is_the_distance_between_training_windows_that_share_no_row(echo):
    # One step a row in the first column alone: windows that only touch lie five steps apart.
    ramp = np.arange(505.0, dtype=np.float32)[:, None] * np.float32([1, 0])
    selection = echo(ramp, STARTS[350:])
    selection._inputs = selection._train + np.float32([0, 5])
    assert selection.scores()["neighbour_ratio"] == pytest.approx(1)


@pytest.mark.parametrize(("ratio", "is_copy"), [(0.29, True), (0.31, False)])
def test_copies_are_windows_nearer_than_three_tenths_of_that_unit(ratio, is_copy):
    assert Selection.is_no_copy({"neighbour_ratio": ratio}) is not is_copy


def test_windows_are_mapped_to_the_distribution_of_the_training_windows_alone(echo):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    scaled[304:] += 9  # the rows after the last training window
    way = finished_by(scaled, STARTS[:300])
    nearness = echo(scaled, STARTS[350:], finished=way).scores()["neighbour_ratio"]
    assert nearness == pytest.approx(1, abs=0.15)


def shifted(by):
    """A model that adds `by` to its noise."""
    layers = keras.layers.Rescaling(1.0, offset=by)
    return keras.Sequential([keras.Input((None, 2)), layers])


@pytest.mark.parametrize(
    ("offsets", "chosen"),
    [({"whole": 0.0, "part": 0.3}, "whole"), ({"whole": 0.3, "part": 0.0}, "part")],
)
def test_the_chain_nearest_to_the_held_out_windows_is_chosen(echo, caplog, offsets, chosen):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    chains = {name: shifted(by) for name, by in offsets.items()}
    with caplog.at_level("INFO"):
        assert echo(scaled, STARTS[350:]).choose(chains) == chosen
    told = caplog.records[0].getMessage()
    assert all(f"{name} " in told for name in (*chains, "training windows", "Gaussian"))
    assert caplog.records[1].getMessage() == f"Windows are made by: {chosen}"
    assert any(record.levelname == "WARNING" for record in caplog.records) == (chosen == "part")


def test_a_chain_that_copies_is_never_chosen(echo):
    scaled = np.random.default_rng(2).uniform(size=(505, 2)).astype(np.float32)
    selection = echo(scaled, STARTS[350:])
    selection._inputs = tf.constant(selection._train[:100] - 0.5)
    assert selection.choose({"whole": shifted(0.9), "copies": shifted(0.5)}) == "whole"
