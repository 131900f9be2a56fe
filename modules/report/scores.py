"""The score table of a report: quick scores always, trained judges where time is given to them."""

import numpy as np

from modules.errors import DataError
from modules.fidelity import copies, evaluation, floors, grades, membership, usefulness
from modules.fidelity.adherence import adherence_rows
from modules.fidelity.rows import ScoreRow, closeness_rows
from modules.preprocessing import feature_names
from modules.report.evidence import SEED, Evidence
from modules.windows.splits import blocked_split, thinned

QUICK = ("correlational", "marginal", "autocorrelation", "grades", "wind", "directions")
FULL = ("discriminative", "predictive", "context-fid", *QUICK)


def table(evidence: Evidence, *, full: bool, seed: int = SEED) -> list[ScoreRow]:
    """Return the `ScoreRow`s of `evidence`.

    `full` adds the scores that train networks, minutes of them; without it they take seconds.
    Raises DataError where no score has a meaning: fewer than 20 windows, or one block of time.
    """
    real, synthetic = evidence.scaled(evidence.real), evidence.fakes
    unseen = evidence.unseen_windows
    rows = evaluation.evaluate(
        np.concatenate([real, unseen]),
        synthetic,
        starts=np.concatenate([evidence.real_starts, evidence.unseen_starts]),
        heldout=len(real) + np.arange(len(unseen)) if len(unseen) else None,
        columns=evidence.score_columns,
        scores=FULL if full else QUICK,
    )
    if full:
        rows.append(_forecast_row(evidence, real, synthetic, seed))
        rows += power_model_rows(evidence, seed=seed)
    return rows + condition_rows(evidence) + copy_rows(evidence, seed=seed)


def condition_rows(evidence: Evidence) -> list[ScoreRow]:
    """Whether windows keep to what they were made for; none without conditions.

    Of columns that are made, not of those given. Against all rows, those held out as well.
    """
    if evidence.labels is None or evidence.real_labels is None:
        return []
    given = feature_names(c for c in evidence.columns if c.name in evidence.labels.by)
    names = [name for name in evidence.feature_names if name not in given]
    at = [evidence.feature_names.index(name) for name in names]
    return adherence_rows(
        evidence.scaled(evidence.series)[:, at], evidence.real_labels,
        grades.rows_of(evidence.fakes)[:, at], evidence.labels, names,
    )  # fmt: skip


def copy_rows(evidence: Evidence, *, seed: int = SEED) -> list[ScoreRow]:
    """Whether the synthetic windows hold training windows again, and whether they betray them.

    They are searched for among all training windows. How near held-out windows are is the floor;
    where none are, blocks of time stand in for them, and how near they are to the rest.
    """
    near = evidence.nearness
    gaussian = floors.gaussian_windows(
        evidence.scaled(evidence.real), len(evidence.synthetic), seed=seed
    )
    of_gaussian = copies.closeness(gaussian, near.train)
    rows = closeness_rows(near.synthetic, near.unseen, of_gaussian, n_searched=len(near.train))
    return [*rows, _membership_row(evidence, gaussian, seed)]


def power_model_rows(evidence: Evidence, *, seed: int = SEED) -> list[ScoreRow]:
    """What a model of normal power is worth by what it learns from; none without wind and power.

    It learns from the training rows alone, from as many synthetic ones alone, and from both.
    """
    columns = evidence.score_columns
    if columns.power is None:
        return []
    try:
        made = columns.to_physical(grades.rows_of(evidence.fakes))
        records, tried = _rows_apart(evidence, len(made), seed)
        sources = {"records alone": records, "synthetic alone": made}
        sources["both"] = np.concatenate([records, made])
        worth = {
            name: usefulness.power_model_worth(rows, tried, power=columns.power, seed=seed)
            for name, rows in sources.items()
        }
    except DataError as error:
        return [ScoreRow("power model error", "", None, note=str(error))]
    unit = f", {columns.power_unit}" if columns.power_unit else ""
    share = f"{1 - usefulness.BAND / 100:.0%}"
    notes = {
        "error": f"mean absolute error on held-out records{unit}; model: boosted tree of the other "
        "columns",
        "false_alarms": "share of held-out records beyond the model's own band, which "
        f"{share} of what it learnt from leave",
    }
    floor = worth["records alone"]._asdict()
    return [
        ScoreRow(
            f"power model {measure.replace('_', ' ')}", name, found._asdict()[measure],
            floor=floor[measure], note=note,
        )
        for measure, note in notes.items()
        for name, found in worth.items()
    ]  # fmt: skip


