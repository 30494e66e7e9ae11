"""Speaking to the team: to all, to one, off the record, or into one role's memory."""

from typing import Annotated

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import Markdown, Nothing, Reply, Text
from agentsh.core.controls import Say, Whisper
from agentsh.core.ids import RoleName


class Said(Arguments):
    """What is said."""

    text: Annotated[str, Rest()] = Field(min_length=1)


class SaidTo(Arguments):
    """What is said to whom."""

    role: Annotated[RoleName, From("roles")]
    text: Annotated[str, Rest()] = Field(min_length=1)


class Question(Arguments):
    """What is asked of whom."""

    role: Annotated[RoleName, From("roles")]
    question: Annotated[str, Rest()] = Field(min_length=1)


async def _say(context: Context, said: Said) -> Reply:
    await context.session.send(Say(text=said.text))
    return Nothing()


async def _to(context: Context, said: SaidTo) -> Reply:
    await context.session.send(Say(text=said.text, send_to=(context.role(said.role),)))
    return Nothing()


async def _ask(context: Context, asked: Question) -> Reply:
    answer = await context.session.interview(context.role(asked.role), asked.question)
    return Markdown(answer.text, title=f"{asked.role}, off the record")


async def _whisper(context: Context, said: SaidTo) -> Reply:
    await context.session.send(Whisper(role=context.role(said.role), text=said.text))
    return Text(f"{said.role} remembers it from its next reaction on.")


COMMANDS = (
    command(
        "say",
        "Say something to the team; plain text does the same.",
        Said,
        _say,
        "Talk",
        details="The roles that watch the Boss's words react to it. `@path` in a text completes to a file.",
        examples=("/say Use argparse, please", "Use argparse, please"),
    ),
    command(
        "to",
        "Say something to one role only.",
        SaidTo,
        _to,
        "Talk",
        details="`#role text` does the same.",
        examples=("/to engineer Keep it in one file", "#engineer Keep it in one file"),
    ),
    command(
        "ask",
        "Question a role off the record: it answers from its memory, and remembers neither.",
        Question,
        _ask,
        "Talk",
        details="An interview. No message goes on the bus, and it works while everything is paused.",
        examples=("/ask architect Why two files?",),
    ),
    command(
        "whisper",
        "Put something into a role's memory; nobody else hears it, and it sets nobody off.",
        SaidTo,
        _whisper,
        "Talk",
        examples=("/whisper qa_engineer The Boss dislikes mocks",),
    ),
)
