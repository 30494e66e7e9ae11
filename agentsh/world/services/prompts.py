"""The prompt manager: what an agent is asked, as values for a prompt file, and the shape of its answer.

The words of prompts stand in files (`prompts/actions/think.md` and its like), one a task.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId
from agentsh.world.actions.registry import Actions
from agentsh.world.components.behaviour import Conclusions, Musings, ProcessingState
from agentsh.world.components.memory import Experience, Seen
from agentsh.world.minds import Asked
from agentsh.world.moment import Moment
from agentsh.world.services.memories import Memories, told
from agentsh.world.services.notes import note
from agentsh.world.services.scene import Scene
from agentsh.world.services.states import States
from agentsh.world.store import Store

THINK = "think"
EXPRESSIONS = ("neutral", "curious", "happy", "sad", "angry", "afraid", "surprised", "thoughtful")
MOST_RECALLED = 6
_TEXT = 240


class Prompts:
    """Asks agents. Source: argOS's PromptManager."""

    def think(self, scene: Scene, seen: Sequence[Seen]) -> bool:
        """Let an agent think about what it perceives and choose what to do; False when it is not free."""
        moment = scene.moment
        perceived = [one.text for one in seen]
        state = moment.resource(States).of(scene)
        about = " ".join([*perceived, str(state["planned"]), *_goal_texts(state)])
        memories = moment.resource(Memories).recall(moment.store, moment.tick, scene.actor, about, MOST_RECALLED)
        now = {told(one) for one in seen}
        actions = moment.resource(Actions)
        options = actions.possible(scene)
        data: JsonObject = {
            "perceived": list(perceived),
            "memories": [experience.text for experience in memories if experience.text not in now],
            "options": list(options),
            "how": {type_.forms[0]: type_.summary for type_ in actions.of_actor(scene) if type_.has_words},
        }
        return self.ask(moment, scene.actor, THINK, " ".join(perceived) or "All is quiet.", state | data, _act(options))

    def ask(
        self, moment: Moment, agent: EntityId, task: str, content: str, data: JsonObject, schema: JsonObject
    ) -> bool:
        """Ask an agent; False when a thought of it is under way.

        Args:
            moment: the tick.
            agent: who.
            task: what for: name of the prompt file, and key of the answer in `Conclusions`.
            content: what it is about, in words for people.
            data: variables of the prompt.
            schema: JSON schema of the answer.
        """
        whole: JsonObject = data | {"task": task, "tick": moment.tick, "schema": schema}
        if not moment.ask(agent, content, whole):
            return False
        if moment.store.has(agent, ProcessingState):
            moment.store.change(agent, ProcessingState).asked = task
        note(moment.store, agent, f"asked {task}: {moment.store.get(agent, Asked).message}")
        return True

    def later(
        self, store: Store, agent: EntityId, task: str, content: str, data: JsonObject, schema: JsonObject
    ) -> bool:
        """Let a question of a slower level wait until the agent is free; False when it is busy with one of its kind.

        The arguments are those of `ask`.
        """
        if self.is_busy_with(store, agent, task):
            return False
        if not store.has(agent, Musings):
            store.put(agent, Musings())
        waiting = store.change(agent, Musings).waiting
        waiting[task] = {"content": content, "data": data, "schema": schema}
        return True

    def is_busy_with(self, store: Store, agent: EntityId, task: str) -> bool:
        """Return whether such a question waits, is thought about, or is answered and not yet taken up."""
        state = store.find(agent, ProcessingState)
        musings, conclusions = store.find(agent, Musings), store.find(agent, Conclusions)
        return (
            (state is not None and state.asked == task)
            or (musings is not None and task in musings.waiting)
            or (conclusions is not None and task in conclusions.waiting)
        )

    def ask_next(self, moment: Moment, agent: EntityId) -> bool:
        """Ask the question that has waited longest; False when there is none, or the agent is not free."""
        musings = moment.store.find(agent, Musings)
        task = None if musings is None else next(iter(musings.waiting), None)
        if musings is None or task is None or moment.store.has(agent, Asked):
            return False
        asked = moment.store.change(agent, Musings).waiting.pop(task)
        data, schema = asked["data"], asked["schema"]
        content = str(asked["content"])
        return self.ask(moment, agent, task, content, _object(data), _object(schema))

    def take(self, store: Store, agent: EntityId, task: str) -> JsonObject | None:
        """Return what the agent has answered to a task, once; None when there is nothing."""
        conclusions = store.find(agent, Conclusions)
        if conclusions is None or task not in conclusions.waiting:
            return None
        return store.change(agent, Conclusions).waiting.pop(task)


def texts(experiences: Sequence[Experience]) -> list[JsonValue]:
    """Return what was experienced, as values for a prompt."""
    return [experience.text for experience in experiences]


def text_schema(most: int = _TEXT) -> JsonObject:
    """Return the schema of a sentence or two."""
    return {"type": "string", "minLength": 1, "maxLength": most}


def object_schema(properties: JsonObject, optional: Sequence[str] = ()) -> JsonObject:
    """Return the schema of an object; all fields are required but the optional ones."""
    required: list[JsonValue] = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _act(options: Sequence[str]) -> JsonObject:
    """Return the schema of a thought: the action is one of what is possible now."""
    return object_schema(
        {
            "thought": text_schema(160),
            "action": {"type": "string", "enum": list(options)},
            "words": {"type": "string", "minLength": 0, "maxLength": 200},
            "expression": {"type": "string", "enum": list(EXPRESSIONS)},
            "remember": {"type": "string", "maxLength": 120},
        },
        optional=("expression", "remember"),
    )


def _goal_texts(state: JsonObject) -> list[str]:
    goals = state["goals"]
    return [str(goal["text"]) for goal in goals if isinstance(goal, dict)] if isinstance(goals, list) else []


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
