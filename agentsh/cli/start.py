"""Where a process begins: without a command the app is shown at once, and nothing of the command line is loaded."""

import sys

from agentsh.cli import failures, printing, screen
from agentsh.cli.garbage import collect_less
from agentsh.cli.global_options import GlobalOptions, alone
from agentsh.core.errors import ExitCode


def main() -> int:
    """Run what this process was called with, and return the exit code."""
    collect_less()
    said = alone(sys.argv[1:])
    if said is not None and screen.screen_there():
        return _shown(said)
    from agentsh.cli.app import main as command_line

    return command_line()


def _shown(said: GlobalOptions) -> int:
    printing.speak_utf8()
    try:
        return screen.show(said)
    except KeyboardInterrupt:
        printing.note("agentsh: interrupted")
        return ExitCode.INTERRUPTED
    except printing.ReaderGone:
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001  what nobody expected is a bug, and goes into a crash file
        return failures.ended(error, sys.argv[1:])
    finally:
        printing.hush()
