"""What stands first when a session was opened: which it is, the last page of its history, what opening it told."""

from agentsh.core import events as e
from agentsh.repl.house import Reopen, Wanted
from agentsh.repl.lines import Line, line
from agentsh.repl.stay import since_opening
from agentsh.repl.telling import message_lines, tell_lines
from agentsh.session.facade import Session

PAGE = 20
"""Messages of the history."""


async def opened_lines(session: Session, wanted: Wanted) -> list[Line]:
    """Return these lines."""
    sandbox = session.sandbox
    hint = [line(("dim", f"  {sandbox.hint}"))] if sandbox.hint and not sandbox.confines else []
    place = [
        line(("dim", f"workspace: {session.workspace}")),
        line(("dim" if sandbox.confines else "warn", f"sandbox: {sandbox.line}")),
        *hint,
    ]
    told = [found for event in await since_opening(session) for found in tell_lines(event)]
    if not isinstance(wanted, Reopen):
        return [*told, *place]
    return [*await _page(session), Line(), *told, *place]


async def _page(session: Session) -> list[Line]:
    view = session.view()
    page = await session.messages(last=PAGE)
    facts = tell_lines(_as_it_is(session))
    left_out = view.messages - len(page)
    earlier = [line(("dim", f"… {left_out} earlier messages: /bus, /search"))] if left_out > 0 else []
    return [*facts, *earlier, *(found for said in page for found in message_lines(said.message))]


def _as_it_is(session: Session) -> e.SessionStarted:
    view = session.view()
    return session.facts.model_copy(update={"session": view.name, "model": view.model, "host": view.host})
