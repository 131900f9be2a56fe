"""One training of the image GAN, from images to a model, and what document 003 has it leave."""

import logging
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from modules import files
from modules.imagegan import conditions
from modules.imagegan.family import Prepared
from modules.imagegan.images import as_bytes, made_folder, to_png
from modules.imagegan.inputs import ImageBatches, conditions_of, latent
from modules.imagegan.layout import Layout
from modules.imagegan.steps import ImageGAN
from modules.runs.run import LOSSES, Run
from modules.trainer import Trainer
from modules.training.phases import Phase
from settings import ImageGANSettings

N_SHOWN = 8  # images in TensorBoard, the same at every log line
KINDS = ("real", "fake")

log = logging.getLogger(__name__)


def train(prepared: Prepared, settings: ImageGANSettings, run: Run) -> None:
    """Train in the folder of `run`, and leave there all that document 003 asks for."""
    log_path = Path(settings.log_path or run.folder)
    output_path = Path(settings.output_path or run.folder / "output")
    made_folder(log_path, "log_path")
    for kind in KINDS:
        made_folder(output_path / kind, "output_path")
    write_summary(log_path, settings)
    keras.utils.set_random_seed(settings.seed)
    layout = prepared.layout
    gan = ImageGAN(settings, layout.shape, layout.places, run.model_name)
    batches = ImageBatches(prepared.images, prepared.given, prepared.colours, settings)
    n_steps = max(1, round(settings.epochs * len(prepared.images) / settings.batch_size))
    log.info("%d images of %d x %d x %d -> %s", len(prepared.images), *layout.shape, run.folder)
    show = Records(log_path, prepared, gan, settings)
    phase = Phase(
        "images",
        n_steps,
        lambda: gan.step(batches),
        gan.losses,
        validate=show,
        decay=settings.lr_decay,
    )
    intervals = {name: getattr(settings, name) for name in ("log_interval", "checkpoint_interval")}
    state = {"imagegan": gan, "batches": batches}
    Trainer([phase], state, run, gan.rates, on_nan=settings.on_nan, **intervals).train()
    save_batch(output_path, layout, batches, gan)
    write_summary(log_path, settings, files.read_bytes(run.folder / LOSSES).decode())
    if settings.output_path:
        with files.replacing(output_path / "model.keras") as path:
            gan.generator.save(path)
    run.save_model(gan.generator)
    log.info("Log and records in %s, last batch in %s", log_path, output_path)


def write_summary(log_path: Path, settings: ImageGANSettings, losses: str = "") -> None:
    """Write log_summary: every argument, and the losses of every log line once there are some."""
    arguments = "".join(f"{name} = {value}\n" for name, value in settings.model_dump().items())
    files.write_whole(log_path / "log_summary", f"{arguments}\n{losses}".encode())


class Records:
    """Shows the same images, real and made of their conditions, in TensorBoard at every call."""

    def __init__(
        self, log_path: Path, prepared: Prepared, gan: ImageGAN, settings: ImageGANSettings
    ) -> None:
        folder = log_path / "tensorboard_records"
        self.events = {kind: tf.summary.create_file_writer(str(folder / kind)) for kind in KINDS}
        self.layout, self.gan = prepared.layout, gan
        self.real = prepared.images[:N_SHOWN]
        given, colours = prepared.given[:N_SHOWN], prepared.colours[:N_SHOWN]
        # Draws of its own: what is shown must not change what is trained.
        drawn = latent(tf.random.Generator.from_seed(settings.seed), len(self.real), settings)
        self.inputs = tf.concat([drawn, conditions_of(given, colours, settings)], -1)

    def __call__(self) -> dict[str, float]:
        step = self.gan.generator_optimizer.iterations.numpy()
        fake = self.gan.generator(self.inputs, training=False).numpy()
        for kind, images in zip(KINDS, (self.real, fake), strict=True):
            shown = as_bytes(self.layout.restore(images))
            with self.events[kind].as_default(step=step):
                tf.summary.image("images", shown, max_outputs=N_SHOWN)
            self.events[kind].flush()
        return {}


def save_batch(output_path: Path, layout: Layout, batches: ImageBatches, gan: ImageGAN) -> None:
    """Write a batch drawn after the last step: real images, and what is made of their conditions.

    A pair has one name, which tells its conditions. Fixed pixels are as the generator makes them.
    """
    real, given, colours = batches.draw()
    inputs = [batches.latent(), conditions_of(given, colours, gan.args)]
    fake = gan.generator(tf.concat(inputs, -1), training=False)
    durability, mass = conditions.from_standard(given.numpy())
    shades = np.rint(colours.numpy() * 255).astype(int).reshape(-1, 2, 3)
    for kind, images in zip(KINDS, (real, fake), strict=True):
        whole = as_bytes(layout.restore(images.numpy()))
        for i, image in enumerate(whole):
            name = conditions.named(
                durability[i], mass[i], *conditions.struts(shades[i]), f"{i:04d}"
            )
            files.write_whole(output_path / kind / name, to_png(image))
