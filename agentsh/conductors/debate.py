"""A debate: arguments in turn and a verdict, or proposals made at once and voted on. Sources: MetaGPT, AutoGPT."""

from agentsh.conductors.talk import members_of, with_replies
from agentsh.conductors.verification import last_verification
from agentsh.conductors.waves import Move, Waving, all_at_once
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.base import OptionsReader
from agentsh.core.options.debate import DebateOptions
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn


class Memory(Waving):
    """How far the debate is."""

    votes: dict[RoleName, RoleName] = {}
    """Who has voted for whom."""


class Debate:
    """Conducts a debate."""

    def __init__(self) -> None:
        self._options = OptionsReader(DebateOptions)

    def turns(self, state: State) -> list[Turn]:
        """Return the turns of whoever is to speak now; in the end a verification, if owed."""
        memory = Memory.model_validate(state.conduct.memory)
        if state.facts is None or not memory.boss:
            return []
        options = self._options.of(state.facts.team.team)
        turns = _moves(options, memory, state)
        found = with_replies(state, turns, _roles(options), options.speak)
        return found if found or state.open or memory.going else last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Take in what was said; a Boss who speaks after the end begins another debate."""
        if state.facts is None:
            return state.conduct
        options = self._options.of(state.facts.team.team)
        memory = Memory.model_validate(state.conduct.memory)
        match heard:
            case Told(message=message) if message.sent_from == BOSS and not message.send_to:
                begun = Memory(boss=(message.id,), going=True, round=memory.round)
                memory = memory.with_boss(message.id) if memory.going else begun
            case Ended(opened=opened) if opened.said is not None and opened.brief.get("part") == "wave":
                memory = _after(options, memory, opened.said, state)
            case _:
                return state.conduct
        waves = len(_waves(options, memory))
        progress = f"{min(memory.wave + 1, waves)}/{waves}"
        return Conduct(memory=memory.model_dump(mode="json"), progress=progress)


def _roles(options: DebateOptions) -> tuple[RoleName, ...]:
    judge = () if options.judge is None else (options.judge,)
    return (*options.debaters, *options.voters, *judge)


def _moves(options: DebateOptions, memory: Memory, state: State) -> list[Turn]:
    members: JsonObject = {"members": members_of(state, options.debaters)}
    turns = memory.moves(_waves(options, memory), state)
    return [turn.model_copy(update={"brief": {**turn.brief, **members}}) for turn in turns]


def _waves(options: DebateOptions, memory: Memory) -> list[list[Move]]:
    return _votes(options, memory) if options.how == "vote" else _arguments(options)


def _arguments(options: DebateOptions) -> list[list[Move]]:
    """Return rounds in which one argues after the other."""
    said = [
        [Move(role=role, action=options.argue, brief={"round": number + 1, "rounds": options.rounds})]
        for number in range(options.rounds)
        for role in options.debaters
    ]
    return [*said, [Move(role=options.judge or options.debaters[-1], action=options.conclude)]]


def _votes(options: DebateOptions, memory: Memory) -> list[list[Move]]:
    """Return proposals that know nothing of each other, votes that know nothing of each other, and the outcome."""
    winner = _winner(options, memory)
    counted: JsonObject = {name: list(memory.votes.values()).count(name) for name in options.debaters}
    outcome: JsonObject = {"winner": winner, "votes": counted}
    return [
        all_at_once(options.debaters, options.propose, {}),
        all_at_once(options.voters or options.debaters, options.vote, {"choices": list(options.debaters)}),
        [Move(role=options.judge or winner, action=options.conclude, brief=outcome)],
    ]


def _winner(options: DebateOptions, memory: Memory) -> RoleName:
    votes = list(memory.votes.values())
    return max(options.debaters, key=votes.count)


def _after(options: DebateOptions, memory: Memory, said: Message, state: State) -> Memory:
    role, data = said.sent_from, said.data or {}
    if options.how == "vote" and said.cause_by == options.vote:
        memory = memory.model_copy(update={"votes": {**memory.votes, role: RoleName(str(data.get("choice")))}})
    heard = memory.with_said(said.id, said.round, options.window)
    return Memory.model_validate(heard.past(_waves(options, memory), role, state).model_dump())
