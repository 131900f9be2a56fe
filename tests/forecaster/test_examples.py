"""The forecaster's target, split, examples, losses, scores and training step."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from models import losses
from models.forecaster import Forecaster, forecaster
from modules.errors import DataError
from modules.forecaster import examples, learning
from modules.forecaster.examples import following, split_by_time
from modules.forecaster.learning import validate
from modules.forecaster.target import find_target
from modules.records.columns import Column
from modules.records.site import SiteData
from settings import ForecasterSettings
from tests.tiny import STOCK

COLUMNS = [
    Column(name="WindSpeed", kind="speed"),
    Column(name="ActivePower", kind="power"),
    Column(name="WindD1", kind="angle", lower=0),
]


def grid(n_rows, start="2021-01-01"):
    index = pd.date_range(start, periods=n_rows, freq="10min")
    values = np.arange(float(n_rows))
    return pd.DataFrame({"WindSpeed": values, "ActivePower": 10 * values, "WindD1": 90.0}, index)


def site(tables):
    return SiteData(tables, COLUMNS, "10min", None, report=None)


def tiny(**changed):
    return ForecasterSettings(**({"window_size": 4, "horizon": 2, "split": 20} | changed))


def prepared(**changed):
    return examples.prepare(site({"WT01": grid(30)}), 1, tiny(**changed))


def test_the_default_target_is_the_power_or_else_the_last_variable():
    assert find_target(COLUMNS, None) == 1
    assert find_target([COLUMNS[0], Column(name="Price")], None) == 1


def test_a_target_is_found_by_its_name():
    assert find_target(COLUMNS, "WindSpeed") == 0


@pytest.mark.parametrize(
    "target, reason",
    [("Power", "is none of the data's variables"), ("WindD1", "is an angle")],
)
def test_a_target_that_cannot_be_forecast_is_refused_with_those_that_can(target, reason):
    with pytest.raises(DataError, match=f"`target` {reason}.*WindSpeed, ActivePower"):
        find_target(COLUMNS, target)


@pytest.mark.parametrize("split, n_train", [(20, 20), (0.5, 15), (0.9274, 28)])
def test_rows_are_split_by_count_or_by_share(split, n_train):
    before, after = split_by_time({"WT01": grid(30)}, split)
    assert (len(before["WT01"]), len(after["WT01"])) == (n_train, 30 - n_train)


def test_the_default_split_is_the_documents_3000_of_3235():
    before, _ = split_by_time({"a": pd.DataFrame({"x": range(3235)})}, ForecasterSettings().split)
    assert len(before["a"]) == 3000


def test_all_turbines_are_split_at_one_moment():
    tables = {"WT01": grid(10), "WT02": grid(10, "2021-01-01 01:00")}
    before, after = split_by_time(tables, 8)
    assert {name: len(table) for name, table in before.items()} == {"WT01": 8, "WT02": 2}
    assert max(t.index[-1] for t in before.values()) < min(t.index[0] for t in after.values())


def test_a_split_without_a_validation_part_is_refused():
    with pytest.raises(DataError, match="Received: split=30; the data have 30 rows"):
        split_by_time({"WT01": grid(30)}, 30)


def test_a_window_longer_than_the_validation_part_is_refused():
    with pytest.raises(DataError, match=r"`window_size`.*validation.*and 2 to forecast.*10 rows"):
        prepared(window_size=9)


def test_a_series_shorter_than_a_window_is_refused():
    with pytest.raises(DataError, match=r"longest training stretch .* the longest is 3 rows"):
        prepared(split=3)


def test_following_values_end_in_nan():
    np.testing.assert_array_equal(following(np.arange(3.0), 2), [[1, 2], [2, np.nan], [np.nan] * 2])


def test_examples_hold_scaled_features_and_the_target_in_its_unit():
    scaler, training, validation, unseen = prepared()
    assert scaler.names_ == ("WindSpeed", "ActivePower", "WindD1_sin", "WindD1_cos")
    assert training.features.shape == (20, 4) and validation.features.shape == (10, 4)
    assert training.starts.size == 15 and validation.starts.size == 5
    np.testing.assert_array_equal(training.ahead[0], [10, 20])
    np.testing.assert_array_equal(validation.current[0], [200])
    assert len(unseen["WT01"]) == 10


def test_the_scaler_is_fitted_on_the_training_part_alone():
    scaler, training, validation, _ = prepared(scaler="minmax")
    assert scaler.inverse_transform(np.ones(1), columns="ActivePower") == 190
    assert training.features.max() == 1 and validation.features[:, 1].max() > 1


def test_a_batch_pairs_every_step_with_what_follows_it():
    _, training, _, _ = prepared()
    ahead = training.windows(training.ahead, tf.constant([3], tf.int64))
    assert ahead.numpy().tolist() == [[[40, 50], [50, 60], [60, 70], [70, 80]]]


def test_an_epoch_draws_every_window_once():
    keras.utils.set_random_seed(0)
    _, training, validation, _ = prepared(shuffle_buffer=100)
    settings = tiny(shuffle_buffer=100, batch_size=5, epochs=2)
    model = Forecaster(forecaster(4, 2, units=6), STOCK.call)
    phase, windows = learning.plan(
        model, learning.build_optimizer(settings), training, validation, settings
    )
    epochs = [np.concatenate([next(windows) for _ in range(3)]) for _ in range(2)]
    assert phase.n_steps == 6
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(15))
    assert epochs[0].tolist() != epochs[1].tolist()


def test_training_is_no_longer_than_train_step():
    _, training, validation, _ = prepared()
    settings = tiny(epochs=1000, train_step=7)
    model = Forecaster(forecaster(4, 2, units=6), STOCK.call)
    optimizer = learning.build_optimizer(settings)
    assert learning.plan(model, optimizer, training, validation, settings)[0].n_steps == 7


def test_persistence_is_measured_on_the_validation_windows():
    _, _, validation, _ = prepared()
    model = Forecaster(forecaster(4, 2, units=6), STOCK.call)
    # The power climbs by 10 a step: "no change" errs by 10 and by 20.
    assert validate(model, validation)["val_persistence_mae"] == 15


def test_a_step_moves_the_weights_down_the_loss():
    keras.utils.set_random_seed(0)
    model = Forecaster(forecaster(2, units=6), STOCK.call)
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build(model.network.trainable_variables)
    windows = tf.random.stateless_uniform((8, 5, 2), (0, 0))
    ahead = tf.ones((8, 5, 1))
    before = model.training_step(optimizer, windows, ahead)
    after = model.training_step(optimizer, windows, ahead)
    assert after["huber_loss"] < before["huber_loss"]


@pytest.mark.parametrize("name, kind", [("sgd", "SGD"), ("adam", "Adam")])
def test_the_optimizer_takes_its_knobs_from_the_settings(name, kind):
    optimizer = learning.build_optimizer(tiny(optimizer=name, lr=0.01, momentum=0.5))
    assert type(optimizer).__name__ == kind
    assert float(optimizer.learning_rate.numpy()) == pytest.approx(0.01)
    assert (optimizer.momentum if name == "sgd" else optimizer.beta_1) == 0.5


def test_huber_loss_is_half_the_square_of_small_errors_and_linear_beyond():
    target, forecast = tf.constant([0.0, 0.0, 0.0]), tf.constant([0.5, -1.0, 3.0])
    assert float(losses.huber_loss(target, forecast)) == pytest.approx((0.125 + 0.5 + 2.5) / 3)
    assert float(losses.absolute_loss(target, forecast)) == pytest.approx(1.5)
