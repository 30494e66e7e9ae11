"""The exact prompt that a role saw last, or would see now, part by part with its tokens."""

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from agentsh.core import events as e
from agentsh.core.chat import ChatRequest
from agentsh.core.ids import ReactionId, RoleName, reaction_id
from agentsh.core.messages import Message
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.tokens import TOKENS_PER_MESSAGE, estimate_tokens
from agentsh.engine.desk import Desk
from agentsh.engine.glimpse import Glimpse, Seen
from agentsh.engine.reaction import Reacts
from agentsh.engine.turns import Turn
from agentsh.session.look import MOST_REACTIONS


class LensPart(Frozen):
    """One turn of a prompt."""

    role: str
    """system, user, assistant or tool."""
    text: str
    tokens: int
    """Estimated, with what a chat template adds."""


class Lens(Frozen):
    """A prompt as the model gets it; when a person is asked, or nothing is, `note` says so."""

    role: RoleName
    reaction: ReactionId | None = None
    ordinal: int | None = None
    """Which step asked; None: it was not asked yet."""
    model: str = ""
    num_ctx: int = 0
    num_predict: int = 0
    temperature: float = 0.0
    schema_: JsonObject | None = None
    parts: tuple[LensPart, ...] = ()
    seen_tokens: int = 0
    """What the server counted; 0: not known."""
    note: str = ""

    @property
    def tokens(self) -> int:
        """All parts together, estimated."""
        return sum(part.tokens for part in self.parts)


async def last_prompt(desk: Desk, role: RoleName) -> Lens | None:
    """Return what the role's newest model step was asked; None: it has not asked a model yet."""
    newest = desk.log.state.roles[role].reactions
    for number in range(newest, max(newest - MOST_REACTIONS, 0), -1):
        recorded = await desk.log.journal.steps(reaction_id(role, number))
        started = [item.event for item in recorded if isinstance(item.event, e.StepStarted)]
        asked = next((event for event in reversed(started) if event.step == "model"), None)
        if asked is not None and (request := _request(asked.request)) is not None:
            lens = _lens(role, request)
            seen = _seen(recorded, asked.ordinal)
            return lens.model_copy(update={"reaction": asked.reaction, "ordinal": asked.ordinal, "seen_tokens": seen})
    return None


async def next_prompt(desk: Desk, roles: Mapping[RoleName, Reacts], role: RoleName, turn: Turn | None = None) -> Lens:
    """Return what the role would be asked if it reacted now to what waits for it, or else to what it saw last."""
    facts = desk.log.state.facts
    if facts is None:
        return Lens(role=role, note="the session has not started")
    observed = await _observed(desk, role, turn)
    if not observed and turn is None:
        return Lens(role=role, note="nobody has said anything to it yet")
    try:
        await roles[role].react(Glimpse(desk, facts, role, observed, turn))
    except Seen as seen:
        if seen.request is not None:
            return _lens(role, seen.request)
        what = "ask whoever plays it" if seen.step == "person" else seen.step
        return Lens(role=role, note=f"its next step is to {what}: {seen.detail}")
    return Lens(role=role, note="it has nothing to do about what it heard last")


async def _observed(desk: Desk, role: RoleName, turn: Turn | None) -> tuple[Message, ...]:
    ids = list(desk.log.state.roles[role].due) if turn is None else turn.observed
    found = [await desk.log.journal.message(id_) for id_ in ids]
    if not found and turn is None:
        found = list(await desk.log.journal.messages(visible_to=role, last=1))
    return tuple(message for message in found if message is not None)


def _request(stored: JsonValue) -> ChatRequest | None:
    try:
        return ChatRequest.model_validate(stored)
    except ValidationError:
        return None


def _seen(recorded: list[e.Recorded], ordinal: int) -> int:
    finished = (item.event for item in recorded if isinstance(item.event, e.StepFinished))
    usages = [event.usage for event in finished if event.ordinal == ordinal and event.usage is not None]
    return usages[-1].prompt_tokens if usages else 0


def _lens(role: RoleName, request: ChatRequest) -> Lens:
    return Lens(
        role=role,
        model=request.model,
        num_ctx=request.options.num_ctx,
        num_predict=request.options.num_predict,
        temperature=request.options.temperature,
        schema_=request.schema_,
        parts=tuple(
            LensPart(role=said.role, text=said.content, tokens=TOKENS_PER_MESSAGE + estimate_tokens(said.content))
            for said in request.messages
        ),
    )
