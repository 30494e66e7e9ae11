"""A weak model is led from call to call, and another takes its place: what a reaction runs under is in its journal."""

import asyncio
from pathlib import Path

from agentsh.core.controls import ChangeModel
from agentsh.core.errors import ExitCode
from agentsh.core.events import ReactionDiverged
from agentsh.core.ids import SessionName
from agentsh.core.model import JsonObject
from agentsh.core.settings import ResumeOptions, RunOptions, Settings
from agentsh.library.home import find_home
from agentsh.store.catalogue import read_session
from agentsh.wiring import reopened, started
from tests.support.model_server import ServerModel
from tests.support.ollama_server import OllamaServer

WEAK = ServerModel(name="weak:latest", capabilities=("completion",), parameter_size="135M")
STRONG = ServerModel(name="strong:latest")
LOOKED = "list_files gave:"
HELD: JsonObject = {"model": "weak:latest", "match": LOOKED, "fault": "stall"}
RULES: list[JsonObject] = [
    {"match": "Answer that in one or two", "json": {"answer": "There is nothing."}},
    {"match": LOOKED, "json": {"why": "That is all.", "choice": "finish"}},
    {"match": "Pick what is done next", "json": {"why": "To see.", "choice": "list_files"}},
]


async def test_a_led_reaction_whose_model_is_switched_and_is_stopped_goes_on_as_it_was(tmp_path: Path) -> None:
    name = SessionName("s")
    home = find_home(tmp_path, tmp_path)
    async with OllamaServer.on(HELD, *RULES, models=[WEAK, STRONG]) as server:
        options = RunOptions(
            idea="What is here?", team="react", host=server.host, model="weak:latest", session=name, approve="always"
        )
        async with started(options, Settings(), home, terminal=False) as session:
            running = asyncio.create_task(session.run())
            await server.until(lambda asked: any("gave:" in str(chat.body) for chat in asked.chats))
            await session.send(ChangeModel(name="strong:latest"))
            session.interrupt()
            await running
        async with reopened(name, ResumeOptions(approve="always"), Settings(), home, terminal=False) as session:
            finished = await session.run()
    assert finished.exit_code == ExitCode.DONE, finished.summary
    events = [item.event for item in read_session(home.sessions / "s.db")]
    assert not any(isinstance(event, ReactionDiverged) for event in events)
