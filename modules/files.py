"""Every read, write and listing: files whole or not at all, read as bytes, folders that appear."""

import gzip
import itertools
import json
import os
import platform
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from modules.errors import DataError, RunError

ROOT = Path(__file__).parents[1]  # the folder of the programs
UNFINISHED = ".unfinished-"  # then the number of the program that writes, and its machine
HOST = re.sub(r"\W", "", platform.node())[:32]
LASTING = Path("/var/tmp")
MANY_FILES = 8192
LONGEST_WRITE = 24 * 3600  # seconds that a file may stand untouched while it is written


def open_to_read(path: Path) -> BinaryIO:
    """An open binary file, unpacked on the way where its name ends in .gz."""
    if path.name.lower().endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def scratch() -> BinaryIO:
    """An open binary file without a name, gone when it is closed."""
    return cast(BinaryIO, tempfile.TemporaryFile())


def large_scratch() -> BinaryIO:
    """As `scratch`, for what does not fit memory. Raises RunError when the disk refuses.

    What maps the file into memory holds it when it is closed.
    """
    _let_open_many()
    with _refusals_told():
        return cast(BinaryIO, tempfile.TemporaryFile(dir=_large_scratch_folder()))


def _let_open_many() -> None:
    """Each file that is mapped counts as open: a large farm takes more than systems usually let."""
    try:
        import resource
    except ImportError:  # Windows sets no such limit
        return
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if most == resource.RLIM_INFINITY else min(MANY_FILES, most)
    if usual < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def add_to_large_scratch(file: BinaryIO, content: Any) -> None:
    """Write bytes, or what holds them, behind the others. Raises RunError when the disk refuses."""
    with _refusals_told():
        file.write(content)
        file.flush()


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"Cannot put large records aside in {_large_scratch_folder()}: {error}. Free the disk, "
            "or name a folder of another in the environment variable TMPDIR."
        ) from None


def _large_scratch_folder() -> str:
    """Where TMPDIR, TEMP or TMP says; else what lies on a disk, as /tmp need not."""
    is_said = any(name in os.environ for name in ("TMPDIR", "TEMP", "TMP"))
    return tempfile.gettempdir() if is_said or not os.access(LASTING, os.W_OK) else str(LASTING)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, gone with all that is in it when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder with all that is in it to a place where nothing is."""
    shutil.copytree(source, target)


def own_scratch() -> Path:
    """Where a folder of this process alone may be made, in the system's for temporary files."""
    return Path(tempfile.gettempdir()) / f"timegan-{os.getpid()}"


def open_to_append(path: Path) -> IO[str]:
    """An open text file in UTF-8 whose lines end as they are written."""
    return path.open("a", newline="", encoding="utf-8")


