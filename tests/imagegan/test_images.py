"""Folders of images with labels: read whole, or refused in one message."""

import io

import numpy as np
import pytest
from PIL import Image

from modules.errors import DataError
from modules.imagegan import images as reading
from modules.imagegan.images import ImageData, read_folder, read_image, to_png
from tests.tiny_images import layout, made, write_images


def png(array, **options):
    content = io.BytesIO()
    Image.fromarray(array).save(content, format="PNG", **options)
    return content.getvalue()


def test_images_and_conditions_come_back(tmp_path):
    whole, durability, mass = made()
    images, *labels = read_folder(write_images(tmp_path))
    order = np.lexsort((np.arange(12), mass, durability))
    np.testing.assert_array_equal(images, whole[order])
    np.testing.assert_array_equal(labels, [durability[order], mass[order]])


def test_labels_of_a_table_count_before_names(tmp_path):
    folder = write_images(tmp_path, made(2)[0], named=["a.png", "d1.9_m2.24.png"])
    table = "\ufefffile,durability,mass,note\na.png, 1.4,2.14,x\nd1.9_m2.24.png,1.0,2.230,\n"
    (folder / "labels.csv").write_text(table, encoding="utf-8")
    _, durability, mass = read_folder(folder)
    assert durability.tolist() == [1.4, 1.0] and mass.tolist() == [2.14, 2.23]


def test_a_table_of_semicolons_has_decimal_commas(tmp_path):
    folder = write_images(tmp_path, made(2)[0], named=["a.png", "b.png"])
    (folder / "labels.csv").write_text("file;durability;mass\na.png;1,4;2,14\nb.png;1.0;2.2\n")
    _, durability, mass = read_folder(folder)
    assert durability.tolist() == [1.4, 1.0] and mass.tolist() == [2.14, 2.2]


def test_an_image_without_label_is_refused_by_name(tmp_path):
    folder = write_images(tmp_path, made(2)[0], named=["a.png", "d1.9_m2.24.png"])
    with pytest.raises(DataError, match=r"^1 images in .* have no label: a.png. Name them like"):
        read_folder(folder)
    (folder / "labels.csv").write_text("file,durability,mass\na.png,1.4,2.14\n")
    with pytest.raises(DataError, match="have no label: d1.9_m2.24.png"):
        read_folder(folder)


@pytest.mark.parametrize(
    "text",
    ["", "file;durability;mass\n", "file,durability,mass\na.png,hard,2.14\n",
     "file,durability,mass\na.png\n", "file,mass\na.png,2.14\n", "\x00", "file\n\"a\n"],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(tmp_path, text):
    folder = write_images(tmp_path, made(1)[0], named=["a.png"])
    (folder / "labels.csv").write_text(text)
    with pytest.raises(DataError, match="labels.csv must be a table|have no label"):
        read_folder(folder)


@pytest.mark.parametrize(
    ("name", "said"), [("d2.0_m2.14", "`durability` must"), ("d1.4_m2.125", "`mass` must")]
)
def test_an_unknown_label_is_refused_with_its_file(tmp_path, name, said):
    folder = write_images(tmp_path, made(1)[0], named=[f"{name}.png"])
    with pytest.raises(DataError, match=rf"{name}.png: {said} be one of"):
        read_folder(folder)


def test_images_of_two_sizes_are_refused_by_name(tmp_path):
    write_images(tmp_path)
    (tmp_path / "d1.9_m2.24_x.png").write_bytes(to_png(np.zeros((10, 31, 3), np.uint8)))
    said = r"of one size. Received: \S+ of 10 x 30 and d1.9_m2.24_x.png of 10 x 31"
    with pytest.raises(DataError, match=said):
        read_folder(tmp_path)


@pytest.mark.parametrize("path", ["nowhere", "", "x" * 5000, "a\0b"])
def test_a_folder_without_images_is_refused(tmp_path, path):
    with pytest.raises(DataError, match="--data_path"):
        read_folder(tmp_path / path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read as a PNG"),
        (b"GIF89a", "cannot be read as a PNG"),
        (to_png(np.zeros((4, 5, 3), np.uint8))[:45], "cannot be read as a PNG"),
        (to_png(np.zeros((4, 300, 3), np.uint8)), "larger than 256 pixels"),
        (png(np.zeros((4, 5), np.uint16)), "not eight bits"),
    ],
)
def test_what_is_no_small_png_is_refused(tmp_path, content, said):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match=rf"a.png.*{said}.*Take it out"):
        read_image(tmp_path / "a.png")


def test_grey_palette_and_transparent_images_become_red_green_and_blue(tmp_path):
    colours = made(1)[0][0]
    opaque = np.concatenate([colours, np.full((10, 30, 1), 255, np.uint8)], -1)
    grey = np.repeat(colours[..., :1], 3, -1)
    for content, expected in ((png(opaque), colours), (png(colours[..., 0]), grey)):
        (tmp_path / "a.png").write_bytes(content)
        np.testing.assert_array_equal(read_image(tmp_path / "a.png"), expected)


def test_a_small_file_of_a_huge_image_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(to_png(np.zeros((3000, 3000, 3), np.uint8)))
    monkeypatch.setattr(Image.Image, "convert", pytest.fail)
    with pytest.raises(DataError, match="larger than 256"):
        read_image(tmp_path / "a.png")


def test_the_report_tells_what_there_is_and_the_fingerprint_what_changed():
    images, durability, mass = made()
    data = ImageData("here", images, durability, mass, layout())
    assert (
        "12 images of 10 x 30 in here, 16 black columns dropped, fixed pixels (2, 5) and (7, 22)"
        in (str(data.report))
    )
    changed = images.copy()
    changed[0, 0, 1, 0] ^= 1
    assert ImageData("x", images, durability, mass, layout()).fingerprint() == data.fingerprint()
    for other in ((changed, durability, mass), (images, durability[::-1], mass)):
        assert ImageData("here", *other, layout()).fingerprint() != data.fingerprint()


def test_bytes_are_rounded_and_held_within_their_range():
    values = reading.as_bytes(np.array([-0.1, 0.0, 0.4999 / 255, 0.5001 / 255, 1.0, 7.0]))
    assert values.tolist() == [0, 0, 0, 1, 255, 255]
