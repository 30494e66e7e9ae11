"""The Reflection system: when enough has been experienced, an agent draws conclusions, each with its evidence.

A conclusion that names no evidence is not kept, nor one that was drawn before. Source: Generative Agents.
"""

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Conclusions, Fault, Musings, ProcessingState
from agentsh.world.components.memory import Experience, Memory
from agentsh.world.components.relations import EVIDENCE, REMEMBERS
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.prompts import Prompts, object_schema, text_schema
from agentsh.world.systems import Stage, system

REFLECT = "reflect"
"""The question, and its prompt file."""
MOST_CONSIDERED = 12
MOST_KNOWN = 40
"""So far back a conclusion is not drawn a second time."""
_IMPORTANCE = 0.9


@system(
    "reflection",
    level=Level.SUBCONSCIOUS,
    stage=Stage.REFLECT,
    reads=(Agent, Name),
    writes=(Experience, Memory, Musings, Conclusions, ProcessingState, Fault, REMEMBERS, EVIDENCE),
)
def reflection(moment: Moment) -> None:
    """Take up what was concluded; let those reflect to whom enough has happened."""
    for_each(moment, "reflection", [agent for agent, _, _ in moment.store.each(Memory, Agent)], _Reflecting(moment))


class _Reflecting:
    """One tick's reflecting."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def __call__(self, agent: EntityId) -> None:
        """Let one agent reflect."""
        answer = self._moment.resource(Prompts).take(self._moment.store, agent, REFLECT)
        if answer is not None:
            self._conclude(agent, answer)
        memory = self._moment.store.get(agent, Memory)
        if memory.unreflected >= memory.threshold:
            self._ask(agent)

    def _ask(self, agent: EntityId) -> None:
        store = self._moment.store
        latest = self._moment.resource(Memories).latest(store, agent, MOST_CONSIDERED)
        if not latest:
            return
        said: list[JsonValue] = [found.text for _, found in latest]
        about: list[JsonValue] = [entity for entity, _ in latest]
        data: JsonObject = {"memories": said, "about": about}
        content = "What follows from what happened?"
        if self._moment.resource(Prompts).later(store, agent, REFLECT, content, data, _schema(len(latest))):
            store.change(agent, Memory).unreflected = 0.0

    def _conclude(self, agent: EntityId, answer: JsonObject) -> None:
        about, insights = answer.get("about"), answer.get("insights")
        if not isinstance(about, list) or not isinstance(insights, list):
            return
        for insight in insights:
            if isinstance(insight, dict) and (text := str(insight.get("insight") or "").strip()):
                self._keep(agent, text, self._evidence(agent, about, insight.get("because")))

    def _evidence(self, agent: EntityId, about: list[JsonValue], because: JsonValue) -> list[EntityId]:
        numbers = [n for n in because if isinstance(n, int)] if isinstance(because, list) else []
        named = {about[number - 1] for number in numbers if 1 <= number <= len(about)}
        return [entity for entity in self._moment.store.targets(agent, REMEMBERS) if entity in named]

    def _keep(self, agent: EntityId, text: str, evidence: list[EntityId]) -> None:
        moment = self._moment
        known = (found.text for _, found in moment.resource(Memories).latest(moment.store, agent, MOST_KNOWN))
        if not evidence or text in known:
            return
        moment.resource(Memories).remember(moment, agent, text, "reflection", _IMPORTANCE, evidence)
        moment.resource(Events).tell(moment, agent, f"concludes: {text} (from {len(evidence)} experiences)")


def _schema(most: int) -> JsonObject:
    numbers: JsonObject = {"type": "integer", "minimum": 1, "maximum": most}
    because: JsonObject = {"type": "array", "items": numbers, "minItems": 1, "maxItems": 4}
    insight = object_schema({"insight": text_schema(200), "because": because})
    return object_schema({"insights": {"type": "array", "items": insight, "minItems": 1, "maxItems": 3}})
