"""The browser that looks at our pages sees what is wrong with one."""

import pytest

from tests.browser import assert_shown_whole, look

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)

pytestmark = pytest.mark.whole


def page(body, image=PIXEL):
    return f'<!DOCTYPE html><html><head></head><body>{body}<img src="{image}"></body></html>'


def test_a_sound_page_is_as_wide_as_it_is_asked_for(tmp_path):
    seen = look(page("<p>sound</p>"), 400, tmp_path)
    assert seen == {"errors": [], "images": 1, "loaded": 1, "width": 400, "widest": 400}


@pytest.mark.parametrize(
    ("body", "image"),
    [
        ('<div style="width: 700px">wide</div>', PIXEL),
        ("<script>nothing.of_that_name</script>", PIXEL),
        ("", "data:image/png;base64,AAAA"),
    ],
)
def test_what_is_wrong_is_seen(tmp_path, body, image):
    with pytest.raises(AssertionError):
        assert_shown_whole(page(body, image), 400, tmp_path)
