"""A tool that a role may use: how a model is told of it, what it is called with, and what came of a call."""

from typing import Literal

from pydantic import Field

from agentsh.core.model import Frozen, JsonObject

CallProtocol = Literal["native", "json", "pieces", "led"]
"""How a model is asked for a call: natively, as one constrained JSON object, one piece after the other, or, the
weakest, to pick one of the calls that make sense now."""

FINISH = "finish"
"""What is called when nothing more is to be done, by models that do not call tools natively."""


SHIPPED = (
    "read_file",
    "write_file",
    "patch_files",
    "list_files",
    "search_files",
    "run_python",
    "run_shell",
    "run_tests",
    "ask_boss",
)
"""Names of the tools that agentsh brings along."""


class ToolFault(ValueError):
    """A tool cannot do what it was called for. The message is in words for whoever called it."""


class ToolSpec(Frozen):
    """What is known of a tool before it is used."""

    name: str = Field(pattern=r"^[a-zA-Z][\w.-]{0,63}$")
    description: str
    parameters: JsonObject
    """JSON schema of an object."""
    fenced: str = ""
    """Parameter that holds a text of many lines: models escape such texts wrongly inside JSON, so where they are not
    called natively it is asked for as a fenced block."""
    path: str = ""
    """Parameter that names a file which is there: a weak model is offered the files."""
    changes: bool = True
    """Whether a call may change what the same or another call gives afterwards."""
    demanding: bool = False
    """Whether it takes judgement or an exact form: a weak model is offered it only where there is nothing else."""
    outside: bool = False
    """Whether it acts by itself, not through the reaction's steps: a call is one step then, and has to be allowed."""
    safe_to_retry: bool = False
    """For one that acts outside: whether a call that a crash cut off may simply be made again."""
    deadline_s: float = Field(default=60.0, gt=0)
    """For a call; of a tool that acts through steps, between two of them."""

    def native(self) -> JsonObject:
        """Return it as model servers want to be told of tools."""
        function: JsonObject = {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
        }
        return {"type": "function", "function": function}


class ToolResult(Frozen):
    """What came of a call."""

    text: str
    failed: bool = False
    call: str = ""
    """The call in a few words, for people: `read_file main.py`."""


MOST_OF_A_CALL = 100


def call_words(name: str, arguments: JsonObject) -> str:
    """Return a call in a few words: its name, and what fits of its arguments on a line."""
    given = " ".join(str(value) for value in arguments.values() if value is not None)
    words = " ".join(f"{name} {given}".split())
    return words if len(words) <= MOST_OF_A_CALL else f"{words[:MOST_OF_A_CALL]}…"
