"""Folders in an object store, `gs://bucket/folder` or `s3://...`: copied here, and sent back.

A store has no rename and no lock, so programs work on a copy in the system's temporary folder.
What they make is sent in such an order that the store holds a run that can go on at any moment:
new files, files that changed, a list of all of them in `LIST`, and only then goes what is gone.
"""

import json
import logging
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pyarrow import ArrowException, fs

from modules import files
from modules.errors import DataError, RunError

LIST = "sent.json"  # written last: a folder without it was never sent to its end
SECONDS_BETWEEN_SENDS = 60.0
PATIENCE = "retry_limit_seconds=30"  # Google's own is a quarter of an hour

LONGEST_SAYING = 240  # letters
NO_BUCKET = "-"  # file:///folder has none
LOCAL = fs.LocalFileSystem()
WITH_FOLDERS = ("local", "mock")  # elsewhere a folder is the beginning of a name

log = logging.getLogger(__name__)


def is_url(path: Path | str | None) -> bool:
    return "://" in str(path)


def place(path: Path | str) -> Path:
    """Where `path` lies here: itself, or the copy of a URL. Raises DataError for one with `..`."""
    if not is_url(path):
        return Path(path)
    parts = urlsplit(str(path))
    if ".." in parts.path.split("/"):
        raise DataError(f"{path} leads out of its folder by `..`. Write it without.")
    return _copies() / parts.scheme / (parts.netloc or NO_BUCKET) / parts.path.strip("/")


def spelt(path: Path) -> str:
    """The URL that `path` is a copy of, or `path` itself."""
    if not path.is_relative_to(_copies()):
        return str(path)
    scheme, bucket, *rest = path.relative_to(_copies()).parts
    return f"{scheme}://{'/'.join([bucket.replace(NO_BUCKET, ''), *rest])}"


@contextmanager
def fetched(path: str) -> Iterator[Path]:
    """Yield `path`, or a copy of the file or the folder at a URL, which goes again afterwards.

    Raises DataError where there is none, or where it cannot be read.
    """
    if not is_url(path):
        yield Path(path)
        return
    try:
        if not _fetch(path):
            raise DataError(f"{path} does not exist. Correct it, or check who may read it.")
        yield place(path)
    finally:
        files.remove(place(path))


def send_file(path: Path, url: str) -> None:
    """Send the file `path`, which lies in the place of `url`, and let it go. Raises RunError."""
    try:
        store, root = _store(url)
        inside = path.relative_to(place(url)).as_posix()
        target = root if inside == "." else f"{root}/{inside}"
        fs.copy_files(str(path), target, source_filesystem=LOCAL, destination_filesystem=store)
    except (OSError, ArrowException) as error:
        raise RunError(f"Cannot write {spelt(path)}: {_brief(error)} {path} holds it.") from None
    files.remove(path)


@contextmanager
def mirrored(folder: str) -> Iterator[None]:
    """Work on a copy of `folder`, where it is a URL: sent every minute, and at the end.

    Raises DataError where the store cannot be read, RunError where it cannot be written.
    """
    if not is_url(folder):
        yield
        return
    _fetch(folder)
    mirror, done = _Mirror(folder), threading.Event()

    def keep_sending() -> None:
        while not done.wait(SECONDS_BETWEEN_SENDS):
            try:
                mirror.send()
            except RunError as error:
                log.warning("%s It is tried again.", error)

    sender = threading.Thread(target=keep_sending, daemon=True)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join()
        mirror.send()


class _Mirror:
    """What of the copy of `url` the store has, and sends the rest."""

    def __init__(self, url: str) -> None:
        self._url, self._here = url, place(url)
        self._sent = self._seen()

    def send(self) -> None:
        """Send what is new or has changed. Raises RunError."""
        try:
            self._send()
        except (OSError, ArrowException) as error:
            raise RunError(
                f"Cannot write {self._url}: {_brief(error)} {self._here} holds it."
            ) from None

    def _send(self) -> None:
        store, root = _store(self._url)
        # Read before the new are listed: what these files speak of is then among those.
        before = self._seen()
        changed = {
            name: files.read_bytes(self._here / name)
            for name, stamp in before.items()
            if name in self._sent and stamp != self._sent[name]
        }
        seen = self._seen()
        new = [name for name in seen if name not in self._sent]
        gone = [name for name in self._sent if name not in seen]
        for name in new:
            _write(store, f"{root}/{name}", files.read_bytes(self._here / name))
        for name, content in changed.items():
            _write(store, f"{root}/{name}", content)
        for top in {name.split("/")[0] for name in (*new, *changed, *gone) if "/" in name}:
            held = {name: seen[name][0] for name in seen if name.startswith(f"{top}/")}
            _write(store, f"{root}/{top}/{LIST}", json.dumps(held, indent=1).encode())
        for name in gone:
            store.delete_file(f"{root}/{name}")
        self._sent = seen | {name: before[name] for name in changed}

    def _seen(self) -> dict[str, tuple[int, int]]:
        found = files.files_below(self._here)
        return {path.relative_to(self._here).as_posix(): files.stamp(path) for path in found}


def _fetch(url: str) -> bool:
    """Copy what is at `url` to its place; whether there is anything. Raises DataError."""
    here = place(url)
    files.make_folder(here.parent, exist_ok=True)
    try:
        store, root = _store(url)
        found = store.get_file_info(root)
        if found.type == fs.FileType.File:
            _copy(store, root, here)
            return True
        held = _listed(store, root)
        files.make_folder(here, exist_ok=True)
        for name in held:
            files.make_folder((here / name).parent, exist_ok=True)
            _copy(store, f"{root}/{name}", here / name)
    except (OSError, ArrowException) as error:
        raise DataError(
            f"{url} cannot be read: {_brief(error)} Check its name, and who may read it."
        ) from None
    return bool(held)


def _listed(store: fs.FileSystem, root: str) -> list[str]:
    """The files below `root`, by relative path, without runs that were not sent to their end."""
    selected = fs.FileSelector(root, allow_not_found=True, recursive=True)
    paths = [info.path for info in store.get_file_info(selected) if info.is_file]
    names = sorted(path.removeprefix(f"{root}/") for path in paths)
    whole = {name.split("/")[0] for name in names if name.endswith(f"/{LIST}")}
    runs = {name.split("/")[0] for name in names if name.startswith("experiment_")}
    if broken := sorted(runs - whole):
        log.warning("Left out, for they were never sent to their end: %s.", ", ".join(broken))
    return [
        name for name in names if name.split("/")[0] not in broken and not name.endswith(f"/{LIST}")
    ]


def _copy(store: fs.FileSystem, path: str, here: Path) -> None:
    fs.copy_files(path, str(here), source_filesystem=store, destination_filesystem=LOCAL)


def _write(store: fs.FileSystem, path: str, content: bytes) -> None:
    if store.type_name in WITH_FOLDERS:
        store.create_dir(path.rpartition("/")[0], recursive=True)
    with store.open_output_stream(path) as stream:
        stream.write(content)


def _store(url: str) -> tuple[fs.FileSystem, str]:
    """The store of `url`, and the path in it."""
    if url.startswith("gs://") and "retry_limit_seconds" not in url:
        url += ("&" if "?" in url else "?") + PATIENCE
    store, path = fs.FileSystem.from_uri(url)
    return store, path.rstrip("/")


def _brief(error: Exception) -> str:
    """The beginning of what a store says, which may be a page."""
    return f"{textwrap.shorten(str(error), LONGEST_SAYING, placeholder=' ...')}."


def _copies() -> Path:
    return files.own_scratch()
