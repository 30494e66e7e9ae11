"""What is said to whoever plays a role beside the prompt of an action: files as well, `prompts/parts/*.md`."""

from dataclasses import dataclass

from pydantic import JsonValue

from agentsh.ports import Renderer


@dataclass(frozen=True)
class Words:
    """The files, filled."""

    renderer: Renderer

    def say(self, part: str, **values: JsonValue) -> str:
        """Return the text of one of them. Raises FileError, which names the file and the line."""
        return self.renderer.render(f'{{% include "parts/{part}.md" %}}', values, source=part).strip()
