"""Every screen, dialog, and empty or broken state of the app, each led to as a person comes to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agentsh.commands.builtin import builtin
from agentsh.commands.registry import Registry
from agentsh.core.chat import Failed, PullProgress
from agentsh.core.errors import ModelMissing, ProviderError
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.model import JsonObject
from agentsh.core.summary import SessionSummary, Tokens
from agentsh.tui.agents import Agents
from agentsh.tui.ask_panel import AskPanel
from agentsh.tui.cards import Draft, Said
from agentsh.tui.chooser import Chooser
from agentsh.tui.colours import DARK
from agentsh.tui.files import Files
from agentsh.tui.form import Fields
from agentsh.tui.help import Help
from agentsh.tui.picker import Picker
from agentsh.tui.role_page import PARTS, RolePage
from agentsh.tui.world_pane import WorldPane
from tests.support.stage import card
from tests.tui.house import BUILD, House, house
from tests.tui.lobby import StageLobby
from tests.tui.story import COMPANY, begin, furnish, streaming

LISTED = (
    ("write-a-cli-snake-game", "software-company", "waiting", "2026-03-01T11:58:00.000Z", 18_400),
    ("add-a-json-flag", "pair", "finished", "2026-03-01T09:00:00.000Z", 4_200),
    ("port-the-parser-to-a-real-grammar-with-good-errors", "chat-company", "failed", "2026-02-28T12:00:00.000Z", 912),
    ("magic-sword", "", "interrupted", "2026-02-20T12:00:00.000Z", 0),
)
COMMANDS = (
    *(
        "say",
        "to",
        "ask",
        "pause",
        "go",
        "step",
        "stop",
        "retry",
        "break",
        "breaks",
        "be",
        "release",
        "approve",
        "deny",
    ),
    *(
        "agents",
        "bus",
        "files",
        "open",
        "diff",
        "lens",
        "why",
        "plan",
        "memory",
        "rename",
        "rewind",
        "sessions",
        "theme",
    ),
)
"""Those that are listed: what others come to be changes no picture."""
FORM: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 60},
        "goals": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "risk": {"type": "string", "enum": ["low", "middle", "high"]},
        "players": {"type": "integer"},
        "colours": {"type": "boolean"},
    },
    "required": ["title", "goals", "risk"],
}
SCRIPT = "\n".join(f"print('line {number} of what is to be run')" for number in range(1, 61))

Scenes = AsyncIterator[str]
"""Comes to one scene after another, and names it as soon as it stands there."""


@dataclass(frozen=True)
class Stop:
    """What a story is: how to open the app, and where it comes by."""

    leads: Callable[[House], Scenes]
    opens: Callable[[Path], Awaitable[StageLobby]]
    begins: bool = True
    """Whether a session is opened at once."""


async def company(folder: Path) -> StageLobby:
    """Return a company that writes a game, asks before it runs code, and has a sandbox."""
    path = folder / "session.db"
    await begin(path)
    listing = Registry(command for command in builtin() if command.name in COMMANDS)
    lobby = StageLobby(path, COMPANY, streaming(), policy="ask", prepare=furnish, registry=listing)
    lobby.outside.listed = listed()
    return lobby


async def nobody(folder: Path) -> StageLobby:
    """Return a session in which nobody does anything."""
    path = folder / "session.db"
    roles = ((card("architect", "nothing"), COMPANY[0][1]), (card("engineer", "nothing"), COMPANY[0][1]))
    await begin(path, roles)
    return StageLobby(path, roles, streaming(), prepare=furnish)


async def nothing(folder: Path) -> StageLobby:
    """Return a home without sessions."""
    return StageLobby(folder / "session.db")


async def sessions(folder: Path) -> StageLobby:
    """Return a home with some sessions."""
    lobby = StageLobby(folder / "session.db")
    lobby.outside.listed = listed()
    return lobby


async def small_world(folder: Path) -> StageLobby:
    """Return a world of three rooms that has ticked three times."""
    from tests.tui.test_world import PEOPLE, WorldLobby, small

    rooms: JsonObject = {"Hall": {"doors": ["Yard"], "at": [0, 0]}, "Yard": {"at": [1, 0]}, "Cave": {"at": [0, 1]}}
    of = small(PEOPLE, items={"Old Lamp": {"in": "Hall"}}, rooms=rooms)
    return WorldLobby(folder / "w.db", of=of.model_copy(update={"ticks": 3}))


def listed() -> list[SessionSummary]:
    """Return sessions of every kind."""
    return [
        SessionSummary(
            name=name,
            team=team,
            idea=name.replace("-", " "),
            status=status,  # type: ignore[arg-type]
            model="qwen3:8b",
            provider="ollama",
            tokens=Tokens(prompt=tokens),
            updated_at=at,
        )
        for name, team, status, at, tokens in LISTED
    ]


async def _start_empty(app: House) -> Scenes:
    await app.shows("No sessions yet")
    yield "start-empty"
    await app.press("f1")
    await app.until(lambda: isinstance(app.app.screen, Help))
    yield "start-help"


async def _start(app: House) -> Scenes:
    await app.shows("the last words of magic-sword" if app.app.size.height > 24 else "the last words of add")
    yield "start"
    app.app.screen.query_one("#search").focus()
    await app.press(*"snake")
    await app.shows("1 of 4")
    yield "start-search"
    await app.press(*"!!")
    await app.shows("No session fits that.")
    yield "start-search-nothing"


async def _trouble(app: House) -> Scenes:
    app.lobby.trouble += [
        ProviderError(
            "no model server: http://127.0.0.1:11434 (connection refused)",
            hint="Start it: ollama serve. Or name another: agentsh --host URL",
        ),
        ModelMissing("qwen3:8b", "http://127.0.0.1:11434"),
    ]
    app.app.open(BUILD)
    await app.shows("That did not work", "d use the demo model")
    yield "start-no-server"
    await app.press("r")
    await app.shows("is not on", "p pull it now")
    yield "start-no-model"
    app.app.start.opening(BUILD)
    app.app.start.progress(
        PullProgress(status="pulling 2bada8a74506", completed_bytes=1_234_567_890, total_bytes=4_920_000_000)
    )
    await app.shows("25%")
    yield "start-pulling"


async def _nobody(app: House) -> Scenes:
    await app.shows("Write a cli snake game" if not app.screen.query(Said) else "FINISHED")
    yield "nobody"
    for pane in ("bus", "files", "look"):
        app.screen.action_pane(pane)  # type: ignore[arg-type]
        yield f"nobody-{pane}"


async def _working(app: House) -> Scenes:
    await app.until(lambda: app.screen.query(Draft))
    await app.shows("writes …", "food that makes t")
    yield "working"
    await app.press("f6")
    await app.shows("PAUSED")
    yield "paused"
    await app.press("f5")
    await app.shows("RUNNING")
    await app.press("escape")
    await app.shows("was interrupted")
    await app.listening()
    yield "interrupted"


async def _asked(app: House) -> Scenes:
    await app.listening()
    yield "approval"
    await app.press("n", *"no network")
    yield "approval-why-not"
    await app.press("escape", "y")
    await app.shows("FINISHED")
    yield "finished"


async def _panes(app: House) -> Scenes:
    await app.listening()
    await app.until(lambda: len(app.screen.query_one(Files).root.children) == 2)
    for pane in ("agents", "bus", "files"):
        app.screen.action_pane(pane)  # type: ignore[arg-type]
        yield pane
    await app.press("g", "j", "j", "enter")
    await app.until(lambda: app.screen.pane == "look")
    await app.shows("The board: where the snake is")
    yield "preview"
    app.screen.action_pane("files")
    await app.press("d")
    await app.until(lambda: app.screen.pane == "look")
    await app.shows("+class Board" if app.app.size.height > 24 else "+from dataclasses")
    yield "diff"
    app.app.run_line("/agents")
    await app.shows("qa_engineer", "idle")
    yield "table"
    app.app.run_line("/why architect:1:1")
    await app.shows("└─")
    yield "tree"
    app.screen.action_pane("chat")


async def _role(app: House) -> Scenes:
    await app.listening()
    app.app.open_role(app.screen.query_one(Agents).chosen or RoleName("engineer"))
    await app.until(lambda: isinstance(app.app.screen, RolePage))
    for part in PARTS:
        await app.until(lambda: not [worker for worker in app.app.workers if worker.group == "part"])
        yield f"role-{part}"
        await app.press("tab")
    await app.press("escape")


async def _overlays(app: House) -> Scenes:
    await app.listening()
    app.screen.prompt.area.focus()
    await app.press(*"/re")
    await app.shows("/rewind", "/release")
    yield "completion"
    await app.press("escape", "ctrl+u")
    await app.press("ctrl+p")
    await app.until(lambda: isinstance(app.app.screen, Chooser))
    await app.shows("/say")
    yield "palette"
    await app.press(*"paus")
    await app.shows("/pause")
    yield "palette-found"
    await app.press(*"xyz")
    await app.shows("Nothing fits that.")
    yield "palette-nothing"
    await app.press("escape")
    await app.until(lambda: not isinstance(app.app.screen, Chooser))
    app.app.theme = DARK  # which of the two is on depends on how often the picture before was taken
    app.app.run_line("/theme")
    await app.shows("● agentsh-dark")
    yield "themes"
    await app.press("escape")
    await app.press("ctrl+r")
    await app.until(lambda: isinstance(app.app.screen, Picker))
    await app.shows("the last words of magic-sword" if app.app.size.height > 24 else "the last words of add")
    yield "picker"
    await app.press("escape", "f1")
    await app.until(lambda: isinstance(app.app.screen, Help))
    yield "help"
    await app.press("escape")
    await app.press("ctrl+t")
    await app.shows("Time line", "r goes back to it")
    yield "time-line"
    await app.press("escape")
    app.app.run_line("/pasue")
    await app.shows("there is no command /pasue")
    yield "unknown-command"


async def _questions(app: House) -> Scenes:
    await app.shows("FINISHED")
    people = app.lobby.opened[0].desk.people
    role = RoleName("architect")
    asked: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("text", lambda: people.ask(QuestionId("a:1:1"), role, "Which library draws the board?", to_boss=True)),
        ("choice", lambda: people.ask(QuestionId("a:1:2"), role, "Who goes on?", choices=("engineer", "qa_engineer"))),
        ("form", lambda: people.ask(QuestionId("a:1:3"), role, "Plan: a snake game for two.", FORM)),
        ("long", lambda: people.permit(QuestionId("a:1:4"), role, "run code", SCRIPT, confined=False, editable=True)),
    ]
    for name, ask in asked:
        task = asyncio.ensure_future(ask())
        panel = await app.listening()
        panel.query_one(".ask--body").scroll_home(animate=False)
        yield f"question-{name}"
        if name == "form":
            await app.until(lambda: app.screen.query(Fields))
            await app.press("f9")
            await app.shows("title is needed")
            yield "question-form-incomplete"
        await _withdraw(app, task, panel.asked.question)


async def _withdraw(app: House, task: "asyncio.Future[object]", question: QuestionId) -> None:
    from agentsh.core.controls import AnswerQuestion, Settle

    session = app.lobby.opened[0].session
    found = next(asked for asked in session.view().questions if asked.question == question)
    answer = (
        found.choices[0] if found.choices else {"title": "t", "goals": ["g"], "risk": "low"} if found.fields else "a"
    )
    if found.approval:
        await session.send(Settle(question=question, allowed=False))
    else:
        await session.send(AnswerQuestion(question=question, answer=answer))
    await task
    await app.until(lambda: not app.screen.query(AskPanel))


async def _failures(app: House) -> Scenes:
    await app.shows("nobody answers", "r try again")
    await app.listening()
    yield "failed"
    app.lobby.model.reply = lambda _: Failed(failure="missing", retryable=False, message="gone")
    await app.press("r")
    await app.shows("is not on", "p pull the model")
    await app.listening()
    yield "failed-no-model"
    app.panel.complain("pulling 2bada8a74506  ▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱  25% of 4.9GB")
    yield "failed-pulling"


async def failing(folder: Path) -> StageLobby:
    """Return a company whose model server is gone."""
    lobby = await company(folder)
    lost = Failed(
        failure="refused",
        retryable=True,
        message="nobody answers at http://127.0.0.1:11434",
        hint="Start it: ollama serve",
    )
    lobby.model = streaming(lambda _: lost)
    return lobby


async def held(folder: Path) -> StageLobby:
    """Return a company in the middle of its first message."""
    lobby = await company(folder)
    lobby.model.hold = asyncio.Event()
    return lobby


async def _world(app: House) -> Scenes:
    await app.shows("tick 3/3", "over", "FINISHED")
    app.screen.action_pane("world")
    pane = app.screen.query_one(WorldPane)
    await app.until(lambda: pane.entities.has_focus)
    yield "world"
    await app.until(lambda: pane.fields.put_on(("Health", "hp")))
    pane.fields.focus()
    await app.press("p")
    await app.shows("Health.hp of Ann Lee")
    yield "world-plot"
    if app.app.size.width < 100:
        pane.entities.focus()
        await app.press("p", "m")
        await app.shows("┌ Hall")
        yield "world-map"


STORIES: dict[str, Stop] = {
    "start-empty": Stop(_start_empty, nothing, begins=False),
    "start": Stop(_start, sessions, begins=False),
    "trouble": Stop(_trouble, sessions, begins=False),
    "nobody": Stop(_nobody, nobody),
    "working": Stop(_working, held),
    "asked": Stop(_asked, company),
    "panes": Stop(_panes, company),
    "role": Stop(_role, company),
    "overlays": Stop(_overlays, company),
    "questions": Stop(_questions, nobody),
    "failures": Stop(_failures, failing),
    "world": Stop(_world, small_world),
}


@asynccontextmanager
async def on_stage(story: str, folder: Path, size: tuple[int, int]) -> AsyncIterator[House]:
    """Open the app where a story begins."""
    stop = STORIES[story]
    lobby = await stop.opens(folder)
    async with house(lobby, size, BUILD if stop.begins else None) as app:
        app.app.animation_level = "none"
        yield app
