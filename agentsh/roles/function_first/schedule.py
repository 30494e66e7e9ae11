"""Which drafts are asked for: small models know a thing under one wording and not under another, so wordings vary.

Measured on SmolLM2-135M: at temperature 0.2 one wording solves about half of small one-function tasks in its first
draft, and which half differs by the wording; a higher temperature alone loses more than it finds.
"""

from collections.abc import Iterator
from typing import Literal

from agentsh.core.model import Frozen, JsonObject
from agentsh.roles.function_first.purpose import as_sentence
from agentsh.roles.function_first.task import FunctionTask

Form = Literal["plain", "careful", "told", "loop", "stub"]
"""How the prompt file words it. plain and careful: signature and purpose. told: with the examples in the sentence.
loop: asks for a loop. stub: a definition to complete, with the examples in its docstring."""

WAVE = 3
"""So many drafts are asked for before they are run; only when none passes, the next so many."""
_ORDER: tuple[tuple[Form, float], ...] = (
    ("plain", 0.2),
    ("careful", 0.2),
    ("told", 0.2),
    ("loop", 0.2),
    ("stub", 0.2),
    ("plain", 0.4),
    ("told", 0.5),
    ("loop", 0.5),
    ("stub", 0.5),
)


class DraftRequest(Frozen):
    """One draft to be asked for."""

    number: int
    """From 1; another seed each."""
    form: Form
    temperature: float

    def variables(self, task: FunctionTask) -> JsonObject:
        """Return what the prompt file gets.

        `item` has form, name, signature, purpose and sentence; `examples` is a list of args and result.
        """
        return {
            "item": {
                "form": self.form,
                "name": task.signature.name,
                "signature": task.signature.source,
                "purpose": task.purpose,
                "sentence": as_sentence(task.purpose),
            },
            "examples": [{"args": example.args, "result": example.result} for example in task.examples],
        }


def waves(candidates: int) -> Iterator[tuple[DraftRequest, ...]]:
    """Yield at most `candidates` requests, `WAVE` at a time; past the measured order it begins again, warmer."""
    requests = [_request(number) for number in range(1, candidates + 1)]
    for begin in range(0, candidates, WAVE):
        yield tuple(requests[begin : begin + WAVE])


def _request(number: int) -> DraftRequest:
    again, place = divmod(number - 1, len(_ORDER))
    form, temperature = _ORDER[place]
    return DraftRequest(number=number, form=form, temperature=min(1.0, temperature + 0.35 * again))
