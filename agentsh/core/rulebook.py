"""Rules as a user writes them into agentsh.toml: a word and a pattern, such as `run python *` or `write src/**`."""

from functools import lru_cache
from typing import Final, Literal

from pydantic import field_validator

from agentsh.core.model import Frozen

Kind = Literal["run", "write", "read", "install", "net", "tool"]
Decision = Literal["allow", "ask", "deny"]
KINDS: Final[tuple[Kind, ...]] = ("run", "write", "read", "install", "net", "tool")
DECISIONS: Final[tuple[Decision, ...]] = ("deny", "ask", "allow")
"""The stronger first."""


class Rule(Frozen):
    """One rule: what it is about, and which of it."""

    kind: Kind
    pattern: str = "*"

    def __str__(self) -> str:
        return f"{self.kind} {self.pattern}"


class RuleSet(Frozen):
    """Three lists of rules."""

    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    @field_validator("allow", "ask", "deny")
    @classmethod
    def _are_rules(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(parse_rule(text)) for text in texts)

    def listed(self, decision: Decision) -> tuple[Rule, ...]:
        """Return the rules of one list."""
        texts = {"allow": self.allow, "ask": self.ask, "deny": self.deny}[decision]
        return tuple(parse_rule(text) for text in texts)

    def with_rule(self, decision: Decision, rule: Rule) -> "RuleSet":
        """Return the same with one rule more."""
        texts = {"allow": self.allow, "ask": self.ask, "deny": self.deny}
        return RuleSet(**{**texts, decision: tuple(dict.fromkeys((*texts[decision], str(rule))))})


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> Rule:
    """Return the rule that a text says; raises ValueError that says how one looks."""
    kind, _, pattern = text.strip().partition(" ")
    for known in KINDS:
        if kind == known:
            return Rule(kind=known, pattern=pattern.strip() or "*")
    raise ValueError(f"{text!r} is no rule: write one such as 'run python *'; the first word is {', '.join(KINDS)}")


class RuleSettings(RuleSet):
    """agentsh.toml's [rules]: what holds everywhere, and what holds in single workspaces."""

    workspaces: dict[str, RuleSet] = {}
    """By the workspace's absolute path."""

    def restrained_by(self, others: "RuleSettings") -> "RuleSettings":
        """Return the same with what others deny and ask; what they allow stays theirs."""
        folders = dict.fromkeys((*self.workspaces, *others.workspaces))
        return RuleSettings(
            **_restrained(self, others),
            workspaces={
                folder: RuleSet(**_restrained(self.workspaces.get(folder), others.workspaces.get(folder)))
                for folder in folders
            },
        )

    def holding_in(self, workspace: str) -> tuple[RuleSet, ...]:
        """Return what holds in a workspace."""
        own = self.workspaces.get(workspace)
        everywhere = RuleSet(allow=self.allow, ask=self.ask, deny=self.deny)
        return (everywhere,) if own is None else (everywhere, own)


def _restrained(own: RuleSet | None, others: RuleSet | None) -> dict[str, tuple[str, ...]]:
    """Return three lists: what `own` allows, and what either denies and asks."""
    own, others = own or RuleSet(), others or RuleSet()
    deny, ask = (
        tuple(dict.fromkeys((*one, *other))) for one, other in ((own.deny, others.deny), (own.ask, others.ask))
    )
    return {"allow": own.allow, "deny": deny, "ask": ask}