def _rows_apart(evidence: Evidence, n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the records to learn from, at most `n_rows`, and others to try on: each once."""
    length, starts, unseen = evidence.seq_len, evidence.starts, evidence.unseen
    if not len(evidence.unseen_starts):
        starts, unseen = (starts[part] for part in blocked_split(starts, length, seed))
    to_physical = evidence.score_columns.to_physical
    sides = (
        thinned(np.unique(begins[:, None] + np.arange(length)), n_rows)
        for begins in (starts, unseen)
    )
    learnt, tried = (to_physical(evidence.scaled(evidence.series[rows])) for rows in sides)
    return learnt, tried


def _apart(evidence: Evidence, real: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows of the records to learn from and others to try on: held out, or of other blocks."""
    if len(evidence.unseen_windows):
        return real, evidence.unseen_windows
    parts = blocked_split(evidence.real_starts, evidence.seq_len, seed)
    return real[parts[0]], real[parts[1]]


def _membership_row(evidence: Evidence, gaussian: np.ndarray, seed: int) -> ScoreRow:
    name, judge = "membership inference", "nearest synthetic"
    unseen, starts = evidence.unseen_windows, evidence.unseen_starts
    if not len(unseen):
        return ScoreRow(name, judge, None, note="needs held-out records: train with `--heldout`")
    near = evidence.nearness
    chosen = thinned(np.arange(len(near.train)), len(unseen))
    members, starts = near.train[chosen], np.concatenate([near.starts[chosen], starts])
    is_member = np.arange(len(starts)) < len(members)
    blocks = membership.blocks_of(starts, evidence.seq_len)
    value, of_gaussian = (
        membership.attack(members, unseen, windows) for windows in (evidence.fakes, gaussian)
    )
    low, high = membership.interval(value, is_member, blocks, seed=seed)
    note = (
        f"area under the curve of an attack by distance, 0.5 is a guess; 95 % interval {low:.3f} "
        f"to {high:.3f} over blocks of time; no guarantee of privacy"
    )
    areas = (membership.auc(scores, is_member) for scores in (value, of_gaussian))
    found, reference = areas
    return ScoreRow(name, judge, found, None, None, reference, 0.5, note)


def _forecast_row(
    evidence: Evidence, real: np.ndarray, synthetic: np.ndarray, seed: int
) -> ScoreRow:
    from modules.fidelity import forecast_judge

    columns = evidence.score_columns
    target = len(columns.names) - 1 if columns.power is None else columns.power
    name = columns.names[target]
    try:
        rest, unseen = _apart(evidence, real, seed)
        found = forecast_judge.judge(rest, unseen, synthetic, target=target, seed=seed)
    except (DataError, ValueError) as error:
        return ScoreRow("forecaster", name, None, note=str(error))
    unit = next((column.unit for column in evidence.columns if column.name == name), "")
    size = evidence.scaler.scale_[target]
    note = (
        f"mean absolute error one step ahead{f', {unit}' if unit else ''}: trained on synthetic, "
        f"tested on real; floor: trained on real; chance: no change; ratio {found['ratio']:.2f}"
    )
    if found["mae_trtr"] >= found["mae_persistence"]:
        note += "; says nothing here: training on real does not beat no change"
    tstr, sd, trtr, persistence = (
        size * found[key] for key in ("mae_tstr", "sd", "mae_trtr", "mae_persistence")
    )
    return ScoreRow("forecaster", name, tstr, sd, trtr, None, persistence, note)
