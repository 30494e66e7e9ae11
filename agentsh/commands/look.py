"""Looking at the team and its work: who does what, what was said and why, prompts, memories, files, differences."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import Markdown, Node, OpenFile, Reply, Table, Text, Tree
from agentsh.core.fenced import block_of
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.terminal import one_line
from agentsh.session.lens import Lens
from agentsh.session.look import Said
from agentsh.session.view import RoleView, SessionView
from agentsh.session.why import Cause

BUS_MESSAGES = 50
_EXCERPT = 100
"""Characters of a message that a line of a list shows."""


class One(Arguments):
    """A role."""

    role: Annotated[RoleName, From("roles")]


class Prompt(Arguments):
    """Whose prompt, and which."""

    role: Annotated[RoleName, From("roles")]
    when: Literal["last", "now"] = "last"


class Filtered(Arguments):
    """What to show of the bus."""

    filter: Annotated[str | None, From("causes"), Rest()] = None


class Path(Arguments):
    """A file of the workspace."""

    path: Annotated[str, From("files")]


class Two(Arguments):
    """What to compare."""

    a: Annotated[str | None, From("files")] = None
    b: str | None = None


class Words(Arguments):
    """What to look for."""

    text: Annotated[str, Rest()] = Field(min_length=1)


class OneMessage(Arguments):
    """A message; None: the newest."""

    message: Annotated[str | None, From("messages"), Shown("MESSAGE")] = None


async def _agents(context: Context, _nothing: Arguments) -> Reply:
    view = context.session.view()
    return Table(
        ("ROLE", "STATE", "DOES", "QUEUE", "TOKENS", "CONTEXT", "MODEL"),
        tuple(_agent(role, view) for role in view.roles),
        title=f"Team {view.team}",
        pane="agents",
    )


def _agent(role: RoleView, view: SessionView) -> tuple[str, ...]:
    tokens = role.usage.prompt_tokens + role.usage.completion_tokens
    context = f"{role.prompt_tokens:,}/{view.num_ctx:,}" if role.prompt_tokens else ""
    who = "you" if role.human else role.model
    return (role.name, role.activity, role.doing or "", str(role.due), f"{tokens:,}", context, who)


async def _bus(context: Context, filtered: Filtered) -> Reply:
    wanted = filtered.filter or ""
    view = context.session.view()
    causes = [ActionName(wanted)] if wanted in view.actions else None
    page = await context.session.messages(
        last=BUS_MESSAGES if causes or not wanted else 10 * BUS_MESSAGES, causes=causes
    )
    shown = page if causes else [said for said in page if matches(said.message, wanted)]
    return Table(
        ("MESSAGE", "FROM", "CAUSE", "TO", "SAYS"),
        tuple(_said(said) for said in shown[-BUS_MESSAGES:]),
        title=f"Bus, {wanted}" if wanted else "Bus",
        empty=f"no message fits {wanted!r}" if wanted else "nothing was said yet",
        pane="bus",
    )


def matches(message: Message, wanted: str) -> bool:
    """Return whether a message fits a filter: a role that sent or gets it, a cause, a tag, or words of its text."""
    low = wanted.lower().removeprefix("#")
    named = (message.sent_from, message.cause_by, *message.send_to, *message.tags)
    return low in (name.lower() for name in named) or low in message.content.lower()


def _said(said: Said) -> tuple[str, ...]:
    message = said.message
    to = ", ".join(message.send_to) or "all"
    return (message.id, message.sent_from, message.cause_by, to, one_line(message.content, _EXCERPT))


async def _files(context: Context, _nothing: Arguments) -> Reply:
    rows = tuple(
        (
            file.path,
            f"{file.size_bytes:,}",
            f"+{file.added_lines} -{file.removed_lines}" if file.change else "",
            file.role or "",
        )
        for file in await context.session.files()
    )
    return Table(
        ("FILE", "BYTES", "CHANGED", "BY"),
        rows,
        title=str(context.session.workspace),
        empty="the workspace is empty",
        pane="files",
    )


async def _open(context: Context, path: Path) -> Reply:
    return OpenFile(path.path, await context.session.file(path.path))


async def _diff(context: Context, two: Two) -> Reply:
    text = await context.session.diff(None if two.a is None else two.a.removeprefix("@"), two.b)
    return Text(text or "no difference", title=f"diff {two.a or ''} {two.b or ''}".rstrip(), language="diff")


async def _search(context: Context, words: Words) -> Reply:
    found = await context.session.search(words.text)
    rows = tuple((said.id, said.sent_from, said.cause_by, one_line(said.content, _EXCERPT)) for said in found)
    return Table(("MESSAGE", "FROM", "CAUSE", "SAYS"), rows, empty=f"no message holds {words.text!r}")


async def _lens(context: Context, prompt: Prompt) -> Reply:
    lens = await context.session.lens(context.role(prompt.role), now=prompt.when == "now")
    return Markdown(lens_text(lens), title=f"{prompt.role}'s prompt")


def lens_text(lens: Lens) -> str:
    """Return a prompt as Markdown: its parts, each with its tokens, as the model gets them."""
    if lens.note:
        return lens.note
    when = f"step {lens.reaction}:{lens.ordinal}" if lens.reaction is not None else "what it would see now"
    counted = f"; the server counted {lens.seen_tokens:,}" if lens.seen_tokens else ""
    head = (
        f"{when}, {lens.model}: about {lens.tokens:,} tokens of {lens.num_ctx:,}{counted}; "
        f"at most {lens.num_predict:,} to say, temperature {lens.temperature:g}"
    )
    parts = [f"### {part.role} · about {part.tokens:,} tokens\n\n{block_of(part.text)}" for part in lens.parts]
    return "\n\n".join([head, *parts])


async def _why(context: Context, one: OneMessage) -> Reply:
    session = context.session
    id_ = one.message
    if id_ is None:
        newest = await session.messages(last=1)
        if not newest:
            return Text("Nothing was said yet.")
        id_ = newest[0].message.id
    return Tree((cause_node(await session.why(MessageId(id_))),), title=f"Why {id_}")


def cause_node(cause: Cause) -> Node:
    """Return a message with what caused it under it."""
    head = f"{cause.message.id} · {cause.role} · {cause.action}"
    if cause.told:
        return Node(head, "see above")
    detail = one_line(cause.message.content, _EXCERPT)
    return Node(head, detail, tuple(cause_node(inner) for inner in cause.causes))


async def _memory(context: Context, one: One) -> Reply:
    role = context.role(one.role)
    summary, messages = await context.session.recall(role)
    rows = tuple(
        (said.id, said.sent_from, said.cause_by, one_line(said.content, _EXCERPT)) for said in messages[-BUS_MESSAGES:]
    )
    before = (("", "", "summary", one_line(summary, 4 * _EXCERPT)),) if summary else ()
    return Table(
        ("MESSAGE", "FROM", "CAUSE", "SAYS"),
        (*before, *rows),
        title=f"What {role} remembers",
        empty=f"{role} remembers nothing yet",
    )


COMMANDS = (
    command("agents", "Show the roles: state, work, queue, tokens, context, model.", Arguments, _agents, "Look"),
    command(
        "bus",
        "Show the newest messages, or those of a role, a cause, a tag, or with these words.",
        Filtered,
        _bus,
        "Look",
        aliases=("messages",),
        examples=("/bus", "/bus engineer", "/bus write_design", "/bus json"),
    ),
    command("files", "Show the workspace's files, and who changed them last.", Arguments, _files, "Look"),
    command("open", "Show a file of the workspace.", Path, _open, "Look", examples=("/open main.py", "/open @main.py")),
    command(
        "diff",
        "Show what changed: newest, of a file, of a commit, or between two commits.",
        Two,
        _diff,
        "Look",
        details="Without arguments: the newest commit and what changed since. A commit is named by the first four or "
        "more characters of its id.",
        examples=("/diff", "/diff main.py", "/diff 3f2a", "/diff 3f2a 91bc"),
    ),
    command("search", "Find messages that hold all these words.", Words, _search, "Look", examples=("/search parser",)),
    command(
        "lens",
        "Show the exact prompt that a role saw last, or would see now, with tokens part by part.",
        Prompt,
        _lens,
        "Look",
        details="Tokens are estimated; where the server counted the prompt, that is said too.",
        examples=("/lens engineer", "/lens engineer now"),
    ),
    command(
        "why",
        "Show what caused a message, back to the Boss.",
        OneMessage,
        _why,
        "Look",
        details="Without a message: the newest one.",
        examples=("/why engineer:1:3",),
    ),
    command("memory", "Show what a role remembers.", One, _memory, "Look", examples=("/memory architect",)),
)
