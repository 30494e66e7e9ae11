"""The shell itself: help, keys, theme, settings, the clipboard, the editor, shell commands, leaving."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest
from agentsh.commands.context import Context
from agentsh.commands.registry import GROUPS, Command, command
from agentsh.commands.reply import (
    ChooseTheme,
    Copy,
    EditText,
    Markdown,
    Nothing,
    Quit,
    Reply,
    ShowKeys,
    Text,
)
from agentsh.core.errors import UsageError
from agentsh.core.ids import MessageId


class About(Arguments):
    """A command; None: all of them."""

    command: Annotated[str | None, From("commands")] = None


class Theme(Arguments):
    """A theme; None: let the person choose."""

    name: str | None = None


class Copying(Arguments):
    """A message; None: the newest."""

    message: Annotated[str | None, From("messages")] = None


class Line(Arguments):
    """A command line."""

    line: Annotated[str, Rest()] = Field(min_length=1)


class Draft(Arguments):
    """What to begin with."""

    text: Annotated[str | None, Rest()] = None


class Setting(Arguments):
    """What to see of the settings."""

    what: Literal["file"] | None = None


async def _help(context: Context, about: About) -> Reply:
    if about.command is not None:
        found = context.registry.find(about.command)
        return Markdown(page(found), title=f"/{found.name}")
    groups = [_group(group, [one for one in context.registry if one.group == group]) for group in GROUPS]
    head = "Plain text is said to the team. `@` completes files, `#` roles, `!` runs a shell command in the sandbox."
    return Markdown("\n\n".join([head, *(group for group in groups if group)]), title="Help")


def _group(name: str, commands: list[Command]) -> str:
    if not commands:
        return ""
    return "\n".join([f"**{name}**", "", *(f"- `{one.usage}` {one.summary}" for one in commands)])


def page(one: Command) -> str:
    """Return a command's whole help as Markdown."""
    parts = [f"`{one.usage}`", one.summary]
    if one.aliases:
        parts.append(f"Also: {', '.join(f'`/{alias}`' for alias in one.aliases)}")
    if one.details:
        parts.append(one.details)
    if one.examples:
        parts.append("\n".join(["```", *one.examples, "```"]))
    return "\n\n".join(parts)


async def _keys(_context: Context, _nothing: Arguments) -> Reply:
    return ShowKeys()


async def _theme(_context: Context, theme: Theme) -> Reply:
    return ChooseTheme(theme.name)


async def _config(context: Context, setting: Setting) -> Reply:
    found = await context.outside.settings()
    if setting.what == "file":
        return Text(found.text or f"there is no {found.path} yet", title=str(found.path), language="toml")
    return Text(found.effective, title=f"Settings in force, from {found.path}", language="toml")


async def _copy(context: Context, copying: Copying) -> Reply:
    session = context.session
    if copying.message is not None:
        return Copy((await session.message(MessageId(copying.message))).content)
    newest = await session.messages(last=1)
    if not newest:
        raise UsageError("there is nothing to copy yet")
    return Copy(newest[-1].message.content)


async def _editor(_context: Context, draft: Draft) -> Reply:
    return EditText(draft.text or "", title="your message")


async def _shell(context: Context, line: Line) -> Reply:
    context.session.shell(line.line)
    return Nothing()


async def _quit(_context: Context, _nothing: Arguments) -> Reply:
    return Quit()


COMMANDS = (
    command(
        "help", "Show the commands, or one of them.", About, _help, "Shell", aliases=("?",), examples=("/help stop",)
    ),
    command("keys", "Show which key does what.", Arguments, _keys, "Shell"),
    command("theme", "Use another theme.", Theme, _theme, "Shell", examples=("/theme textual-light",)),
    command("config", "Show the settings in force, or their file.", Setting, _config, "Shell", aliases=("settings",)),
    command("copy", "Copy a message to the clipboard; the newest unless named.", Copying, _copy, "Shell"),
    command("editor", "Write your message in $EDITOR.", Draft, _editor, "Shell"),
    command(
        "shell",
        "Run a shell command in the workspace, once allowed, in the sandbox; `!COMMAND` does the same.",
        Line,
        _shell,
        "Shell",
        examples=("!ls -l", "!python main.py"),
    ),
    command("quit", "Leave; the session can be resumed.", Arguments, _quit, "Shell", aliases=("exit", "q")),
)
