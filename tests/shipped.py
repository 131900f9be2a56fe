"""settings.py as it ships: whoever edits a default in it must not fail the tests.

The shipped defaults are kept in docs/settings.md. Where the file has others, the tests see it with
those of the page.
"""

import ast
import re
import sys
import types

from modules.files import ROOT

FILE, PAGE = ROOT / "settings.py", ROOT / "docs" / "settings.md"
SHARED = ("ProgramSettings", "TrainingSettings", "DataSettings")


def shipped_text() -> str:
    """The text of settings.py with every default as the page has it."""
    text = FILE.read_text(encoding="utf-8")
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for node, default in reversed(list(_edited(ast.parse(text)))):
        first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
        value = f'"{default}"' if isinstance(default, str) else repr(default)
        written = first[: node.col_offset] + value.encode() + last[node.end_col_offset :]
        # As many lines as before: messages tell them.
        left_over = [b"\n"] * (node.end_lineno - node.lineno)
        lines[node.lineno - 1 : node.end_lineno] = [written, *left_over]
    return b"".join(lines).decode()


def _edited(tree):
    """(place of a default in the file, the page's default) where they differ, from the top."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    tables = PAGE.read_text(encoding="utf-8").split("| name | default | meaning |")
    for kind, table in zip(_in_tables(tree, classes), tables[1:], strict=True):
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
        for field in classes[kind].body:
            if isinstance(field, ast.AnnAssign) and field.target.id in rows:
                (call,) = [n for n in ast.walk(field.value) if getattr(n, "func", None)][:1]
                current = ast.literal_eval(call.args[0])
                shown = ", ".join(map(str, current)) if isinstance(current, tuple) else str(current)
                if shown != rows[field.target.id]:
                    yield call.args[0], _parsed(rows[field.target.id])


def _in_tables(tree, classes):
    """The classes in the order of the page's tables."""
    families = next(
        node.value.values
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and node.target.id == "FAMILIES"
    )
    return [*SHARED, *(family.id for family in families), "GeneratorSettings"]


def _parsed(shown):
    """A default of the page: a tuple, a number, None, a truth, or else text."""
    if ", " in shown:
        return tuple(_parsed(part) for part in shown.split(", "))
    try:
        return ast.literal_eval(shown)
    except (SyntaxError, ValueError):
        return shown


def install() -> None:
    """Let `import settings` find the shipped ones."""
    text = shipped_text()
    if text == FILE.read_text(encoding="utf-8"):
        return
    module = types.ModuleType("settings")
    module.__file__ = str(FILE)
    sys.modules["settings"] = module
    exec(compile(text, str(FILE), "exec"), vars(module))
