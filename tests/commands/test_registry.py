"""One registry: each name once, the nearest one for what is not there, and every word of the contract is in it."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from agentsh.commands import lines
from agentsh.commands.arguments import Arguments, parse
from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context
from agentsh.commands.registry import command, foreign
from agentsh.commands.reply import Nothing, Reply, Text
from agentsh.core.errors import UsageError
from docs.generate import DOCS, PAGES
from tests.commands.outside import context_of

CONTRACT = [
    "say",
    "to",
    "pause",
    "go",
    "step",
    "stop",
    "be",
    "release",
    "approve",
    "deny",
    "edit",
    "answer",
    "ask",
    "whisper",
    "retry",
    "break",
    "breaks",
    "diff",
    "files",
    "open",
    "lens",
    "why",
    "memory",
    "agents",
    "bus",
    "search",
    "model",
    "hire",
    "fire",
    "budget",
    "cost",
    "sessions",
    "new",
    "rename",
    "export",
    "copy",
    "theme",
    "keys",
    "config",
    "editor",
    "help",
    "quit",
]
ROLES = ("architect", "engineer", "qa_engineer", "alice")
_IN_CODE = re.compile(r"`(/[a-z][^`]*)`")


@pytest.mark.parametrize("name", CONTRACT)
def test_every_control_is_there(name: str) -> None:
    assert builtin().find(name).name == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/puase", "/pause [ROLE]"),
        ("/aprove", "/approve"),
        ("/modle", "/model"),
        ("/exti", "/quit"),
        ("/xyzzy", "/help"),
    ],
)
async def test_for_what_is_not_there_the_nearest_is_named(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"no command {typed}") as error:
        await builtin().run(context_of(None), typed)
    assert meant in error.value.hint


async def test_without_a_session_a_command_that_needs_one_says_how_to_get_one() -> None:
    with pytest.raises(UsageError, match="no session is open") as error:
        await builtin().run(context_of(None), "hello")
    assert "/new" in error.value.hint


def test_names_are_given_once() -> None:
    async def run(_context: Context, _arguments: Arguments) -> Reply:
        return Nothing()

    for name, alias in (("pause", "x"), ("x", "q")):
        with pytest.raises(UsageError, match="already"):
            builtin().add(command(name, "Mine.", Arguments, run, "Shell", aliases=(alias,)))


def test_case_and_aliases_do_not_matter() -> None:
    assert builtin().find("/EXIT").name == "quit"


def test_every_command_has_help_in_a_sentence() -> None:
    for one in builtin():
        assert one.summary.endswith("."), one.name
        assert len(one.summary) < 100, one.name


def test_every_example_is_a_line_that_can_be_typed() -> None:
    registry = builtin()
    for one in registry:
        for example in one.examples:
            call = lines.read(example, ROLES)
            found = registry.find(call.name)
            parse(found.name, found.arguments, call.rest, ROLES)
            assert found is one or example[0] != "/", example


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


def test_every_command_that_the_manual_shows_can_be_typed() -> None:
    registry = builtin()
    text = Path(DOCS / "STEERING.md").read_text(encoding="utf-8")
    shown = [line.replace("…", "it").replace("FILE", "bob") for line in _IN_CODE.findall(text)]
    assert len(shown) > 20
    for line in shown:
        call = lines.read(line, ROLES)
        found = registry.find(call.name)
        if call.rest:
            parse(found.name, found.arguments, call.rest, ROLES)


async def _raises(_context: Context, _nothing: Arguments) -> Reply:
    raise LookupError("no such shelf")


async def _answers_nonsense(_context: Context, _nothing: Arguments) -> Reply:
    return 7  # type: ignore[return-value]


async def _answers_half(_context: Context, _nothing: Arguments) -> Reply:
    return Text(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "told"),
    [(_raises, "LookupError: no such shelf"), (_answers_nonsense, "7, which is no Reply"), (_answers_half, "no text")],
)
async def test_a_mistake_in_a_plugins_command_is_told_and_ends_no_shell(
    run: Callable[[Context, Arguments], Awaitable[Reply]], told: str
) -> None:
    registry = builtin()
    registry.add(foreign(command("odd", "Mine.", Arguments, run, "Shell")))
    with pytest.raises(UsageError, match=told):
        await registry.run(context_of(None), "/odd")
