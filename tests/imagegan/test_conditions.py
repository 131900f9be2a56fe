"""Durability and mass: known ones, in names, and as networks get them."""

import numpy as np
import pytest

from modules.errors import DataError
from modules.imagegan import conditions


def test_the_known_ones_are_document_003s():
    assert conditions.KNOWN["durability"] == (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9)
    assert conditions.KNOWN["mass"][0] == 2.13 and conditions.KNOWN["mass"][-1] == 2.24
    assert len(conditions.KNOWN["mass"]) == 12 and conditions.known("mass", 2.230) == 2.23


@pytest.mark.parametrize("value", [0.9, 1.45, 2.0, float("nan"), float("inf"), -1e300])
def test_an_unknown_one_is_refused_with_the_known_ones(value):
    with pytest.raises(DataError, match=r"^a.png: `durability` must be one of 1.0, 1.1 ... 1.9"):
        conditions.known("durability", value, "a.png: ")


@pytest.mark.parametrize(
    ("stem", "told"),
    [
        ("d1.4_m2.14_0007", (1.4, 2.14)),
        ("d1_m2.2", (1.0, 2.2)),
        ("wheel_d1.9_m2.24_s1-0-0-0_s2-0-0-0_0001", (1.9, 2.24)),
        ("d1.4m2.14", None),
        ("old1.4_m2.14", None),
        ("d1.4_m2.14x", None),
        ("contact_sheet", None),
    ],
)
def test_a_name_tells_its_conditions(stem, told):
    assert conditions.in_name(stem) == told


def test_a_name_written_is_read_back():
    name = conditions.named(1.0, 2.2, *conditions.struts([[0, 1, 2], [255, 4, 5]]), "0007")
    assert name == "d1.0_m2.20_s1-0-1-2_s2-255-4-5_0007.png"
    assert conditions.in_name(name.removesuffix(".png")) == (1.0, 2.2)


def test_standard_conditions_have_mean_0_and_deviation_1_and_come_back():
    grid = np.meshgrid(*conditions.KNOWN.values())
    durability, mass = (part.ravel() for part in grid)
    values = conditions.standard(durability, mass)
    assert values.dtype == np.float32 and values.shape == (120, 2)
    np.testing.assert_allclose(values.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(values.std(0), 1, atol=1e-6)
    np.testing.assert_array_equal(conditions.from_standard(values), [durability, mass])
