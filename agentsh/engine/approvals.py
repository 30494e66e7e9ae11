"""Decides whether an effect may happen, has to be asked for, or may not: by rules, by policy, by what was granted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from agentsh.core.model import Frozen
from agentsh.core.rulebook import DECISIONS, Decision, Kind, Rule, RuleSet, parse_rule
from agentsh.core.rules import Judgement, Wish, dangerous, fits, judge
from agentsh.core.shell import words_of
from agentsh.engine.state import Question, State
from agentsh.ports import RuleBook

Policy = Literal["ask", "once", "session", "always", "never", "never-ask"]
Lasting = Literal["workspace", "always"]

RUN_CODE = "run code"
RUN_ONLINE = "run code with the network"
INSTALL = "install packages"
WRITE_FILES = "write files"
READ_FILES = "read files"
USE_TOOL = "use the tool"
"""Its name follows: what is granted for the session is that tool and no other."""
_BEYOND = ("install", "net", "tool")
"""What reaches further than the sandbox."""
_KINDS: dict[str, Kind] = {INSTALL: "install", WRITE_FILES: "write", READ_FILES: "read"}


COUNTED = "one of the number that was allowed"
"""Why something may happen that a person allowed beforehand, by how many."""


def kind_of(what: str) -> Kind:
    """Return which rules speak of this kind of proposal."""
    return "tool" if what.startswith(f"{USE_TOOL} ") else _KINDS.get(what, "run")


class Proposal(Frozen):
    """What somebody wants to happen, as people are told of it and as rules see it."""

    what: str
    detail: str
    wishes: tuple[Wish, ...] = ()
    """All have to be allowed. None: a command line is read from `detail`."""
    confined: bool = True
    """Whether the sandbox holds it."""
    by_boss: bool = False
    """Whether the Boss typed it: what roles may run says nothing about it."""

    @property
    def wanted(self) -> tuple[Wish, ...]:
        """The wishes, those that were left out included."""
        if self.wishes:
            return self.wishes
        if (kind := kind_of(self.what)) == "run":
            return (Wish(kind=kind, argv=("sh", "-c", self.detail)),)
        return (Wish(kind=kind, subjects=tuple(words_of(self.detail))),)

    def suggested(self) -> tuple[str, ...]:
        """Return the rules that would allow this from now on; none where it is asked each time all the same."""
        if any(dangerous(wish) for wish in self.wanted):
            return ()
        return tuple(str(Rule(kind=wish.kind, pattern=text)) for wish in self.wanted for text in wish.suggested())


def concerns(rule: Rule, found: Question) -> bool:
    """Return whether a rule is about what waits; where its parts are not known, it is taken to be."""
    if rule.kind == "run":
        return fits(rule, Wish(kind="run", argv=("sh", "-c", found.detail)), strictly=False)
    parts = tuple(parse_rule(text).pattern for text in found.suggested)
    return not parts or fits(rule, Wish(kind=rule.kind, subjects=parts), strictly=False)


class RulesInMemory:
    """Rules that last as long as the process."""

    def __init__(self) -> None:
        self._rules = RuleSet()

    def holding(self) -> tuple[RuleSet, ...]:
        """Return what was kept so far."""
        return (self._rules,)

    async def keep(self, decision: Decision, rule: Rule, scope: Lasting) -> str:  # noqa: ARG002 (a port's shape)
        """Keep a rule."""
        self._rules = self._rules.with_rule(decision, rule)
        return "memory"


@dataclass(slots=True)
class Approvals:
    """What may happen in one session.

    Attributes:
        policy: what the command line says: `--approve`.
        book: rules that were there before the session, and that outlast it.
    """

    policy: Policy = "ask"
    book: RuleBook = field(default_factory=RulesInMemory)
    _once_used: bool = False
    _taken: list[str] = field(default_factory=list)
    """Kinds of what is just being taken off the number that was allowed."""

    def decide(self, proposal: Proposal, state: State) -> Judgement:
        """Return allow, ask or deny, and why."""
        sets = [*self.book.holding(), session_rules(state)]
        judgements = [self._of_wish(wish, proposal, sets, state) for wish in proposal.wanted]
        strongest = min(judgements, key=lambda found: DECISIONS.index(found.decision or "allow"))
        if strongest.decision == "ask" and self._first_of_once(proposal, judgements):
            return Judgement(decision="allow", why="the first one (--approve once)")
        return strongest

    def speak_of(self, kind: Kind, state: State) -> bool:
        """Return whether any rule is about this kind: if not, there is nothing to decide for reading and writing."""
        sets = [*self.book.holding(), session_rules(state)]
        return any(rule.kind == kind for rules in sets for decision in DECISIONS for rule in rules.listed(decision))

    def left_of(self, what: str, state: State) -> int:
        """Return how many more of a kind were allowed by their number."""
        return state.counted.get(what, 0) - self._taken.count(what)

    @contextmanager
    def taking(self, what: str) -> Iterator[None]:
        """Keep one of the number from others until the event that tells of it is folded in."""
        self._taken.append(what)
        try:
            yield
        finally:
            self._taken.remove(what)

    def _of_wish(self, wish: Wish, proposal: Proposal, sets: Sequence[RuleSet], state: State) -> Judgement:
        judged = judge(wish, sets)
        if judged.decision == "deny":
            return judged
        if self.policy == "never" and wish.kind not in ("read", "write") and not proposal.by_boss:
            return Judgement(decision="deny", why="this session runs nothing (--approve never)")
        if self.policy == "never-ask":
            return Judgement(decision="allow", why="--approve never-ask")
        if judged.decision == "ask":
            return judged
        return self._asked_for_all_the_same(wish, proposal) or self._granted(wish, proposal, judged, state)

    def _asked_for_all_the_same(self, wish: Wish, proposal: Proposal) -> Judgement | None:
        """Return why it is asked for although such things are allowed; None when it is not."""
        if why := dangerous(wish):
            return Judgement(decision="ask", why=why)
        if wish.kind == "run" and not proposal.confined:
            return Judgement(decision="ask", why="no sandbox holds it")
        return None

    def _granted(self, wish: Wish, proposal: Proposal, judged: Judgement, state: State) -> Judgement:
        if judged.decision == "allow":
            return judged
        if wish.kind in ("read", "write"):
            return Judgement(decision="allow", why="it stays in the workspace")
        if proposal.what in state.granted:
            return Judgement(decision="allow", why="granted for the session")
        if self.left_of(proposal.what, state):
            return Judgement(decision="allow", why=COUNTED)
        if self.policy in ("session", "always") and proposal.confined and wish.kind not in ("net", "tool"):
            return Judgement(decision="allow", why=f"--approve {self.policy}")
        return Judgement(decision="ask", why="the sandbox does not hold it" if wish.kind in _BEYOND else "")

    def _first_of_once(self, proposal: Proposal, judgements: Sequence[Judgement]) -> bool:
        """Whether `--approve once` covers this: the first time, and only what is asked for without a reason."""
        plain = all(found.decision == "allow" or not found.why for found in judgements)
        if self.policy != "once" or self._once_used or not plain or not proposal.confined:
            return False
        self._once_used = True
        return True


def session_rules(state: State) -> RuleSet:
    """Return what was allowed, or refused, for the rest of the session with a glob."""
    rules = RuleSet()
    for grant in state.grants:
        rule = Rule(kind=kind_of(grant.what), pattern=grant.glob)
        rules = rules.with_rule("allow" if grant.allowed else "deny", rule)
    return rules
