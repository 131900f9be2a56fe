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


def refuse_conditions(asked: Conditioned, run: Run) -> None:
    """Raise SettingsError where conditions are `asked` for; the family of `run` knows none."""
    wanted = {"turbine": asked.turbine, "start": asked.start, "given": asked.given}
    for name, value in wanted.items():
        if value is not None:
            raise SettingsError(
                f"`{name}` is for runs that were trained with `condition`, and {run.folder.name} "
                f"is one of {run.read_settings()['family']}, which has none. Received: "
                f"{name}={value!r}. Leave `--{name}` out, or pass another `--run`."
            )
