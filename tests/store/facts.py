"""Events and messages for the store's tests, and arbitrary ones for hypothesis."""

from hypothesis import strategies as st
from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.cards import ActionCard, RoleCard, TeamCard, TeamFile
from agentsh.core.chat import Usage
from agentsh.core.ids import ActionName, MessageId, QuestionId, ReactionId, RoleName, SessionName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject


def message(
    id: str,
    content: str = "hello",
    *,
    cause: str = "speak",
    by: str = "architect",
    to: tuple[str, ...] = (),
    data: JsonObject | None = None,
    reaction: str | None = None,
) -> Message:
    return Message(
        id=MessageId(id),
        content=content,
        data=data,
        cause_by=ActionName(cause),
        sent_from=RoleName(by),
        send_to=tuple(map(RoleName, to)),
        reaction=None if reaction is None else ReactionId(reaction),
    )


def said(id: str, content: str = "hello", *, ordinal: int | None = None, **fields: object) -> e.MessagePublished:
    return e.MessagePublished(message=message(id, content, **fields), ordinal=ordinal)  # type: ignore[arg-type]


def step_started(reaction: str, ordinal: int, request: JsonValue = None) -> e.StepStarted:
    return e.StepStarted(
        reaction=ReactionId(reaction),
        role=RoleName(reaction.split(":", maxsplit=1)[0]),
        ordinal=ordinal,
        step="model",
        request_hash="0" * 32,
        request=request,
    )


def step_finished(reaction: str, ordinal: int, result: JsonValue = None, usage: Usage | None = None) -> e.StepFinished:
    return e.StepFinished(
        reaction=ReactionId(reaction),
        role=RoleName(reaction.split(":", maxsplit=1)[0]),
        ordinal=ordinal,
        step="model",
        request_hash="0" * 32,
        result=result,
        usage=usage,
    )


def tick(number: int) -> e.TickFinished:
    return e.TickFinished(tick=number)


def asked(question: str) -> e.HumanAsked:
    return e.HumanAsked(question=QuestionId(question), role=RoleName("qa"), prompt="Go on?", schema_={"type": "string"})


def session_started(idea: str = "Write a game", name: str = "game") -> e.SessionStarted:
    architect, speak = RoleName("architect"), ActionName("speak")
    team = TeamFile(
        team=TeamCard(name="solo", roles=(architect,)),
        roles={architect: RoleCard(name=architect, profile="Architect", actions=(speak,))},
        actions={speak: ActionCard(name=speak)},
    )
    return e.SessionStarted(
        session=SessionName(name),
        idea=idea,
        team=team,
        provider="scripted",
        model="m",
        host="here",
        seed=1,
        workspace="/w",
    )


def texts() -> st.SearchStrategy[str]:
    """Any text: NUL, lone surrogates, long ones, and some that look like what the store writes itself."""
    anything = st.text(st.characters(exclude_categories=()), max_size=20)
    lookalikes = st.sampled_from(["\x01", "\x01=", "\x01s1", "\x01i1", "\x01s", '"\\u0001s"'])
    return st.one_of(
        anything,
        st.builds(lambda text, times: text * times, anything, st.integers(1, 200)),
        st.builds(str.__add__, lookalikes, anything),
    )


def json_values() -> st.SearchStrategy[object]:
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts())
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=5),
            st.builds(lambda items, times: items * times, st.lists(leaves, max_size=4), st.integers(1, 60)),
            st.dictionaries(texts(), inner, max_size=4),
        ),
        max_leaves=12,
    )


def events() -> st.SearchStrategy[e.Event]:
    """Any event of the kinds that carry what comes from outside."""
    names = texts()
    spoken = st.builds(
        Message,
        id=names,
        content=texts(),
        data=st.none() | st.dictionaries(names, json_values(), max_size=3),
        cause_by=names,
        sent_from=names,
        send_to=st.lists(names, max_size=3).map(tuple),
        tags=st.lists(names, max_size=2).map(tuple),
        reaction=st.none() | names,
    )
    step = {
        "reaction": names,
        "role": names,
        "ordinal": st.integers(),
        "step": st.sampled_from(["model", "run"]),
        "request_hash": names,
    }
    return st.one_of(
        st.builds(e.MessagePublished, message=spoken, ordinal=st.none() | st.integers()),
        st.builds(e.StepStarted, **step, request=json_values()),
        st.builds(e.StepFinished, **step, result=json_values(), seconds=st.floats()),
        st.builds(e.StepFailed, **step, error=names, partial=names),
        st.builds(e.HumanAsked, question=names, role=names, prompt=names, choices=st.lists(names).map(tuple)),
        st.builds(e.HumanAnswered, question=names, role=names, answer=json_values()),
        st.builds(e.ErrorSeen, message=names, hint=names),
        st.builds(e.TickFinished, tick=st.integers()),
    )
