"""Folders of small PNG images with a durability and a mass each."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydantic import BaseModel

from modules import files
from modules.errors import DataError
from modules.imagegan import conditions
from modules.imagegan.layout import Layout

LABELS = "labels.csv"
LABEL_COLUMNS = ("file", "durability", "mass")
LARGEST_SIDE = 256  # pixels: networks of dense layers or attention are made for small images
MODES = ("L", "P", "RGB", "RGBA")  # eight bits a channel
MOST_NAMED = 3  # files that a message names


class ImageReport(BaseModel):
    """What there is to train on."""

    folder: str
    n_images: int
    layout: Layout
    durabilities: list[float]
    masses: list[float]

    def __str__(self) -> str:
        layout = self.layout
        n_black = layout.width - len(layout.kept)
        first, second = layout.fixed_pixels
        return (
            f"{self.n_images} images of {layout.height} x {layout.width} in {self.folder}, "
            f"{n_black} black columns dropped, fixed pixels {first} and {second}\n"
            f"durability {', '.join(map(str, self.durabilities))}\n"
            f"mass {', '.join(map(str, self.masses))}"
        )


@dataclass(frozen=True)
class ImageData:
    """Original images, uint8 (n, H, W, 3), with durability and mass, float (n,) each."""

    folder: str
    images: np.ndarray
    durability: np.ndarray
    mass: np.ndarray
    layout: Layout

    @cached_property
    def report(self) -> ImageReport:
        return ImageReport(
            folder=self.folder,
            n_images=len(self.images),
            layout=self.layout,
            durabilities=np.unique(self.durability).tolist(),
            masses=np.unique(self.mass).tolist(),
        )

    def description(self) -> dict[str, Any]:
        return self.layout.model_dump(mode="json")

    def fingerprint(self) -> str:
        parts = (self.images, self.durability, self.mass)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def read_folder(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, durability and mass of the PNG files in `folder`, by name.

    Raises DataError when there are none, and for images that cannot be read, differ in size, or
    have no label or one that is not known.
    """
    try:
        paths = sorted(
            path for path in files.files_in(folder, "*") if path.suffix.lower() == ".png"
        )
        listed = _read_labels(folder / LABELS) if files.is_file(folder / LABELS) else None
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{folder} cannot be read: {error}. Set `--data_path`.") from None
    if not paths:
        raise DataError(f"{folder} is no folder of PNG images. Set `--data_path` to one.")
    labels = [_label(path, listed) for path in paths]
    _refuse([path for path, label in zip(paths, labels, strict=True) if label is None], folder)
    images = [read_image(path) for path in paths]
    sizes = [image.shape[:2] for image in images]
    odd = next((i for i, size in enumerate(sizes) if size != sizes[0]), None)
    if odd is not None:
        raise DataError(
            f"Images must be of one size. Received: {paths[0].name} of {_spell(sizes[0])} and "
            f"{paths[odd].name} of {_spell(sizes[odd])}, rows by columns. Take one of them out."
        )
    durability, mass = np.array(labels).T
    return np.stack(images), durability, mass


def _spell(size: Iterable[int]) -> str:
    return " x ".join(map(str, size))


def _refuse(unlabelled: list[Path], folder: Path) -> None:
    if unlabelled:
        named = ", ".join(path.name for path in unlabelled[:MOST_NAMED])
        raise DataError(
            f"{len(unlabelled)} images in {folder} have no label: {named}. Name them like "
            f"d1.4_m2.14_0007.png, or list them in its {LABELS} ({', '.join(LABEL_COLUMNS)})."
        )


def _label(path: Path, listed: dict[str, tuple[float, float]] | None) -> tuple[float, float] | None:
    label = conditions.in_name(path.stem) if listed is None else listed.get(path.name)
    if label is None:
        return None
    durability, mass = label
    where = f"{path}: "
    return (
        conditions.known("durability", durability, where),
        conditions.known("mass", mass, where),
    )


def _read_labels(path: Path) -> dict[str, tuple[float, float]]:
    """Durability and mass by the name of a file; where semicolons part them, commas are decimal."""
    try:
        text = files.read_bytes(path).decode("utf-8-sig")
        mark = ";" if ";" in text.partition("\n")[0] else ","
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark))
        listed = {}
        for row in rows:
            durability, mass = (float(row[name].replace(",", ".")) for name in LABEL_COLUMNS[1:])
            listed[row["file"].strip()] = durability, mass
        return listed
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise DataError(
            f"{path} must be a table in UTF-8 of {', '.join(LABEL_COLUMNS)}, the latter two "
            f"numbers. It cannot be read so: {type(error).__name__} {error}. Correct it."
        ) from None


def read_image(path: Path) -> np.ndarray:
    """The PNG at `path` as uint8 (H, W, 3). Raises DataError when it is no small image."""
    try:
        with Image.open(io.BytesIO(files.read_bytes(path)), formats=["PNG"]) as image:
            if max(image.size) > LARGEST_SIDE:
                raise ValueError(f"it is larger than {LARGEST_SIDE} pixels")
            if image.mode not in MODES:
                raise ValueError(f"its pixels are of kind {image.mode}, not eight bits a colour")
            return np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow raises what its many readers raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} cannot be read as a PNG image: {reason}. Take it out.") from None


def made_folder(folder: Path, setting: str) -> Path:
    """Make `folder` unless it is there. Raises DataError naming `setting` where it cannot be."""
    try:
        files.make_folder(folder, exist_ok=True)
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} cannot be made: {error}. Set `--{setting}`.") from None
    return folder


def to_png(image: np.ndarray) -> bytes:
    """A PNG of `image`, uint8 (H, W, 3)."""
    content = io.BytesIO()
    Image.fromarray(image).save(content, format="PNG")
    return content.getvalue()


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Images in 0...1 as uint8."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
