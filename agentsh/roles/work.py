"""One action of one role in one reaction: what its behaviour needs, in one hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.errors import UsageError
from agentsh.core.files import FileDraft
from agentsh.core.ids import BOSS, ActionName, RoleName
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.plans import STEP_TAG, Task
from agentsh.core.repo_map import Mapped
from agentsh.core.tools import CallProtocol
from agentsh.engine.reaction import Reaction
from agentsh.ports import Renderer, Tool
from agentsh.roles.chosen import chosen_in
from agentsh.roles.facts import TeamFacts
from agentsh.roles.fit import Render
from agentsh.roles.material import Material, gather
from agentsh.roles.memory import about
from agentsh.roles.mind import Mind
from agentsh.roles.question import Question
from agentsh.roles.variables import says_files, says_map, says_step
from agentsh.roles.words import Words


@dataclass(frozen=True)
class Work:
    """What an action works with.

    Attributes:
        reaction: the outside, step by step.
        role: who does it.
        action: what is done.
        actions: every action of the team, by name.
        facts: the team.
        mind: who answers for the role.
        renderer: fills prompts.
        repairs: how often an answer that does not fit may go back.
        toolbox: every tool that there is, by name.
        protocols: how each model is asked for a tool call; one that is not there, piece by piece.
        time: how often the role has done this action in this reaction, from 1.
        goes_back: whether the role may still go back to an earlier action after this one.
        step: which step of the role's plan it is; None: the role follows none.
    """

    reaction: Reaction
    role: RoleCard
    action: ActionCard
    actions: Mapping[ActionName, ActionCard]
    facts: TeamFacts
    mind: Mind
    renderer: Renderer
    repairs: int = 2
    toolbox: Mapping[str, Tool] = field(default_factory=dict)
    protocols: Mapping[str, CallProtocol] = field(default_factory=dict)
    time: int = 1
    goes_back: bool = False
    step: Task | None = None

    @property
    def under_review(self) -> bool:
        """Whether the Boss sees what is written before others do; what a person wrote needs nobody's leave."""
        if self.role.human or self.role.review == "never":
            return False
        return self.role.review == "always" or self.action.name == self.role.actions[-1]

    def action_named(self, name: ActionName) -> ActionCard:
        """Return another action. Raises UsageError."""
        if (card := self.actions.get(name)) is None:
            known = ", ".join(self.actions)
            raise UsageError(f"{self.action.name} refers to an unknown action {name!r}", hint=f"There are: {known}")
        return card

    @property
    def protocol(self) -> CallProtocol:
        """How whoever plays the role now is asked for a call; a person in a weak model's place is not led.

        Where the next step is recorded, how it was asked for then: another may play the role by now.
        """
        if (recorded := self.reaction.protocol) is not None:
            return recorded
        protocol = self.protocols.get(self.reaction.model or "", "pieces")
        human = self.role.human if self.reaction.human is None else self.reaction.human
        return "native" if human and protocol == "led" else protocol

    def settle_protocol(self) -> CallProtocol:
        """Return the protocol for what is asked next, and have it kept with each step from here on."""
        protocol = self.protocol
        self.reaction.calls_by(protocol)
        return protocol

    async def question(
        self,
        action: ActionCard | None = None,
        *,
        label: str = "",
        extra: JsonObject | None = None,
        files: Mapping[str, str] | None = None,
        survey: Sequence[Mapped] | None = None,
        alone: bool = False,
    ) -> Question:
        """Return the question that an action's prompt asks.

        Args:
            action: whose prompt; None: the one that is done.
            label: which of the action's questions it is.
            extra: variables of the prompt beside those that every prompt has.
            files: the workspace as the prompt sees it; None: what its card says, when the prompt looks at it.
            survey: the workspace at a glance; None: it is looked over when the prompt shows its map.
            alone: whether the prompt goes without history.
        """
        card = action or self.action
        if files is None:
            files = await self.files(card) if says_files(card.prompt) else {}
        if survey is None:
            survey = await self.reaction.survey() if says_map(card.prompt) else ()
        verifying = tuple(name for name, other in self.actions.items() if other.does == "verify")
        material = await gather(self.reaction, self.role, card, self.facts, verifying, files, survey)
        render = self._render(card, material, self._of_step() | (extra or {}))
        return Question(
            card, render, card.max_tokens, Words(self.renderer), f"{label}/{self.time}", card.output, alone=alone
        )

    async def files(self, action: ActionCard | None = None) -> dict[str, str]:
        """Return the workspace as a prompt of an action shows it: all of it, or what was chosen of it."""
        card = action or self.action
        if card.files == "all":
            return await self.reaction.read()
        about_it = [*self.reaction.observed, *await about(self.reaction, card)]
        return await self.reaction.read(chosen_in(about_it))

    async def publish(
        self, content: str, data: JsonObject | None = None, send_to: tuple[RoleName, ...] = ()
    ) -> Message:
        """Put the outcome on the bus; its document is in the workspace by then.

        An outcome that sends the role itself back to work is for the Boss to see: it sets nobody off.
        """
        if self.action.document is not None:
            document = FileDraft(path=self.action.document, text=content.rstrip() + "\n")
            await self.reaction.write([document], f"{self.action.name}: {self.action.document}")
        observed = self.reaction.observed
        return await self.reaction.publish(
            Draft(
                content=content,
                data=data,
                cause_by=self.action.name,
                send_to=(BOSS,) if self._is_interim(data) else send_to,
                reply_to=observed[-1].id if observed else None,
                tags=() if self.step is None else (f"{STEP_TAG}{self.step.id}",),
            )
        )

    def _of_step(self) -> JsonObject:
        return {
            "led": self.protocol == "led",
            "step": None if self.step is None else {"id": self.step.id, "text": self.step.text},
        }

    def _is_interim(self, data: JsonObject | None) -> bool:
        repeat = self.action.repeat
        return self.goes_back and repeat is not None and (data or {}).get(repeat.until) is not True

    def _render(self, card: ActionCard, material: Material, extra: JsonObject) -> Render:
        def render(cap: int | None) -> str:
            values = material.values(cap) | extra
            text = self.renderer.render(card.prompt, values, source=card.source).strip()
            if self.step is None or says_step(card.prompt):
                return text
            told = self.actions[self.role.planning.step]
            return f"{text}\n\n{self.renderer.render(told.prompt, values, source=told.source).strip()}"

        return render
