"""What one prompt is made of: gathered once, and filled in as often as fitting takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.repo_map import Mapped, map_text
from agentsh.engine.reaction import Reaction
from agentsh.roles import variables
from agentsh.roles.facts import TeamFacts
from agentsh.roles.memory import about


@dataclass(frozen=True)
class Material:
    """Values of a prompt's variables before anything is cut.

    Attributes:
        fixed: what is never cut.
        context: messages that the action is about.
        observed: messages that set the role off.
        files: workspace files, by path.
        verdict: output of the last verification.
        survey: the workspace at a glance.
    """

    fixed: JsonObject
    context: tuple[Message, ...]
    observed: tuple[Message, ...]
    files: Mapping[str, str]
    verdict: JsonObject | None
    survey: Sequence[Mapped] = ()

    def values(self, cap: int | None) -> JsonObject:
        """Return the variables, each long text cut to `cap` lines; None: whole."""
        return self.fixed | {
            "context": variables.of_messages(self.context, cap),
            "observed": variables.of_messages(self.observed, cap),
            "files": variables.of_files(self.files, cap),
            "verdict": variables.of_verdict(self.verdict, cap),
            "map": map_text(self.survey, cap),
        }


async def gather(
    reaction: Reaction,
    card: RoleCard,
    action: ActionCard,
    facts: TeamFacts,
    verifying: tuple[ActionName, ...],
    files: Mapping[str, str],
    survey: Sequence[Mapped] = (),
) -> Material:
    """Return what a prompt of `action` is made of; `verifying`: the actions that give verdicts."""
    context = await about(reaction, action)
    verdicts = await reaction.history(causes=verifying, last=1) if verifying else []
    verdict = verdicts[-1].data if verdicts else None
    others: list[JsonValue] = [*facts.names_of_others(card.name)]
    fixed: JsonObject = {
        "idea": reaction.idea,
        "role": variables.of_role(card),
        "others": others,
        "vars": dict(facts.variables),
        "round": (verdict or {}).get("attempt") or 1,
        "examples": _examples((*context, *reaction.observed)),
        "item": None,
        "world": None,
        "turn": reaction.brief,
        "step": None,
        "plan": None,
        "led": False,
    }
    return Material(fixed, context, reaction.observed, files, verdict, survey)


def _examples(messages: tuple[Message, ...]) -> list[JsonValue]:
    """Return the newest examples that somebody gave as data."""
    found = [given for message in messages if isinstance(given := (message.data or {}).get("examples"), list)]
    return list(found[-1]) if found else []
