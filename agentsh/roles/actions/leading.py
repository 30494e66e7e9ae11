"""Leading a weak model from call to call: it picks one of those that make sense now, each written out in full.

It cannot call what is not there, name a file that is not there, or do the same twice with nothing changed in between.
It is asked with little to read, seldom, and what it says in the end stands beside what was really done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from agentsh.core.cards import ActionCard
from agentsh.core.chat import ToolCallRequest
from agentsh.core.errors import OutputInvalid
from agentsh.core.model import JsonObject
from agentsh.core.tools import FINISH, CallProtocol, ToolSpec, call_words
from agentsh.ports import Tool
from agentsh.roles.actions.calling import Said, fill, without
from agentsh.roles.ask import ask_structured
from agentsh.roles.excerpt import characters_of
from agentsh.roles.question import Question
from agentsh.roles.work import Work

MOST_LED = 6
"""Most calls of a weak model: what it does later is seldom of use."""
MOST_PATHS = 12
"""Most files that are offered, those first that the task names."""
MOST_SEEN = 1_200
"""Characters of what all calls gave that are shown again, the newest in full before older ones."""
_MOST_TOKENS = 500
"""Of each answer: a weak model that says more says the same again."""
_LONGEST_ANSWER = 400
_LONGEST_WHY = 120
_ACCOUNTED = 200


@dataclass(frozen=True)
class Used:
    """A call that was made, and what came of it."""

    call: ToolCallRequest
    text: str
    changes: bool
    """Whether it may have changed what other calls give."""

    @property
    def words(self) -> str:
        """The call in a few words."""
        return call_words(self.call.name, self.call.arguments)


@dataclass(frozen=True)
class _Offer:
    tool: str
    spec: ToolSpec
    arguments: JsonObject

    @property
    def name(self) -> str:
        return call_words(self.tool, self.arguments)


def most_calls(action: ActionCard, protocol: CallProtocol) -> int:
    """Return how many calls, or cells, whoever is asked by `protocol` may make before it has to answer."""
    return min(action.max_calls, MOST_LED) if protocol == "led" else action.max_calls


async def lead(work: Work, tools: Mapping[str, Tool], used: Sequence[Used], left: int) -> Said:
    """Return the call that is to be made next, or the answer, with an account of what was done.

    Args:
        work: whose it is.
        tools: those that there are.
        used: what was called so far.
        left: how many calls may still be made.

    Raises:
        OutputInvalid: no answer could be used.
    """
    task = await work.question(extra={"led": True}, alone=True, label=f"led/{len(used)}")
    offers = {offer.name: offer for offer in await _offers(work, tools, used, task)} if left > 0 else {}
    picked = await _picked(work, task, offers, used) if offers else FINISH
    if picked == FINISH:
        return Said(await _answered(work, task, used, left))
    offer = offers[picked]
    try:
        arguments = offer.arguments | await _filled(work, task, offer, used)
    except OutputInvalid as invalid:
        call = ToolCallRequest(name=offer.tool, arguments=offer.arguments)
        vain = Used(call, f"it was not called: {invalid}", changes=False)
        return Said(await _answered(work, task, [*used, vain], left))
    return Said("", (ToolCallRequest(name=offer.tool, arguments=arguments),))


async def _offers(work: Work, tools: Mapping[str, Tool], used: Sequence[Used], task: Question) -> list[_Offer]:
    """Return the calls that make sense now: what needs files only where there are some, nothing twice in vain."""
    plain = {name: tool for name, tool in tools.items() if not tool.spec.demanding} or tools
    paths = _named_first(await work.reaction.list_files("*"), task.render(None))
    last_change = max((number for number, one in enumerate(used) if one.changes), default=-1)
    in_vain = {call_words(one.call.name, _chosen(tools, one.call)) for one in used[last_change + 1 :]}
    made = (offer for name, tool in plain.items() for offer in _calls_of(name, tool.spec, paths))
    return [offer for offer in made if offer.name not in in_vain]


def _chosen(tools: Mapping[str, Tool], call: ToolCallRequest) -> JsonObject:
    """Return what of a call's arguments is part of its offer: the rest the model gave freely."""
    path = tools[call.name].spec.path if call.name in tools else ""
    return {path: call.arguments[path]} if path in call.arguments else {}


