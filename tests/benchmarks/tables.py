"""Markdown tables of scores."""

import statistics

NOTHING = "–"


def cell(values):
    """Mean ± sample standard deviation of `values`; without the latter where there is one only.

    >>> cell([0.1, 0.3])
    '0.200 ± 0.141'
    """
    values = [value for value in values if value is not None]
    if not values:
        return NOTHING
    mean = statistics.fmean(values)
    if len(values) == 1:
        return _number(mean, mean)
    return f"{_number(mean, mean)} ± {_number(statistics.stdev(values), mean)}"


def _number(value, size):
    """Three digits behind the point, fewer for numbers of a size that has digits before it."""
    return f"{value:.{3 if abs(size) < 10 else 1}f}"


def markdown(headings, rows):
    """Lay `rows`, lists of text as long as `headings`, out as a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def score_rows(columns, rows):
    """A list of text per row: its name, then the cell of each of `columns`, blank as a dash.

    `rows`: {row name: {column: text, or a list of numbers}}.
    """
    return [
        [name, *(_text(cells.get(column, NOTHING)) for column in columns)]
        for name, cells in rows.items()
    ]


def _text(content):
    return content if isinstance(content, str) else cell(content)
