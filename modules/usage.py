"""What `--help` prints: settings in groups, each with a value it may take."""

import textwrap
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

WIDTH = 100


def usage(settings_class: type[BaseModel], families: Mapping[str, type[BaseModel]]) -> str:
    """The help of a program whose settings are of `settings_class`.

    `families`: name -> settings of all the families that may be named first; none for a program
    that knows the family by itself.
    """
    program = f"python {settings_class.model_config['cli_prog_name']}"  # type: ignore[typeddict-item]
    parts = [f"usage: {program} [--setting value ...]"]
    if families:
        named = "\n".join(f"  {name:<12}{_first_line(kind)}" for name, kind in families.items())
        parts.append(f"families, named by the first word:\n{named}")
    parts += [_group(title, fields) for title, fields in _groups(settings_class).items() if fields]
    parts.append(
        "Each setting is shown with its default, or with an example where that is None. What is "
        "said of one\nholds for this run; settings.py holds for all. docs/settings.md has them in "
        "tables."
    )
    return "\n\n".join(parts)


def _groups(settings_class: type[BaseModel]) -> dict[str, dict[str, FieldInfo]]:
    """Title -> fields by name, the class' own first; each setting where it is first declared."""
    module = settings_class.__module__
    classes: list[Any] = [kind for kind in settings_class.__mro__ if kind.__module__ == module]
    left = dict(settings_class.model_fields)
    groups: dict[str, dict[str, FieldInfo]] = {}
    for kind in reversed(classes):
        names = [name for name in kind.model_fields if name in left]
        groups[_first_line(kind)] = {name: left.pop(name) for name in names}
    return dict(reversed(groups.items()))


def _first_line(kind: type[BaseModel]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def _group(title: str, fields: Mapping[str, FieldInfo]) -> str:
    return "\n".join([title, *(_setting(name, field) for name, field in fields.items())])


def _setting(name: str, field: FieldInfo) -> str:
    shown = field.default
    if shown is None:
        shown = (field.examples or ["VALUE"])[0]
    choices = _choices(field.annotation)
    if isinstance(field.default, bool):
        words = f"--{name}, --no-{name}"
    elif choices and get_origin(field.annotation) is not tuple:
        words = f"--{name} {{{','.join(choices)}}}"
    else:
        words = f"--{name} {' '.join(map(str, shown)) if isinstance(shown, tuple) else shown}"
    default = field.default
    told = " ".join(map(str, default)) if isinstance(default, tuple) else default
    indent = {"initial_indent": " " * 6, "subsequent_indent": " " * 6}
    text = textwrap.fill(f"{field.description} Default: {told}", WIDTH, **indent)  # type: ignore[arg-type]
    return f"  {words}\n{text}"


def _choices(annotation: Any) -> list[str]:
    """The words that a setting may be, where it takes nothing else."""
    kinds = [annotation] if get_origin(annotation) is Literal else list(get_args(annotation))
    if not all(kind is type(None) or get_origin(kind) is Literal for kind in kinds):
        return []
    return [word for kind in kinds if kind is not type(None) for word in get_args(kind)]
