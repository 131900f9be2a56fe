"""The conditional image GAN of document 003 as a family.

What needs TensorFlow is imported where it is used: a wrong setting is told without it.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modules.errors import SettingsError
from modules.imagegan import conditions, sample
from modules.imagegan.images import ImageData, read_folder
from modules.imagegan.layout import Layout, lay_out
from modules.runs.find import saved_settings
from modules.runs.run import Run
from modules.runs.unused import refuse_unused
from modules.training.device import Device
from settings import GeneratorSettings, ImageGANSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """Images as the networks have them, float32 (n, H, W, 3) in 0...1, and their conditions.

    `given`: float32 (n, 2), durability and mass, standardised. `colours`: float32 (n, 6), of the
    fixed pixels, in 0...1.
    """

    images: np.ndarray
    given: np.ndarray
    colours: np.ndarray
    layout: Layout


def read(settings: ImageGANSettings) -> tuple[ImageGANSettings, ImageData]:
    """The images of a folder, or of the bundled sample for None. Raises DataError."""
    if settings.data_path is None:
        sample.make_sample(Path(sample.FOLDER))
        fixed_pixels = settings.fixed_pixels or sample.FIXED_PIXELS
        settings = settings.completed(data_path=sample.FOLDER, fixed_pixels=fixed_pixels)
    if settings.fixed_pixels is None:
        raise SettingsError(
            "`fixed_pixels` must tell row and column of both fixed pixels. Received: None. Set "
            "`--fixed_pixels`, as in `--fixed_pixels 2 5 7 22`."
        )
    folder = str(settings.data_path)
    images, durability, mass = read_folder(Path(folder))
    layout = lay_out(images, settings.fixed_pixels, drops=settings.datashape == "dropempty")
    data = ImageData(folder, images, durability, mass, layout)
    return _fit(settings, layout), data


def _fit(settings: ImageGANSettings, layout: Layout) -> ImageGANSettings:
    """The settings with the sizes of the data. Raises SettingsError where others were given."""
    height, width, channels = layout.shape
    right = {"height": height, "width": width, "input_dim": channels * height * width}
    given = {name: getattr(settings, name) for name in right if name in settings.model_fields_set}
    wrong = {name: value for name, value in given.items() if value != right[name]}
    if wrong:
        raise SettingsError(
            "\n".join(
                f"`{name}`: the images have {right[name]} with `--datashape {settings.datashape}`. "
                f"Received: {value}. Leave `--{name}` out: the data tell it."
                for name, value in wrong.items()
            )
        )
    return settings.completed(**right)


def prepare(data: ImageData, settings: ImageGANSettings) -> tuple[ImageGANSettings, Prepared]:
    """Scale images and conditions for the networks."""
    if settings.optimizer == "rmsprop" and settings.model_fields_set & {"opt_beta1", "opt_beta2"}:
        log.warning("`opt_beta1` and `opt_beta2` are Adam's: `--optimizer rmsprop` has none.")
    layout = data.layout
    images = layout.drop(data.images).astype(np.float32) / 255
    colours = layout.colours(data.images).reshape(len(images), -1).astype(np.float32) / 255
    given = conditions.standard(data.durability, data.mass)
    return settings, Prepared(images, given, colours, layout)


def learn(prepared: Prepared, settings: ImageGANSettings, run: Run, device: Device) -> None:
    """Train, and leave the generator, log_summary, records and pictures of the last batch."""
    from modules.imagegan import learning

    learning.train(prepared, settings, run)


def write(run: Run, settings: GeneratorSettings, device: Device) -> Path:
    """Draw images of the conditions asked for, or the sheet of all; return their folder."""
    from modules.imagegan import drawing

    refuse_unused(settings, run)
    return drawing.draw(run, saved_settings(run, ImageGANSettings), settings)
