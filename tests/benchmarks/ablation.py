r"""What each setting is worth for equal CPU time, a Markdown table per dataset:

    python -m tests.benchmarks.ablation --jobs 2

A variant differs from `PLAIN` in one setting. Each trains for `--minutes`, however many joint steps
that gives it: its first seed's pace is timed beforehand. Quantile mapping costs no training, so
that it maps the windows of the variant that differs in nothing else. What is made is kept in
`--results`. The presets are asked for by name, and train 1500 and 1000 steps of the first two
phases, as every variant does.

    python -m tests.benchmarks.ablation --minutes 6 \
        --variants "preset document" "preset paper" "preset best"

What `--preset best` has beyond the paper is asked for as `"copula alone"`, `"without copula"` and
so on, see `MENDS`; `"without any"` has none of it.
"""

import sys

import settings
from settings import TimeGANSettings
from tests.benchmarks import command, jobs

# The width of the TimeGAN paper's Stocks and every improvement off. One layer of the paper's three:
# short trainings then take well over a thousand joint steps in place of some hundred.
PLAIN = {
    "preset": "document",
    "sel_rnn": "GRU",
    "hidden_dim": 24,
    "num_layers": 1,
    "batch_size": 128,
    "lr": 0.001,
    "beta": 0.9,
    "gamma": 0.15,
    "batchnorm": False,
    "noise": "uniform",
    "plateau": 0,
    "ema": 0.0,
    "correlation_weight": 0.0,
    "lr_decay": 0.0,
    "clip_norm": None,
    "keep_best": False,
    "heldout": 0.0,
    "quantile_mapping": False,
    "atoms": False,
}
VARIANTS = {
    "plain": {},
    "num_layers 3": {"num_layers": 3},
    "batchnorm": {"batchnorm": True},
    "noise normal": {"noise": "normal"},
    "noise coloured": {"noise": "coloured"},
    "noise copula": {"noise": "copula"},
    "plateau": {"plateau": 3},
    "ema 0.995": {"ema": 0.995},
    "correlation_weight 5": {"correlation_weight": 5.0},
    "beta 0.5": {"beta": 0.5},
    "lr_decay 0.5": {"lr_decay": 0.5},
    "clip_norm 1": {"clip_norm": 1.0},
    "keep_best": {"keep_best": True},
    "quantile_mapping": {"quantile_mapping": True},
}
# As users meet them: every setting their own, none of `PLAIN`.
PRESETS = {f"preset {name}": {"preset": name} for name in settings.PRESETS}
# What `best` adds to the paper's method, each with what switches it off.
MENDS = {
    "copula": {"noise": "uniform"},
    "followers": {"scaler": "minmax"},
    "warm-up": {"warm_up": 0},
    "equal updates": {"generator_updates": 2},
    "critic": {"critic_weight": 0.0},
    "correlation": {"correlation_weight": 0.0},
    "keep_best": {"keep_best": False},
    "standstill": {"standstill": False},
    "mapping": {"quantile_mapping": False},
}


def _mended(*names):
    """`best` with these of its `MENDS` alone."""
    off = [changes for name, changes in MENDS.items() if name not in names]
    return {"preset": "best"} | {key: value for changes in off for key, value in changes.items()}


GIVEN = PRESETS | {
    "without any": _mended(),
    **{f"{name} alone": _mended(name) for name in MENDS},
    **{f"without {name}": _mended(*(MENDS.keys() - {name})) for name in MENDS},
}

JUDGED = ("discriminative", "discriminative 4x")
ONCE = ("context-fid", "correlational of all", "marginal")
CAPTION = (
    "Mean ± standard deviation over generators, each scored by the mean over its judges (seeds "
    "{judges}); copula, Gaussian and floor: over judges. One encoder. Lower is better."
)


def overrides(variant):
    """Return the settings that `variant` is trained with."""
    return GIVEN[variant] if variant in GIVEN else PLAIN | VARIANTS[variant]


def trained_as(variant):
    """Return the first variant that trains alike: quantile mapping comes after the training."""
    names = [*VARIANTS, *GIVEN]
    return next(name for name in names if _training(name) == _training(variant))


def _training(variant):
    return overrides(variant) | {"quantile_mapping": None}


def windows_of(variant):
    """Which of a training's windows `variant` is scored on: those that a user would get."""
    is_mapped = TimeGANSettings(**overrides(variant)).quantile_mapping
    return jobs.MAPPED if is_mapped else jobs.RAW


def main(argv=None):
    parser = command.parser(
        __doc__,
        minutes=2.0,
        datasets=["stocks"],
        judge_seeds=list(command.CHOOSING),
    )
    parser.add_argument(
        "--variants", nargs="+", choices=[*VARIANTS, *GIVEN], default=list(VARIANTS)
    )
    arguments = parser.parse_args(argv)
    plans = [_Plan(name, arguments) for name in command.present(arguments.datasets)]
    return command.carry_out(plans, arguments)


class _Plan:
    """The trainings and scorings behind the table of one dataset."""

    def __init__(self, dataset, arguments):
        self.dataset = dataset
        self.arguments = arguments
        self.wanted = ((len(arguments.judge_seeds), JUDGED), (1, ONCE))
        self.references = command.references(dataset, self.wanted, arguments)

    def work(self):
        """Lists of tasks, each in its order; every variant's first seed before any second one.

        All trainings come first: a judge beside one would slow it down, and give it fewer steps.
        """
        trainings, scorings = {}, {}
        for seed in self.arguments.seeds:
            for variant in self.arguments.variants:
                training = self._training(variant, seed)
                trainings[training.folder] = [training]
                scorings.setdefault(training.folder, []).extend(self._scored(training, variant))
        return [*trainings.values(), *scorings.values(), *self.references.values()]

    def _training(self, variant, seed):
        name = trained_as(variant)
        return jobs.Training(
            self.dataset,
            name.replace(" ", "_"),
            overrides(name),
            seed,
            self.arguments.minutes,
            self.arguments.results,
        )

    def _scored(self, training, variant):
        return command.scorings(
            self.dataset, training.folder, windows_of(variant), self.wanted, self.arguments
        )

    def print(self):
        """Print heading, table and what it is over."""
        rows = {}
        for variant in self.arguments.variants:
            trainings = [self._training(variant, seed) for seed in self.arguments.seeds]
            scored = [self._scored(training, variant) for training in trainings]
            rows[variant] = command.over_generators(trainings, scored)
        rows |= {row: command.made(tasks) for row, tasks in self.references.items()}
        columns = [*JUDGED, *ONCE, "minutes", "joint steps", "generators"]
        heading = f"{self.dataset}, {self.arguments.minutes:g} CPU minutes each"
        command.show(heading, "variant", columns, rows, CAPTION, self.arguments)


if __name__ == "__main__":
    sys.exit(main())
