"""A tool: how many words a file of the workspace has. A role uses it with `tools: [count_words]`."""

from agentsh.plugins import hookimpl
from agentsh.ports import Hands, Tool
from agentsh.tools.making import tool


async def count_words(hands: Hands, path: str) -> str:
    """Count the words, lines and characters of a text file.

    Args:
        path: relative to the workspace.
    """
    text = (await hands.read([path])).get(path)
    if text is None:
        return f"{path} is not there."
    return f"{path}: {len(text.split())} words, {len(text.splitlines())} lines, {len(text)} characters."


@hookimpl
def register_tools() -> list[Tool]:
    """Bring the tool."""
    return [tool(count_words)]
