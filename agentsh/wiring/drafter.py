"""Lets a model write a team from one sentence: its description by schema, its prompts as fenced files, both checked."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.cards import ActionCard
from agentsh.core.chat import Answer, ChatMessage, ChatOptions, ChatRequest, Done, Failed, TextDelta
from agentsh.core.errors import FileError, ProviderError, UsageError
from agentsh.core.fenced import parse_fenced
from agentsh.core.ids import ActionName
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.core.settings import Settings
from agentsh.library.drafting import check_files, draft_schema, files_of, prompts_in, read_draft
from agentsh.library.shelf import Shelf
from agentsh.library.templates import read_template
from agentsh.ports import Provider
from agentsh.roles.ask import ask_until
from agentsh.roles.outline import outline
from agentsh.roles.question import Question
from agentsh.roles.words import Words
from agentsh.wiring.models import Wish, connect

SYSTEM = "You set up teams of agents: their roles, and the prompts that they work by."
_MOST_TOKENS = 2000


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

    async def answer(self, question: Question) -> Answer:
        """Ask once. Raises ProviderError."""
        shape = "" if question.schema is None else f"\n\nAnswer with one JSON object:\n{outline(question.schema)}"
        asked = ChatMessage(role="user", content=question.render(None) + shape)
        request = ChatRequest(
            model=self.model,
            messages=(ChatMessage(role="system", content=SYSTEM), asked, *question.after),
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
    sentence: str, wish: Wish, settings: Settings, environ: Mapping[str, str], shelf: Shelf
) -> Drafted:
    """Return the team that a model makes of a sentence; nothing is written yet.

    Raises:
        ProviderError: no model answers.
        OutputInvalid: what it wrote stayed wrong after two repairs.
    """
    models = await connect(wish, settings.model, environ)
    try:
        scribe = _Scribe(models.hosts[0].provider, models.model, models.num_ctx)
        schema = draft_schema()
        described = _question(shelf, "new_team", {"sentence": sentence}, schema)
        draft = await ask_until(scribe, described, lambda text: read_draft(validate_output(schema, text), shelf))
        skills: JsonObject = {
            "skills": [
                {"file": f"{role.skill}.md", "name": role.skill, "profile": role.profile, "goal": role.goal}
                for role in draft.roles
            ]
        }

        def read(text: str) -> Mapping[str, str]:
            files = files_of(draft, prompts_in(parse_fenced(text).files, draft))
            check_files(draft.name, files, shelf)
            return files

        files = await ask_until(scribe, _question(shelf, "new_prompts", skills), read)
    finally:
        await models.aclose()
    return Drafted(draft.name, files)


def _question(shelf: Shelf, name: str, values: JsonObject, schema: JsonObject | None = None) -> Question:
    path = _part(shelf, name)
    text = shelf.renderer.render(read_template(path).text, values, source=str(path))
    card = ActionCard(name=ActionName(name), max_tokens=_MOST_TOKENS, source=str(path))
    return Question(card, lambda _: text, _MOST_TOKENS, Words(shelf.renderer), schema=schema)


def _part(shelf: Shelf, name: str) -> Path:
    places = [folder / "parts" / f"{name}.md" for folder in shelf.folders]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise FileError(str(places[-1]), None, "it is not there", hint="Install agentsh again.")
    return found


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
