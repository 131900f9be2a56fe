"""Whatever lies where images are looked for: images to train on come out, or one DataError."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.errors import DataError, SettingsError
from modules.imagegan import family, sample
from modules.imagegan.images import LABELS, to_png
from settings import ImageGANSettings
from tests.odd_files import ODD_CELLS, QUIET, edits, spoil
from tests.tiny_images import made

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10000"))
IMAGES, SIZES = made(3)[0], [(10, 30), (10, 30), (10, 30), (10, 31), (1, 1), (300, 2)]
GOOD = ["d1.4_m2.14_1.png", "d1.0_m2.24_2.png", "d1.9_m2.20_3.png"]
ODD = [
    "a.png",
    "d2.0_m2.14.png",
    "d1.4_m9.PNG",
    "d1e9_m2.png",
    "sheet.gif",
    ".png",
    "dnan_mnan.png",
]

names = st.one_of(*[st.sampled_from(GOOD)] * 5, st.sampled_from(ODD))
pixels = st.one_of(
    *[st.sampled_from(list(IMAGES))] * 5,
    st.tuples(st.sampled_from(SIZES), st.integers(0, 255)).map(
        lambda drawn: np.full((*drawn[0], 3), drawn[1], np.uint8)
    ),
)
contents = st.one_of(
    *[pixels.map(to_png)] * 5,
    st.tuples(pixels.map(to_png), edits).map(lambda drawn: spoil(*drawn)),
    st.binary(max_size=40),
)
cells = st.one_of(
    st.sampled_from([*GOOD, "1.4", "2.14", "1.0", "2.20"]), st.sampled_from(ODD_CELLS)
)
rows = st.lists(cells, min_size=2, max_size=4).map(",".join)
tables = st.one_of(
    *[st.none()] * 5,
    st.lists(rows, max_size=4).map(
        lambda lines: "\n".join(["file,durability,mass", *lines]).encode(errors="replace")
    ),
    st.binary(max_size=40),
)
places = st.one_of(
    *[st.just(sample.FIXED_PIXELS)] * 5, st.tuples(*[st.integers(0, 40)] * 4), st.just((0, 0, 0, 0))
)


def is_accepted(folder, fixed_pixels, datashape):
    """Prepare a training as the programs do; what is refused must be refused in our words."""
    chosen = ImageGANSettings(data_path=str(folder), fixed_pixels=fixed_pixels, datashape=datashape)
    try:
        chosen, data = family.read(chosen)
        _, prepared = family.prepare(data, chosen)
    except (DataError, SettingsError) as error:
        assert str(error).strip() and "Traceback" not in str(error)
        return False
    assert str(data.report) and data.fingerprint() and data.report.model_dump_json()
    assert prepared.images.shape == (len(data.images), chosen.height, chosen.width, 3)
    np.testing.assert_array_equal(data.layout.restore(data.layout.drop(data.images)), data.images)
    assert 0 <= prepared.images.min() and prepared.images.max() <= 1
    assert np.isfinite(prepared.given).all() and prepared.colours.shape == (len(data.images), 6)
    return True


def try_many(folder, n_examples):
    """Folders of images; return for each whether it was accepted."""
    tried = []

    @settings(max_examples=n_examples, **QUIET)
    @given(
        st.dictionaries(names, contents, min_size=1, max_size=3),
        tables,
        places,
        st.sampled_from(["original", "dropempty"]),
    )
    def attempt(files, table, fixed_pixels, datashape):
        for path in folder.iterdir():
            path.unlink()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        if table is not None:
            (folder / LABELS).write_bytes(table)
        tried.append(is_accepted(folder, fixed_pixels, datashape))

    attempt()
    print(f"{len(tried)} folders tried, {sum(tried)} accepted")
    return tried


def test_odd_folders_are_read_or_refused(tmp_path):
    tried = try_many(tmp_path, 200)
    assert len(tried) >= 180 and any(tried) and not all(tried)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_thousands_of_odd_folders_are_read_or_refused(tmp_path):
    tried = try_many(tmp_path, EXAMPLES)
    assert len(tried) >= 0.9 * EXAMPLES and any(tried) and not all(tried)
