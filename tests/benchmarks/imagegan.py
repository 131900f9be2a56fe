"""Train every variant of the image GAN on the made images, and print the table of docs/imagegan.md:

    python -m tests.benchmarks.imagegan

Each is judged on images of conditions drawn anew, by what can be read off made images exactly.
Settings after `--` are for all: `--only vanila-vanila-wgangp -- --epochs 5`.
"""

import argparse
import contextlib
import io
import math
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import gan_train
from modules.imagegan import conditions, drawing, sample
from modules.imagegan.family import read
from modules.imagegan.images import as_bytes
from modules.imagegan.inputs import ImageBatches, latent
from modules.imagegan.steps import ImageGAN
from modules.runs.find import saved_settings
from modules.runs.run import Run
from modules.training.phases import Phase, compiled
from settings import ImageGANSettings
from tests.tiny_images import layout, made

N_JUDGED, N_OF_ONE, N_PACED = 1200, 200, 10
SEED = 1  # of the conditions, images and draws that judge; trainings have 0
ONE = (1.4, 2.18)  # durability and mass of the images that diversity is measured on
LOSSES = ("vanila", "wgan", "wgangp")
MODES = {"vanila": "MLP", "selfattention": "attention"}
VARIANTS = [
    f"{model}-{mode}-{loss}" for model in ("infogan", "vanila") for mode in MODES for loss in LOSSES
] + ["vanila-vanila-r3gan"]
COMMON = "--learning_rate_gen 0.001 --lr_decay 0.5"
CRITIC = "--learning_rate_disc 0.001 --critic_iter 2"
RECIPES = {  # what each loss needs within three minutes of two cores
    "vanila": "--learning_rate_disc 0.0005 --opt_beta1 0.5",
    "wgan": "--learning_rate_disc 0.0005 --critic_iter 2 --optimizer rmsprop --weight_clip 0.05",
    "wgangp": CRITIC,
    "r3gan": "--learning_rate_disc 0.001 --opt_beta1 0.5 --opt_beta2 0.99 --lambda_gp 1",
}
WEIGHTS = {
    "vanila": "--constraint_lambda 50 --condition_lambda 20",
    "infogan": "--constraint_lambda 20 --condition_lambda 5 --info_lambda 2",
}
BATCH_SIZE = 64  # with 32 InfoGAN's Q has not found the styles when the rates begin to fall
EPOCHS = {
    ("vanila", "vanila"): 60, ("vanila", "wgan"): 50, ("vanila", "wgangp"): 40,
    ("vanila", "r3gan"): 50, ("selfattention", "vanila"): 48, ("selfattention", "wgan"): 40,
    ("selfattention", "wgangp"): 24,
}  # fmt: skip
COLUMNS = (
    "variant", "durability r", "mass r", "durability error", "mass error", "fixed-pixel error",
    "novelty", "diversity", "code read", "code as style", "steps", "CPU seconds", "CPU ms/step",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Conditions drawn anew: durability and mass, (n,), and colours, uint8 (n, 2, 3)."""

    durability: np.ndarray
    mass: np.ndarray
    colours: np.ndarray


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=VARIANTS, metavar="VARIANT")
    parser.add_argument("--pace", action="store_true", help="time the tokens of attention instead")
    parser.add_argument("settings", nargs="*", help="after --, for all variants")
    arguments = parser.parse_args()
    if arguments.pace:
        return print_paces()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        training = read(ImageGANSettings())[1].images / 255
        print(line(COLUMNS), line(["---"] * len(COLUMNS)), sep="\n")
        print(line(chance_row(training)), line(real_row(training)), sep="\n", flush=True)
        for variant in arguments.only:
            print(line(row(variant, training, arguments.settings)), flush=True)


def print_paces():
    """CPU milliseconds of a wgangp step, critic_iter 5, for each kind of token."""
    images, durability, mass = made(256)
    prepared = layout().drop(images).astype(np.float32) / 255
    given = conditions.standard(durability, mass)
    colours = layout().colours(images).reshape(-1, 6).astype(np.float32) / 255
    print(line(["tokens", "of an image", "CPU ms/step", "ms/step"]), line(["---"] * 4), sep="\n")
    for tokens, number in (("column", 14), ("pixel", 140)):
        args = ImageGANSettings(
            gen_mode="selfattention", disc_mode="selfattention", tokens=tokens, batch_size=32
        )
        gan = ImageGAN(args, layout().shape, layout().places, "generator")
        batches = ImageBatches(prepared, given, colours, args)
        phase = Phase("images", N_PACED, partial(gan.step, batches), gan.losses)
        step = compiled(phase)
        step(1)  # compiles
        before = cpu_seconds(), time.perf_counter()
        step(N_PACED)
        cpu, wall = cpu_seconds() - before[0], time.perf_counter() - before[1]
        paces = [f"{1000 * seconds / N_PACED:.0f}" for seconds in (cpu, wall)]
        print(line([tokens, number, *paces]), flush=True)


def line(cells):
    return f"| {' | '.join(map(str, cells))} |"


def row(variant, training, settings):
    """Train `variant` and judge it; the cells of its row."""
    model, mode, loss = variant.split("-")
    words = ["--gan_model", model, "--gen_mode", mode, "--disc_mode", mode, "--loss_mode", loss]
    words += ["--batch_size", str(BATCH_SIZE), "--epochs", str(EPOCHS[mode, loss])]
    words += f"{COMMON} {RECIPES[loss]} {WEIGHTS[model]}".split()
    words += list(settings)
    with tempfile.TemporaryDirectory() as folder:
        before = cpu_seconds()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = gan_train.main(["imagegan", *words, "--result_dir", folder])
        cpu = cpu_seconds() - before
        if code:
            sys.exit(f"{variant}: {said.getvalue()}")
        run = Run(Path(folder) / "experiment_01")
        last = pd.read_csv(run.folder / "losses.csv").iloc[-1]
        *scores, style = judge(run, training)
    read = f"{last['information']:.2f}" if "information" in last else "-"
    paces = [last["step"], f"{cpu:.0f}", f"{1000 * cpu / last['step']:.0f}"]
    return [variant, *scores, read, style, *paces]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ask(seed=SEED, n=N_JUDGED):
    random = np.random.default_rng(seed)
    levels = (random.choice(conditions.KNOWN[name], n) for name in ("durability", "mass"))
    return Asked(*levels, random.choice(sample.COLOURS, (n, 2, 3)).astype(np.uint8))


def judge(run, training):
    """The scores of a finished run, as in COLUMNS."""
    import tensorflow as tf

    trained = saved_settings(run, ImageGANSettings)
    layout, model = drawing.load(run, trained)
    random = tf.random.Generator.from_seed(SEED)

    def draw(asked):
        drawn = latent(random, len(asked.mass), trained)
        pair = (asked.durability, asked.mass)
        soft = drawing.generate(layout, model, drawn, pair, asked.colours, trained)
        return drawn.numpy(), as_bytes(soft) / 255

    asked = ask()
    drawn, images = draw(asked)
    off = np.abs(layout.colours(images) - asked.colours / 255).mean()
    one = Asked(*(np.full(N_OF_ONE, value) for value in ONE), np.zeros((N_OF_ONE, 2, 3), np.uint8))
    code = "-"
    if trained.gan_model == "infogan":
        categories = drawn[:, trained.zdim :][:, : trained.info_categories].argmax(1)
        code = f"{explained(categories, sample.read_style(images)[0]):.2f}"
    return [
        *fidelity(asked, images),
        f"{off:.3f}",
        f"{novelty(images, training):.2f}",
        f"{images_apart(draw(one)[1]) / images_apart(real_ones()):.2f}",
        code,
    ]


def fidelity(asked, images):
    """Correlations, then mean absolute errors, of what was asked for and what images show."""
    shown = sample.read_conditions(images)
    pairs = list(zip((asked.durability, asked.mass), shown, strict=True))
    with np.errstate(invalid="ignore"):
        correlations = [np.corrcoef(wanted, got)[0, 1] for wanted, got in pairs]
    errors = [np.abs(wanted - got).mean() for wanted, got in pairs]
    return [f"{r:.3f}" for r in correlations] + [f"{errors[0]:.3f}", f"{errors[1]:.4f}"]


def explained(codes, styles):
    """Mutual information of two labels, as a share of the entropy of the first."""
    joint = np.zeros((codes.max() + 1, styles.max() + 1))
    np.add.at(joint, (codes, styles), 1 / len(codes))
    of_code, of_style = joint.sum(1), joint.sum(0)
    seen = joint > 0
    information = (joint[seen] * np.log(joint[seen] / np.outer(of_code, of_style)[seen])).sum()
    return information / -(of_code[of_code > 0] * np.log(of_code[of_code > 0])).sum()


def novelty(images, training):
    """Distance to the nearest training image, over that of real images that were not trained on."""
    asked = ask(seed=SEED + 1, n=N_OF_ONE)
    fresh = sample.simulate(asked.durability, asked.mass, seed=SEED + 1)
    return nearest(images[:N_OF_ONE], training) / nearest(fresh, training)


def nearest(images, training):
    flat, known = (part.reshape(len(part), -1) for part in (images, training))
    squares = (flat**2).sum(1)[:, None] + (known**2).sum(1) - 2 * flat @ known.T
    return np.sqrt(squares.min(1).clip(0)).mean()


def images_apart(images):
    """How much images of one pair of conditions differ: root mean variance over pixels."""
    return math.sqrt(images.var(0).mean())


def real_ones():
    images = sample.simulate(*(np.full(N_OF_ONE, value) for value in ONE), seed=SEED)
    for row, column in (sample.FIXED_PIXELS[:2], sample.FIXED_PIXELS[2:]):
        images[:, row, column] = 0
    return images


def chance_row(training):
    """Real images of other conditions than those asked for."""
    asked = ask()
    rows = np.random.default_rng(SEED + 2).integers(len(training), size=N_JUDGED)
    images = training[rows]
    fixed = np.stack([images[:, 2, 5], images[:, 7, 22]], 1)
    off = np.abs(fixed - asked.colours / 255).mean()
    return ["chance", *fidelity(asked, images), f"{off:.3f}", "0.00", "-", "-", "0.00", *["-"] * 3]


def real_row(_training):
    """Made images of the very conditions asked for."""
    asked = ask()
    images = as_bytes(sample.simulate(asked.durability, asked.mass, seed=SEED)) / 255
    return ["real", *fidelity(asked, images), "0.000", "1.00", "1.00", "-", "1.00", *["-"] * 3]


if __name__ == "__main__":
    sys.exit(main())
