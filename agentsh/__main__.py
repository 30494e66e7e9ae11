"""Starts agentsh: `agentsh`, or `python -m agentsh`."""

import os
import sys

PRIVATE = 0o077
"""What agentsh writes, folders on the way to it too, is for its user alone."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    os.umask(PRIVATE)
    from agentsh.cli.start import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
