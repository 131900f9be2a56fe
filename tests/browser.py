"""A page as a headless Chromium shows it, where there is one."""

import html
import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
PROBE = """<script>
const errors = [];
addEventListener("error", event => errors.push(event.message || "not loaded"), true);
addEventListener("load", () => {
  const images = [...document.images], root = document.documentElement;
  parent.postMessage(JSON.stringify({
    errors, images: images.length, loaded: images.filter(image => image.naturalWidth).length,
    width: root.clientWidth, widest: root.scrollWidth,
  }), "*");
});
</script>"""
FRAME = """<!DOCTYPE html>
<iframe src="page.html" style="width: {width}px; height: 900px; border: 0"></iframe>
<pre></pre>
<script>
addEventListener("message", event => document.querySelector("pre").textContent = event.data);
</script>"""


def look(page, width, folder):
    """What a browser says of the HTML `page`, `width` pixels wide; files go to `folder`.

    {errors: messages of scripts and of what did not load; images, loaded: how many; width, widest:
    pixels of the page and of what is in it}. Skips the test where there is no Chromium.
    """
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    assert page.count("<head>") == 1
    (folder / "page.html").write_text(page.replace("<head>", f"<head>{PROBE}"), encoding="utf-8")
    # A window is 500 pixels wide at least, a frame as wide as it is told to be.
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000", "--dump-dom",
            frame.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = re.search(r"<pre>(.+?)</pre>", done.stdout, re.DOTALL)
    assert said, f"The page said nothing: {done.stderr}"
    return json.loads(html.unescape(said[1]))


def assert_shown_whole(page, width, folder):
    """No script fails, every image is there, nothing makes the page scroll sideways."""
    seen = look(page, width, folder)
    assert seen["errors"] == [] and seen["loaded"] == seen["images"] > 0
    assert seen["widest"] <= seen["width"] <= width
