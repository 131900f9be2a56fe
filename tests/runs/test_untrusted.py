"""What a run folder from a stranger may hold: pickles, models, settings that mean harm."""

import builtins
import io
import json
import os
import pickle
import subprocess
import zipfile

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.errors import DataError
from modules.preprocessing import MinMaxScaler, Scaler, StandardScaler
from modules.runs import safe
from modules.timegan.synthesis import sample
from tests.odd_files import QUIET, changed, edits, spoil
from tests.tiny import FEATURES, STEPS, STOCK, UNIFORM, finished_run, loaded

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3000"))


class Crafted:
    """Runs `call(*arguments)` in whoever unpickles it."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("call", [os.system, builtins.eval, subprocess.check_output, np.load])
def test_a_pickle_that_would_run_a_command_is_refused_and_does_not_run_it(tmp_path, call, protocol):
    marker = tmp_path / "marker"
    command = {
        builtins.eval: f"open({str(marker)!r}, 'w').close()",
        subprocess.check_output: ["touch", str(marker)],
    }.get(call, f"touch {marker}")
    path = tmp_path / "scale.pickle"
    path.write_bytes(pickle.dumps({"run_id": Crafted(call, command)}, protocol))
    with pytest.raises(DataError, match=r"scale\.pickle is not a scaler of ours .*it asks for"):
        safe.load_scaler(path)
    assert not marker.exists()
    if call is not np.load:
        pickle.loads(path.read_bytes())
        assert marker.exists(), "the pickle is harmless, so the refusal shows nothing"


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"scaler": MinMaxScaler()}),
        pickle.dumps(np.zeros(3)),
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"\x80\x02}r\xff\xff\xff\x7f.",  # would have memory set aside for 2 ** 31 references
        b"\x80\x04}j\xff\xff\xff\x7f.",
        b"\x80\x04" + b"(" * 60 + b")" + b"2\x86" * 60 + b"}s.",  # a key whose hash never ends
        b"\x80\x04\x82\x01.",
        b"Pid\n.",
    ],
    ids=["class", "array", "function", "memory", "memory 2", "tuples", "extension", "persistent"],
)
def test_only_text_and_numbers_pass_the_unpickler(tmp_path, content):
    (tmp_path / "scale.pickle").write_bytes(content)
    with pytest.raises(DataError, match="it asks for|it refers to"):
        safe.load_scaler(tmp_path / "scale.pickle")


@pytest.mark.parametrize("place", ["offset", "remainders", "itself"])
def test_a_list_that_lies_in_many_places_is_refused_before_anyone_walks_it(tmp_path, place):
    nested = [1.0]
    for _ in range(30):
        nested = [nested] * 10
    if place == "itself":
        nested.append(nested)
    saved = {"run_id": "1", "kind": "relative", "names": ["a"], "offset": [0.0], "scale": [1.0]}
    (tmp_path / "scale.pickle").write_bytes(pickle.dumps(saved | {place: nested}, 4))
    with pytest.raises(DataError, match="it holds the same list twice"):
        safe.load_scaler(tmp_path / "scale.pickle")


def try_pickles(folder, n_examples):
    """Random bytes and mutated scalers; return how many were tried and how many accepted."""
    path, tried = folder / "scale.pickle", []
    scaler = StandardScaler().fit(np.array([[0.0, 10], [4, 30]]), ["Speed", "Power"])
    safe.save_scaler(path, "0123456789abcdef", scaler)
    valid = path.read_bytes()
    mutated = st.tuples(st.just(valid), edits).map(lambda pair: spoil(*pair))
    opcodes = st.lists(st.sampled_from(list(valid)), max_size=40).map(bytes)

    @settings(max_examples=n_examples, **QUIET)
    @given(st.one_of(mutated, mutated, opcodes, st.binary(max_size=80)))
    def attempt(content):
        path.write_bytes(content)
        try:
            run_id, scaler = safe.load_scaler(path)
        except DataError as error:
            assert str(error).startswith(str(path)) and len(str(error)) < 500
            tried.append(False)
            return
        assert isinstance(run_id, str) and isinstance(scaler, Scaler)
        assert np.isfinite(scaler.inverse_transform(np.zeros(len(scaler.names_)))).all()
        tried.append(True)

    attempt()
    print(f"scale.pickle: {len(tried)} inputs tried, {sum(tried)} accepted")
    return tried


def test_a_mutated_pickle_is_a_scaler_or_refused(tmp_path):
    assert len(try_pickles(tmp_path, 300)) >= 270


@pytest.mark.slow
def test_thousands_of_mutated_pickles_are_scalers_or_refused(tmp_path):
    tried = try_pickles(tmp_path, EXAMPLES)
    assert len(tried) >= 0.9 * EXAMPLES and any(tried) and not all(tried)


def lambda_model():
    layer = keras.layers.Lambda(lambda x: x + 1, output_shape=(2,))
    return keras.Sequential([keras.Input((2,)), layer])


def rewritten(path, change):
    """Replace the config inside the `.keras` file at `path` by `change(config)`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = json.dumps(change(json.loads(parts["config.json"]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_model_with_a_lambda_is_refused_without_advice_to_switch_safety_off(tmp_path):
    lambda_model().save(tmp_path / "model.keras")
    with pytest.raises(DataError, match=r"asks for keras\.layers\.Lambda, which") as refused:
        safe.load_model(tmp_path / "model.keras")
    assert "unsafe" not in str(refused.value) and "\n" not in str(refused.value)


def test_keras_safe_mode_is_on_behind_our_own_list(tmp_path, monkeypatch):
    lambda_model().save(tmp_path / "model.keras")
    monkeypatch.setattr(safe, "SAFE_KERAS", safe.SAFE_KERAS | {"keras.layers.Lambda"})
    with pytest.raises(DataError, match="cannot be loaded as a Keras model: "):
        safe.load_model(tmp_path / "model.keras")


@pytest.mark.parametrize(
    "function",
    [
        {"module": "builtins", "class_name": "function", "config": "exec"},
        {"module": "keras.utils", "class_name": "function", "config": "get_file"},
        {"module": "os", "class_name": "system", "config": {}},
    ],
)
def test_a_model_that_names_a_function_is_refused(tmp_path, function):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]).save(path)

    def change(config):
        config["config"]["layers"][1]["config"]["activation"] = function
        return config

    rewritten(path, change)
    named = rf"{function['module']}\.{function['class_name']}"
    with pytest.raises(DataError, match=f"it asks for {named}, which ours never do"):
        safe.load_model(path)


def test_an_old_h5_file_is_refused(tmp_path):
    path = tmp_path / "model.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(DataError, match=r"model\.h5 cannot be loaded .* no zip archive"):
        safe.load_model(path)


def zipped(parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


@st.composite
def odd_models(draw, valid):
    """A `.keras` file with its config changed, a part spoilt or left out, or its bytes wrong."""
    with zipfile.ZipFile(io.BytesIO(valid)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    kind = draw(st.sampled_from(["config", "config", "part", "missing", "bytes"]))
    if kind == "bytes":
        return spoil(valid, draw(edits))
    if kind == "config":
        parts["config.json"] = json.dumps(draw(changed(json.loads(parts["config.json"]))))
        return zipped(parts)
    name = draw(st.sampled_from(sorted(parts)))
    if kind == "part":
        parts[name] = spoil(parts[name], draw(edits))
    else:
        del parts[name]
    return zipped(parts)


def try_models(folder, n_examples):
    """Changed models; what is accepted must draw windows. Return for each whether it was."""
    run, tried = finished_run(folder), []
    path = run.model_folder / "model.keras"

    @settings(max_examples=n_examples, **QUIET)
    @given(odd_models(path.read_bytes()))
    def attempt(content):
        path.write_bytes(content)
        try:
            trained = loaded(run).trained
            windows = sample(trained.model, 2, STEPS, noise=UNIFORM, seed=0, device=STOCK)
        except DataError as error:
            assert str(path) in str(error) or "is damaged: " in str(error)
            assert len(str(error).splitlines()) == 1
            tried.append(False)
            return
        assert windows.shape == (2, STEPS, FEATURES)
        tried.append(True)

    attempt()
    print(f"model.keras: {len(tried)} inputs tried, {sum(tried)} accepted")
    return tried


@pytest.mark.whole
def test_a_changed_model_draws_windows_or_is_refused(tmp_path):
    assert len(try_models(tmp_path, 20)) >= 18


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_hundreds_of_changed_models_draw_windows_or_are_refused(tmp_path):
    n_examples = EXAMPLES // 10
    tried = try_models(tmp_path, n_examples)
    assert len(tried) >= 0.9 * n_examples and any(tried) and not all(tried)
