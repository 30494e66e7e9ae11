"""A world that is lived in, without a session: agents answer by a script, a tick after they were asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_object
from agentsh.core.worlds import THINK, WORLD, EntityId, WorldCard
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.worlds import WorldFile, WorldShelf
from agentsh.world.catalogue import Catalogue
from agentsh.world.components.behaviour import Action
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import OCCUPIES, REMEMBERS
from agentsh.world.minds import Name
from agentsh.world.moment import Question
from agentsh.world.services.scene import name_of
from agentsh.world.shipped import shipped_catalogue
from agentsh.world.store import Store
from agentsh.world.world import Arrival, Missed, Ticked, World

Answer = JsonObject | Missed | None
Mind = Callable[[RoleName, JsonObject], Answer]
"""What a role answers to what it is asked: None: it thinks for ever; Missed: nothing comes of it."""


def does(line: str, words: str = "", **more: str) -> JsonObject:
    """Return a thought that leads to an action."""
    return {"thought": f"I want to {line}", "action": line, "words": words, **more}


def shipped(name: str) -> WorldFile:
    """Return a world that ships."""
    return WorldShelf(Shelf([shipped_prompts()])).world(name)


PLAIN: dict[str, JsonObject] = {
    "think": does("wait"),
    "reflect": {"insights": [{"insight": "All is as it was.", "because": [1]}]},
    "make_plan": {"steps": ["wait and see"]},
    "judge_goal": {"status": "in_progress", "progress": 10, "why": "not much has happened"},
    "plan_day": {"items": [{"hour": 7, "what": "sit down", "room": ""}, {"hour": 20, "what": "sleep", "room": ""}]},
    "resolve": {"outcome": "Nothing much happens.", "success": False, "effect": "nothing"},
}


def waits(_role: RoleName, data: JsonObject) -> Answer:
    """Do nothing, and answer plainly whatever is asked."""
    return PLAIN[str(data["task"])]


def never(_role: RoleName, _data: JsonObject) -> Answer:
    """Think for ever: what is done is what a test makes them do."""
    return None


@dataclass
class Playing:
    """A world under test."""

    world: World
    mind: Mind = waits
    asked: list[tuple[RoleName, JsonObject]] = field(default_factory=list)
    ticked: list[Ticked] = field(default_factory=list)
    _arriving: list[Arrival] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.world.store

    def tick(self, times: int = 1) -> Ticked:
        """Let ticks pass; each answer lands with the next one."""
        for _ in range(times):
            arriving, self._arriving = self._arriving, []
            ticked = self.world.advance(arriving)
            self.ticked.append(ticked)
            for question in ticked.questions:
                self._answer(question)
        return self.ticked[-1]

    def until(self, condition: Callable[[], bool], most: int = 100) -> int:
        """Let ticks pass until something is so; return which tick it is."""
        for _ in range(most):
            if condition():
                return self.world.tick
            self.tick()
        raise AssertionError(f"it was not so within {most} ticks")

    def say(self, text: str) -> None:
        """Say something to the whole world."""
        id_ = MessageId(f"boss:{self.world.tick}")
        said = Message(id=id_, content=text, cause_by=THINK, sent_from=RoleName("boss"), send_to=(WORLD,))
        self._arriving.append(said.model_copy(update={"cause_by": "user_requirement"}))

    def entity(self, name: str) -> EntityId:
        """Return the entity of that name."""
        found = [entity for entity, named in self.store.each(Name) if named.text == name]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def room(self, name: str) -> str:
        """Return where somebody or something is."""
        return name_of(self.store, self.store.target(self.entity(name), OCCUPIES))

    def last(self, name: str) -> str:
        """Return what came of somebody's last action."""
        found = self.store.get(self.entity(name), Action).last
        return "" if found is None else found.text

    def memories(self, name: str) -> list[str]:
        """Return what somebody remembers, oldest first."""
        return [self.store.get(e, Experience).text for e in self.store.targets(self.entity(name), REMEMBERS)]

    def words(self) -> list[str]:
        """Return everything that people were told."""
        return [word.message for ticked in self.ticked for word in ticked.words]

    def errors(self) -> list[str]:
        """Return what went wrong, as people were told."""
        return [
            word.message
            for ticked in self.ticked
            for word in ticked.words
            if word.is_error or "failed at" in word.message
        ]

    def _answer(self, question: Question) -> None:
        self.asked.append((question.role, question.data))
        answer = self.mind(question.role, question.data)
        if isinstance(answer, Missed):
            self._arriving.append(answer)
        elif answer is not None:
            echoed = {key: question.data[key] for key in ("task", "about") if key in question.data}
            self._arriving.append(_reply(question, answer | echoed))


def _reply(question: Question, data: JsonObject) -> Message:
    return Message(
        id=MessageId(f"{question.message}:answer"),
        content="thought",
        data=data,
        cause_by=THINK,
        sent_from=question.role,
        send_to=(WORLD,),
    )


def play(
    card: WorldCard | WorldFile,
    mind: Mind = waits,
    *,
    seed: int = 7,
    debug: bool = True,
    catalogue: Catalogue | None = None,
) -> Playing:
    """Return a world at tick 0, with whatever its systems touch checked."""
    of = card.card if isinstance(card, WorldFile) else card
    return Playing((catalogue or shipped_catalogue()).new(of, seed, debug=debug), mind)


def by_name(minds: dict[str, Iterable[Answer]], then: Mind = waits) -> Mind:
    """Return a mind that gives each role's answers one after another to what it is to think; then `then` answers."""
    left = {role: iter(answers) for role, answers in minds.items()}

    def answer(role: RoleName, data: JsonObject) -> Answer:
        if data["task"] != "think" or role not in left:
            return then(role, data)
        given = next(left[role], None)
        return then(role, data) if given is None else given

    return answer


def fits(data: JsonObject, answer: JsonObject) -> bool:
    """Return whether an answer is one that the schema allows."""
    schema = data["schema"]
    assert isinstance(schema, dict)
    validate_object(schema, answer)
    return True
