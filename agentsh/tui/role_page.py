"""A role's own page: its messages, its plan, its memory, the prompt it saw, its steps; and keys to steer it."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Footer, Static

from agentsh.commands import reply as r
from agentsh.core import controls as k
from agentsh.core.errors import AgentshError
from agentsh.core.ids import RoleName
from agentsh.core.terminal import one_line
from agentsh.session.facade import Session
from agentsh.session.view import RoleView, SessionView
from agentsh.tui.agents import SIGNS, context_style
from agentsh.tui.helm import Helm
from agentsh.tui.look import Look
from agentsh.tui.shown import amount, elapsed, meter, since_s

Part = Literal["messages", "plan", "memory", "prompt", "steps"]
PARTS: tuple[Part, ...] = ("messages", "plan", "memory", "prompt", "steps")
LIVE: tuple[Part, ...] = ("plan", "steps")
"""What is shown anew as it changes."""


class RolePage(Screen[None]):
    """One role, closely."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("tab,right,l", "part(1)", "Next part", show=False),
        Binding("shift+tab,left,h", "part(-1)", "Part before", show=False),
        Binding("b", "be", "Be", id="role.be"),
        Binding("r", "release", "Release", id="role.release"),
        Binding("p", "pause", "Pause/go", id="role.pause"),
        Binding("s", "step", "Step", id="role.step"),
        Binding("x", "stop", "Stop", id="role.stop"),
    ]
    DEFAULT_CSS = """
    RolePage {
        & > #role-head { height: 2; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #role-parts { height: 1; padding: 0 1; }
        & > #role-asks { display: none; height: 1; padding: 0 1; color: $text-accent; background: $accent 12%; }
        & > #role-asks.-shown { display: block; }
        & > Look { height: 1fr; border: round $border; border-title-color: $muted; }
    }
    """
    part: var[Part] = var[Part]("messages")
    """What is shown."""

    def __init__(self, session: Session, helm: Helm, role: RoleName) -> None:
        super().__init__()
        self._session = session
        self._helm = helm
        self._role = role
        self._loaded_seq = 0

    def compose(self) -> ComposeResult:
        """Head, parts, and what is looked at."""
        yield Static(id="role-head", markup=False)
        yield Static(id="role-parts", markup=False)
        yield Look()
        yield Static(id="role-asks", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Keep the head up to date."""
        self.set_interval(0.5, self._head)
        self.set_interval(1.0, self._go_on)
        self._head()
        self.watch_part(self.part)
        self.query_one(Look).page.focus()

    def watch_part(self, part: Part) -> None:
        """Show another part."""
        if not self.query("#role-parts"):
            return
        parts: list[tuple[str, str]] = []
        for place, name in enumerate(PARTS):
            parts += [(" │ ", "$faint")] if place else []
            parts.append((name.capitalize(), "bold underline $text-primary" if name == part else "$muted"))
        self.query_one("#role-parts", Static).update(Content.assemble(*parts))
        self._load(part)

    def _go_on(self) -> None:
        """Show a plan or steps as they are now, without losing the place that is read."""
        if self.part in LIVE and self.is_current and self._session.view().seq != self._loaded_seq:
            page = self.query_one(Look).page
            self._load(self.part, page.scroll_y)

    def action_leave(self) -> None:
        """Go back to the session."""
        self.app.pop_screen()

    def action_part(self, by: int) -> None:
        """Go to the next part."""
        self.part = PARTS[(PARTS.index(self.part) + by) % len(PARTS)]

    async def action_be(self) -> None:
        """Play the role."""
        if await self._helm.send(k.Be(role=self._role)):
            self.notify(f"you are {self._role} now")

    async def action_release(self) -> None:
        """Let the model play it again."""
        if await self._helm.send(k.Release(role=self._role)):
            self.notify(f"{self._role} is played by its model again")

    async def action_pause(self) -> None:
        """Pause it, or let it go on."""
        paused = any(role.name == self._role and role.activity == "paused" for role in self._session.view().roles)
        await self._helm.send(k.Go(role=self._role) if paused else k.Pause(role=self._role))

    async def action_step(self) -> None:
        """Let one step through."""
        await self._helm.send(k.Step(role=self._role))

    async def action_stop(self) -> None:
        """Interrupt it."""
        await self._helm.send(k.Stop(role=self._role))

    @work(exclusive=True, group="part")
    async def _load(self, part: Part, scroll_y: float = 0.0) -> None:
        self._loaded_seq = self._session.view().seq
        loads: dict[Part, Callable[[], Awaitable[None]]] = {
            "messages": self._messages,
            "plan": lambda: self._command("plan"),
            "memory": lambda: self._command("memory"),
            "prompt": lambda: self._command("lens"),
            "steps": self._steps,
        }
        try:
            await loads[part]()
        except AgentshError as error:
            self.query_one(Look).show_text(f"{error}\n{error.hint}", part)
        self.query_one(Look).page.scroll_to(y=scroll_y, animate=False)

    async def _command(self, name: str) -> None:
        reply = await self._helm.context.registry.run(self._helm.context, f"/{name} {self._role}")
        look = self.query_one(Look)
        match reply:
            case r.Text(text=text, title=title, language=language):
                look.show_text(text, title or name, language)
            case r.Markdown(text=text, title=title):
                look.show_text(text, title or name, "markdown")
            case r.Table():
                look.show_table(reply)
            case r.Tree():
                look.show_tree(reply)
            case _:
                pass

    async def _messages(self) -> None:
        page = await self._session.messages(last=50, visible_to=self._role)
        text = "\n\n---\n\n".join(
            f"**{said.message.sent_from}** · {said.message.cause_by}\n\n{said.message.content}" for said in page
        )
        self.query_one(Look).show_text(text or "Nothing it could have seen.", "messages it sees", "markdown")

    async def _steps(self) -> None:
        steps = await self._session.steps(self._role, last=200)
        rows = tuple(
            (
                step.at[11:19],
                step.step,
                str(step.action or ""),
                step.state,
                f"{step.seconds:.1f} s",
                amount(step.usage.prompt_tokens + step.usage.completion_tokens),
                step.detail,
            )
            for step in reversed(steps)
        )
        columns = ("at", "step", "action", "state", "took", "tokens", "")
        self.query_one(Look).show_table(r.Table(columns, rows, "steps, newest first", "no steps yet"))

    def _head(self) -> None:
        view = self._session.view()
        role = view.role(self._role)
        if role is None:
            return
        width = self.size.width - 2
        self.query_one("#role-head", Static).update(
            Content("\n").join([self._first(role), self._second(role, view)]).truncate(2 * width + 1)
        )
        asked = [found for found in view.questions if found.approval or not found.to_boss]
        asks = self.query_one("#role-asks", Static)
        asks.set_class(bool(asked), "-shown")
        if asked:
            asks.update(one_line(f"? {asked[0].role} waits for you · esc goes back to it", width))

    def _first(self, role: RoleView) -> Content:
        """Return who it is and what it does."""
        sign, style = SIGNS[role.activity]
        seconds = since_s(role.since)
        doing = [str(role.doing or ""), role.step or "", elapsed(seconds) if seconds is not None else ""]
        told = [role.activity, *(doing if role.activity == "reacting" else ())]
        return Content.assemble(
            (f"{sign} ", style),
            (one_line(role.name, 40), "bold"),
            (f" · {one_line(role.profile, 40)} · ", "$muted"),
            (one_line(" · ".join(part for part in told if part), 60), style),
            (" · played by you" if role.human else "", "$text-accent"),
        )

    def _second(self, role: RoleView, view: SessionView) -> Content:
        """Return what it asks, and what that has used."""
        share = role.prompt_tokens / view.num_ctx if view.num_ctx else 0.0
        used = amount(role.usage.prompt_tokens + role.usage.completion_tokens)
        context = f"ctx {meter(share, 10)} {amount(role.prompt_tokens)} of {amount(view.num_ctx)}"
        return Content.assemble(
            (one_line(role.model, 40), "$text-primary"),
            (" · ", "$faint"),
            (context, context_style(share)),
            (f" · {used} tokens · reaction {role.reactions} · {role.due} due", "$muted"),
        )
