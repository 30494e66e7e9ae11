"""The pictures in the documents are there, of sessions as they are now, and can be taken again."""

import re
from pathlib import Path

from docs.screenshots import PICTURES, SHOTS, picture
from tests.tui.still import standing_still

ROOT = Path(__file__).parents[2]
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+\.svg)\)")


def test_each_picture_that_is_shown_is_there_and_each_that_is_taken_is_shown() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {(page.parent / name).resolve() for page in documents for name in PICTURE.findall(page.read_text())}
    assert shown == {PICTURES / f"{name}.svg" for name in SHOTS}
    assert all(path.is_file() for path in shown)


async def test_a_picture_is_taken_of_a_session_as_it_is() -> None:
    with standing_still():
        taken = await picture(SHOTS["approval"])
    words = re.sub(r"<[^>]+>", " ", taken).replace("&#160;", " ")
    assert "qa_engineer wants to run code" in words
    assert "y once" in words
