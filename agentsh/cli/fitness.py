"""How `agentsh models doctor` tells what it found of a model."""

from agentsh.cli import printing
from agentsh.core.fitness import About, Fitness, Tried
from agentsh.core.tools import CallProtocol

_ABOUT: dict[About, str] = {
    "json": "gives facts in the shape that is asked for",
    "role": "keeps to its role",
    "context": "remembers a long prompt",
    "tools": "calls tools",
}
_PROTOCOLS: dict[CallProtocol, str] = {
    "native": "natively",
    "json": "as one JSON object",
    "pieces": "piece by piece",
    "led": "by letting it pick one that makes sense now",
}
_SMALL = "Give it small tasks: --team pair, chat-pair, role-play-small. Or take a larger model."


def say_trial(tried: Tried) -> None:
    """Tell on stderr how one trial went."""
    how = f" {_PROTOCOLS[tried.protocol]}" if tried.protocol else ""
    printing.note(f"{'ok  ' if tried.passed else 'FAIL'}  {tried.trial}{how}{': ' if tried.why else ''}{tried.why}")


def say_fitness(fitness: Fitness) -> None:
    """Print what a model can do, a line each."""
    for about, words in _ABOUT.items():
        ways = tuple(_PROTOCOLS) if about == "tools" else (None,)
        for protocol in ways:
            passed, made = fitness.score(about, protocol)
            if made:
                how = f" {_PROTOCOLS[protocol]}" if protocol else ""
                printing.say(f"{about:<9}  {passed} of {made}  {words}{how}")
    speed, context = fitness.speed, fitness.context
    printing.say(
        f"speed      {speed.tokens_per_s:g} tokens/s, prompts {speed.prompt_tokens_per_s:g} tokens/s,"
        f" first token after {speed.first_token_s:g} s"
    )
    printing.say(f"window     {context.asked:,} tokens asked for, {_held(fitness)}")
    printing.say(f"protocol   it is asked for tool calls {_PROTOCOLS[fitness.protocol]}")


def verdict(fitness: Fitness) -> tuple[str, str]:
    """Return what it comes to, and what to do about it."""
    if not fitness.usable:
        return "It is too weak for most teams: what it answers as JSON is seldom right.", _SMALL
    if fitness.context.cut:
        hint = "Raise the server's context, or lower num_ctx in agentsh.toml under [model]."
        return "The server has less in view than is asked for, and cuts long prompts.", hint
    return "It can be used.", ""


def _held(fitness: Fitness) -> str:
    context = fitness.context
    held = f"{context.held:,} held" if context.held else "the server does not say what it holds"
    claimed = f", {context.claimed:,} claimed" if context.claimed else ""
    return f"{held}{claimed}, a prompt of {context.read:,} read{' in part' if context.cut else ''}"
