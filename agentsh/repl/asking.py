"""Asks the person what a session waits for, line by line, and sends what was decided."""

from agentsh.commands.context import Context
from agentsh.core.controls import AnswerQuestion, Control, Settle, UsePartial
from agentsh.core.errors import AgentshError, UsageError
from agentsh.repl.front import Front
from agentsh.repl.inbox import Inbox, Matter
from agentsh.repl.lines import line
from agentsh.repl.matters import matters_of
from agentsh.session.decision import EditFirst

UNCHANGED = "Nothing is changed; it still waits."


class Asking:
    """Keeps the inbox in step with the session. Nobody waits for the person but who asked.

    Args:
        context: where the open session is.
        front: where it is asked.
        edit: lets a text be edited.
    """

    def __init__(self, context: Context, front: Front) -> None:
        self.inbox = Inbox()
        self._context = context
        self._front = front
        self._introduced: Matter | None = None

    def update(self) -> None:
        """Take in what the session asks now."""
        if self._context.live is None:
            return
        asked = matters_of(self._context.live.view(), self._decided, whole=self._front.whole)
        self.inbox.update(asked)
        self.introduce()

    def introduce(self) -> None:
        """Show what is asked now, unless it was shown."""
        front = self.inbox.front
        if front is not None and front is not self._introduced:
            self._front.show([*front.intro, *(line(words) for words in _asked_first(front))])
            self._front.call()
        self._introduced = front
        self._front.changed()

    def ask_first(self, matter: Matter) -> None:
        """Ask something of our own before all else."""
        self.inbox.put_first(matter)
        self.introduce()

    def bring(self, id: str) -> None:
        """Ask again what was put aside, or waits behind others. Raises UsageError when it waits no more."""
        self.inbox.bring(id)
        self._introduced = None
        self.introduce()

    def put_aside(self) -> None:
        """Let what is asked now wait; what is our own is dropped."""
        front = self.inbox.front
        if front is None:
            return
        if front.from_session:
            front.aside = True
            self._front.show([line(("dim", f"{front.who} waits; /answer or /approve comes back to it"))])
        else:
            self.inbox.remove(front)
        self.introduce()

    def leave(self) -> None:
        """Forget everything: the session is closed."""
        self.inbox.clear()
        self._introduced = None

    async def take(self, text: str, about: str) -> None:
        """Take a line for the matter `about`.

        Raises:
            AgentshError: what was decided could not be done; it is asked again.
        """
        matter = self.inbox.front
        if matter is None or matter.id != about:
            raise UsageError("it was settled meanwhile; your line went nowhere", hint=f"you typed: {text}")
        matter.form.take(text)
        if matter.asks is not None:
            self._front.show([line(words) for words in matter.asks.lines])
            self._front.changed()
            return
        matter.settling = True
        try:
            await matter.done(matter, matter.form.answer)
        except AgentshError:
            matter.afresh()
            raise
        finally:
            if not matter.from_session:
                self.inbox.remove(matter)
            self.introduce()

    async def _decided(self, matter: Matter, decision: object) -> None:
        if isinstance(decision, EditFirst):
            edited = (await self._front.edit(matter.text, matter.suffix)).strip()
            if not edited:
                raise UsageError(UNCHANGED)
            decision = _as_edited(matter, decision, edited)
        if isinstance(decision, Settle | UsePartial | AnswerQuestion):
            await self._context.session.send(decision)


def _as_edited(matter: Matter, decision: EditFirst, edited: str) -> Control:
    if matter.suffix == ".sh":
        return Settle(question=decision.question, allowed=True, edited=edited)
    return UsePartial.model_validate({"role": matter.who, "how": "edit", "text": edited})


def _asked_first(matter: Matter) -> tuple[str, ...]:
    return () if matter.asks is None else matter.asks.lines
