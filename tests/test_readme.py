"""The READMEs and docs: commands that our programs know, links that lead somewhere."""

import re
import shlex
import subprocess
import sys
from urllib.parse import unquote

import pytest

from modules.command_line import named_family, read_settings
from modules.files import ROOT
from settings import FAMILIES, GeneratorSettings

ENGLISH, KOREAN = ROOT / "README.md", ROOT / "README.ko.md"
PAGES = [ENGLISH, KOREAN, *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = ("python", "pip", "make", "tensorboard")
FENCED = re.compile(r"^```(?!python)\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
IN_A_LINE = re.compile(r"`((?:python gan_|--)[^`]*)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
OF_OTHERS = {"--logdir"}
WRONG_ON_PURPOSE = {"python gan_train.py --seq_len x"}
FEW = "--train_step 1 --autoencoder_steps 1 --supervised_steps 1 --joint_steps 2 --batch_size 8"
FEW_STEPS = {
    "gan_train.py": f"{FEW} --report none".split(),
    "gan_generator.py": "--n_windows 40 --output .".split(),
}


def fenced(page):
    """The commands that `page` shows in blocks, in their order."""
    lines = "".join(FENCED.findall(page.read_text(encoding="utf-8"))).splitlines()
    return [line for line in lines if line.split(" ")[0] in PROGRAMS]


def commands(page):
    """Every command of our two programs in `page`, in blocks and within lines."""
    within = IN_A_LINE.findall(page.read_text(encoding="utf-8"))
    return [x for x in (*fenced(page), *within) if x.startswith("python gan_")]


def understood(command):
    """Read a command as its program does; SettingsError where an option or value is wrong."""
    _, program, *words = shlex.split(command)
    if program == "gan_generator.py":
        return read_settings(GeneratorSettings, words)
    assert program == "gan_train.py", command
    family, options = named_family(words, FAMILIES)
    return read_settings(FAMILIES[family], options)


def headings(page):
    """The anchors of a page, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_that_the_programs_know(page):
    for command in set(commands(page)) - WRONG_ON_PURPOSE:
        understood(command)


def test_commands_are_found_in_the_pages_that_show_them():
    for page in (ENGLISH, KOREAN, ROOT / "docs" / "examples.md"):
        assert len(commands(page)) >= 5, page.name


@pytest.mark.parametrize("page", [ENGLISH, KOREAN], ids=lambda page: page.name)
def test_every_option_named_in_a_line_is_a_setting(page):
    known = {name for kind in (*FAMILIES.values(), GeneratorSettings) for name in kind.model_fields}
    named = " ".join(IN_A_LINE.findall(page.read_text(encoding="utf-8")))
    assert {x[2:] for x in set(re.findall(r"--\w+", named)) - OF_OTHERS} <= known


def test_the_korean_readme_shows_the_same_commands():
    assert fenced(KOREAN) == fenced(ENGLISH)
    for found in (commands, lambda page: IN_A_LINE.findall(page.read_text(encoding="utf-8"))):
        assert set(found(KOREAN)) == set(found(ENGLISH))


@pytest.mark.parametrize("page", PAGES[:2] + [ROOT / "docs" / "examples.md"], ids=lambda p: p.name)
def test_commands_are_whole_in_bash_and_in_powershell(page):
    for command in fenced(page):
        assert not re.search(r"&&|[\\`]$|\$|^\w+=", command), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


@pytest.mark.slow
def test_the_quick_start_runs_as_printed(tmp_path):
    start = ENGLISH.read_text(encoding="utf-8").split("## Quick start")[1].split("```")[1]
    for command in start.splitlines():
        if command.startswith("python "):
            _, program, *words = shlex.split(command)
            line = [sys.executable, str(ROOT / program), *words, *FEW_STEPS[program]]
            subprocess.run(line, cwd=tmp_path, check=True, timeout=1200)
    (table,) = tmp_path.glob("TimeGan_*.csv")
    assert len(table.read_text().splitlines()) == 1 + 40 * 24
    assert (tmp_path / "TimeGan_Result" / "experiment_01" / "report.html").exists()
