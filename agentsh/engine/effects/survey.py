"""Looking over the workspace: which files there are and what they define, recorded like what was read."""

import asyncio

from pydantic import TypeAdapter

from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.repo_map import Mapped, mapped
from agentsh.engine.desk import Desk
from agentsh.engine.effects.allowed import readable
from agentsh.engine.steps import Effect, Outcome

MOST_FILES = 4_000
"""Files beyond these are named without a look inside."""
MOST_BYTES = 32_000_000
"""So much text is looked through, all files together."""
_MAP: TypeAdapter[tuple[Mapped, ...]] = TypeAdapter(tuple[Mapped, ...])


def survey_effect(desk: Desk, role: RoleName, reaction: ReactionId) -> Effect[tuple[Mapped, ...]]:
    """Return the step that looks over the workspace. What the rules deny is as if it were not there; that is told."""

    async def perform(ordinal: int) -> Outcome[tuple[Mapped, ...]]:
        sizes = {entry.path: entry.size_bytes for entry in await desk.workspace.files()}
        allowed, told = await readable(desk, role, reaction, ordinal, list(sizes))
        texts: dict[str, str | None] = {}
        left_bytes = MOST_BYTES
        for path in allowed[:MOST_FILES]:
            left_bytes -= sizes[path]
            if left_bytes < 0:
                break
            texts[path] = await desk.workspace.read(path)
        found = await asyncio.to_thread(lambda: tuple(mapped(path, sizes[path], texts.get(path)) for path in allowed))
        return Outcome(found, _MAP.dump_python(found, mode="json"), events=told)

    return Effect("read", {"survey": True}, perform, _MAP.validate_python)
