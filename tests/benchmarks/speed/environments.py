"""A peer's environment of its own, made once and kept."""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent
INSTALLED = "installed"
LONGEST = 1800  # seconds


class NotInstalled(Exception):
    """Why a peer is not there."""


def python_of(peer: str, results: Path) -> Path:
    """The interpreter of an environment with what `peer`.txt beside this file asks for."""
    folder = results / peer
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    requirements = REQUIREMENTS / f"{peer}.txt"
    marker = folder / INSTALLED
    if marker.exists() and marker.read_text() == requirements.read_text():
        return python
    try:
        _run(sys.executable, "-m", "venv", folder)
        _run(python, "-m", "pip", "install", "--quiet", "-r", requirements)
    except (subprocess.SubprocessError, OSError) as error:
        raise NotInstalled(f"{peer} did not install: {error}") from None
    marker.write_text(requirements.read_text())
    return python


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=LONGEST, stdout=subprocess.DEVNULL)
