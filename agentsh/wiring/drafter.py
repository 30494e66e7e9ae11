"""Lets a model write a team from one sentence: who is in it, in which order, and each prompt by itself, all checked."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from pydantic import JsonValue

from agentsh.core.cards import ActionCard
from agentsh.core.chat import Answer, ChatMessage, ChatOptions, ChatRequest, Done, Failed, TextDelta
from agentsh.core.errors import ProviderError, UsageError
from agentsh.core.ids import ActionName
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.core.settings import Settings
from agentsh.library.drafting import (
    TeamDraft,
    check_files,
    draft_schema,
    files_of,
    in_order,
    order_schema,
    prompt_in,
    read_draft,
)
from agentsh.library.examined import Examined
from agentsh.library.shelf import Shelf
from agentsh.ports import Provider
from agentsh.roles.ask import ask_structured, ask_until
from agentsh.roles.outline import outline
from agentsh.roles.question import Question
from agentsh.roles.words import Words
from agentsh.wiring.models import Wish, call_protocols, connect

Tell = Callable[[str], None]
"""Told what is asked for next."""
_MOST_TOKENS = 2000
_LONGEST_TOLD = 300
"""Characters that a weak model writes of a prompt."""
_PENDING = "To be written."
"""Stands for a prompt that is not there yet, while others are checked."""


@dataclass(frozen=True)
class Drafted:
    """A team that a model wrote: its name, and its files by path below a prompts folder."""

    name: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Scribe:
    """A model that answers for nobody: without a session, and without memory."""

    provider: Provider
    model: str
    num_ctx: int
    weak: bool
    """Whether it is asked for little at a time, within a shape: what it writes freely has no end."""

    async def answer(self, question: Question) -> Answer:
        """Ask once. Raises ProviderError."""
        words, schema = question.words, question.schema
        shape = "" if schema is None else f"\n\n{words.say('shape', outline=outline(schema))}"
        asked = ChatMessage(role="user", content=question.render(None) + shape)
        request = ChatRequest(
            model=self.model,
            messages=(ChatMessage(role="system", content=words.say("team_writer")), asked, *question.after),
            schema_=question.schema,
            options=ChatOptions(
                num_ctx=self.num_ctx,
                num_predict=min(question.max_tokens, self.num_ctx // 2),
                temperature=0.3,
                seed=question.attempt,
            ),
        )
        return await _whole(self.provider, request)

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Nobody is asked to choose here."""
        raise UsageError(f"{question.action.name} has nothing to choose from", hint=", ".join(choices))


async def draft_team(
    sentence: str,
    wish: Wish,
    settings: Settings,
    environ: Mapping[str, str],
    shelf: Shelf,
    examined: Examined,
    tell: Tell,
) -> Drafted:
    """Return the team that a model makes of a sentence; nothing is written yet.

    Args:
        sentence: what the team is for.
        wish: which model is asked for it, where.
        settings: what holds where nothing was wished.
        environ: where a model server may be named.
        shelf: what there is: its names are taken.
        examined: what models were found to be able to do.
        tell: told what is asked for next.

    Raises:
        ProviderError: no model answers.
        OutputInvalid: what it wrote stayed wrong after two repairs.
    """
    models = await connect(wish, settings.model, environ)
    try:
        protocols = await call_protocols(models, [models.model], examined)
        weak = protocols.get(models.model) == "led"
        scribe = _Scribe(models.hosts[0].provider, models.model, models.num_ctx, weak)
        draft = await _described(scribe, sentence, shelf, tell)
        return Drafted(draft.name, await _written(scribe, draft, shelf, tell))
    finally:
        await models.aclose()


async def _described(scribe: _Scribe, sentence: str, shelf: Shelf, tell: Tell) -> TeamDraft:
    """Return who is in the team, and who needs whose work."""
    tell("who is in it")
    schema = draft_schema()
    described = _question(shelf, "new_team", {"sentence": sentence}, schema)
    draft = read_draft(await ask_structured(scribe, described, schema), shelf)
    if (order := order_schema(draft)) is None:
        return draft
    tell("who needs whose work")
    waiting: list[JsonValue] = [role.name for role in draft.roles[1:]]
    asked = _question(shelf, "new_order", _about(draft) | {"waiting": waiting}, order)
    return in_order(draft, await ask_structured(scribe, asked, order))


async def _written(scribe: _Scribe, draft: TeamDraft, shelf: Shelf, tell: Tell) -> Mapping[str, str]:
    """Return the files of the team, each prompt asked for by itself and checked among the others."""
    prompts = {role.skill: _PENDING for role in draft.roles}

    part, schema = ("new_prompt_in_short", _told_schema()) if scribe.weak else ("new_prompt", None)

    def checked(skill: str, answer: str) -> str:
        prompt = prompt_in(answer) if schema is None else _around(shelf, validate_output(schema, answer))
        check_files(draft.name, files_of(draft, prompts | {skill: prompt}), shelf)
        return prompt

    for role in draft.roles:
        tell(f"how {role.name} does {role.skill}")
        asked = _question(shelf, part, _about(draft) | {"mine": role.model_dump(mode="json")}, schema)
        prompts[role.skill] = await ask_until(scribe, asked, partial(checked, role.skill))
    return files_of(draft, prompts)


def _told_schema() -> JsonObject:
    told: JsonObject = {"type": "string", "minLength": 1, "maxLength": _LONGEST_TOLD}
    return {"type": "object", "properties": {"told": told}, "required": ["told"], "additionalProperties": False}


def _around(shelf: Shelf, answer: JsonObject) -> str:
    """Return the prompt with what a weak model wrote of it."""
    return Words(shelf.renderer).say("new_prompt_around", told=str(answer["told"]).strip())


def _about(draft: TeamDraft) -> JsonObject:
    return {"summary": draft.summary, "roles": [role.model_dump(mode="json") for role in draft.roles]}


def _question(shelf: Shelf, part: str, values: JsonObject, schema: JsonObject | None = None) -> Question:
    words = Words(shelf.renderer)
    text = words.say(part, **values)
    return Question(ActionCard(name=ActionName(part)), lambda _: text, _MOST_TOKENS, words, schema=schema)


async def _whole(provider: Provider, request: ChatRequest) -> Answer:
    text = ""
    async with aclosing(provider.chat(request)) as events:
        async for event in events:
            match event:
                case TextDelta(text=piece):
                    text += piece
                case Failed(message=message):
                    raise ProviderError(message, hint="Type: agentsh doctor")
                case Done(reason=reason):
                    return Answer(text=text, reason=reason)
                case _:
                    pass
    raise ProviderError(f"{provider.host} ended an answer without its end", hint="try again")
