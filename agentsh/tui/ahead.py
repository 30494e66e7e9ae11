"""Loads what shows a session, its modules and its style sheets, while nobody waits for it yet."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.css.stylesheet import Stylesheet
    from textual.widget import Widget


async def load_ahead(styles: "Stylesheet") -> None:
    """Load the session's screen, and read the rules for its widgets, as mounting the first of each would."""
    for kind in await asyncio.to_thread(_kinds):
        if _add(styles, kind):
            styles.parse()  # what was read before is kept: a key that is pressed waits for one widget's rules only
            await asyncio.sleep(0)


def _kinds() -> Sequence["type[Widget]"]:
    """Return what stands on every screen of a session, and how a generation is shown."""
    from textual.widgets import Markdown

    from agentsh.tui.agents import Agents
    from agentsh.tui.asking import Asking
    from agentsh.tui.bus import Bus
    from agentsh.tui.cards import Draft, Note, Said
    from agentsh.tui.chat import Chat
    from agentsh.tui.files import Files
    from agentsh.tui.layout import PaneTabs
    from agentsh.tui.line_view import LineView
    from agentsh.tui.look import Look
    from agentsh.tui.page import Page
    from agentsh.tui.prompt import Prompt, PromptArea
    from agentsh.tui.session_screen import SessionScreen
    from agentsh.tui.status import StatusBar

    panes = (Agents, Files, Chat, Said, Note, Draft, Markdown, Bus, LineView, Look, Page)
    return (SessionScreen, StatusBar, PaneTabs, *panes, Asking, Prompt, PromptArea)


def _add(styles: "Stylesheet", kind: "type[Widget]") -> bool:
    """Add the rules that a kind of widget brings; return whether there were new ones."""
    known = len(styles.source)
    for place, css, tie_breaker, scope in kind.__new__(kind)._get_default_css():  # noqa: SLF001  of the class
        styles.add_source(css, read_from=place, is_default_css=True, tie_breaker=tie_breaker, scope=scope)
    return len(styles.source) > known
