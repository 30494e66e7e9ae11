"""Shows how far a download is, on stderr: one line that is drawn anew, or a line a tenth without a terminal."""

import sys

from agentsh.cli import printing
from agentsh.core.chat import PullProgress
from agentsh.core.terminal import one_line

_WIPE_LINE = "\r\x1b[K"
_BAR_CELLS = 30


class DownloadView:
    """Called with each progress; `close` ends its line."""

    def __init__(self, *, redraw: bool, quiet: bool = False) -> None:
        self._redraw = redraw
        self._quiet = quiet
        self._shown = ""
        self._open = False

    def __call__(self, progress: PullProgress) -> None:
        """Show it, unless it would look like what is there already."""
        if self._quiet:
            return
        text = self._bar(progress) if self._redraw else self._tenth(progress)
        if text == self._shown:
            return
        self._shown = text
        if self._redraw:
            sys.stderr.write(_WIPE_LINE + text)
            sys.stderr.flush()
            self._open = True
        else:
            printing.note(text)

    def close(self) -> None:
        """Leave the line behind, so that whatever comes next begins its own."""
        if self._open:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self._open = False

    def _bar(self, progress: PullProgress) -> str:
        status = one_line(progress.status, 40)
        if not progress.total_bytes:
            return status
        part = min(1.0, progress.completed_bytes / progress.total_bytes)
        done = int(part * _BAR_CELLS)
        return f"{status}  {'█' * done}{'░' * (_BAR_CELLS - done)}  {part:4.0%} of {megabytes(progress.total_bytes)}"

    def _tenth(self, progress: PullProgress) -> str:
        status = one_line(progress.status, 40)
        if not progress.total_bytes:
            return status
        tenth = min(10, 10 * progress.completed_bytes // progress.total_bytes)
        return f"{status}  {tenth * 10} % of {megabytes(progress.total_bytes)}"


def megabytes(size_bytes: int) -> str:
    """Return a size as people read it: `98 MB`, `4.7 GB`."""
    if size_bytes >= 1_000_000_000:
        return f"{size_bytes / 1_000_000_000:.1f} GB"
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.0f} MB"
    return f"{size_bytes / 1000:.0f} kB"
