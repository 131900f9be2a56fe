"""Folders in an object store: what is read from one, and in which order it is written to.

The store is Arrow's own file system in memory, behind the same interface as Google's.
"""

import json
import logging

import pandas as pd
import pytest
from pyarrow import fs

import gan_generator
import gan_train
from modules import buckets, files
from modules.errors import DataError, RunError
from modules.runs.find import find
from tests.programs.test_gan_train import TINY
from tests.tiny import tiny_site_data

RESULTS = "gs://bucket/results"


@pytest.fixture
def store(monkeypatch, tmp_path):
    """A store in memory, of which every operation that writes is told in `store.done`."""
    made = fs._MockFileSystem()
    monkeypatch.setattr(buckets, "_store", lambda url: (made, url.partition("://")[2].rstrip("/")))
    monkeypatch.setattr(files, "own_scratch", lambda: tmp_path / "scratch")
    return made


def put(store, path, content=b"x"):
    buckets._write(store, path, content)


def held(store):
    """Path -> content of all that is in the store, without the lists."""
    found = store.get_file_info(fs.FileSelector("", recursive=True))
    paths = [info.path for info in found if info.is_file]
    return {
        path: store.open_input_stream(path).read()
        for path in paths
        if not path.endswith(buckets.LIST)
    }


@pytest.mark.parametrize("path", ["here", "/a/b", "C:\\data"])
def test_a_path_is_its_own_place(path):
    assert str(buckets.place(path)) == path and not buckets.is_url(path)
    with buckets.fetched(path) as place:
        assert str(place) == path


def test_a_url_has_one_place_and_a_place_its_url(store):
    place = buckets.place("s3://bucket/a/b?region=x")
    assert place.parts[-4:] == ("s3", "bucket", "a", "b")
    assert buckets.spelt(place) == "s3://bucket/a/b"


def test_a_url_of_this_machine_is_copied_too_and_keeps_what_is_there(tmp_path):
    (tmp_path / "T1.csv").write_bytes(b"1")
    with buckets.fetched(f"file://{tmp_path}") as place:
        assert place != tmp_path and (place / "T1.csv").read_bytes() == b"1"
        assert buckets.spelt(place) == f"file://{tmp_path}"
    assert (tmp_path / "T1.csv").read_bytes() == b"1" and not place.exists()


def test_a_url_that_leads_out_of_its_folder_is_refused():
    with pytest.raises(DataError, match=r"gs://bucket/\.\./x leads out of its folder"):
        buckets.place("gs://bucket/../x")


def test_a_folder_is_copied_here_and_goes_again(store):
    put(store, "bucket/records/a/T1.csv", b"1")
    put(store, "bucket/other.csv")
    with buckets.fetched("gs://bucket/records") as place:
        assert [path.read_bytes() for path in files.files_below(place)] == [b"1"]
    assert not place.exists()


def test_a_file_is_copied_here(store):
    put(store, "bucket/T1.csv", b"1")
    with buckets.fetched("gs://bucket/T1.csv") as place:
        assert place.name == "T1.csv" and place.read_bytes() == b"1"


def test_nothing_at_a_url_is_refused(store):
    with pytest.raises(DataError, match="gs://bucket/none does not exist"):
        with buckets.fetched("gs://bucket/none"):
            pass


def test_an_unknown_store_is_refused():
    with pytest.raises(DataError, match="ftp://a/b cannot be read: .*Check its name"):
        with buckets.fetched("ftp://a/b"):
            pass


