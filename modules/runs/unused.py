"""Settings of the generator that mean nothing to a run: refused, not passed over."""

from typing import Protocol

from modules.errors import SettingsError
from modules.runs.run import Run


class Conditioned(Protocol):
    """What asks for records of a turbine, a day or a given series."""

    @property
    def turbine(self) -> str | None: ...
    @property
    def start(self) -> str | None: ...
    @property
    def given(self) -> str | None: ...


class OfTimeGAN(Conditioned, Protocol):
    """What TimeGAN alone can be asked for."""

    @property
    def with_gaps(self) -> bool: ...


def refuse_unused(asked: OfTimeGAN, run: Run) -> None:
    """Raise SettingsError where the family of `run` has no use for what is `asked` for."""
    family = run.read_settings()["family"]
    if asked.with_gaps:
        raise SettingsError(
            f"`with_gaps` is for runs of timegan, and {run.folder.name} is one of {family}. "
            "Received: with_gaps=True. Leave `--with_gaps` out, or pass another `--run`."
        )
    wanted = {"turbine": asked.turbine, "start": asked.start, "given": asked.given}
    for name, value in wanted.items():
        if value is not None:
            raise SettingsError(
                f"`{name}` is for runs that were trained with `condition`, and {run.folder.name} "
                f"is one of {family}, which has none. Received: "
                f"{name}={value!r}. Leave `--{name}` out, or pass another `--run`."
            )
