"""Durability and mass: which there are, how a file name tells them, what the networks get of them.

Their values are document 003's, which offers no others.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError

KNOWN = {
    "durability": tuple(round(1.0 + 0.1 * i, 2) for i in range(10)),
    "mass": tuple(round(2.13 + 0.01 * i, 2) for i in range(12)),
}
NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
IN_A_NAME = re.compile(rf"(?:^|_)d{NUMBER}_m{NUMBER}(?=_|$)")


def known(name: str, value: float, where: str = "") -> float:
    """`value`, rounded, of the condition `name`. Raises DataError where there is no such one.

    `where`: what the message begins with, such as a file.
    """
    rounded = round(float(value), 2)
    if rounded not in KNOWN[name]:
        first, second, *_, last = KNOWN[name]
        raise DataError(
            f"{where}`{name}` must be one of {first}, {second} ... {last}. "
            f"Received: {name}={value}. Correct it."
        )
    return rounded


def in_name(stem: str) -> tuple[float, float] | None:
    """Durability and mass as the name of a file tells them, d1.4_m2.14_0007; None where not."""
    found = IN_A_NAME.search(stem)
    return (float(found[1]), float(found[2])) if found else None


def named(durability: float, mass: float, *parts: str) -> str:
    """The name of an image of these conditions, further `parts` after them, with its ending."""
    return "_".join([f"d{durability:.1f}", f"m{mass:.2f}", *parts]) + ".png"


def struts(colours: Iterable[Iterable[int]]) -> list[str]:
    """The parts of a name that tell the colours of the fixed pixels, (2, 3): s1-0-0-0, s2-0-0-0."""
    return [f"s{i}-" + "-".join(map(str, colour)) for i, colour in enumerate(colours, 1)]


def standard(durability: ArrayLike, mass: ArrayLike) -> np.ndarray:
    """What the networks get of both: float32 (n, 2), of mean 0 and deviation 1 over KNOWN."""
    means, deviations = _statistics()
    return ((np.stack([durability, mass], -1) - means) / deviations).astype(np.float32)


def from_standard(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Undo `standard`, rounded: durability and mass, (n,) each."""
    means, deviations = _statistics()
    durability, mass = np.round(values * deviations + means, 2).T
    return durability, mass


def _statistics() -> tuple[np.ndarray, np.ndarray]:
    levels = [np.array(KNOWN[name]) for name in ("durability", "mass")]
    return np.array([np.mean(v) for v in levels]), np.array([np.std(v) for v in levels])
