"""A real session with what lies outside of it: hired from files, edited by hand, renamed, exported, gone on with."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.commands import reply as r
from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context
from agentsh.core.errors import UsageError
from agentsh.core.events import Event, Recorded
from agentsh.core.settings import ResumeOptions, RunOptions, Settings
from agentsh.library.home import Home, find_home
from agentsh.session.facade import Session
from agentsh.wiring import reopened, started
from agentsh.wiring.outside import Surroundings
from tests.cli.process import Shell
from tests.cli.tiny import PROGRAM, furnish
from tests.support.patience import HANG_S

CRITIC = "---\nname: critic\nprofile: Critic\nwatch:\n  speak: [criticise]\nactions: [criticise]\n---\n"
CRITICISE = "---\nname: criticise\nsummary: Criticises.\ndoes: ask\n---\nCriticise it.\n"


@pytest.fixture
def home(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(shell.root / name.lower()))
    furnish(shell, PROGRAM)
    for kind, name, text in (("roles", "critic", CRITIC), ("actions", "criticise", CRITICISE)):
        (shell.home / "prompts" / kind / f"{name}.md").write_text(text)
    (shell.home / "agentsh.toml").write_text("[run]\nteam = 'talk'\n")
    return find_home(shell.home, shell.home)


def context_of(home: Home, session: Session | None) -> Context:
    return Context(outside=Surroundings(home, Settings()), registry=builtin(), live=session)


@asynccontextmanager
async def served(home: Home, team: str = "talk") -> AsyncIterator[tuple[Session, Context]]:
    options = RunOptions(
        idea="A tool", team=team, provider="scripted", model=str(home.root.parent / "script.yaml"), approve="always"
    )
    async with started(options, Settings(), home, terminal=True) as session, working(session):
        yield session, context_of(home, session)


@asynccontextmanager
async def working(session: Session) -> AsyncIterator[None]:
    serving = asyncio.create_task(session.serve())
    await until(session, "session.finished")
    yield
    session.interrupt()
    await serving


async def until(session: Session, kind: str, **fields: object) -> Event:
    async with asyncio.timeout(HANG_S):
        async for item in session.follow():
            if not isinstance(item, Recorded) or item.event.kind != kind:
                continue
            if all(getattr(item.event, name) == value for name, value in fields.items()):
                return item.event
    raise AssertionError("it did not happen")


async def typed(context: Context, line: str) -> r.Reply:
    return await context.registry.run(context, line)


async def test_a_file_edited_by_hand_is_noticed_by_the_real_watcher(home: Home) -> None:
    async with served(home, "make") as (session, _):
        editing = asyncio.create_task(_edit(session.workspace / "main.py"))
        changed = await until(session, "file.changed", role="boss")
        editing.cancel()
        assert changed.file.path == "main.py"
        async for item in session.follow():
            if isinstance(item, Recorded) and getattr(getattr(item.event, "message", None), "cause_by", "") == (
                "edited_by_hand"
            ):
                break
        assert item.event.message.send_to == ("maker",)


async def _edit(path: Path) -> None:
    """Change a file again and again: nobody says when the watcher is ready."""
    text = path.read_text()
    for number in range(1000):
        path.write_text(f"{text}\n# by hand {number}\n")
        await asyncio.sleep(0.2)


async def test_a_role_is_hired_from_the_library_or_from_a_file_and_stays_when_resumed(home: Home) -> None:
    async with served(home) as (session, context):
        await typed(context, "/hire critic")
        path = home.prompts / "roles" / "critic.md"
        await typed(context, f"/hire {path} as second")
        await typed(context, "go on")
        said = await until(session, "message.published")
        await until(session, "session.finished", summary="the team is done")
        name = session.name
        with pytest.raises(UsageError, match="no role 'nobody'"):
            await typed(context, "/hire nobody")
    assert said is not None
    async with reopened(name, ResumeOptions(), Settings(), home, terminal=True) as session:
        assert [role.name for role in session.view().roles] == ["speaker", "critic", "second"]


async def test_a_renamed_session_has_its_new_name_once_it_is_closed(home: Home) -> None:
    async with served(home) as (session, context):
        old = session.name
        with pytest.raises(UsageError, match="already"):
            await typed(context, f"/rename {old}")
        with pytest.raises(UsageError, match="name"):
            await typed(context, "/rename ../outside")
        await typed(context, "/rename better")
        assert (home.sessions / f"{old}.db").exists()
    assert not (home.sessions / f"{old}.db").exists()
    async with reopened("better", ResumeOptions(), Settings(), home, terminal=True) as session:
        assert session.name == "better"
        assert session.workspace == home.sessions / old
    assert [found.name for found in await Surroundings(home, Settings()).sessions()] == ["better"]


async def test_an_export_is_a_page_or_lines(home: Home, tmp_path: Path) -> None:
    async with served(home) as (session, context):
        name = session.name
        told = await typed(context, "/export")
        assert told == r.Text(f"written: {home.sessions / name}.md")
        await typed(context, f"/export jsonl {tmp_path / 'it.jsonl'}")
        with pytest.raises(UsageError, match="cannot be written"):
            await typed(context, f"/export md {tmp_path}/no/such/folder.md")
    assert (home.sessions / f"{name}.md").read_text().startswith(f"# {name}\n")
    lines = [json.loads(line) for line in (tmp_path / "it.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["kind"] == "session.started"


async def test_teams_roles_and_settings_are_those_of_the_home(home: Home) -> None:
    context = context_of(home, None)
    assert "talk" in [team.name for team in await context.outside.teams()]
    assert "critic" in [role.name for role in await context.outside.roles()]
    assert "num_ctx = 8192" in (await context.outside.settings()).effective
    shown = await typed(context, "/config file")
    assert shown == r.Text("[run]\nteam = 'talk'\n", title=str(home.config), language="toml")


async def test_a_workspace_s_differences_are_shown(home: Home) -> None:
    async with served(home, "make") as (_, context):
        diff = await typed(context, "/diff main.py")
    assert isinstance(diff, r.Text)
    assert "+++ b/main.py" in diff.text
