"""Every key of the app, once: its id for agentsh.toml, its default, and what it does."""

from collections.abc import Mapping
from typing import NamedTuple


class Key(NamedTuple):
    """One binding."""

    id: str
    default: str
    help: str


KEYS: dict[str, tuple[Key, ...]] = {
    "Anywhere": (
        Key("app.palette", "ctrl+p", "every command, by name"),
        Key("app.help", "f1", "this page; ? too, where nothing is typed"),
        Key("app.sessions", "ctrl+r", "sessions: search, go to another; this one can be resumed"),
        Key("app.editor", "ctrl+g", "write the prompt in $EDITOR"),
        Key("app.cancel", "ctrl+c", "copies, clears, cancels; twice quits"),
        Key("app.quit", "ctrl+q", "quit; agentsh resume goes on"),
    ),
    "The start page": (
        Key("start.team", "f2", "the team that a new session begins with"),
        Key("start.model", "f3", "the model that it asks"),
    ),
    "The team": (
        Key("session.go", "f5", "go on"),
        Key("session.pause", "f6", "pause: no new step starts"),
        Key("session.step", "f10", "let exactly one step through"),
        Key("session.time", "ctrl+t", "time line: what was said and done, to go back to or fork from"),
        Key("session.stop", "escape", "closes what is open, else interrupts what is being said"),
    ),
    "Panes": (
        Key("pane.next", "tab", "next pane; completes, where something is typed"),
        Key("pane.chat", "alt+1", "chat, and the prompt"),
        Key("pane.agents", "alt+2", "agents; enter opens a role's page"),
        Key("pane.bus", "alt+3", "bus"),
        Key("pane.files", "alt+4", "files; enter previews, d diffs"),
        Key("pane.world", "alt+5", "world"),
        Key("pane.look", "alt+6", "what is being looked at: a preview, a diff, an answer"),
        Key("prompt.focus", "i", "to the prompt, from any pane"),
        Key("prompt.command", "slash", "begin a command, from any pane but the bus"),
    ),
    "Prompt": (
        Key("prompt.send", "enter", "send; text goes to the team, #role text to one, /command, !shell, @file"),
        Key("prompt.newline", "ctrl+j,shift+enter,alt+enter", "another line"),
        Key("prompt.undo", "ctrl+underscore", "undo"),
    ),
    "Lists": (
        Key("list.down", "j,down", "down"),
        Key("list.up", "k,up", "up"),
        Key("list.top", "g,home", "top"),
        Key("list.end", "G,end", "end, and follow from there"),
        Key("chat.previous", "left_square_bracket", "message before"),
        Key("chat.next", "right_square_bracket", "next message"),
        Key("message.open", "enter", "the whole message"),
        Key("message.copy", "c", "copy the message"),
        Key("message.why", "y", "what caused it, back to you"),
        Key("bus.filter", "slash", "filter the bus"),
        Key("bus.wrap", "w", "wrap long lines"),
        Key("files.diff", "d", "what changed in the file"),
    ),
    "An approval (deaf for its first half second)": (
        Key("approval.once", "y", "once"),
        Key("approval.session", "s", "for the session"),
        Key("approval.always", "A", "always"),
        Key("approval.deny", "n", "no, with a reason for the role"),
        Key("approval.edit", "e", "edit it first"),
    ),
    "A question": (Key("question.submit", "ctrl+enter,f9", "send the answer of a form"),),
    "The world": (
        Key("world.run", "space", "let it go, or hold it"),
        Key("world.tick", "t", "exactly one tick, with the thoughts that it sets off"),
        Key("world.ten", "T", "ten ticks"),
        Key("world.faster", "plus,equals_sign", "faster"),
        Key("world.slower", "minus", "slower"),
        Key("world.map", "m", "the map, or the entities, where only one has room"),
        Key("world.all", "a", "what has no name too: memories, stimuli, goals; or not"),
        Key("world.plot", "p", "plot the number under the cursor over the ticks"),
        Key("world.break", "b", "begin a breakpoint on the field under the cursor"),
        Key("world.be", "v", "play this agent yourself, or let its model play it again"),
    ),
    "The time line": (
        Key("time.rewind", "r", "go back to the place under the cursor; the prompt asks first"),
        Key("time.fork", "f", "fork there; the prompt asks for a name"),
        Key("time.diff", "d", "what changed in the files there"),
    ),
    "A role's page": (
        Key("role.be", "b", "play this role yourself"),
        Key("role.release", "r", "let its model play it again"),
        Key("role.pause", "p", "pause this role, or let it go on"),
        Key("role.step", "s", "let one step of this role through"),
        Key("role.stop", "x", "interrupt what it says"),
    ),
}


_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "ctrl+underscore": "ctrl+_",
    "escape": "esc",
}


_DEFAULTS = {key.id: key.default for group in KEYS.values() for key in group}


def hint(bound: Mapping[str, str], *told: tuple[str, str]) -> str:
    """Return a line of keys: the first key of each id, as it is bound now, with a word about it."""
    return " · ".join(f"{_short(bound.get(id_, _DEFAULTS[id_]))} {word}" for id_, word in told)


def _short(keys: str) -> str:
    first = named(keys.split(",", maxsplit=1)[0])
    return first.upper() if first[:1] == "f" and first[1:].isdigit() else first


def named(keys: str) -> str:
    """Return keys as people write them."""
    return " ".join(_NAMES.get(key, key) for key in keys.split(","))
