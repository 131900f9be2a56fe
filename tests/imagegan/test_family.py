"""`gan_train.py imagegan` and `gan_generator.py` from end to end, in tiny sizes."""

import importlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import gan_generator
import gan_train
from modules import files
from modules.imagegan import conditions, sample
from modules.imagegan.images import read_folder, read_image
from modules.trainer import Trainer
from tests.tiny_images import FIXED, SIZES, write_images

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("own_logging")


def train(folder, *arguments):
    """Train in `folder`, on images that are written there; return the exit code."""
    if not (folder / "images").is_dir():
        write_images(folder / "images")
    words = ["--data_path", str(folder / "images"), "--result_dir", str(folder / "runs")]
    words += ["--epochs", "2", "--log_interval", "3", *SIZES]
    words += [] if "--fixed_pixels" in arguments else ["--fixed_pixels", *FIXED]
    return gan_train.main(["imagegan", *words, *arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a finished run of infogan, with paths of its own."""
    folder = tmp_path_factory.mktemp("images")
    paths = ["--log_path", str(folder / "log"), "--output_path", str(folder / "log" / "output")]
    assert train(folder, "--gan_model", "infogan", *paths) == 0
    return folder


def generate(folder, *arguments):
    run = folder / "runs" / "experiment_01"
    return gan_generator.main(["--run", str(run), *arguments])


ASKED = ["--durability", "1.4", "--mass", "2.14"]


@pytest.mark.whole
def test_the_log_summary_holds_every_argument_and_the_losses(trained):
    text = (trained / "log" / "log_summary").read_text()
    settings = json.loads((trained / "runs" / "experiment_01_model" / "settings.json").read_text())
    for name in settings.keys() - {"run_id", "family", "format", "origins"}:
        assert f"\n{name} = " in f"\n{text}", name
    assert "gan_model = infogan\n" in text and "input_dim = 420\n" in text
    losses = (trained / "runs" / "experiment_01" / "losses.csv").read_text()
    assert text.endswith(losses) and losses.count("\n") == 1 + 2


@pytest.mark.whole
def test_tensorboard_has_real_images_and_those_made_in_their_place(trained):
    for kind in ("real", "fake"):
        events = EventAccumulator(str(trained / "log" / "tensorboard_records" / kind))
        events.Reload()
        tags = events.Tags()["tensors"]
        assert tags == ["images"]
        shown = events.Tensors("images")
        assert [event.step for event in shown] == [3, 6]
        size, other, *pictures = tf.make_ndarray(shown[-1].tensor_proto)
        assert (size, other, len(pictures)) == (b"30", b"10", 8)
        assert tf.io.decode_png(pictures[0]).shape == (10, 30, 3)


def test_the_last_batch_is_written_in_pairs_of_one_name(trained):
    output = trained / "log" / "output"
    real, fake = (sorted(path.name for path in (output / k).iterdir()) for k in ("real", "fake"))
    assert real == fake and len(real) == 4
    images, durability, mass = read_folder(output / "real")
    shown = sample.read_conditions(images / 255)
    np.testing.assert_allclose(shown[1], mass, atol=1e-9)
    assert np.abs(shown[0] - durability).max() < 0.05
    assert not read_image(output / "fake" / fake[0])[:, 0].any()
    assert (output / "model.keras").is_file()


def test_images_are_written_as_asked_with_exact_fixed_pixels_and_black_columns(
    trained, tmp_path, capsys
):
    struts = ["--strut1", "0", "85", "255", "--strut2", "1", "2", "3"]
    arguments = ["--num_gen_image", "7", *ASKED, *struts, "--gen_img_path", str(tmp_path / "G")]
    assert generate(trained, *arguments) == 0
    names = sorted(path.name for path in (tmp_path / "G").glob("d*.png"))
    assert names == [f"d1.4_m2.14_s1-0-85-255_s2-1-2-3_{i:04d}.png" for i in range(7)]
    images = np.stack([read_image(tmp_path / "G" / name) for name in names])
    assert (images[:, 2, 5] == [0, 85, 255]).all() and (images[:, 7, 22] == [1, 2, 3]).all()
    black = np.setdiff1d(np.arange(30), sample.KEPT)
    assert not images[:, :, black].any() and images[:, :, sample.KEPT].any()
    assert len(np.unique(images.reshape(7, -1), axis=0)) == 7
    assert (tmp_path / "G" / "contact_sheet.png").is_file()
    assert "7 images of durability 1.4, mass 2.14" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_images_whatever_their_number(trained, tmp_path):
    for folder, number in (("a", "3"), ("b", "5")):
        words = ["--num_gen_image", number, *ASKED, "--gen_img_path", str(tmp_path / folder)]
        assert generate(trained, *words) == 0
    for path in (tmp_path / "a").glob("d*.png"):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert generate(trained, *words, "--seed", "1") == 0
    assert len(list((tmp_path / "b").glob("d*.png"))) == 10  # never over another image


def test_a_grid_is_a_sheet_of_every_pair_of_conditions(trained, tmp_path):
    assert generate(trained, "--grid", "--gen_img_path", str(tmp_path / "G")) == 0
    (sheet,) = (tmp_path / "G").iterdir()
    assert sheet.name == "grid.png" and sheet.stat().st_size > 10_000


@pytest.mark.parametrize("output", [True, False])
def test_without_a_path_images_go_into_a_new_folder(trained, tmp_path, monkeypatch, output):
    words = ["--output", str(tmp_path)] if output else []
    if not output:
        monkeypatch.setattr(files, "ROOT", tmp_path)
    assert generate(trained, "--num_gen_image", "1", *ASKED, *words) == 0
    assert len(list(tmp_path.glob("ImageGan_*/d1.4_m2.14_*.png"))) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "`durability` must be given"),
        (("--durability", "1.4"), "`mass` must be given"),
        (
            ("--durability", "1.45", "--mass", "2.14"),
            "`durability` must be one of 1.0, 1.1 ... 1.9",
        ),
        (("--durability", "1.4", "--mass", "nan"), "`mass` must be one of 2.13, 2.14 ... 2.24"),
        ((*ASKED, "--strut1", "0", "0", "256"), "`strut1`"),
        ((*ASKED, "--strut1", "0", "0"), "`strut1`: too few values. Received: [0, 0]"),
        ((*ASKED, "--num_gen_image", "0"), "`num_gen_image`"),
        ((*ASKED, "--gen_img_path", "/dev/null/G"), "cannot be made"),
        ((*ASKED, "--output", "images.csv"), "Images need a folder. Received: images.csv"),
        ((*ASKED, "--model_path", "nowhere.keras"), "nowhere.keras cannot be loaded"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_message(trained, capsys, arguments, said):
    capsys.readouterr()
    assert generate(trained, *arguments) == 2
    output = capsys.readouterr().out
    assert said in output and output.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--width", "30"), "`width`: the images have 14 with `--datashape dropempty`"),
        (
            ("--datashape", "original", "--width", "14", "--input_dim", "420"),
            "`input_dim`: the images have 900",
        ),
        (("--height", "9"), "`height`: the images have 10"),
        (("--num_heads", "5"), "must divide `embed_dim`"),
        (("--fixed_pixels", "2,5,7,3"), "`fixed_pixels` must be two pixels"),
        (("--fixed_pixels", "2", "5"), "`fixed_pixels`: too few values"),
        (("--loss_mode", "hinge"), "`loss_mode`"),
        (("--data_path", "nowhere"), "nowhere is no folder of PNG images"),
    ],
)
def test_settings_that_do_not_go_with_the_images_are_refused(tmp_path, capsys, arguments, said):
    assert train(tmp_path, *arguments) == 2
    output = capsys.readouterr().out
    assert said in output and not (tmp_path / "runs").exists()


@pytest.mark.parametrize("setting", ["log_path", "output_path"])
def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path, capsys, setting):
    assert train(tmp_path, f"--{setting}", "/dev/null/x") == 2
    output = capsys.readouterr().out
    assert "/dev/null/x" in output and f"Set `--{setting}`" in output


def test_images_of_ones_own_need_their_fixed_pixels_named(tmp_path, capsys):
    folder = str(write_images(tmp_path / "images"))
    assert gan_train.main(["imagegan", "--data_path", folder]) == 2
    assert "`fixed_pixels` must tell" in capsys.readouterr().out


@pytest.mark.whole
@pytest.mark.parametrize(
    ("arguments", "shape"), [(("--datashape", "original"), (10, 30, 900)), ((), (10, 14, 420))]
)
def test_sizes_are_derived_from_the_images(tmp_path, arguments, shape):
    assert train(tmp_path, *arguments, "--gen_mode", "vanilla") == 0
    settings = json.loads((tmp_path / "runs/experiment_01_model/settings.json").read_text())
    assert (settings["height"], settings["width"], settings["input_dim"]) == shape


def test_the_bundled_sample_is_made_where_no_data_are_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sample.make_sample, "__kwdefaults__", {"n_images": 30, "seed": 0})
    assert gan_train.main(["imagegan", "--check_only"]) == 0
    assert "30 images of 10 x 30 in sample_images" in capsys.readouterr().out
    assert len(list((tmp_path / "sample_images").glob("*.png"))) == 30


def weights(folder, number=1):
    run = folder / "runs" / f"experiment_{number:02d}_model" / "model.keras"
    return importlib.import_module("keras").saving.load_model(run).get_weights()


VARIANT = ["--gan_model", "infogan", "--gen_mode", "selfattention"]


@pytest.mark.whole
def test_a_training_that_was_stopped_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert train(whole, *VARIANT) == 0
    save = Trainer._save

    def stopping(self, phase, step):
        save(self, phase, step)
        if step == 4:
            os.kill(os.getpid(), 2)

    monkeypatch.setattr(Trainer, "_save", stopping)
    assert train(stopped, *VARIANT, "--checkpoint_interval", "4") == 130
    monkeypatch.setattr(Trainer, "_save", save)
    words = ["imagegan", "--resume", "--result_dir", str(stopped / "runs")]
    assert gan_train.main(words) == 0
    for ours, theirs in zip(weights(whole), weights(stopped), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    tables = [pd.read_csv(folder / "runs/experiment_01/losses.csv") for folder in (whole, stopped)]
    assert tables[0]["step"].tolist() == tables[1]["step"].tolist() == [3, 6]


def test_a_resumption_with_other_images_is_refused(tmp_path, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "train", stopped)
    assert train(tmp_path) == 130
    next((tmp_path / "images").glob("*.png")).unlink()
    words = ["imagegan", "--resume", "--result_dir", str(tmp_path / "runs")]
    assert gan_train.main(words) == 2
    assert "have changed since" in capsys.readouterr().out


@pytest.mark.whole
def test_a_model_of_another_run_is_refused(trained, tmp_path, capsys):
    assert train(tmp_path) == 0
    model = tmp_path / "runs" / "experiment_01_model" / "model.keras"
    capsys.readouterr()
    assert generate(trained, *ASKED, "--model_path", str(model)) == 2
    assert "is not of the run" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [{"kept": [1, 2, 99]}, {"kept": []}, {"kept": [2, 1, 5, 22]}, {"height": "x"},
     {"height": 11}, {"fixed_pixels": [[2, 5], [2, 5]]}, {"width": -30}, {"shades": None}],
)  # fmt: skip
def test_a_run_whose_columns_were_changed_is_refused(trained, capsys, changes):
    path = trained / "runs" / "experiment_01_model" / "columns.json"
    before = path.read_text()
    path.write_text(json.dumps(json.loads(before) | changes))
    try:
        capsys.readouterr()
        assert generate(trained, *ASKED) == 2
    finally:
        path.write_text(before)
    output = capsys.readouterr().out
    assert "is damaged" in output and output.count("\n") == 1


def test_no_shared_room_names_the_family():
    rooms = [ROOT / "gan_train.py", ROOT / "gan_generator.py"]
    rooms += [p for p in (ROOT / "modules").rglob("*.py") if "imagegan" not in p.parts]
    rooms += [p for p in (ROOT / "models").glob("*.py") if p.name != "imagegan.py"]
    assert len(rooms) > 50
    assert [str(path) for path in rooms if "imagegan" in path.read_text().lower()] == []


def test_conditions_that_were_never_seen_together_can_be_drawn(trained, tmp_path):
    _, durability, mass = read_folder(trained / "images")
    seen = set(zip(durability, mass, strict=True))
    pairs = [(d, m) for d in conditions.KNOWN["durability"] for m in conditions.KNOWN["mass"]]
    d, m = next(pair for pair in pairs if pair not in seen)
    words = ["--durability", str(d), "--mass", str(m), "--num_gen_image", "1"]
    assert generate(trained, *words, "--gen_img_path", str(tmp_path)) == 0
