"""Whatever lies where records are looked for: clean data come out, or one DataError."""

import contextlib
import json
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from modules import files
from modules.dataLoader import load
from modules.errors import DataError
from modules.forecaster import examples
from modules.forecaster.target import find_target
from modules.location_module import clean
from modules.preprocessing import SCALERS, encode_angles, feature_names
from modules.records.columns import LARGEST_NUMBER
from modules.windows.cut import cut
from settings import DataSettings, ForecasterSettings
from tests import odd_files
from tests.wind_files import westsouth, write

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1500"))


def is_accepted(path, location="generic", freq=None):
    """Prepare a training as the programs do; what is refused must be refused in our words."""
    chosen = DataSettings(data_path=str(path), location=location, freq=freq)
    try:
        site_data = clean(load(chosen), chosen)
        assert str(site_data.report)
        check_tables(site_data)
        check_windows(site_data)
    except DataError as error:
        assert str(error).strip() and "Traceback" not in str(error)
        return False
    return True


def check_tables(site_data):
    for table in site_data.tables.values():
        values = table.to_numpy()
        finite = values[np.isfinite(values)]
        assert values.dtype == np.float64
        assert np.abs(finite).max(initial=0) <= LARGEST_NUMBER


def check_windows(site_data):
    """Two rows each, for both families, and what a run writes of the records as it begins.

    What TimeGAN trains on, the forecaster may still refuse: it needs more rows.
    """
    assert site_data.fingerprint()
    columns = [column.model_dump(mode="json") for column in site_data.columns]
    assert json.dumps(columns, ensure_ascii=False).encode() and site_data.report.model_dump_json()
    series, _ = cut(site_data.tables, 2)
    features = encode_angles(series, site_data.columns)
    for kind in SCALERS.values():
        scaler = kind().fit(features, feature_names(site_data.columns))
        assert np.isfinite(scaler.transform(features).astype(np.float32)).all()
    with contextlib.suppress(DataError):
        chosen = ForecasterSettings(window_size=2, split=0.5)
        target = find_target(site_data.columns, None)
        _, training, *_ = examples.prepare(site_data, target, chosen)
        assert np.isfinite(training.features).all()


def try_many(kind, folder, n_examples):
    """Files of `kind`; return for each whether it was accepted."""
    tried = []

    @settings(max_examples=n_examples, **odd_files.QUIET)
    @given(odd_files.FILES[kind], odd_files.locations, odd_files.freqs)
    def attempt(content, location, freq):
        (folder / kind).write_bytes(content)
        tried.append(is_accepted(folder / kind, location, freq))
        assert os.listdir(folder) == [kind]

    attempt()
    print(f"{kind}: {len(tried)} inputs tried, {sum(tried)} accepted")
    return tried


def try_folders(folder, n_examples):
    """Folders of files; return for each whether it was accepted."""
    tried = []

    @settings(max_examples=n_examples, **odd_files.QUIET)
    @given(odd_files.odd_folder(), odd_files.freqs)
    def attempt(contents, freq):
        root = folder / str(len(tried))
        for name, content in contents.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        tried.append(is_accepted(root, freq=freq))

    attempt()
    return tried


@pytest.mark.whole
def test_odd_folders_are_read_or_refused(tmp_path):
    assert len(try_folders(tmp_path, 40)) >= 40


@pytest.mark.parametrize("kind", odd_files.FILES)
def test_odd_files_are_read_or_refused(kind, tmp_path):
    assert len(try_many(kind, tmp_path, 20)) >= 20


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("kind", odd_files.FILES)
def test_thousands_of_odd_files_are_read_or_refused(kind, tmp_path):
    assert len(try_many(kind, tmp_path, EXAMPLES)) >= 0.9 * EXAMPLES


@pytest.mark.whole
def test_ten_thousand_columns_are_read(tmp_path):
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(40, 10_000))).add_prefix("c")
    assert is_accepted(write(table, tmp_path / "wide.csv"))
    (tmp_path / "wide.csv").write_text(",".join(f"c{i}" for i in range(10_000)) + "\n1,2\n")
    assert not is_accepted(tmp_path / "wide.csv")


def test_lines_that_end_as_on_the_first_macs_are_read(tmp_path):
    path = write(westsouth(), tmp_path / "WT01.csv", lineterminator="\r")
    assert is_accepted(path, "westsouth", "10T")


def test_a_reading_beyond_the_largest_number_is_refused_by_column(tmp_path):
    table = westsouth()
    table.loc[3, "WindSpeed"] = 1e200
    path = write(table, tmp_path / "WT01.csv")
    chosen = DataSettings(data_path=str(path))
    with pytest.raises(DataError, match=r"column 'WindSpeed' holds 1e\+200; at most 1e\+30"):
        load(chosen)


PLACES = {
    "a folder without files": lambda path: path.mkdir(),
    "a folder called like a file": lambda path: (path / "WT01.csv").mkdir(parents=True),
    "a loop of links": lambda path: path.symlink_to(path),
    "a folder that holds itself": lambda path: (path.mkdir(), (path / "in").symlink_to(path)),
    "a link to nowhere": lambda path: path.symlink_to(path.with_name("nowhere.csv")),
    "a pipe": os.mkfifo,
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_refused(tmp_path, place):
    path = tmp_path / "input.csv"
    PLACES[place](path)
    assert not is_accepted(path)
    if path.is_dir():
        os.mkfifo(path / "pipe.csv")
        assert not is_accepted(path)


@pytest.mark.parametrize("name", ["x" * 5000, "/dev/null", "~", "/proc/self/mem"])
def test_a_path_that_no_file_can_have_is_refused(name):
    assert not is_accepted(name)


def test_a_turbine_whose_file_has_a_name_that_is_no_text_is_read(tmp_path):
    name = os.fsdecode(b"WT\xff.csv")
    write(westsouth(), tmp_path / "WT01.csv").rename(tmp_path / name)
    assert is_accepted(tmp_path, "westsouth", "10T")


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"WT01{suffix}"
    path.write_bytes(b"")

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    for opener in ("open_to_read", "read_bytes"):
        monkeypatch.setattr(files, opener, denied)
    with pytest.raises(DataError, match=f"WT01{suffix} .*Permission denied"):
        load(DataSettings(data_path=str(path), location="generic"))
