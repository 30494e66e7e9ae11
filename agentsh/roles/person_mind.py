"""A role's mind that is a person: the same prompts, answered from the keyboard."""

import json
from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.chat import Answer
from agentsh.core.errors import OutputInvalid
from agentsh.core.model import JsonObject
from agentsh.engine.reaction import Reaction
from agentsh.roles.call_form import as_answer, as_object, call_form
from agentsh.roles.question import Question


class PersonMind:
    """Answers for one role in one reaction."""

    def __init__(self, reaction: Reaction) -> None:
        self._reaction = reaction

    async def answer(self, question: Question) -> Answer:
        """Ask the person once; what may be called is a form, and where a choice is all that is wanted they pick it."""
        if question.tools:
            given = await self._reaction.ask_person(_words(question), schema=call_form(question.tools))
            return as_answer(given) if question.schema is None else Answer(text=as_object(given))
        if (choices := _choices(question.schema)) is not None:
            picked = await self._reaction.ask_person(_words(question), choices=choices)
            return Answer(text=_text({"why": "", "choice": picked}))
        given = await self._reaction.ask_person(_words(question), schema=question.schema)
        return Answer(text=_text(given))

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Let the person choose."""
        chosen = _text(await self._reaction.ask_person(_words(question), choices=choices)).strip()
        if chosen not in choices:
            raise OutputInvalid(f"{chosen!r} is none of {', '.join(choices)}", raw=chosen, hint="choose one of them")
        return chosen


def _choices(schema: JsonObject | None) -> list[str] | None:
    """Return what can be picked, when a choice with its reason is all that is asked for."""
    properties = (schema or {}).get("properties")
    if not isinstance(properties, dict) or properties.keys() != {"why", "choice"}:
        return None
    choice = properties["choice"]
    listed = choice.get("enum") if isinstance(choice, dict) else None
    return [str(name) for name in listed] if isinstance(listed, list) else None


def _words(question: Question) -> str:
    return "\n\n".join([question.render(None), *(said.content for said in question.after if said.role == "user")])


def _text(given: JsonValue) -> str:
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
