"""A task force: experts are recruited, decide together and are judged, round by round. Source: AgentVerse."""

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.waves import WAVE, Move, Waving
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.options.recruit import RecruitOptions
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Turn


class Memory(Waving):
    """How far it is."""

    number: int = 1
    """Which round this is."""
    duties: tuple[str, ...] = ()
    """What each expert is this time, in their order."""
    agreed: tuple[RoleName, ...] = ()
    """Critics who agree with the solution as it stands."""
    scores: tuple[int, ...] = ()
    """One a round."""
    advice: str = ""
    """What the evaluator said last."""


class Recruit(Chair[RecruitOptions, Memory]):
    """Conducts a task force."""

    def __init__(self) -> None:
        super().__init__(RecruitOptions, Memory)

    def members(self, options: RecruitOptions) -> tuple[RoleName, ...]:
        """Return everybody who recruits, decides, carries out or judges."""
        executor = () if options.executor is None else (options.executor,)
        return (options.recruiter, *options.experts, *executor, options.evaluator)

    def goes_on(self, options: RecruitOptions, kept: Kept[Memory]) -> bool:
        """Return whether a round is under way."""
        del options
        return kept.memory.going

    def next(self, options: RecruitOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turns of those in this wave who have not spoken yet."""
        return kept.memory.moves(_waves(options, kept.memory), state)

    def begun(self, options: RecruitOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return the first round of another task."""
        del options, state
        return Kept(Memory(boss=(message.id,), going=True, round=before.round))

    def spoken(
        self, options: RecruitOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return how far the round is with this."""
        if opened.brief.get("part") != WAVE:
            return None
        return Kept(_after(options, kept.memory, said, state))

    def progress(self, options: RecruitOptions, kept: Kept[Memory]) -> str:
        """Return which round it is, and how the one before was judged."""
        scores = "".join(f", scored {score}" for score in kept.memory.scores[-1:])
        return f"round {kept.memory.number}/{options.rounds}{scores}"


def _waves(options: RecruitOptions, memory: Memory) -> list[list[Move]]:
    """Return one round: recruiting, deciding, carrying out, judging. What comes before experts are there is known."""
    recruiting = [Move(role=options.recruiter, action=options.recruit, brief=_told(options, memory))]
    executing = [] if options.executor is None else [[Move(role=options.executor, action=options.execute, brief={})]]
    judging = [Move(role=options.evaluator, action=options.evaluate, brief=_told(options, memory))]
    return [recruiting, *_decisions(options, memory), *executing, judging]


def _told(options: RecruitOptions, memory: Memory) -> dict[str, int | str | list[int]]:
    return {
        "number": memory.number,
        "rounds": options.rounds,
        "advice": memory.advice,
        "experts": len(options.experts),
        "good": options.good,
        "scores": list(memory.scores),
    }


def _decisions(options: RecruitOptions, memory: Memory) -> list[list[Move]]:
    """Return how the experts that were recruited come to one solution."""
    duties = dict(zip(options.experts, memory.duties, strict=False)) or {options.experts[0]: ""}
    told = _told(options, memory)

    def move(role: RoleName, action: str) -> Move:
        return Move.model_validate({"role": role, "action": action, "brief": {**told, "duty": duties.get(role, "")}})

    first, others = options.experts[0], [role for role in duties if role != options.experts[0]]
    solving = [move(first, options.solve)]
    match options.decide:
        case "horizontal":
            return [[move(role, options.discuss)] for _ in range(options.talks) for role in duties] + [solving]
        case "brainstorm":
            return [[move(role, options.discuss) for role in duties]] * options.talks + [solving]
        case "concurrent":
            return [[move(role, options.solve) for role in duties]] + ([solving] if others else [])
        case "vertical":
            critics = [move(role, options.criticise) for role in others]
            return [solving, *([critics, solving] * options.talks if critics else [])]


def _after(options: RecruitOptions, memory: Memory, said: Message, state: State) -> Memory:
    data = said.data or {}
    memory = memory.with_said(said.id, said.round, options.window)
    match said.cause_by:
        case options.recruit:
            duties = data.get("duties")
            named = tuple(str(duty) for duty in duties) if isinstance(duties, list) else ()
            memory = memory.model_copy(update={"duties": named[: len(options.experts)] or ("",)})
        case options.criticise if data.get("agrees") is True:
            memory = memory.model_copy(update={"agreed": (*memory.agreed, said.sent_from)})
        case options.evaluate:
            return _judged(options, memory, said)
        case _:
            pass
    past = memory.past(_waves(options, memory), said.sent_from, state)
    return _agreed(options, past) if past.wave != memory.wave else past


def _agreed(options: RecruitOptions, memory: Memory) -> Memory:
    """Return the memory with no further criticism, when all critics of the wave that is past agree."""
    critics = len(memory.duties) - 1
    after_critics = options.decide == "vertical" and len(memory.agreed) >= critics > 0
    if not after_critics:
        return memory.model_copy(update={"agreed": ()}) if memory.agreed else memory
    decided = len(_decisions(options, memory)) + 1
    return memory.model_copy(update={"agreed": (), "wave": decided})


def _judged(options: RecruitOptions, memory: Memory, said: Message) -> Memory:
    """Return the memory once a round is judged: it is over, or the advice goes into the next."""
    data = said.data or {}
    score = data.get("score")
    scores = (*memory.scores, score if isinstance(score, int) else 0)
    changed: dict[str, object] = {"scores": scores, "advice": str(data.get("advice") or ""), "spoke": ()}
    if scores[-1] >= options.good or memory.number >= options.rounds:
        return memory.model_copy(update={**changed, "going": False})
    return memory.model_copy(update={**changed, "wave": 0, "number": memory.number + 1, "duties": (), "agreed": ()})
