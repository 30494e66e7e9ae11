"""A debate: arguments in turn and a verdict, or proposals made at once and voted on. Sources: MetaGPT, AutoGPT."""

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.talk import members_of
from agentsh.conductors.waves import WAVE, Move, Waving, all_at_once
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.debate import DebateOptions
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Turn


class Memory(Waving):
    """How far the debate is."""

    votes: dict[RoleName, RoleName] = {}
    """Who has voted for whom."""


class Debate(Chair[DebateOptions, Memory]):
    """Conducts a debate."""

    def __init__(self) -> None:
        super().__init__(DebateOptions, Memory)

    def members(self, options: DebateOptions) -> tuple[RoleName, ...]:
        """Return debaters, voters and the judge."""
        judge = () if options.judge is None else (options.judge,)
        return (*options.debaters, *options.voters, *judge)

    def goes_on(self, options: DebateOptions, kept: Kept[Memory]) -> bool:
        """Return whether somebody is still to speak."""
        del options
        return kept.memory.going

    def next(self, options: DebateOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turns of those in this wave who have not spoken yet."""
        members: JsonObject = {"members": members_of(state, options.debaters)}
        turns = kept.memory.moves(_waves(options, kept.memory), state)
        return [turn.model_copy(update={"brief": {**turn.brief, **members}}) for turn in turns]

    def begun(self, options: DebateOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return the beginning of another debate."""
        del options, state
        return Kept(Memory(boss=(message.id,), going=True, round=before.round))

    def spoken(
        self, options: DebateOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return the debate with this argument, proposal, vote or verdict."""
        if opened.brief.get("part") != WAVE:
            return None
        memory = kept.memory
        if options.how == "vote" and said.cause_by == options.vote:
            vote = {said.sent_from: RoleName(str((said.data or {}).get("choice")))}
            memory = memory.model_copy(update={"votes": memory.votes | vote})
        heard = memory.with_said(said.id, said.round, options.window)
        return Kept(heard.past(_waves(options, memory), said.sent_from, state))

    def progress(self, options: DebateOptions, kept: Kept[Memory]) -> str:
        """Return which wave it is."""
        waves = len(_waves(options, kept.memory))
        return f"{min(kept.memory.wave + 1, waves)}/{waves}"


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
