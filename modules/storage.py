"""Files written whole or not at all, and read with suspicion."""

import io
import json
import os
import pickle
import tempfile
from contextlib import contextmanager
from pathlib import Path

import keras

from modules.errors import DataError, RunError
from modules.preprocessing import MinMaxScaler, StandardScaler


def load_model(path):
    """Load a `.keras` file with Keras' safe mode on. Raises DataError when it is not one."""
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises what its many readers raise
        raise DataError(f"{path} cannot be loaded as a Keras model: {error}") from None


def load_scaler(path):
    """Return (run_id, scaler) from a scale.pickle, through `RestrictedUnpickler`."""
    try:
        content = RestrictedUnpickler(io.BytesIO(Path(path).read_bytes())).load()
        run_id, scaler = content["run_id"], content["scaler"]
        if not isinstance(scaler, MinMaxScaler | StandardScaler):
            raise TypeError(f"it holds a {type(scaler).__name__}")
        scaler.transform(scaler.offset_)
    except Exception as error:  # a crafted pickle can raise anything
        raise DataError(f"{path} is not a scaler of ours: {error}. Train again.") from None
    return run_id, scaler


class RestrictedUnpickler(pickle.Unpickler):
    """Admits our scalers and plain numpy arrays, and refuses every other name."""

    _NUMPY = {("numpy", "ndarray"), ("numpy", "dtype")} | {
        (f"numpy.{core}.{module}", name)
        for core in ("core", "_core")
        for module, name in (
            ("multiarray", "_reconstruct"),
            ("multiarray", "scalar"),
            ("numeric", "_frombuffer"),
        )
    }
    _OURS = {("modules.preprocessing", "MinMaxScaler"), ("modules.preprocessing", "StandardScaler")}

    def find_class(self, module, name):
        if (module, name) not in self._NUMPY | self._OURS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def read_json(path):
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}. Train again, or pass another.") from None
    if not isinstance(content, dict):
        raise DataError(f"{path} does not hold a JSON object. Train again, or pass another.")
    return content


def write_json(path, content):
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False).encode())


def write_whole(path, content):
    """Write bytes to `path`, whole or not at all. Raises RunError when the disk refuses."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path):
    """Yield a path to write to; on success it is flushed to disk and takes `path`'s name."""
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        os.close(handle)
        try:
            yield Path(name)
            with open(name, "rb+") as written:
                os.fsync(written.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error}. Free the disk or pass another.") from None
