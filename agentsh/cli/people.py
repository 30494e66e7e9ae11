"""Asks the person at the terminal what a session wants to know: approvals, texts, choices, data field by field."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentsh.cli.keyboard import Lines
from agentsh.core.controls import AnswerQuestion, Control, Go, Settle, Step
from agentsh.core.errors import PersonNeeded
from agentsh.core.events import ApprovalAsked, HumanAsked
from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, Shape, validate_object

DETAIL_LINES = 40
APPROVALS = "[y]es once · [s]ession · [A]lways · [n]o"
PAUSED = "Paused: [g]o on · one [s]tep · [q]uit, to be resumed"


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Asks on one terminal, one question at a time.

    Attributes:
        lines: where answers come from.
        tell: prints a line for the person, as plain text.
    """

    lines: Lines
    tell: Callable[[str], None]

    async def settle(self, asked: ApprovalAsked) -> Settle:
        """Return what the person decides. Raises PersonNeeded at the end of input."""
        self.tell(f"\n{asked.role} wants to {asked.what}:")
        self.tell(_indented(asked.detail))
        while True:
            match await self._line(APPROVALS):
                case "y" | "Y" | "yes":
                    return Settle(question=asked.question, allowed=True)
                case "s" | "session":
                    return Settle(question=asked.question, allowed=True, scope="session")
                case "A" | "always":
                    return Settle(question=asked.question, allowed=True, scope="always")
                case "n" | "N" | "no":
                    why = await self._line("Why not? (Enter: no reason)")
                    return Settle(question=asked.question, allowed=False, why=why)
                case other:
                    self.tell(f"{other!r} is none of y, s, A (a capital) and n.")

    async def answer(self, asked: HumanAsked) -> AnswerQuestion:
        """Return what the person answers in the shape that is asked for. Raises PersonNeeded at the end of input."""
        self.tell(f"\nYou are {asked.role}:")
        self.tell(_indented(asked.prompt))
        return AnswerQuestion(question=asked.question, answer=await self._value(asked))

    async def pause(self) -> Control | None:
        """Return how a paused session goes on; None to leave it. Raises PersonNeeded at the end of input."""
        while True:
            match await self._line(PAUSED):
                case "g" | "go":
                    return Go()
                case "s" | "step":
                    return Step()
                case "q" | "quit":
                    return None
                case other:
                    self.tell(f"{other!r} is none of g, s and q.")

    async def _value(self, asked: HumanAsked) -> JsonValue:
        if asked.choices:
            return await self._choice(asked.choices)
        if asked.schema_ is not None:
            return await self._object(asked.schema_)
        return await self._text()

    async def _text(self) -> str:
        self.tell("Your answer; an empty line or a single . ends it.")
        said: list[str] = []
        while (line := await self._line("")) not in ("", "."):
            said.append(line)
        return "\n".join(said)

    async def _choice(self, choices: Sequence[str]) -> str:
        for number, choice in enumerate(choices, 1):
            self.tell(f"  {number}  {choice}")
        while True:
            said = (await self._line(f"1-{len(choices)}?")).strip()
            if said.isdecimal() and 1 <= int(said) <= len(choices):
                return choices[int(said) - 1]
            if said in choices:
                return said
            self.tell(f"{said!r} is not a number from 1 to {len(choices)}.")

    async def _object(self, schema: JsonObject) -> JsonObject:
        shape = Shape.model_validate(schema)
        while True:
            said: JsonObject = {}
            for name, field in shape.properties.items():
                value = await self._field(name, field, required=name in shape.required)
                if value is not None:
                    said[name] = value
            try:
                return validate_object(schema, said)
            except OutputMismatch as mismatch:
                self.tell(f"{mismatch} Once more:")

    async def _field(self, name: str, shape: Shape, *, required: bool) -> JsonValue:
        """Return one field's value as typed; None when an optional one is left empty."""
        label = name if required else f"{name} (optional)"
        if shape.enum is not None:
            self.tell(f"{label}:")
            return await self._choice([str(choice) for choice in shape.enum])
        if shape.type == "array" and (shape.items is None or shape.items.type not in ("object", "array")):
            return await self._list(label, required=required)
        if shape.type in ("object", "array"):
            return await self._json(f"{label}, as JSON:", required=required)
        said = await self._line(f"{label}:")
        return said if said or required else None

    async def _list(self, label: str, *, required: bool) -> JsonValue:
        self.tell(f"{label}, one a line; an empty line ends it:")
        said: list[JsonValue] = []
        while line := await self._line(""):
            said.append(line)
        return said if said or required else None

    async def _json(self, prompt: str, *, required: bool) -> JsonValue:
        while True:
            said = await self._line(prompt)
            if not said and not required:
                return None
            try:
                value: JsonValue = json.loads(said)
                return value
            except ValueError as error:
                self.tell(f"This is no JSON: {error}.")

    async def _line(self, prompt: str) -> str:
        if prompt:
            self.tell(prompt)
        line = await self.lines.line()
        if line is None:
            raise PersonNeeded("the input ended while a question was open", hint="the session waits; resume it")
        return line


def _indented(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    shown = [f"  │ {line}" for line in lines[:DETAIL_LINES]]
    return "\n".join(
        [*shown, *([f"  │ … {len(lines) - DETAIL_LINES} more lines"] if len(lines) > DETAIL_LINES else [])]
    )
