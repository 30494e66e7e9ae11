"""A role that reacts: it observes, thinks which action is due, acts, and publishes each outcome at once.

Whoever answers for it, a model or a person, goes the same way. Source: MetaGPT's Role.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import ChatRequest
from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Message
from agentsh.engine.reaction import Reaction
from agentsh.ports import Renderer, Tool
from agentsh.roles.asking import Asking
from agentsh.roles.duties import called_for
from agentsh.roles.facts import TeamFacts
from agentsh.roles.interview import INTERVIEW, interview_request
from agentsh.roles.live_mind import LiveMind
from agentsh.roles.memory import Memory
from agentsh.roles.mind import Mind
from agentsh.roles.model_mind import ModelMind
from agentsh.roles.modes import MODES
from agentsh.roles.performance import Performance
from agentsh.roles.person_mind import PersonMind
from agentsh.roles.turns import prefix
from agentsh.roles.words import Words


class LlmRole:
    """One role of a team. Fulfils `engine.reaction.Reacts`."""

    def __init__(
        self,
        card: RoleCard,
        actions: Mapping[ActionName, ActionCard],
        asking: Asking,
        renderer: Renderer,
        facts: TeamFacts,
        toolbox: Mapping[str, Tool] | None = None,
    ) -> None:
        """Check the card against what there is.

        Args:
            card: who it is.
            actions: every action of the team, by name.
            asking: how its model is asked.
            renderer: fills its prompts.
            facts: its team.
            toolbox: every tool that there is, by name.

        Raises:
            UsageError: it has an action or a react mode that there is not.
        """
        _check(card, actions)
        self._card = card
        self._actions = actions
        self._asking = asking
        self._renderer = renderer
        self._facts = facts
        self._toolbox = toolbox or {}
        self._memory = Memory(card, actions)

    @property
    def name(self) -> RoleName:
        """By which the others know it."""
        return self._card.name

    async def react(self, reaction: Reaction) -> None:
        """Do what is called for, step by step.

        Raises:
            AgentshError: a step failed, or an answer stayed invalid (OutputInvalid).
        """
        performance = Performance(
            reaction=reaction,
            role=self._card,
            actions=self._actions,
            facts=self._facts,
            mind=self._mind(reaction),
            renderer=self._renderer,
            repairs=self._asking.repairs,
            toolbox=self._toolbox,
            protocols=self._asking.protocols,
        )
        if reaction.action is not None:
            await performance.perform(reaction.action)
        elif due := called_for(self._card, self._actions, reaction.observed):
            await MODES[self._card.react](performance, due, self._card.max_loops)

    async def interview(self, reaction: Reaction, question: str, in_mind: Sequence[str] = ()) -> ChatRequest:
        """Return what the role's model is asked, so that it answers `question` from its memory."""
        return await interview_request(
            reaction, self._card, self._system, self._memory, self._asking, self._renderer, question, in_mind
        )

    async def recall(self, reaction: Reaction) -> tuple[str | None, tuple[Message, ...]]:
        """Return what the role has in memory: what stands for older history, and the messages since."""
        found = await self._memory.recall(reaction, INTERVIEW, reaction.summary)
        return (found.summary[1] if found.summary else None), found.messages

    @cached_property
    def _system(self) -> str:
        """What each of its requests begins with. Raises FileError."""
        return prefix(self._card, self._facts, Words(self._renderer))

    def _mind(self, reaction: Reaction) -> Mind:
        model = ModelMind(reaction, self._card, self._system, self._memory, self._asking, self._renderer)
        return LiveMind(reaction, model, PersonMind(reaction), human=self._card.human)


def _check(card: RoleCard, actions: Mapping[ActionName, ActionCard]) -> None:
    where = card.source or card.name
    if card.react not in MODES:
        known = ", ".join(MODES)
        raise UsageError(f"{where}: there is no react mode {card.react!r}", hint=f"Write one of: {known}")
    for name in card.actions:
        if name not in actions:
            raise UsageError(f"{where}: unknown action {name!r}", hint=f"There are: {', '.join(actions)}")
