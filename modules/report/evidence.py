"""What a report is about: the real windows of a run beside synthetic ones, in units and scaled."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from modules.errors import DataError
from modules.fidelity.copies import Closeness, closeness
from modules.fidelity.labels import Labels
from modules.fidelity.rows import Columns
from modules.fidelity.scores import LEAST_WINDOWS
from modules.preprocessing import MinMaxScaler, Scaler, encode_angles, feature_names, written
from modules.records.columns import Column
from modules.records.site import SiteData
from modules.report.pictures import power_curve_columns
from modules.windows.cut import cut, owners_and_times, windows_at
from modules.windows.splits import blocked_split, heldout_split, thinned

MOST_WINDOWS = 5000  # per side
SEED = 0  # of what is drawn to judge by
FEWEST_REAL = 200  # beside fewer synthetic windows
MOST_VALUES = 2**25  # of the training windows searched for copies, 268 MB


class Nearness(NamedTuple):
    """How near the synthetic windows, and unseen ones of the records, come to `train`.

    `train`: the training windows searched, float32 (n, T, F), scaled, and `starts`, int (n,), their
    first rows. Where nothing was held out, blocks of time stand in for what is unseen, and the rest
    of the windows for `train`.
    """

    train: np.ndarray
    starts: np.ndarray
    synthetic: Closeness
    unseen: Closeness


@dataclass(frozen=True)
class Evidence:
    """Real windows of a run beside synthetic ones.

    `series`: float64 (n_rows, n_variables), physical units, the rows of all windows; `starts`: int
    (n,), where each training window begins. `synthetic`: float (m, T, n_variables). `unseen`: int
    (k,), where each held-out window begins; none of its rows is one of a training window.
    `joined`: the synthetic windows follow each other in one series. `labels`: whose and when the
    synthetic rows are, and `real_labels`, the rows of `series`; None where none was a condition.
    """

    columns: list[Column]
    series: np.ndarray
    starts: np.ndarray
    synthetic: np.ndarray
    unseen: np.ndarray = field(default_factory=lambda: np.arange(0))
    joined: bool = False
    labels: Labels | None = None
    real_labels: Labels | None = None

    def of(self, kept: Sequence[int]) -> "Evidence":
        """The same of the variables at these positions alone."""
        return replace(
            self,
            columns=[self.columns[i] for i in kept],
            series=self.series[:, kept],
            synthetic=self.synthetic[..., kept],
        )

    @property
    def seq_len(self) -> int:
        return self.synthetic.shape[1]

    @cached_property
    def real_starts(self) -> np.ndarray:
        """First rows of as many real windows as there are synthetic ones, at least 200."""
        return thinned(self.starts, max(len(self.synthetic), FEWEST_REAL))

    @cached_property
    def unseen_starts(self) -> np.ndarray:
        """First rows of as many held-out windows, or as there are; none where they are too few."""
        starts = thinned(self.unseen, max(len(self.synthetic), FEWEST_REAL))
        return starts if len(starts) >= LEAST_WINDOWS else starts[:0]

    @cached_property
    def unseen_windows(self) -> np.ndarray:
        """The held-out windows, float32 (k, T, F), scaled."""
        return self.scaled(windows_at(self.series, self.unseen_starts, self.seq_len))

    @cached_property
    def real(self) -> np.ndarray:
        """float64 (n, T, n_variables), physical units, evenly spaced over all training windows."""
        return windows_at(self.series, self.real_starts, self.seq_len)

    @cached_property
    def fakes(self) -> np.ndarray:
        """The synthetic windows, float32 (m, T, F), scaled."""
        return self.scaled(self.synthetic)

    @property
    def feature_names(self) -> list[str]:
        return feature_names(self.columns)

    @cached_property
    def scaler(self) -> Scaler:
        """0...1 over the training records; an angle counts as its sine and cosine."""
        features = encode_angles(self.series, self.columns)
        return MinMaxScaler().fit(features, self.feature_names)

    def scaled(self, windows: np.ndarray) -> np.ndarray:
        """Physical (..., n_variables) -> float32 (..., n_features), 0...1 where it is real.

        With the decimals that are written: no judge is to tell 4.3000002 from 4.3.
        """
        features = encode_angles(written(np.asarray(windows), self.columns), self.columns)
        return self.scaler.transform(features).astype(np.float32)

    def training_windows(self) -> tuple[np.ndarray, np.ndarray]:
        """All training windows, float32 (n, T, F), scaled, and their starts, int (n,).

        Evenly thinned where they would take more than 2**25 numbers.
        """
        per_window = self.seq_len * len(self.feature_names)
        starts = thinned(self.starts, max(1, MOST_VALUES // per_window))
        return windows_at(self.scaled(self.series), starts, self.seq_len), starts

    @cached_property
    def nearness(self) -> Nearness:
        """Raises DataError where no window fits a block of time."""
        train, starts = self.training_windows()
        rest, unseen = train, self.unseen_windows
        if not len(unseen):
            rest, unseen = (train[part] for part in blocked_split(starts, self.seq_len, SEED))
        unseen = thinned(unseen, len(self.synthetic))
        synthetic = closeness(self.fakes, train)
        return Nearness(train, starts, synthetic, closeness(unseen, rest))

    @property
    def score_columns(self) -> Columns:
        """The features as the physical scores want them named and numbered."""
        names, to_physical = self.feature_names, self.scaler.inverse_transform
        at = power_curve_columns(self.columns)
        if at is None:
            return Columns(names, to_physical=to_physical)
        speed, power = (self.columns[i] for i in at)
        numbers = names.index(speed.name), names.index(power.name)
        return Columns(names, *numbers, speed.unit, power.unit, to_physical)


def gather(
    site_data: SiteData,
    synthetic: np.ndarray,
    *,
    seq_len: int,
    heldout: float,
    seed: int,
    labels: Labels | None = None,
) -> Evidence:
    """Return the `Evidence` for `synthetic` float (m, T, n_variables), at most 5000 windows.

    `seq_len`, `heldout`, `seed`: the training's, for the length of a window and what was held out.
    One long series is cut into windows. `labels`: of the rows of `synthetic`. Raises DataError when
    it is shorter than one, and see `modules.windows.cut`.
    """
    series, starts = cut(site_data.tables, seq_len)
    training, unseen = heldout_split(starts, seq_len, share=heldout, seed=seed)
    joined = synthetic.shape[1] > seq_len
    synthetic = in_windows(synthetic, seq_len)[:MOST_WINDOWS]
    found = Evidence(site_data.columns, series, training, synthetic, unseen, joined)
    if labels is None:
        return found
    owners, times = owners_and_times(site_data.tables, seq_len)
    real_labels = Labels(np.array([*site_data.tables], object)[owners], times)
    labels = labels.of(slice(len(synthetic) * seq_len))
    return replace(found, labels=labels, real_labels=real_labels)


def in_windows(synthetic: np.ndarray, seq_len: int) -> np.ndarray:
    """Cut (m, T, F) into windows side by side of `seq_len` rows; rows left over are dropped."""
    n_windows, n_steps, n_variables = synthetic.shape
    per_series = n_steps // seq_len
    if per_series == 0:
        raise DataError(
            f"A report needs at least one window of {seq_len} rows. Received: a series of "
            f"{n_steps}. Make it longer, or leave the report out."
        )
    return synthetic[:, : per_series * seq_len].reshape(-1, seq_len, n_variables)
