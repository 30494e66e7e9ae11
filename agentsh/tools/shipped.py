"""The tools that agentsh brings along."""

from agentsh.core.tools import ToolFault
from agentsh.ports import Hands, Tool
from agentsh.tools.files import list_files, patch_files, read_file, search_files, write_file
from agentsh.tools.making import tool
from agentsh.tools.running import run_python, run_shell, run_tests


async def ask_boss(hands: Hands, question: str, choices: list[str] | None = None) -> str:
    """Ask the Boss something that only the Boss can know. Others go on meanwhile; you wait.

    Args:
        question: one clear question.
        choices: answers to choose from, if there are some.
    """
    if not question.strip():
        raise ToolFault("There is no question.")
    return await hands.ask_boss(question, tuple(choices or ()))


def shipped_tools() -> dict[str, Tool]:
    """Return them by name."""
    made = [
        tool(read_file, path="path", changes=False),
        tool(write_file, fenced="content"),
        tool(patch_files, fenced="patch", demanding=True),
        tool(list_files, changes=False),
        tool(search_files, changes=False, demanding=True),
        tool(run_python, fenced="code"),
        tool(run_shell, demanding=True),
        tool(run_tests, changes=False),
        tool(ask_boss, demanding=True),
    ]
    return {found.spec.name: found for found in made}
