"""Calling a tool: one that acts by itself is one step, allowed first; of another each effect is a step."""

import asyncio
import json

from agentsh.core.errors import AgentshError
from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.model import JsonObject
from agentsh.core.rules import Wish
from agentsh.core.tools import ToolFault, ToolResult, ToolSpec, call_words
from agentsh.engine.approvals import USE_TOOL
from agentsh.engine.desk import Desk
from agentsh.engine.patience import Patience
from agentsh.engine.steps import Effect, Outcome
from agentsh.ports import Hands, Tool

LONGEST_RESULT = 100_000
"""Characters of a result that are kept; the rest is not, and that is told."""


def tool_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, tool: Tool, hands: Hands, arguments: JsonObject
) -> Effect[ToolResult]:
    """Return the step that calls a tool. Whatever goes wrong in it is its result, not the end of the reaction."""
    spec = tool.spec

    async def perform(ordinal: int) -> Outcome[ToolResult]:
        permission = await desk.people.permit(
            question_id(reaction, ordinal),
            role,
            f"{USE_TOOL} {spec.name}",
            f"{spec.name} {json.dumps(arguments, ensure_ascii=False)}",
            confined=False,
            wishes=(Wish(kind="tool", subjects=(spec.name,)),),
        )
        if permission.allowed:
            result = await _called(tool, hands, arguments)
        else:
            result = ToolResult(text=f"not used: {permission.why or 'refused'}", failed=True)
        result = result.model_copy(update={"call": call_words(spec.name, arguments)})
        return Outcome(result, result.model_dump(mode="json"))

    return Effect(
        "tool",
        {"name": spec.name, "arguments": arguments},
        perform,
        ToolResult.model_validate,
        safe_to_retry=spec.safe_to_retry,
        tool=spec.name,
    )


def told_effect(spec: ToolSpec, arguments: JsonObject, result: ToolResult) -> Effect[ToolResult]:
    """Return the step that says which tool was used, and what came of it, once its own steps are done."""

    async def perform(_: int) -> Outcome[ToolResult]:
        told = result.model_copy(update={"call": call_words(spec.name, arguments)})
        return Outcome(told, told.model_dump(mode="json"))

    request: JsonObject = {"name": spec.name, "arguments": arguments}
    return Effect("tool", request, perform, ToolResult.model_validate, tool=spec.name)


async def called_in_steps(tool: Tool, hands: Hands, arguments: JsonObject, patience: Patience) -> ToolResult:
    """Return what a tool gives whose every effect is a step; what ends a reaction passes through it.

    Args:
        tool: the tool.
        hands: what it may do.
        arguments: what it is called with.
        patience: how long it may take between two effects.

    Raises:
        AgentshError: one of its steps failed.
    """
    try:
        async with patience.kept():
            return _capped(tool.spec.name, await tool.call(hands, arguments))
    except ToolFault as fault:
        return ToolResult(text=str(fault), failed=True)
    except AgentshError:
        raise
    except Exception as error:  # noqa: BLE001  a tool is somebody else's code: what breaks in it is told to the role
        if patience.is_over:
            return _too_long(tool.spec)
        return _broken(tool.spec.name, error)


async def _called(tool: Tool, hands: Hands, arguments: JsonObject) -> ToolResult:
    name, deadline_s = tool.spec.name, tool.spec.deadline_s
    try:
        async with asyncio.timeout(deadline_s):
            return _capped(name, await tool.call(hands, arguments))
    except TimeoutError:
        return _too_long(tool.spec)
    except (ToolFault, AgentshError) as fault:
        return ToolResult(text=str(fault), failed=True)
    except Exception as error:  # noqa: BLE001  a tool is somebody else's code: what breaks in it is told to the role
        return _broken(name, error)


def _too_long(spec: ToolSpec) -> ToolResult:
    text = f"{spec.name} did not end within {spec.deadline_s:g} s."
    return ToolResult(text=text if spec.outside else f"{text} What it had done before stays done.", failed=True)


def _broken(name: str, error: Exception) -> ToolResult:
    return ToolResult(text=f"{name} is broken: {type(error).__name__}: {error}", failed=True)


def _capped(name: str, text: object) -> ToolResult:
    if not isinstance(text, str):
        return ToolResult(text=f"{name} is broken: it gave {type(text).__name__} where text was due.", failed=True)
    if len(text) > LONGEST_RESULT:
        text = f"{text[:LONGEST_RESULT]}\n[{len(text) - LONGEST_RESULT} more characters, not kept]"
    return ToolResult(text=text)
