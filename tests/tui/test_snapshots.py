"""Each screen at each size, dark and light, stands there as it was once looked at and found good.

`make snapshots` writes the pictures again; look at their difference before you keep it.
"""

import time
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widgets import Input, TextArea

from agentsh.tui.colours import DARK, LIGHT
from tests.tui.house import SIZES, House
from tests.tui.picture import Picture, colours, picture, unreadable
from tests.tui.scenes import STORIES, on_stage
from tests.tui.still import standing_still

KEPT = Path(__file__).with_name("snapshots")
IN_LIGHT = "120x40"
"""Where colours are kept, too, of both themes: they are alike at every size, and a switch of themes is dear."""
PATIENCE_S = 30.0
"""So long a screen may take until it looks as it should."""
STEADY_S = 2.0
"""So long nothing may have changed before a new picture is taken."""


@pytest.fixture
def clock() -> Iterator[None]:
    """Let no time go by on screen."""
    with standing_still():
        yield


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.usefixtures("clock")
async def test_each_screen_looks_as_it_did(
    story: str, size: tuple[int, int], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    rewrites = pytestconfig.getoption("--snapshots")
    folder = KEPT / f"{size[0]}x{size[1]}"
    wrong: list[str] = []
    async with on_stage(story, tmp_path, size) as app:
        async for scene in STORIES[story].leads(app):
            _quiet(app)
            shown = await _as_kept(app, scene, folder, rewrites=rewrites)
            for name, text in shown.items():
                if rewrites:
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_text(text, encoding="utf-8")
                else:
                    wrong += _difference(folder / name, text)
    assert not wrong, "\n".join([*wrong, "", "If that is right: make snapshots, and look at the difference."])


def _quiet(app: House) -> None:
    """No cursor blinks."""
    for field in app.app.screen.query(Input):
        field.cursor_blink = False
    for area in app.app.screen.query(TextArea):
        area.cursor_blink = False


def _kept(path: Path, rewrites: bool) -> str | None:
    return None if rewrites or not path.is_file() else path.read_text(encoding="utf-8")


async def _as_kept(app: House, scene: str, folder: Path, *, rewrites: bool) -> dict[str, str]:
    """Return what is to be kept of a scene, once it is what is kept; else what it is after a while."""
    begun = time.monotonic()
    while True:
        shown = await _shown(app, scene, _kept(folder / f"{scene}.txt", rewrites), in_light=folder.name == IN_LIGHT)
        same = all(_kept(folder / name, rewrites) == text for name, text in shown.items())
        if rewrites or same or time.monotonic() - begun > PATIENCE_S:
            return shown


async def _shown(app: House, scene: str, wanted: str | None, *, in_light: bool) -> dict[str, str]:
    """Return what is to be kept of a scene, by the name of the file."""
    if not in_light:
        return {f"{scene}.txt": (await _seen(app, app.app.theme, wanted)).text}
    first = app.app.theme  # the one that is on: a switch is dear
    one = await _seen(app, first, wanted)
    other = await _seen(app, LIGHT if first == DARK else DARK, one.text)
    dark, light = (one, other) if first == DARK else (other, one)
    pale = [words for seen in (dark, light) for words in unreadable(seen, _lit(app))]
    assert not pale, f"{scene} is hard to read:\n" + "\n".join(pale)
    return {f"{scene}.txt": dark.text, f"{scene}.colours": colours(dark, light)}


def _lit(app: House) -> Region:
    """Return the part of the screen that is not behind something."""
    screen = app.app.screen
    return screen.children[0].region if screen.is_modal else screen.region


async def _seen(app: House, theme: str, wanted: str | None) -> Picture:
    """Return what stands there in a theme, once it is what is wanted; else once nothing changes any more."""
    if theme != app.app.theme:
        app.app.theme = theme
        await app.pilot.pause()
    begun = since = time.monotonic()
    text = picture(app.app).text
    while time.monotonic() - begun < PATIENCE_S:
        if text == wanted or (wanted is None and time.monotonic() - since > STEADY_S):
            break
        await app.pilot.pause(0.02)
        if (now := picture(app.app).text) != text:
            text, since = now, time.monotonic()
    return picture(app.app)


def _difference(path: Path, text: str) -> list[str]:
    if not path.is_file():
        return [f"{path.relative_to(KEPT)} is not there yet:", text]
    kept = path.read_text(encoding="utf-8")
    name = str(path.relative_to(KEPT))
    return list(unified_diff(kept.splitlines(), text.splitlines(), f"{name} as kept", f"{name} now", lineterm="", n=1))
