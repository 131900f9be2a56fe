"""The tables that a search writes: findings, and scores beside reconstructions."""

from collections.abc import Sequence

import pandas as pd

from modules.records.columns import Column
from modules.records.digits import decimals
from modules.tadgan.detection import Scored


def findings_of(scored: list[Scored]) -> pd.DataFrame:
    """The findings of all turbines, as the CSV has them, the most severe first."""
    found = [one.findings for one in scored if len(one.findings)]
    if not found:
        return scored[0].findings
    return pd.concat(found).sort_values("severity", ascending=False, ignore_index=True)


def to_table(scored: list[Scored], columns: Sequence[Column], freq: str | None) -> pd.DataFrame:
    """Scores and reconstructions of all turbines under each other, rows without a score left out.

    `turbine`, `DateTime` (`step` without times), `score`, `critic`, `reconstruction`; then the
    `_score` and the `_reconstructed` of each variable, the latter in its unit.
    """
    parts = []
    for one in scored:
        names = [column.name for column in columns]
        scores = one.scores.rename(columns={name: f"{name}_score" for name in names}).round(4)
        made = one.recovered.add_suffix("_reconstructed")
        for column in columns:
            name = f"{column.name}_reconstructed"
            made[name] = made[name].round(decimals(column.spread))
        part = pd.concat([scores, made], axis=1)[one.scores["score"].notna()]
        part.insert(0, "DateTime" if freq else "step", part.index)
        part.insert(0, "turbine", one.turbine)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
