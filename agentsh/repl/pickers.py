"""What the shell itself asks: which session, what is to be made, what to do when a session cannot be opened."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from agentsh.core.errors import AgentshError, ModelMissing, ProviderError
from agentsh.core.summary import SessionSummary
from agentsh.core.terminal import one_line
from agentsh.repl.house import Begin, Wanted
from agentsh.repl.inbox import Matter
from agentsh.repl.lines import Line, line
from agentsh.session.form import Ask, Filling, Form, chosen

MOST_SESSIONS = 15
Done = Callable[[Matter, object], Awaitable[None]]


def session_picker(found: Sequence[SessionSummary], done: Done) -> Matter:
    """Ask which of the newest sessions to open; `done` gets its name."""
    newest = found[:MOST_SESSIONS]
    shown = [_session(one) for one in newest]

    def filling() -> Filling[object]:
        return (yield from chosen([one.name for one in newest], shown))

    head = (Line(), line(("head", "Sessions")))
    return Matter("sessions", "open", head, lambda: Form(filling()), done, from_session=False)


def idea_question(done: Done) -> Matter:
    """Ask what is to be made; `done` gets the sentence."""

    def filling() -> Filling[object]:
        while not (said := (yield Ask("what is to be made?")).strip()):
            continue
        return said

    return Matter("idea", "new", (), lambda: Form(filling()), done, from_session=False)


def trouble(error: AgentshError, wanted: Wanted, done: Done) -> Matter | None:
    """Ask what to do about a session that could not be opened; `done` gets retry, pull, demo or nothing.

    None: there is nothing to choose from.
    """
    if not isinstance(error, ProviderError):
        return None
    offers = {"r": "retry"}
    if isinstance(error, ModelMissing):
        offers["p"] = "pull"
    if isinstance(wanted, Begin):
        offers["d"] = "demo"
    label = " · ".join([*(_OFFERS[offer] for offer in offers.values()), "Enter: leave it"])

    def filling() -> Filling[object]:
        before: tuple[str, ...] = ()
        while said := (yield Ask(label, before)).strip():
            for letter, offer in offers.items():
                if said in (letter, offer):
                    return offer
            before = (f"{said!r} is none of {', '.join(offers)}.",)
        return ""

    return Matter("trouble", "no model", (), lambda: Form(filling()), done, from_session=False)


_OFFERS = {"retry": "[r]etry", "pull": "[p]ull the model", "demo": "the [d]emo model, 135M parameters"}


def _session(one: SessionSummary) -> str:
    return f"{one_line(one.name, 40):<40}  {one.status:<11}  {_when(one.updated_at)}  {one_line(one.idea, 60)}"


def _when(at: str) -> str:
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%b %d %H:%M")
    except ValueError:
        return " " * 12
