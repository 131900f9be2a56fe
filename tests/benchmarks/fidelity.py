"""Scores of our TimeGAN beside published ones, a Markdown table per dataset:

    python -m tests.benchmarks.fidelity --jobs 3

Each seed trains a generator that writes as many windows as there are real ones, at most 10000. What
is made is kept in `--results`: an interrupted benchmark goes on where it stopped, and `--table`
prints what is there.
"""

import sys

from tests.benchmarks import command, jobs, published
from tests.benchmarks.datasets import load
from tests.benchmarks.pace import PRETRAINING

JUDGED = ("discriminative", "discriminative 4x", "predictive", "context-fid", "correlational")
PLAIN = ("correlational of all", "marginal", "autocorrelation", "copy rate", "neighbour ratio")
WIND = ("power-curve residual", "ramps of speed", "ramps of power")
# The `best` preset's own, but for 28 columns, of which a step takes a second.
JOINT_STEPS = {"stocks": 3000, "sines": 3000, "la_haute_borne_farm": 300, "la_haute_borne": 3000}
POST_PROCESSING = {jobs.RAW: "ours", jobs.MAPPED: "ours, quantile-mapped"}
CAPTION = (
    "Ours: mean ± standard deviation over generators, each scored by the mean over its judges "
    "(seeds {judges}); copula, Gaussian and floor: over judges. Lower is better; the neighbour "
    "ratio is right at 1, the power-curve residual at the floor."
)


def main(argv=None):
    parser = command.parser(
        __doc__,
        minutes=None,
        datasets=list(JOINT_STEPS),
        judge_seeds=list(command.FINAL),
    )
    parser.add_argument(
        "--joint_steps", type=int,
        help="joint steps of each training, behind 1500 and 1000 of the other phases; without it "
        "those of JOINT_STEPS, or as many as fit into --minutes",
    )  # fmt: skip
    parser.add_argument("--preset", default="best", help="preset of the settings to train with")
    arguments = parser.parse_args(argv)
    plans = [_Plan(name, arguments) for name in command.present(arguments.datasets)]
    return command.carry_out(plans, arguments)


class _Plan:
    """The trainings and scorings behind the table of one dataset."""

    def __init__(self, dataset, arguments):
        self.dataset = dataset
        self.arguments = arguments
        self.wanted = ((len(arguments.judge_seeds), JUDGED + PLAIN + WIND),)
        # The published generators saw every window, and so does the one held against them.
        overrides = {"preset": arguments.preset, "heldout": 0.0}
        if arguments.minutes is None:
            overrides |= {f"{phase}_steps": n for phase, n in PRETRAINING.items()}
            overrides["joint_steps"] = arguments.joint_steps or JOINT_STEPS[dataset]
        self.trainings = [
            jobs.Training(
                dataset, arguments.preset, overrides, seed, arguments.minutes, arguments.results
            )
            for seed in arguments.seeds
        ]
        self.references = command.references(dataset, self.wanted, arguments)

    def work(self):
        """Lists of tasks, each in its order."""
        each = [
            [t, *self._scored(t, jobs.RAW), *self._scored(t, jobs.MAPPED)] for t in self.trainings
        ]
        return [*each, *self.references.values()]

    def _scored(self, training, windows):
        return command.scorings(self.dataset, training.folder, windows, self.wanted, self.arguments)

    def print(self):
        """Print heading, table and what it is over."""
        rows = {
            f"{row} ({self.arguments.preset})": command.over_generators(
                self.trainings, [self._scored(t, windows) for t in self.trainings]
            )
            for windows, row in POST_PROCESSING.items()
        }
        rows |= {row: command.made(tasks) for row, tasks in self.references.items()}
        rows |= published.rows(self.dataset)
        scores = [name for name in JUDGED + PLAIN + WIND if any(r.get(name) for r in rows.values())]
        columns = [*scores, "minutes", "joint steps", "generators"]
        dataset = load(self.dataset)
        n, length, width = dataset.windows().shape
        heading = f"{self.dataset}: {n} windows x {length} x {width}\n\n{dataset.about}."
        command.show(heading, "", columns, rows, CAPTION, self.arguments)


if __name__ == "__main__":
    sys.exit(main())
