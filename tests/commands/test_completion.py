"""Completion knows commands, what each argument is about, and files and roles in any text."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.commands.completion import complete
from agentsh.commands.context import Context
from agentsh.core.controls import BreakAt
from tests.commands.outside import context_of
from tests.support.stage import asks_and_says, card, stage

TEAM = [(card("ann"), asks_and_says("plan", "what")), (card("bob", "plan"), asks_and_says("code", "how"))]


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    async with stage(tmp_path / "s.db", TEAM) as on:
        on.workspace.texts.update({"main.py": "", "a file.py": "", "src/deep.py": ""})
        await on.session.run()
        await on.session.send(BreakAt(when="role:ann"))
        yield context_of(on.session)


async def texts(context: Context, line: str) -> list[str]:
    return [found.text for found in await complete(context, line)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("/pa", ["/pause"]),
        ("/br", ["/break", "/breaks"]),
        ("/pause ", ["ann", "bob"]),
        ("/pause b", ["bob"]),
        ("/to #b", ["#bob"]),
        ("/stop ann ", ["keep", "edit", "continue", "drop"]),
        ("/approve s", ["session"]),
        ("/open ma", ["main.py"]),
        ("/open @ma", ["@main.py"]),
        ("/open deep", ["src/deep.py"]),
        ("/open a", ['"a file.py"']),
        ("/sessions t", ["tetris"]),
        ("/hire ", ["bob"]),
        ("/model ann t", ["tiny"]),
        ("/break ro", ["role:ann", "role:bob"]),
        ("/break before:r", ["before:run", "before:read"]),
        ("/breaks clear ", ["role:ann"]),
        ("/why a", ["ann:1:1"]),
        ("/help pau", ["pause"]),
        ("look at @ma", ["@main.py"]),
        ("tell #an", ["#ann"]),
        ("/to ann look at @ma", ["@main.py"]),
    ],
)
async def test_a_word_becomes_what_it_may_be(context: Context, line: str, first: list[str]) -> None:
    found = await texts(context, line)
    assert found[: len(first)] == first


@pytest.mark.parametrize("line", ["", "hello", "hello there", "/nothing x", "/quit ", "/to ann hel", "/step 3 "])
async def test_where_nothing_is_known_nothing_is_offered(context: Context, line: str) -> None:
    assert await texts(context, line) == []


async def test_a_completion_says_where_it_begins_and_what_it_is(context: Context) -> None:
    found = (await complete(context, "/pause b"))[0]
    assert (found.start, found.text, found.summary) == (7, "bob", "Bob")


async def test_without_a_session_commands_are_still_offered() -> None:
    assert await texts(context_of(None), "/qu") == ["/quit"]
    assert await texts(context_of(None), "/pause ") == []
    assert await texts(context_of(None), "/sessions sn") == ["snake"]
