"""Does what a command's answer asks of the line shell: show it, open it, ask it, copy it, leave."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from agentsh.commands import reply as r
from agentsh.core.errors import AgentshError, ModelMissing, UsageError
from agentsh.repl.house import Begin, Reopen, Wanted
from agentsh.repl.inbox import Matter
from agentsh.repl.keys import key_lines
from agentsh.repl.lines import line
from agentsh.repl.pickers import idea_question, session_picker
from agentsh.repl.replies import lines_of

if TYPE_CHECKING:
    from agentsh.repl.shell import Shell

COLOURS = "The line shell has the colours of your terminal; NO_COLOR=1 turns them off."
_COMMANDS: dict[r.Pane, str] = {
    "chat": "/bus",
    "agents": "/agents",
    "bus": "/bus",
    "files": "/files",
    "diff": "/diff",
    "world": "/world",
}
"""What shows in lines what a pane shows elsewhere."""


class Answers:
    """Belongs to a shell."""

    def __init__(self, shell: "Shell") -> None:
        self._shell = shell

    async def answer(self, reply: r.Reply) -> None:
        """Do what one answer asks. Raises AgentshError when that cannot be done."""
        match reply:
            case r.Nothing():
                return
            case r.Text() | r.Markdown() | r.Table() | r.Tree() | r.OpenFile():
                self._shell.front.show(lines_of(reply))
            case r.OpenSession() | r.NewSession() | r.Quit():
                await self._go(reply)
            case r.OpenQuestion(question=question):
                self._shell.asking.bring(question.question)
            case r.EditText():
                await self._edit(reply)
            case r.Show(pane=pane, role=role, filter=wanted):
                await self._shell.take(f"/bus {role}" if role is not None else f"{_COMMANDS[pane]} {wanted}".rstrip())
            case r.Copy(text=text):
                self._copy(text)
            case r.ChooseTheme():
                self._shell.front.show([line(COLOURS)])
            case r.ShowKeys():
                self._shell.front.show(key_lines())
            case _:
                assert_never(reply)

    def mend(self, error: AgentshError, wanted: Wanted) -> Callable[[Matter, object], Awaitable[None]]:
        """Return what does what the person chose about a session that could not be opened."""

        async def mend(_matter: Matter, offer: object) -> None:
            if offer == "pull" and isinstance(error, ModelMissing):
                await self._pull(error.model)
            if offer == "demo" and isinstance(wanted, Begin):
                self._shell.begin(replace(wanted, demo=True))
            elif offer:
                self._shell.visits.want(wanted)

        return mend

    async def _go(self, reply: r.OpenSession | r.NewSession | r.Quit) -> None:
        match reply:
            case r.OpenSession(name=name) if name is None:
                await self._pick()
            case r.OpenSession(name=name, back_to=back_to):
                self._shell.visits.want(Reopen(str(name), back_to))
            case r.NewSession(world=str(world)):
                self._shell.begin(Begin(world, world=world))
            case r.NewSession(idea=idea, team=team) if not idea:
                self._shell.asking.ask_first(idea_question(self._begun(team)))
            case r.NewSession(idea=idea, team=team):
                self._shell.begin(Begin(idea, team))
            case r.Quit():
                self._shell.leave()
            case _:
                assert_never(reply)

    async def _pick(self) -> None:
        found = await self._shell.context.outside.sessions()
        if not found:
            raise UsageError("there is no session yet", hint="say what is to be made")

        async def picked(_matter: Matter, name: object) -> None:
            self._shell.visits.want(Reopen(str(name)))

        self._shell.asking.ask_first(session_picker(found, picked))

    def _begun(self, team: str | None) -> Callable[[Matter, object], Awaitable[None]]:
        async def begun(_matter: Matter, idea: object) -> None:
            self._shell.begin(Begin(str(idea), team))

        return begun

    async def _edit(self, wanted: r.EditText) -> None:
        text = await self._shell.front.edit(wanted.text, wanted.suffix)
        if wanted.done is not None:
            await self.answer(await wanted.done(text))
        elif text.strip():
            self._shell.front.fill(text.rstrip("\n"))

    def _copy(self, text: str) -> None:
        if not self._shell.front.copy(text):
            raise UsageError("there is no clipboard here", hint="/export writes the session into a file")
        self._shell.front.show([line(("dim", f"copied {len(text):,} characters"))])

    async def _pull(self, model: str) -> None:
        async for progress in self._shell.house.pull(model):
            self._shell.progress(progress)
        self._shell.doing = ""
        self._shell.front.changed()
