"""Files written whole or not at all, and read with suspicion."""

import os
import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest

from modules.errors import DataError
from modules.preprocessing import SCALERS, MinMaxScaler, RelativeScaler
from modules.runs import safe
from tests.scaling.tables import NAMES as PRICES
from tests.scaling.tables import TURNS, directions, pitch, prices
from tests.tiny import FEATURES, KINDS, STEPS, finished_run, stirred, tiny_timegan

TABLE = np.array([[0.0, 10], [4, 30]])
FAR = {"kind": "amount", "column": 0, "leaders": [], "weights": [], "constant": 0.0, "spread": 1.0}
SAVED = {"run_id": "1", "kind": "minmax", "names": ["a"], "offset": [0.0], "scale": [1.0]}


@pytest.mark.parametrize("name", SCALERS)
def test_both_scalers_come_back_from_their_pickle(tmp_path, name):
    scaler = SCALERS[name]().fit(TABLE * np.pi, ["a", "b"])
    path = tmp_path / "scale.pickle"
    safe.save_scaler(path, "1", scaler)
    run_id, loaded = safe.load_scaler(path)
    assert run_id == "1"
    assert type(loaded) is SCALERS[name]
    assert loaded.names_ == ("a", "b")
    np.testing.assert_array_equal(loaded.inverse_transform(TABLE), scaler.inverse_transform(TABLE))


@pytest.mark.parametrize("made", [(prices(), PRICES), (directions(), TURNS), (pitch(), ["P"])])
def test_what_is_left_of_columns_comes_back_from_its_pickle(tmp_path, made):
    table, names = made
    scaler = RelativeScaler().fit(table, names)
    safe.save_scaler(tmp_path / "scale.pickle", "1", scaler)
    loaded = safe.load_scaler(tmp_path / "scale.pickle")[1]
    assert loaded.remainders_ == scaler.remainders_ != ()
    np.testing.assert_array_equal(loaded.transform(table), scaler.transform(table))


def test_a_scaler_is_saved_as_names_and_numbers_alone(tmp_path):
    safe.save_scaler(tmp_path / "p", "1", MinMaxScaler().fit(TABLE, ["a", "b"]))
    assert pickle.loads((tmp_path / "p").read_bytes()) == {
        "run_id": "1", "kind": "minmax", "names": ["a", "b"],
        "offset": [0.0, 10.0], "scale": [4.0, 20.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a pickle",
        pickle.dumps(SAVED)[:-20],
        pickle.dumps({"run_id": "1"}),
        pickle.dumps(SAVED | {"kind": "other"}),
        pickle.dumps(SAVED | {"run_id": []}),
        pickle.dumps(SAVED | {"names": [1.0]}),
        pickle.dumps(SAVED | {"offset": [0.0, 0.0]}),
        pickle.dumps(SAVED | {"offset": [float("nan")]}),
        pickle.dumps(SAVED | {"scale": [0.0]}),
        pickle.dumps(SAVED | {"names": [], "offset": [], "scale": []}),
        pickle.dumps(SAVED | {"kind": "relative", "remainders": [{"column": 0}]}),
        pickle.dumps(SAVED | {"kind": "relative", "scale": [1e4], "remainders": [FAR]}),
        pickle.dumps(SAVED | {"more": 1}),
        pickle.dumps([1.0]),
        pickle.dumps({"run_id": "1", "scaler": MinMaxScaler().fit(TABLE)}),
    ],
    ids=[
        *("empty", "text", "truncated", "no scaler", "other kind", "no id", "no names", "sizes"),
        *("nan", "zero", "no column", "remainders", "infinite", "more", "no dict", "a class"),
    ],
)
def test_what_is_not_a_scaler_is_refused(tmp_path, content):
    path = tmp_path / "scale.pickle"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"scale\.pickle is not a scaler of ours.*Train again"):
        safe.load_scaler(path)


def test_a_missing_scaler_or_model_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"scale\.pickle is not a scaler of ours"):
        safe.load_scaler(tmp_path / "scale.pickle")
    with pytest.raises(DataError, match=r"model\.keras cannot be loaded as a Keras model"):
        safe.load_model(tmp_path / "model.keras")


def test_a_damaged_model_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK not a model")
    with pytest.raises(DataError, match=r"model\.keras cannot be loaded as a Keras model"):
        safe.load_model(path)


def test_a_model_that_carries_code_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    layer = keras.layers.Lambda(lambda x: x + 1, output_shape=(2,))
    keras.Sequential([keras.Input((2,)), layer]).save(path)
    with pytest.raises(DataError, match="cannot be loaded as a Keras model"):
        safe.load_model(path)


PLAIN_LOAD = """
import sys
import keras
import numpy as np

noise = np.load("noise.npy")
for path in sys.argv[1:]:
    np.save(path + ".npy", keras.saving.load_model(path)(noise))
ours = {"models", "modules", "settings"} & {name.split(".")[0] for name in sys.modules}
sys.exit(f"imported {ours}" if ours else 0)
"""


@pytest.mark.whole
def test_saved_models_load_anywhere_without_our_code(tmp_path):
    noise = np.random.default_rng(0).uniform(size=(3, STEPS, FEATURES)).astype(np.float32)
    np.save(tmp_path / "noise.npy", noise)
    expected = {}
    for kind in KINDS:
        timegan = stirred(tiny_timegan(sel_rnn=kind))
        path = finished_run(tmp_path, timegan=timegan, sel_rnn=kind).model_folder / "model.keras"
        expected[str(path)] = timegan.synthetic_model()(noise)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_LOAD, *expected],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for path, windows in expected.items():
        np.testing.assert_allclose(np.load(path + ".npy"), windows, atol=1e-6)


def test_a_model_of_two_outputs_comes_back(tmp_path):
    inputs = keras.Input((STEPS, FEATURES))
    network = keras.Sequential([inputs, keras.layers.Dense(3), keras.layers.Cropping1D((0, 1))])
    model = keras.Model(inputs, [network(inputs), keras.layers.Dense(1)(inputs)])
    model.save(tmp_path / "model.keras")
    loaded = safe.load_model(tmp_path / "model.keras")
    windows = np.ones((2, STEPS, FEATURES), np.float32)
    for ours, theirs in zip(loaded(windows), model(windows), strict=True):
        np.testing.assert_allclose(ours, theirs)
