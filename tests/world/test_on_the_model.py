"""magic-sword on the embedded model: what it does is possible, and its journal gives it all again."""

from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.events import MessagePublished, SessionStarted, TickFinished, WorldSnapshot
from agentsh.core.outputs import validate_object
from agentsh.core.settings import Settings
from agentsh.core.world_options import WorldOptions
from agentsh.core.worlds import WORLD
from agentsh.library.home import Home, find_home, shipped_prompts
from agentsh.store.reading import SessionReader
from agentsh.wiring import started
from agentsh.world.restore import restored
from agentsh.world.shipped import shipped_catalogue

TICKS = 6


def alone(home: Home) -> None:
    """Put the world into the home with Aria alone: the model answers a question in seconds, not in milliseconds."""
    whole = (shipped_prompts() / "worlds" / "magic-sword.md").read_text(encoding="utf-8")
    folder = home.prompts / "worlds"
    folder.mkdir(parents=True)
    (folder / "magic-sword.md").write_text(whole[: whole.index("  Bran:\n")] + "---\n", encoding="utf-8")


@pytest.mark.model
async def test_what_a_small_model_does_is_always_possible_and_its_journal_replays_without_it(tmp_path: Path) -> None:
    home = find_home(tmp_path, tmp_path)
    alone(home)
    asked = WorldOptions(world="magic-sword", idea="magic-sword", ticks=TICKS, provider="local", seed=7)
    async with started(asked, Settings(), home, terminal=False) as session:
        finished = await session.run()
    assert finished.exit_code == ExitCode.DONE, finished.summary

    reader = SessionReader(home.sessions / "magic-sword.db")
    try:
        events = [recorded.event for recorded in await reader.read()]
        facts = next(event for event in events if isinstance(event, SessionStarted))
        snapshots = {r.event.tick: r.seq for r in await reader.read() if isinstance(r.event, WorldSnapshot)}
        again = await restored(reader, shipped_catalogue(), facts, {0: snapshots[0]}, TICKS)
    finally:
        reader.close()

    said = {event.message.id: event.message for event in events if isinstance(event, MessagePublished)}
    asked_for = [message for message in said.values() if message.sent_from == WORLD]
    answers = {message.reply_to: message for message in said.values() if WORLD in message.send_to}
    assert len(answers) >= 2
    for question in asked_for:
        schema = (question.data or {})["schema"]
        assert isinstance(schema, dict)
        if (answer := answers.get(question.id)) is not None:
            given = {key: value for key, value in (answer.data or {}).items() if key not in ("task", "about")}
            assert validate_object(schema, given)
    assert [event.tick for event in events if isinstance(event, TickFinished)] == list(range(1, TICKS + 1))
    assert again.exact
    assert again.world.tick == TICKS