def read_bytes(path: Path) -> bytes:
    return Path(path).read_bytes()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`. Raises DataError where it holds none."""
    try:
        content = json.loads(read_bytes(path).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error}. Train again, or pass another.") from None
    if not isinstance(content, dict):
        raise DataError(f"{path} does not hold a JSON object. Train again, or pass another.")
    return content


def is_file(path: Path) -> bool:
    return path.is_file()


def is_folder(path: Path) -> bool:
    return path.is_dir()


def is_same(one: Path | str, other: Path | str) -> bool:
    """Whether both are names of one file that is there."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def stamp(path: Path) -> tuple[int, int]:
    """(Bytes of the file, when it was last written): other ones, another content."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def remove(path: Path) -> None:
    """Remove `path`, a file or a folder with all that is in it."""
    if path.is_dir():
        remove_folder(path)
    else:
        remove_file(path)


def remove_file(path: Path) -> None:
    """Remove the file `path`, if it is there."""
    path.unlink(missing_ok=True)


def files_below(folder: Path) -> list[Path]:
    """Every file in `folder` and its subfolders, hidden ones left out, sorted by path."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def folders_in(folder: Path, pattern: str) -> list[Path]:
    """The folders in `folder` whose names match `pattern`, a glob."""
    return [path for path in Path(folder).glob(pattern) if path.is_dir()]


def files_in(folder: Path, pattern: str) -> list[Path]:
    """The files in `folder` whose names match `pattern`, a glob."""
    return [path for path in Path(folder).glob(pattern) if path.is_file()]


def make_folder(folder: Path, *, exist_ok: bool = False) -> None:
    """Make one folder; its parents too where it may be there already.

    Raises FileExistsError where it may not.
    """
    folder.mkdir(parents=exist_ok, exist_ok=exist_ok)


def remove_folder(folder: Path) -> None:
    """Remove `folder` and all that is in it, as far as that can be done."""
    shutil.rmtree(folder, ignore_errors=True)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON in UTF-8, whole or not at all."""
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes to `path`, whole or not at all. Raises RunError when the disk refuses."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_new(path: Path | str, content: bytes) -> Path:
    """Write bytes to `path`, or to `path` with _2, _3, ... where that is taken; return which.

    Whole or not at all; never over another file. What killed programs left half written in the
    folder goes first.
    """
    return fill_new(path, lambda file: file.write(content))


def fill_new(path: Path | str, fill: Callable[[BinaryIO], object]) -> Path:
    """As `write_new`, with what `fill` writes into the open file that it is given."""
    path, names = Path(path), list[Path]()
    sweep_orphans(path.parent)

    def name_it(temporary: str, path: Path) -> None:
        names.append(_name_newly(temporary, path))

    with replacing(path, name_it) as temporary, temporary.open("wb") as file:
        fill(file)
    return names[0]


def _name_newly(temporary: str, path: Path) -> Path:
    """Give `temporary` the first free name of `path`, `path` with _2, _3, ...; return which."""
    free = path
    for number in itertools.count(2):
        try:
            _link(temporary, free)
            break
        except FileExistsError:
            free = path.with_stem(f"{path.stem}_{number}")
    return free


def _link(temporary: str, path: Path) -> None:
    """Give `temporary` the name `path`. Raises FileExistsError when that is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(temporary, path)


@contextmanager
def replacing(path: Path, name_it: Callable[[str, Path], None] | None = None) -> Iterator[Path]:
    """Yield a path to write to; on success it is flushed to disk and takes `path`'s name."""
    path = Path(path)
    try:
        prefix = f"{UNFINISHED}{os.getpid()}-{HOST}-"
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
        os.close(handle)
        try:
            yield Path(name)
            flush_to_disk(Path(name))
            os.chmod(name, 0o644)
            (name_it or os.replace)(name, path)
        finally:
            remove_file(Path(name))
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error}. Free the disk or pass another.") from None


def flush_to_disk(path: Path) -> None:
    """Wait until what was written to `path` is on the disk."""
    with path.open("rb+") as written:
        os.fsync(written.fileno())


def write_folder(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files, name -> bytes, into `folder`, which appears whole or not at all.

    Raises FileExistsError where `folder` holds something already.
    """
    draft = folder.with_name(f".{folder.name}-{uuid.uuid4().hex[:8]}")
    try:
        draft.mkdir(parents=True)
        for name, content in contents.items():
            (draft / name).write_bytes(content)
        if folder.exists():
            if not folder.is_dir() or any(folder.iterdir()):
                raise FileExistsError(folder)
            folder.rmdir()  # Windows renames onto nothing, not even an empty folder.
        try:
            draft.rename(folder)
        except OSError:
            if folder.exists():  # another program was first
                raise FileExistsError(folder) from None
            raise
    finally:
        remove_folder(draft)


def folder_holds(folder: Path, contents: dict[str, bytes]) -> bool:
    """Whether `folder` has these files, name -> bytes, to the last byte."""
    try:
        return all(read_bytes(folder / name) == content for name, content in contents.items())
    except OSError:
        return False


def sweep(folder: Path) -> None:
    """Remove what a killed program left half written in `folder`: files, and TensorFlow's."""
    for path in files_in(folder, f"{UNFINISHED}*"):
        remove_file(path)
    for path in folders_in(folder, "ckpt-*_temp"):
        remove_folder(path)


def sweep_orphans(folder: Path) -> None:
    """Remove the half-written files in `folder` whose programs have been killed."""
    for path in files_in(folder, f"{UNFINISHED}*"):
        if _is_orphan(path):
            remove_file(path)


def _is_orphan(path: Path) -> bool:
    """Whether nobody writes `path` any more: of another machine, known by its age alone."""
    number, host = (path.name.removeprefix(UNFINISHED).split("-") + [""])[:2]
    if host == HOST and number.isdigit() and os.name == "posix":  # elsewhere 0 would be a signal
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except OSError:  # another user's
            pass
    try:
        return time.time() - path.stat().st_mtime > LONGEST_WRITE
    except OSError:  # finished meanwhile
        return False


def free_bytes(folder: Path) -> int:
    """Room left on the disk of `folder`."""
    return shutil.disk_usage(folder).free
