"""What somebody sees while a session runs: nothing, plain lines, or the live view. All have one face."""

from typing import Protocol

from agentsh.cli import printing
from agentsh.core.events import Delta, Recorded, StepFailed, StepFinished
from agentsh.core.ids import SessionName
from agentsh.session.narration import line_of
from agentsh.session.streams import Streams


class View(Protocol):
    """Shows a session. `open` and `close` may alternate; a prompt is asked only while it is closed."""

    def open(self) -> None:
        """Begin to draw."""

    def close(self) -> None:
        """Leave the terminal to somebody else."""

    def event(self, recorded: Recorded) -> None:
        """Take an event in."""

    def delta(self, delta: Delta) -> None:
        """Take a piece of a generation in."""

    def draw(self) -> None:
        """Draw what has come in; called ten times a second at the most."""


class SilentView:
    """Shows nothing: the result says it all."""

    def open(self) -> None:
        """Nothing to begin."""

    def close(self) -> None:
        """Nothing to leave."""

    def event(self, recorded: Recorded) -> None:
        """Show nothing."""

    def delta(self, delta: Delta) -> None:
        """Show nothing."""

    def draw(self) -> None:
        """Draw nothing."""


class JsonView(SilentView):
    """Prints each event as one JSON line on stdout."""

    def __init__(self, session: SessionName) -> None:
        from agentsh.cli.jsonl import event_line  # only who asks for lines of JSON waits for what writes them

        self._line = event_line
        self._session = session

    def event(self, recorded: Recorded) -> None:
        """Print the event."""
        printing.say_json(self._line(recorded, self._session), indent=None)


class LineView(SilentView):
    """Prints a line on stderr for each event that means something; when verbose, also what roles write."""

    def __init__(self, *, verbose: bool) -> None:
        self._streams: Streams | None = Streams() if verbose else None

    def event(self, recorded: Recorded) -> None:
        """Print the event's line, after the last words of a step that it ends."""
        if self._streams is not None and isinstance(recorded.event, StepFinished | StepFailed):
            for said in self._streams.ended(recorded.event.reaction, recorded.event.ordinal):
                printing.note(said)
        if (line := line_of(recorded)) is not None:
            printing.note(line)

    def delta(self, delta: Delta) -> None:
        """Print the lines of a stream that are whole by now."""
        if self._streams is not None and delta.kind in ("text", "thinking"):
            for line in self._streams.lines(delta):
                printing.note(line)

    def close(self) -> None:
        """Print what streams have begun and not ended with a newline."""
        if self._streams is not None:
            for line in self._streams.rest():
                printing.note(line)
