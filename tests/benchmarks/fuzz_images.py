"""Throw odd folders at what reads images, and count what comes of it:

    python -m tests.benchmarks.fuzz_images --examples 10000

What is refused must be refused in a message of ours; anything else raised ends it.
"""

import argparse
import contextlib
import io
import tempfile
from pathlib import Path

from tests.imagegan.test_fuzz_images import try_many


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=10_000, help="folders")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        tried = try_many(Path(folder), arguments.examples)
    print(
        f"{len(tried)} tried, {sum(tried)} accepted, {len(tried) - sum(tried)} refused in a message"
    )


if __name__ == "__main__":
    main()
