"""Starts agentsh: `agentsh`, or `python -m agentsh`."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    from agentsh.cli.app import main as run
    from agentsh.wiring.garbage import collect_less

    collect_less()
    sys.exit(run())


if __name__ == "__main__":
    main()