def test_what_is_new_comes_first_then_what_changed_then_the_list_and_what_is_gone_last(
    store, monkeypatch
):
    place = buckets.place(RESULTS)
    with buckets.mirrored(RESULTS):
        run = place / "experiment_01"
        run.mkdir(parents=True)
        for name in ("checkpoint", "ckpt-1"):
            (run / name).write_bytes(b"1")
    done = []
    write = buckets._write

    def told(store, path, content):
        done.append((path.rpartition("/")[2], sorted(p.rpartition("/")[2] for p in held(store))))
        write(store, path, content)

    monkeypatch.setattr(buckets, "_write", told)
    with buckets.mirrored(RESULTS):
        (run / "checkpoint").write_bytes(b"22")
        (run / "ckpt-2").write_bytes(b"2")
        (run / "ckpt-1").unlink()
    assert [name for name, _ in done] == ["ckpt-2", "checkpoint", buckets.LIST]
    assert done[-1][1] == ["checkpoint", "ckpt-1", "ckpt-2"]
    assert sorted(held(store)) == [
        f"bucket/results/experiment_01/{name}" for name in ("checkpoint", "ckpt-2")
    ]
    listed = store.open_input_stream(f"bucket/results/experiment_01/{buckets.LIST}").read()
    assert json.loads(listed) == {"experiment_01/checkpoint": 2, "experiment_01/ckpt-2": 1}


def test_a_run_that_was_never_sent_to_its_end_is_left_out(store, caplog):
    put(store, "bucket/results/experiment_01/a")
    put(store, f"bucket/results/experiment_02/{buckets.LIST}")
    put(store, "bucket/results/experiment_02/a")
    with caplog.at_level(logging.WARNING), buckets.mirrored(RESULTS):
        found = files.files_below(buckets.place(RESULTS))
    assert [path.parent.name for path in found] == ["experiment_02"]
    assert "never sent to their end: experiment_01." in caplog.text


def test_a_store_that_takes_nothing_fails_the_run_and_the_copy_stays(store, monkeypatch):
    def refuse(*_):
        raise OSError("no permission")

    monkeypatch.setattr(buckets, "_write", refuse)
    with pytest.raises(RunError, match="Cannot write gs://bucket/results: no permission"):
        with buckets.mirrored(RESULTS):
            (buckets.place(RESULTS) / "a").write_bytes(b"1")
    assert (buckets.place(RESULTS) / "a").read_bytes() == b"1"


def test_what_is_made_is_sent_while_the_work_goes_on(store, monkeypatch):
    monkeypatch.setattr(buckets, "SECONDS_BETWEEN_SENDS", 0.01)
    with buckets.mirrored(RESULTS):
        (buckets.place(RESULTS) / "a").write_bytes(b"1")
        for _ in range(500):
            if held(store):
                break
            buckets.threading.Event().wait(0.01)
        assert held(store) == {"bucket/results/a": b"1"}


@pytest.mark.whole
def test_a_run_in_a_store_ends_with_the_bytes_of_a_local_one(
    store, tmp_path, monkeypatch, own_logging
):
    monkeypatch.chdir(tmp_path)
    table = tiny_site_data().tables["T1"].reset_index(names="time")
    (tmp_path / "records").mkdir()
    table.to_csv(tmp_path / "records" / "T1.csv", index=False)
    put(store, "bucket/records/T1.csv", (tmp_path / "records" / "T1.csv").read_bytes())
    for where, results in (("records", "results"), ("gs://bucket/records", RESULTS)):
        options = ["--location", "generic", "--data_path", where, "--result_dir", results]
        assert gan_train.main([*TINY, *options]) == 0
        out = "out.csv" if where == "records" else "gs://bucket/out.csv"
        assert gan_generator.main(["--result_dir", results, "--output", out]) == 0
    sent = held(store)
    assert sent["bucket/out.csv"] == (tmp_path / "out.csv").read_bytes()
    losses = "results/experiment_01/losses.csv"
    assert pd.read_csv(tmp_path / losses).equals(
        pd.read_csv(store.open_input_file(f"bucket/{losses}"))
    )
    run = find(None, RESULTS)
    for path in files.files_below(run.model_folder):
        assert sent[f"bucket/results/{run.model_folder.name}/{path.name}"] == path.read_bytes()
    settings = run.read_settings()
    assert (settings["data_path"], settings["result_dir"]) == ("gs://bucket/records", RESULTS)