def _calls_of(name: str, spec: ToolSpec, paths: Sequence[str]) -> Iterator[_Offer]:
    if spec.path:
        yield from (_Offer(name, spec, {spec.path: path}) for path in paths)
    else:
        yield _Offer(name, spec, {})


def _named_first(paths: Sequence[str], task: str) -> list[str]:
    return sorted(paths, key=lambda path: path.rpartition("/")[2] not in task)[:MOST_PATHS]


async def _picked(work: Work, task: Question, offers: Mapping[str, _Offer], used: Sequence[Used]) -> str:
    names: list[JsonValue] = [*offers, FINISH]
    schema: JsonObject = {
        "type": "object",
        "properties": {"why": {"type": "string", "maxLength": _LONGEST_WHY}, "choice": {"enum": names}},
        "required": ["why", "choice"],
        "additionalProperties": False,
    }
    told: list[JsonValue] = [{"name": name, "summary": offer.spec.description} for name, offer in offers.items()]
    asked = _in_words(task, "led_call", schema, done=_seen(used), offers=told, finish=FINISH)
    return str((await ask_structured(work.mind, asked, schema, work.repairs))["choice"])


async def _filled(work: Work, task: Question, offer: _Offer, used: Sequence[Used]) -> JsonObject:
    """Return what has to be given beside what was picked; what may be left out is."""
    spec = offer.spec
    required = spec.parameters.get("required")
    needed = [name for name in (required if isinstance(required, list) else []) if name not in offer.arguments]
    properties = spec.parameters.get("properties")
    free = [name for name in (properties if isinstance(properties, dict) else {}) if name not in needed]
    fenced = spec.fenced if spec.fenced in needed else ""
    asked = spec.model_copy(update={"parameters": without(spec.parameters, *free), "fenced": fenced})
    return await fill(work.mind, _in_words(task, "led_done", None, done=_seen(used)), asked, work.repairs)


async def _answered(work: Work, task: Question, used: Sequence[Used], left: int) -> str:
    schema: JsonObject = {
        "type": "object",
        "properties": {"answer": {"type": "string", "minLength": 1, "maxLength": _LONGEST_ANSWER}},
        "required": ["answer"],
        "additionalProperties": False,
    }
    asked = _in_words(task, "led_answer", schema, done=_seen(used))
    try:
        answer = str((await ask_structured(work.mind, asked, schema, work.repairs))["answer"]).strip()
    except OutputInvalid as invalid:
        answer = f"No answer came that can be used: {invalid}."
    return f"{answer}\n\n{account(used, left)}"


def account(used: Sequence[Used], left: int) -> str:
    """Return what was really done, a line a call: a weak model's own words about it are worth little."""
    if not used:
        return "Nothing was called for this answer."
    lines = [f"- `{one.words}`: {' '.join(characters_of(one.text, _ACCOUNTED).split())}" for one in used]
    ending = [] if left > 0 else ["", "No calls were left; what was asked for may be unfinished."]
    return "\n".join(["What was really done:", "", *lines, *ending])


def _in_words(task: Question, part: str, schema: JsonObject | None, **values: JsonValue) -> Question:
    """Return the question in other words, which hold what its action's prompt tells."""

    def render(cap: int | None) -> str:
        return task.words.say(part, task=task.render(cap), **values)

    return replace(task, render=render, schema=schema, max_tokens=min(task.max_tokens, _MOST_TOKENS))


def _seen(used: Sequence[Used]) -> list[JsonValue]:
    """Return what calls gave, oldest first, cut to what a small window holds."""
    room = MOST_SEEN
    shown: list[JsonValue] = []
    for one in reversed(used):
        text = characters_of(one.text, max(room, 80))
        room -= len(text)
        shown.append({"name": one.words, "result": text})
    return shown[::-1]
