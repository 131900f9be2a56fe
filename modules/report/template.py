"""The pages' templates, with what they need to show numbers and pictures in one file."""

import base64
import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from modules import files
from modules.language import Told

TEMPLATES = Path(__file__).parent / "templates"


def template(path: Path, told: Told = str) -> jinja2.Template:
    """The Jinja template at `path`, whose texts `told` turns into the page's language.

    Filters: `number`, `embedded` (a PNG's path), `told` for texts that come from elsewhere, `code`
    for what stands in backticks. Its own texts, which may hold HTML and `{places}`, are said by
    `say("text", places=...)`.
    """

    def say(text: str, **places: object) -> Markup:
        return Markup(told(text)).format(**places)

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([path.parent, TEMPLATES], encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "embedded": _embedded, "told": told, "code": _code}
    environment.globals["say"] = say
    return environment.get_template(path.name)


def _number(value: float | None) -> str:
    """Three significant digits, a dash for None."""
    return "–" if value is None else f"{value:.3g}"


def _code(text: str) -> Markup:
    """`text` with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _embedded(path: Path) -> str:
    """The PNG at `path` as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(files.read_bytes(path)).decode()}"
