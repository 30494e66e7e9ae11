"""What an agent of a world makes of what it perceives: the world says what it asks, and what can be answered now.

Which prompt file is filled stands in what was perceived (`task`), as does the schema of the answer: its choices are
what is possible at that moment. The world alone hears it.
"""

from dataclasses import replace

from agentsh.core.cards import ActionCard
from agentsh.core.ids import WHISPER, ActionName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.worlds import PERCEIVE, WORLD
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.markdown import to_markdown
from agentsh.roles.work import Work

MOST_WHISPERS = 3
_LINE = 200


async def think(work: Work) -> Message:
    """Ask once and tell the world. Raises OutputInvalid; UsageError when the world asks for what no file is there."""
    told = _told(work)
    if told is None:
        return await _tell(work)
    data: JsonObject = told.data or {}
    action = _action(work, data)
    # The tick and what was perceived stand in the request itself, and its memory is the world's: no history beside it.
    question = await work.question(action, label=action.name, extra={"world": await _world(work, data)}, alone=True)
    schema = data["schema"] if isinstance(data.get("schema"), dict) else action.output
    if not isinstance(schema, dict):
        return await work.publish(await ask_text(work.mind, question, work.repairs), send_to=(WORLD,))
    answer = await ask_structured(work.mind, replace(question, schema=schema), schema, work.repairs)
    echoed: JsonObject = {key: data[key] for key in ("task", "about") if key in data}
    return await work.publish(_content(data, answer), answer | echoed, send_to=(WORLD,))


async def _tell(work: Work) -> Message:
    """Answer whoever of the team spoke to the agent; the world is not concerned."""
    question = await work.question(label=work.action.name)
    speakers = dict.fromkeys(said.sent_from for said in work.reaction.observed)
    return await work.publish(await ask_text(work.mind, question, work.repairs), send_to=tuple(speakers))


def _told(work: Work) -> Message | None:
    """Return what the world told last."""
    return next((said for said in reversed(work.reaction.observed) if said.cause_by == PERCEIVE), None)


def _action(work: Work, data: JsonObject) -> ActionCard:
    task = data.get("task")
    return work.action_named(ActionName(task)) if isinstance(task, str) else work.action


async def _world(work: Work, data: JsonObject) -> JsonObject:
    """Return the variable `world` of the prompt: what the world says, and what was whispered."""
    whispers = await work.reaction.history(causes=[WHISPER], last=MOST_WHISPERS)
    return data | {"whispers": [said.content for said in whispers]}


def _content(data: JsonObject, answer: JsonObject) -> str:
    """Return the answer in words; the tick keeps two that are alike apart."""
    tick, action = data.get("tick"), answer.get("action")
    said = " ".join(str(part) for part in (action, answer.get("words")) if part) if action else to_markdown(answer)
    return f"tick {tick}: {said[:_LINE]}" if tick is not None else said
