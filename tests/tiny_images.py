"""Folders of made images and image GANs small enough for a test."""

import numpy as np

from modules.imagegan import conditions, sample
from modules.imagegan.images import as_bytes, to_png
from modules.imagegan.layout import lay_out

FIXED = [str(number) for number in sample.FIXED_PIXELS]
SIZES = ["--zdim", "3", "--hidden_dim", "8", "--embed_dim", "4", "--batch_size", "4"]


def made(n_images=12, seed=0):
    """Made images as uint8 (n, 10, 30, 3), with durability and mass."""
    random = np.random.default_rng(seed)
    asked = [random.choice(conditions.KNOWN[name], n_images) for name in ("durability", "mass")]
    return as_bytes(sample.simulate(*asked, seed=seed)), *asked


def write_images(folder, images=None, *, named=None, n_images=12):
    """Write `images` as PNG into `folder`, by their conditions or as `named`; return `folder`."""
    whole, durability, mass = made(n_images)
    images = whole if images is None else images
    folder.mkdir(parents=True, exist_ok=True)
    for i, image in enumerate(images):
        name = conditions.named(durability[i], mass[i], f"{i:04d}") if named is None else named[i]
        (folder / name).write_bytes(to_png(image))
    return folder


def layout(*, drops=True):
    """Of the made images."""
    return lay_out(made()[0], sample.FIXED_PIXELS, drops=drops)
