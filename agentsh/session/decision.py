"""Reads what a person decides: of what awaits approval, and of what a generation that was stopped had said."""

from agentsh.core.controls import PartialUse, Settle, UsePartial
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.model import Frozen
from agentsh.session.form import Ask, Filling

APPROVALS = "[y]es once · [s]ession · [A]lways · [n]o"
EDITABLE = f"{APPROVALS} · [e]dit"
_ONCE = ("y", "Y", "yes", "once")
PARTIALS = "[k]eep · [e]dit · [c]ontinue · [d]rop"
_SCOPES = {"s": "session", "session": "session", "A": "always", "always": "always", "workspace": "workspace"}
_NO = ("n", "N", "no")
_USES: dict[str, PartialUse] = {"k": "keep", "c": "continue", "d": "drop"}


class EditFirst(Frozen):
    """What awaits a decision is to be edited first; that allows it, or makes it the answer."""

    question: QuestionId


def decided(question: QuestionId, *, editable: bool = False) -> Filling[Settle | EditFirst]:
    """Ask until one of the answers is typed. `s` and `A` may be followed by a glob, `n` by the reason.

    Args:
        question: the approval's id.
        editable: whether `e` is one of the answers.
    """
    label = EDITABLE if editable else APPROVALS
    before: tuple[str, ...] = ()
    while True:
        said = (yield Ask(label, before)).strip()
        word, _, rest = said.partition(" ")
        if said in _ONCE:
            return Settle(question=question, allowed=True)
        if word in _SCOPES:
            scope = _SCOPES[word]
            return Settle.model_validate({"question": question, "allowed": True, "scope": scope, "rule": rest.strip()})
        if word in _NO:
            why = rest.strip() or (yield Ask("Why not? (Enter: no reason)")).strip()
            return Settle(question=question, allowed=False, why=why)
        if editable and said in ("e", "edit"):
            return EditFirst(question=question)
        before = (f"{said!r} is none of y, s, A (a capital){', n and e' if editable else ' and n'}.",)


def disposed(question: QuestionId, role: RoleName) -> Filling[UsePartial | EditFirst]:
    """Ask what becomes of what a stopped generation had said."""
    before: tuple[str, ...] = ()
    while True:
        said = (yield Ask(PARTIALS, before)).strip().lower()
        if said in ("e", "edit"):
            return EditFirst(question=question)
        use = next((use for letter, use in _USES.items() if said in (letter, use)), None)
        if use is not None:
            return UsePartial(role=role, how=use)
        before = (f"{said!r} is none of k, e, c and d.",)
