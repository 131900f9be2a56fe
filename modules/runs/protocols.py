"""What a run asks of the settings, the data and the tables that a family gives it."""

from dataclasses import Field
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel


class Settings(Protocol):
    """What is written of the settings, which are a pydantic model."""

    def model_dump(self, *, mode: str = ...) -> dict[str, Any]: ...

    @property
    def origins(self) -> dict[str, str]: ...


class RunSettings(Settings, Protocol):
    """What the start of a run reads of the settings."""

    @property
    def result_dir(self) -> str: ...
    @property
    def resume(self) -> str | None: ...
    @property
    def gpu_memory_limit(self) -> int | None: ...

    def completed(self, **values: Any) -> Self: ...


class Model(Protocol):
    """What saves itself, a `keras.Model`: named here without TensorFlow."""

    def save(self, filepath: Path) -> None: ...


class Data(Protocol):
    """What a family reads: clean, with a report of it."""

    @property
    def report(self) -> BaseModel: ...

    def description(self) -> dict[str, Any]:
        """What columns.json says of it."""

    def fingerprint(self) -> str:
        """The same for the same data."""


class Table(Protocol):
    """A dataclass of names and arrays, kept in the file that it calls FILE."""

    FILE: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def names(self) -> tuple[str, ...]: ...

    @classmethod
    def of(cls, *fields: Any) -> Self:
        """The table of these fields. Raises ValueError or TypeError for what cannot be one."""
