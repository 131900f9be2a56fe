"""Models, scalers and tables of a run: read with suspicion, for a run may be a stranger's."""

import io
import json
import pickle
import pickletools
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np

from modules import files
from modules.errors import DataError
from modules.preprocessing import SCALERS, Scaler
from modules.runs.protocols import Table

T = TypeVar("T", bound=Table)

PICKLE_PROTOCOL = 4
# What `save_scaler` writes. No tuples: a dict asks for their hash, which can take for ever.
SAFE_OPCODES = frozenset(
    "PROTO FRAME STOP MARK MEMOIZE BINGET LONG_BINGET EMPTY_DICT SETITEM SETITEMS EMPTY_LIST "
    "APPEND APPENDS SHORT_BINUNICODE BINUNICODE BINFLOAT BININT1 BININT2 NEWTRUE NEWFALSE".split()
)
# The classes that a model file of any family may ask for.
SAFE_KERAS = frozenset(
    ["keras.Sequential", "keras.Functional", "keras.src.models.functional.Functional"]
    + ["keras.DTypePolicy", "None.__keras_tensor__"]  # the latter between a functional's layers
    + [
        f"keras.layers.{name}"
        for name in (
            "Activation Add AveragePooling1D AveragePooling2D BatchNormalization Bidirectional "
            "Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Cropping1D Dense Dropout "
            "Embedding Flatten GRU GlobalAveragePooling1D GlobalAveragePooling2D InputLayer LSTM "
            "LayerNormalization LeakyReLU MaxPooling1D MaxPooling2D MultiHeadAttention Multiply "
            "Permute ReLU RepeatVector Rescaling Reshape SpatialDropout1D SpatialDropout2D "
            "SpectralNormalization TimeDistributed UpSampling1D UpSampling2D ZeroPadding1D "
            "ZeroPadding2D"
        ).split()
    ]
    + [
        f"keras.initializers.{name}"
        for name in (
            "Constant GlorotNormal GlorotUniform HeNormal HeUniform Ones Orthogonal RandomNormal "
            "RandomUniform TruncatedNormal Zeros"
        ).split()
    ]
)


def load_model(path: Path) -> Any:
    """The `keras.Model` in a `.keras` file, read in safe mode. Raises DataError for no model."""
    import keras  # here: whoever looks for a run need not wait for TensorFlow

    if not files.is_file(Path(path)):
        raise DataError(f"{path} cannot be loaded as a Keras model: there is no such file.")
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError(
                "it is no zip archive, as .keras files are."
            )  # an old .h5 may run code
        with zipfile.ZipFile(path) as archive:
            _refuse_foreign(json.loads(archive.read("config.json")))
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises what its many readers raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path} cannot be loaded as a Keras model: {reason}") from None


def _refuse_foreign(config: Any) -> None:
    """Raise ValueError unless every class in a model's `config` is of `SAFE_KERAS`.

    Keras' safe mode has had holes, through functions that a file may ask for by name.
    """
    nodes = [config]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        if not isinstance(node, dict):
            continue
        nodes += node.values()
        if "class_name" in node and f"{node.get('module')}.{node['class_name']}" not in SAFE_KERAS:
            raise ValueError(
                f"it asks for {node.get('module')}.{node['class_name']}, which ours never do."
            )


def save_scaler(path: Path, run_id: str, scaler: Scaler) -> None:
    """Write a scale.pickle: names and numbers alone, so that reading it takes no code."""
    kind = next(kind for kind, ours in SCALERS.items() if type(scaler) is ours)
    content = {"run_id": run_id, "kind": kind} | scaler.content()
    files.write_whole(path, pickle.dumps(content, PICKLE_PROTOCOL))


def load_scaler(path: Path) -> tuple[str, Scaler]:
    """Return (run_id, scaler) from a scale.pickle. Raises DataError for anything else."""
    try:
        content = _unpickle(files.read_bytes(Path(path)))
        run_id, kind = content.pop("run_id"), content.pop("kind")
        scaler = SCALERS[kind].of(**content)
        if not isinstance(run_id, str):
            raise TypeError("its run_id is no text")
    except Exception as error:  # a crafted pickle can raise anything
        said = (str(error).splitlines() or [""])[0]
        reason = f"{type(error).__name__}: {said}"[:200]
        raise DataError(f"{path} is not a scaler of ours ({reason}). Train again.") from None
    return run_id, scaler


def _unpickle(content: bytes) -> Any:
    """Unpickle a dict of text, numbers and lists; raise for whatever else is asked for."""
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name not in SAFE_OPCODES:
            raise pickle.UnpicklingError(f"it asks for {opcode.name}")
        # Memory is set aside up to the number that a crafted file says.
        if opcode.name == "LONG_BINGET" and (argument or 0) > len(content):
            raise pickle.UnpicklingError("it refers to what it does not hold")
    made = RestrictedUnpickler(io.BytesIO(content)).load()
    _refuse_shared(made)
    return made


def _refuse_shared(content: Any) -> None:
    """Raise where a list or a dict of `content` lies in two places.

    A few bytes can hold a list of ten that hold a list of ten, and so on, or one that holds itself:
    whoever walks all of it, if only for a message, never ends.
    """
    nodes, seen = [content], set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, list | dict):
            if id(node) in seen:
                raise pickle.UnpicklingError("it holds the same list twice")
            seen.add(id(node))
            nodes += node.values() if isinstance(node, dict) else node


class RestrictedUnpickler(pickle.Unpickler):
    """Admits no class and no function at all."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def save_table(folder: Path, run_id: str, table: Table) -> None:
    """Write `table`, a dataclass of names and arrays, to the file in `folder` it calls FILE."""
    content = {name: np.asarray(getattr(table, name)).tolist() for name in _names(table)}
    files.write_json(folder / table.FILE, {"run_id": run_id} | content)


def load_table(folder: Path, kind: type[T]) -> tuple[Any, T]:
    """Return (run_id, table) from `folder`'s file, a table of the dataclass `kind`.

    `kind.of` takes the fields in their order and raises ValueError or TypeError for what cannot be
    one. Raises DataError for anything else than a whole file of ours.
    """
    path = folder / kind.FILE
    content = files.read_json(path)
    try:
        table = kind.of(*(content[name] for name in _names(kind)))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        raise DataError(f"{path} holds no {path.stem} of ours ({reason}). Train again.") from None
    return content.get("run_id"), table


def _names(table: Table | type[Table]) -> list[str]:
    return [field.name for field in fields(table)]
