"""A session with a long history, made in a moment: what the app's benchmarks open."""

import asyncio
import json
from pathlib import Path

from agentsh.core import events as e
from agentsh.core.cards import RoleCard, TeamCard, TeamFile
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName, SessionName, boss_message_id
from agentsh.core.messages import Message, from_boss
from agentsh.engine.fold import Fold
from agentsh.engine.log import EventLog
from agentsh.engine.snapshots import Snapshots
from agentsh.store.journal import SqliteJournal

ROLES = tuple(RoleName(name) for name in ("architect", "engineer", "qa_engineer", "writer"))
BATCH = 1_000
TEXT = """Step {number}: the board is a pure function.

- **state**: `snake`, `food`, `score`
- moves: one cell a tick

It was tried with `python main.py`, and it passed. That was step {number}.
"""


def begun(name: str, home: Path) -> e.SessionStarted:
    """Return how the session begins: four roles, a model on a script that is never asked."""
    script = home / "script.yaml"
    script.write_text(json.dumps({"models": ["bench"], "rules": [{"reply": "No."}]}))
    cards = {role: RoleCard(name=role, profile=role.title(), watch={ActionName("nothing"): ()}) for role in ROLES}
    return e.SessionStarted(
        session=SessionName(name),
        idea="a snake game",
        team=TeamFile(team=TeamCard(name="bench", roles=ROLES, verify=False), roles=cards, actions={}),
        provider="scripted",
        model=str(script),
        host="scripted",
        seed=1,
        workspace=str(home / "sessions" / name),
    )


def said(number: int) -> e.MessagePublished:
    """Return the `number`-th message of the history."""
    role = ROLES[number % len(ROLES)]
    message = Message(
        id=MessageId(f"{role}:{number}:1"),
        content=TEXT.format(number=number),
        cause_by=ActionName("write_code"),
        sent_from=role,
        reaction=ReactionId(f"{role}:{number}"),
        round=1,
    )
    return e.MessagePublished(message=message, ordinal=1, request_hash="00")


async def _make(name: str, home: Path, messages: int) -> None:
    (home / "sessions").mkdir(parents=True, exist_ok=True)
    journal = await SqliteJournal.open(home / "sessions" / f"{name}.db", create=True)
    log = EventLog(journal, Fold())
    snapshots = Snapshots(log)
    await log.append(begun(name, home), e.MessagePublished(message=from_boss(boss_message_id(1), "a snake game")))
    for first in range(0, messages, BATCH):
        await log.append(*(said(number) for number in range(first, min(first + BATCH, messages))))
    await snapshots.save()
    await journal.aclose()


def make(name: str, home: Path, messages: int) -> None:
    """Make the session's file in `home`."""
    asyncio.run(_make(name, home, messages))
