"""From the words of a command line to settings, or to a message about those that are wrong."""

import importlib
import inspect
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, CliApp
from pydantic_settings import SettingsError as CommandLineError

from modules.errors import SettingsError
from modules.usage import usage

TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
STANDING_ALONE = {"--resume": "latest", "--report": "quick"}

S = TypeVar("S", bound=BaseSettings)


def named_family(arguments: list[str], families: Collection[str]) -> tuple[str, list[str]]:
    """Split off the family that the first of `arguments` names: (family, the rest).

    `timegan` where an option stands first. Raises SettingsError for another word.
    """
    if arguments and arguments[0] in families:
        return arguments[0], arguments[1:]
    if arguments and not arguments[0].startswith("-"):
        raise SettingsError(
            f"The first word must name a family: {', '.join(families)}. "
            f"Received: {arguments[0]!r}. Leave it out for timegan."
        )
    return "timegan", arguments


def plug(family: str) -> ModuleType:
    """The module of a family with its `read`, `prepare`, `learn` and `write`.

    The family's name is its folder's, imported only here, once it is chosen.
    """
    return importlib.import_module(f"modules.{family}.family")


def known_family(name: str, families: Mapping[str, type[S]]) -> type[S]:
    """The settings class of the family `name`. Raises SettingsError where there is none."""
    if name not in families:
        raise SettingsError(f"The family must be one of {', '.join(families)}. Received: {name!r}.")
    return families[name]


def build_settings(settings_class: type[S], values: dict[str, Any]) -> S:
    """Return `settings_class` from `values` by name, defaults standing for the rest.

    Raises SettingsError naming every setting at fault.
    """
    plain = {name: str(x) if isinstance(x, Path) else x for name, x in values.items()}
    try:
        return settings_class.model_validate(plain)
    except ValidationError as error:
        raise SettingsError(explain(error, settings_class, plain)) from None


def read_settings(
    settings_class: type[S],
    arguments: Sequence[str],
    families: Mapping[str, type[BaseModel]] = MappingProxyType({}),
    others: Sequence[type[BaseSettings]] = (),
) -> S:
    """Return `settings_class` from command-line `arguments`, defaults standing for the rest.

    `families`: what `--help` names. `others`: settings of other programs, for who gives theirs.
    Raises SettingsError naming every setting at fault, and SystemExit after `--help`.
    """
    if {"-h", "--help"}.intersection(arguments):
        print(usage(settings_class, families))
        raise SystemExit(0)
    _refuse_two_names(settings_class, arguments)
    words = _with_meant_words(settings_class, arguments)
    try:
        return CliApp.run(settings_class, cli_args=words)
    except ValidationError as error:
        given = {word[2:].split("=")[0] for word in words if word.startswith("--")}
        raise SettingsError(explain(error, settings_class, given)) from None
    except CommandLineError as error:
        program = settings_class.model_config["cli_prog_name"]
        theirs = [
            f" `{name}` is a setting of {other.model_config['cli_prog_name']}."
            for other in others
            for name in other.model_fields
            if re.search(rf"--{name}\b", str(error))
        ]
        raise SettingsError(f"{error}.{''.join(theirs)} See python {program} --help") from None


def _refuse_two_names(settings_class: type[BaseSettings], arguments: Sequence[str]) -> None:
    """Raise SettingsError for a setting that is given by two of its names."""
    given = {word[2:].split("=")[0] for word in arguments if word.startswith("--")}
    for field, info in settings_class.model_fields.items():
        names = sorted(given.intersection(getattr(info.validation_alias, "choices", ())))
        if len(names) > 1:
            spelt = " and ".join(f"`--{name}`" for name in names)
            raise SettingsError(f"{spelt} are names of one setting, `{field}`. Give one of them.")


def _with_meant_words(settings_class: type[BaseSettings], arguments: Sequence[str]) -> list[str]:
    """Say in pydantic-settings' words what is meant by those given.

    `--resume` and `--report` may stand alone, flags take a word (`--atoms false`), and lists
    several (`--strut1 0 0 0`).
    """
    kinds = {f"--{name}": field.annotation for name, field in settings_class.model_fields.items()}
    meant: list[str] = []
    words = list(arguments)
    while words:
        option, _, word = words.pop(0).partition("=")
        kind = kinds.get(option)
        n_values = next((i for i, w in enumerate(words) if w.startswith("--")), len(words))
        if option in STANDING_ALONE and not (word or n_values):
            word = STANDING_ALONE[option]
        elif kind is bool and (word or n_values):
            option, word = _as_flag(option, word or words.pop(0)), ""
        elif _is_list(kind) and n_values > 1:
            word = ",".join(words[:n_values])
            del words[:n_values]
        meant.append(f"{option}={word}" if word else option)
    return meant


def _as_flag(option: str, word: str) -> str:
    if word.lower() not in TRUTH:
        raise SettingsError(f"`{option[2:]}` must be true or false. Received: {word!r}.")
    return option if TRUTH[word.lower()] else f"--no-{option[2:]}"


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple or any(get_origin(part) is tuple for part in get_args(kind))


def explain(
    error: ValidationError,
    settings_class: type[BaseModel] | None = None,
    given: Collection[str] = (),
) -> str:
    """Turn pydantic's report into one line per setting: name, value received, what is allowed.

    A default of `settings_class` that is at fault, of a setting not `given`, is told by its line.
    """
    faults: dict[str, tuple[Any, list[str]]] = {}
    for fault in error.errors():
        name = str((fault["loc"] or ("settings",))[0])  # what follows is a union's branch, an index
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing" and isinstance(fault["loc"][-1], int):  # of a tuple
            said = "too few values"
        faults.setdefault(name, (fault["input"], []))[1].append(said)
    return "\n".join(
        f"{'' if name in given else _place(settings_class, name)}"
        f"`{name}`: {'; or: '.join(dict.fromkeys(said))}. Received: {received!r}."
        for name, (received, said) in faults.items()
    )


def _place(settings_class: type[BaseModel] | None, name: str) -> str:
    """`FILE, line N: ` of the default of the setting `name`; nothing where it has none."""
    for kind in settings_class.__mro__ if settings_class else ():
        if name in kind.__dict__.get("__annotations__", {}):
            lines, first = inspect.getsourcelines(kind)
            declared = (i for i, line in enumerate(lines, first) if line.startswith(f"    {name}:"))
            return f"{inspect.getsourcefile(kind)}, line {next(declared, first)}: "
    return ""
