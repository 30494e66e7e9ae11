"""What of all that is perceived is remembered."""

from collections.abc import Sequence

from agentsh.world.components.environment import Manners
from agentsh.world.components.memory import Seen
from agentsh.world.rules.registry import Updater


def _everything(seen: Sequence[Seen], _manners: Manners) -> Sequence[Seen]:
    return seen


def _words(seen: Sequence[Seen], _manners: Manners) -> Sequence[Seen]:
    return [one for one in seen if one.kind == "speech"]


def _lesson(seen: Sequence[Seen], manners: Manners) -> Sequence[Seen]:
    """What the leader says, what came of one's own actions, and what else is said aloud; not who does what."""
    leader = manners.leader.casefold()
    return [one for one in seen if one.kind in ("speech", "result") or one.source.casefold() == leader]


UPDATERS: dict[str, Updater] = {"everything": _everything, "words": _words, "lesson": _lesson}
