"""From the words of a command line to settings, or to a message about those that are wrong."""

import importlib
from typing import get_args, get_origin

from pydantic import ValidationError
from pydantic_settings import CliApp
from pydantic_settings import SettingsError as CommandLineError

from modules.errors import SettingsError

STANDING_ALONE = {"--resume": "latest", "--report": "quick"}


def named_family(arguments, families):
    """Split off the family that the first of `arguments` names: (family, the rest).

    `timegan` where it names none of `families`.
    """
    if arguments and arguments[0] in families:
        return arguments[0], arguments[1:]
    return "timegan", arguments


def plug(family):
    """The module of a family with its `read`, `prepare`, `learn` and `write`.

    The family's name is its folder's, imported only here, once it is chosen.
    """
    return importlib.import_module(f"modules.{family}.family")


def read_settings(settings_class, arguments):
    """Return `settings_class` from command-line `arguments`, defaults standing for the rest.

    Raises SettingsError naming every setting at fault, and SystemExit after `--help`.
    """
    try:
        return CliApp.run(
            settings_class, cli_args=_with_meant_words(arguments, _lists(settings_class))
        )
    except ValidationError as error:
        raise SettingsError(explain(error)) from None
    except CommandLineError as error:
        program = settings_class.model_config["cli_prog_name"]
        raise SettingsError(f"{error}. See python {program} --help") from None


def _with_meant_words(arguments, lists):
    """Let `--resume` and `--report` stand alone, and join the words after an option of `lists`.

    Alone they are the newest unfinished run and the quick report. `--strut1 0 0 0` is
    `--strut1=0,0,0`, which pydantic-settings takes for three.
    """
    meant, words = [], list(arguments)
    while words:
        word = words.pop(0)
        n_values = next((i for i, value in enumerate(words) if value.startswith("--")), len(words))
        if word in STANDING_ALONE and not n_values:
            word = f"{word}={STANDING_ALONE[word]}"
        elif word in lists and n_values > 1:
            word = f"{word}={','.join(words[:n_values])}"
            del words[:n_values]
        meant.append(word)
    return meant


def _lists(settings_class):
    """The options of `settings_class` that take several values."""
    fields = settings_class.model_fields.items()
    return {f"--{name}" for name, field in fields if _is_list(field.annotation)}


def _is_list(kind):
    return get_origin(kind) is tuple or any(get_origin(part) is tuple for part in get_args(kind))


def explain(error):
    """Turn pydantic's report into one line per setting: name, value received, what is allowed."""
    faults = {}
    for fault in error.errors():
        name = str((fault["loc"] or ("settings",))[0])  # what follows is a union's branch, an index
        faults.setdefault(name, (fault["input"], []))[1].append(fault["msg"])
    return "\n".join(
        f"`{name}`: {'; or: '.join(dict.fromkeys(said))}. Received: {received!r}."
        for name, (received, said) in faults.items()
    )
