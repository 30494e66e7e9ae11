"""A role at work in one reaction: which action comes next, and each action done and published."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentsh.core.cards import ActionCard, Repeat, RoleCard
from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.plans import Task
from agentsh.core.tools import CallProtocol
from agentsh.engine.reaction import Reaction
from agentsh.ports import Renderer, Tool
from agentsh.roles.actions.behaviours import behaviour
from agentsh.roles.facts import TeamFacts
from agentsh.roles.mind import Mind
from agentsh.roles.modes import END
from agentsh.roles.question import Question
from agentsh.roles.words import Words
from agentsh.roles.work import Work

_THINK = ActionCard(name=ActionName("think"), max_tokens=100)


@dataclass
class Performance:
    """One reaction of one role.

    Attributes:
        reaction: the outside, step by step.
        role: whose it is.
        actions: every action of the team, by name.
        facts: the team.
        mind: who answers for the role.
        renderer: fills prompts.
        repairs: how often an answer that does not fit may go back.
        toolbox: every tool that there is, by name.
        protocols: how each model is asked for a tool call; one that is not there, piece by piece.
    """

    reaction: Reaction
    role: RoleCard
    actions: Mapping[ActionName, ActionCard]
    facts: TeamFacts
    mind: Mind
    renderer: Renderer
    repairs: int
    toolbox: Mapping[str, Tool] = field(default_factory=dict)
    protocols: Mapping[str, CallProtocol] = field(default_factory=dict)
    _times: Counter[ActionName] = field(default_factory=Counter)

    async def perform(self, name: ActionName, step: Task | None = None) -> Message:
        """Do one action, and again what it sends the role back to; return what was published of it last."""
        repeat = self._card(name).repeat
        left = repeat.rounds if repeat else 0
        message = await self._act(name, goes_back=left > 0, step=step)
        while repeat is not None and left and not _holds(message, repeat):
            left -= 1
            for between in self._before(repeat.back_to, name):
                await self._act(between)
            message = await self._act(name, goes_back=left > 0, step=step)
        return message

    async def choose(self, choices: Sequence[str]) -> str:
        """Return which of `choices` is to be done next. Raises OutputInvalid."""
        self.reaction.doing(_THINK.name)
        self._times[_THINK.name] += 1
        words = Words(self.renderer)
        prompt = words.say("choose_action", choices=[{"name": one, "summary": self.summary(one)} for one in choices])
        label = str(self._times[_THINK.name])
        return await self.mind.choose(Question(_THINK, lambda _: prompt, _THINK.max_tokens, words, label), choices)

    def work(self, name: ActionName, *, goes_back: bool = False, step: Task | None = None) -> Work:
        """Begin on an action."""
        card = self._card(name)
        self.reaction.doing(name)
        self._times[name] += 1
        return Work(
            reaction=self.reaction,
            role=self.role,
            action=card,
            actions=self.actions,
            facts=self.facts,
            mind=self.mind,
            renderer=self.renderer,
            repairs=self.repairs,
            toolbox=self.toolbox,
            protocols=self.protocols,
            time=self._times[name],
            goes_back=goes_back,
            step=step,
        )

    async def _act(self, name: ActionName, *, goes_back: bool = False, step: Task | None = None) -> Message:
        work = self.work(name, goes_back=goes_back, step=step)
        return await behaviour(work.action.does)(work)

    def _before(self, first: ActionName, last: ActionName) -> tuple[ActionName, ...]:
        """Return the role's actions from `first` up to `last`; only `first` when they do not stand in that order."""
        own = self.role.actions
        if first in own and last in own and own.index(first) < own.index(last):
            return own[own.index(first) : own.index(last)]
        return (first,)

    def _card(self, name: ActionName) -> ActionCard:
        if (card := self.actions.get(name)) is None:
            hint = f"There are: {', '.join(self.actions)}"
            raise UsageError(f"the role {self.role.name} is to do an unknown action {name!r}", hint=hint)
        return card

    def summary(self, choice: str) -> str:
        """Return a line about what can be chosen."""
        if choice == END:
            return "nothing more is to be done now"
        return self._card(ActionName(choice)).summary or "do this"


def _holds(message: Message, repeat: Repeat) -> bool:
    return (message.data or {}).get(repeat.until) is True
