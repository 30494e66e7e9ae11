"""Servers of tools, as settings name them: programs that are started, or addresses, which speak MCP."""

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from agentsh.core.model import Frozen

SERVER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""What names of servers are made of: the names of their tools begin with it, and a dot."""


class ServerSettings(Frozen):
    """agentsh.toml's [mcp.NAME]: one server."""

    command: tuple[str, ...] = ()
    """The program and its arguments, started in the workspace; it speaks on stdin and stdout."""
    url: str = ""
    """Or where it is, over HTTP."""
    env: dict[str, str] = {}
    """Variables for the program beside PATH, HOME and the like; `$NAME` in a value stands for one of yours."""
    headers: dict[str, str] = {}
    """For an address; `$NAME` as above."""
    deadline_s: float = Field(default=60.0, gt=0, le=3600)
    """For one call."""
    start_s: float = Field(default=60.0, gt=0, le=600)
    """Until it says what it has: the first start of a program may have to download it."""
    safe_to_retry: bool = False
    """Whether a call that a crash cut off may simply be made again."""

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url and not re.match(r"https?://[^\s/]", url):
            raise ValueError("has to begin with http:// or https://")
        return url

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("has either a command or a url")
        return self

    @property
    def words(self) -> str:
        """What is started, or spoken to, as people are asked for it."""
        return self.url or " ".join(self.command)
