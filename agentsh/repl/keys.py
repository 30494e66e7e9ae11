"""Every key of the line shell, once: what it is and what it does."""

from agentsh.core.columns import columns
from agentsh.repl.lines import Line, line

KEYS = (
    ("enter", "send: text to the team, /command, #role text, !shell command; or the answer that is asked for"),
    ("ctrl+j, alt+enter", "another line"),
    ("tab", "complete: /commands, #roles, @files, sessions"),
    ("up, down, ctrl+r", "what was typed before"),
    ("ctrl+c", "clears the line, puts a question aside, interrupts what is being said; twice quits"),
    ("ctrl+d", "quits, when nothing is typed; the session can be resumed"),
    ("ctrl+g", "write the line in $EDITOR"),
    ("F1", "help"),
    ("F5", "go on"),
    ("F6", "pause: no new step starts"),
    ("F10", "let exactly one step through"),
)


def key_lines() -> list[Line]:
    """Return what `/keys` shows."""
    return [line(found) for found in columns(KEYS, ("KEY", "DOES"))]
