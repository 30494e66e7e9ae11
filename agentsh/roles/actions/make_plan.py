"""A plan: steps with who or what does each, which may wait for others. One that cannot be followed goes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from agentsh.core.errors import UsageError
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.core.plans import Tasks, checklist, plan_schema, read_plan
from agentsh.roles.ask import ask_until
from agentsh.roles.work import Work

MOST_STEPS = 8
"""When nobody says how many."""


@dataclass(frozen=True)
class Wanted:
    """What plan is wanted.

    Attributes:
        doers: who or what may do a step, with a line about each.
        most: most steps.
        done: steps that were done; they stay.
        why: why it is made anew; empty: it is the first.
    """

    doers: Mapping[str, str] = field(default_factory=dict)
    most: int = MOST_STEPS
    done: Tasks = ()
    why: str = ""

    def values(self) -> JsonObject:
        """Return the variable `plan` of the prompt."""
        doers: list[JsonValue] = [{"name": name, "summary": summary} for name, summary in self.doers.items()]
        done: list[JsonValue] = [f"{task.id}: {task.text}" for task in self.done]
        return {"doers": doers, "most": self.most, "done": done, "why": self.why}


async def plan_steps(work: Work, wanted: Wanted) -> Tasks:
    """Return a plan that can be followed. Raises OutputInvalid when none came."""
    schema = plan_schema(list(wanted.doers), wanted.most)
    question = replace(await work.question(extra={"plan": wanted.values()}), schema=schema)

    def read(text: str) -> Tasks:
        return read_plan(validate_output(schema, text), wanted.doers, wanted.done)

    return await ask_until(work.mind, question, read, work.repairs)


async def publish_plan(work: Work, tasks: Tasks) -> Message:
    """Put a plan on the bus, as data and as a checklist."""
    steps: list[JsonValue] = [task.model_dump(mode="json") for task in tasks]
    return await work.publish(checklist(tasks), {"steps": steps})


async def make_plan(work: Work) -> Message:
    """Make a plan among the doers that the conductor names, and publish it. Raises OutputInvalid; UsageError."""
    return await publish_plan(work, await plan_steps(work, _wanted(work)))


def _wanted(work: Work) -> Wanted:
    brief = work.reaction.brief
    names = brief.get("doers")
    if not isinstance(names, list) or not names:
        raise UsageError(f"{work.action.name} has nobody to plan for", hint="a conductor, or plan_and_act, names them")
    profiles = {colleague.name: colleague.profile for colleague in work.facts.colleagues}
    most = brief.get("most")
    return Wanted(
        doers={str(name): profiles.get(str(name), "") for name in names},  # type: ignore[call-overload]
        most=most if isinstance(most, int) else MOST_STEPS,
        why=str(brief.get("why") or ""),
    )
