"""The examination: each trial is asked as roles ask it, once; what came of it is judged, timed and summed up."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from agentsh.core.cards import ActionCard
from agentsh.core.chat import ModelInfo
from agentsh.core.errors import OutputInvalid, ProviderError
from agentsh.core.fitness import Fitness, Speed, TrialCard, Tried, Window
from agentsh.core.ids import ActionName
from agentsh.core.tokens import estimate_tokens, was_probably_cut
from agentsh.core.tools import CallProtocol
from agentsh.ports import Renderer, Tool
from agentsh.roles.actions.calling import WAYS
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.examining.examinee import Examinee, Timing
from agentsh.roles.examining.judging import call_fault, data_fault, text_fault
from agentsh.roles.question import Question
from agentsh.roles.words import Words

PROTOCOLS: tuple[CallProtocol, ...] = ("native", "json", "pieces")
"""From the one that costs least."""
FULL = 0.7
"""How much of the window the long prompt fills: an answer and a wrong estimate still have room."""
_REFUSALS = ("rejected", "server", "error", "timeout")
"""How servers answer to tools, or to a length, that they or the model cannot do; or do not answer any more."""
_LINE = "Line {number}: on this day nothing happened that anybody would have to remember."


@dataclass(frozen=True)
class Examination:
    """One model, and what it is asked."""

    examinee: Examinee
    info: ModelInfo
    trials: Sequence[TrialCard]
    renderer: Renderer
    tools: Mapping[str, Tool]

    async def run(self) -> AsyncIterator[Tried]:
        """Yield each trial once it was made.

        Raises:
            ProviderError: the server is gone, or does not have the model; a call that it refuses is a trial not passed.
        """
        for card in self.trials:
            if card.about != "tools":
                yield await self._tried(card, None)
                continue
            for protocol in PROTOCOLS:
                yield await self._tried(card, protocol)

    async def result(self, tried: Sequence[Tried], at: str) -> Fitness:
        """Return what the trials come to. Raises ProviderError."""
        provider = self.examinee.provider
        held = [one.context_length for one in await provider.running() if _is(one.name, self.info.name)]
        return Fitness(
            model=self.info.name,
            host=provider.host,
            examined_at=at,
            modified_at=self.info.modified_at,
            says=self.info.capabilities,
            protocol=_protocol(tried),
            tried=tuple(tried),
            speed=_speed(self.examinee.timings),
            context=self._window(held[0] if held else 0),
        )

    async def _tried(self, card: TrialCard, protocol: CallProtocol | None) -> Tried:
        self.examinee.system = card.system
        try:
            why = await self._fault(card, protocol)
        except OutputInvalid as invalid:
            why = str(invalid)
        except ProviderError as error:
            if card.about not in ("tools", "context") or error.kind not in _REFUSALS:
                raise
            why = f"{error}" if error.kind == "timeout" else f"the server refused: {error}"
        return Tried(trial=card.name, about=card.about, protocol=protocol, passed=not why, why=why)

    async def _fault(self, card: TrialCard, protocol: CallProtocol | None) -> str:
        question = self._question(card)
        if protocol is not None:
            tools = {name: self.tools[name] for name in card.tools}
            return call_fault(card.expect, await WAYS[protocol](self.examinee, question, tools, 0))
        if card.output is not None:
            asked = replace(question, schema=card.output)
            return data_fault(card, await ask_structured(self.examinee, asked, card.output, 0))
        return text_fault(card.expect, await ask_text(self.examinee, question, 0))

    def _question(self, card: TrialCard) -> Question:
        values = {"filler": self._filler() if card.about == "context" else ""}
        text = self.renderer.render(card.prompt, dict(values), source=card.source)
        action = ActionCard(name=ActionName(card.name), max_tokens=card.max_tokens, source=card.source)
        return Question(action, lambda _: text, card.max_tokens, Words(self.renderer))

    def _filler(self) -> str:
        line = estimate_tokens(_LINE.format(number=1000))
        return "\n".join(_LINE.format(number=number) for number in range(1, int(self._full) // line))

    @property
    def _full(self) -> float:
        claimed = self.info.context_length or self.examinee.num_ctx
        return FULL * min(claimed, self.examinee.num_ctx)

    def _window(self, held: int) -> Window:
        longest = max((timing.usage.prompt_tokens for timing in self.examinee.timings), default=0)
        return Window(
            claimed=self.info.context_length,
            asked=self.examinee.num_ctx,
            held=held,
            read=longest,
            cut=was_probably_cut(int(self._full), longest) or 0 < held < self.examinee.num_ctx,
        )


def _protocol(tried: Sequence[Tried]) -> CallProtocol:
    """Return the first way in which two of three calls were right; when none was, it has to be led."""
    for protocol in PROTOCOLS:
        made = [one.passed for one in tried if one.protocol == protocol]
        if made and sum(made) * 3 >= len(made) * 2:
            return protocol
    return "led"


def _speed(timings: Sequence[Timing]) -> Speed:
    warm = [timing for timing in timings if not timing.loaded] or list(timings)
    if not warm:
        return Speed()
    longest = max(warm, key=lambda timing: timing.usage.prompt_tokens)
    return Speed(
        load_s=round(max((timing.usage.load_seconds for timing in timings), default=0.0), 2),
        first_token_s=round(median(timing.first_s for timing in warm), 3),
        tokens_per_s=round(median(_rate(t.usage.completion_tokens, t.whole_s - t.first_s) for t in warm), 1),
        prompt_tokens_per_s=round(_rate(longest.usage.prompt_tokens, longest.first_s), 1),
    )


def _rate(tokens: int, seconds: float) -> float:
    return tokens / max(seconds, 0.001)


def _is(running: str, name: str) -> bool:
    return running.removesuffix(":latest") == name.removesuffix(":latest")
