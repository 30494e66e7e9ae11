"""Using tools until there is an answer: say what to call, read what came of it, go on from there.

What came of a call is only ever what the tool gave: text that pretends to be an observation is sent back. Source: ReAct
(Yao et al., 2022), as in LangChain and TinyAgent.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agentsh.core.chat import ChatMessage, ToolCallRequest
from agentsh.core.errors import UsageError
from agentsh.core.messages import Message
from agentsh.core.outputs import OutputMismatch
from agentsh.core.tools import CallProtocol, ToolFault, ToolResult
from agentsh.ports import Tool, ToolServer
from agentsh.roles.actions.calling import WAYS, Said, as_text, checked
from agentsh.roles.actions.leading import Used, lead, most_calls
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.excerpt import characters_of
from agentsh.roles.markdown import to_markdown
from agentsh.roles.question import Question
from agentsh.roles.work import Work

MOST_OF_A_RESULT = 6_000
"""Characters of what a tool gave that go into the conversation; what is left out is told."""
SAME_CALL = 2
"""So often the same call may come again before it is not made any more."""


@dataclass
class _Loop:
    """One use of tools."""

    work: Work
    tools: Mapping[str, Tool]
    made: Counter[str] = field(default_factory=Counter)
    used: list[Used] = field(default_factory=list)

    async def answer(self, question: Question, protocol: CallProtocol) -> str:
        """Return what is answered in the end; `protocol`: how the first call is asked for."""
        while True:
            left = most_calls(self.work.action, protocol) - len(self.used)
            if left <= 0 and protocol != "led":
                return await ask_text(self.work.mind, question.told("out_of_calls"), self.work.repairs)
            said = await self._said(protocol, question, left)
            if not said.calls:
                return said.text
            natively = protocol == "native"
            turns = [await self._turn(question, call, natively) for call in said.calls]
            question = question.went(said.turn() if natively else as_text(said), *turns)
            protocol = self.work.settle_protocol()

    async def _said(self, protocol: CallProtocol, question: Question, left: int) -> Said:
        if protocol == "led":
            return await lead(self.work, self.tools, self.used, left)
        return await WAYS[protocol](self.work.mind, question, self.tools, self.work.repairs)

    async def _turn(self, question: Question, call: ToolCallRequest, natively: bool) -> ChatMessage:
        """Make a call; return what came of it as a turn of the conversation."""
        text = characters_of((await self._use(call)).text, MOST_OF_A_RESULT)
        tool = self.tools.get(call.name)
        changes = tool is not None and tool.spec.changes
        self.used.append(Used(call, text, changes))
        if natively:
            return ChatMessage(role="tool", content=text, tool_name=call.name)
        return ChatMessage(role="user", content=question.words.say("tool_gave", tool=call.name, result=text))

    async def _use(self, call: ToolCallRequest) -> ToolResult:
        tool = self.tools.get(call.name)
        if tool is None:
            return _refused(f"There is no tool {call.name!r}. There is: {', '.join(self.tools)}.")
        try:
            arguments = checked(tool.spec, call.arguments)
        except OutputMismatch as mismatch:
            return _refused(f"{call.name} was not called: {mismatch}")
        same = f"{call.name} {json.dumps(arguments, sort_keys=True)}"
        self.made[same] += 1
        if self.made[same] > SAME_CALL:
            return _refused(
                f"You have called {call.name} with just this {SAME_CALL} times. Do something else, or answer."
            )
        return await self.work.reaction.use_tool(tool, arguments)


async def use_tools(work: Work) -> Message:
    """Use tools until there is an answer, and publish that.

    Raises:
        OutputInvalid: an answer stayed invalid.
        UsageError: a tool that a file names is not there.
    """
    tools, trouble = await opened(work, tools_of(work))
    loop = _Loop(work, tools)
    protocol = work.settle_protocol()
    question = await work.question(extra={"led": protocol == "led"})
    if trouble:
        question = question.went(ChatMessage(role="user", content="\n".join(trouble)))
    schema = work.action.output
    text = await loop.answer(question, protocol)
    if schema is None:
        return await work.publish(text)
    asked = question.went(ChatMessage(role="assistant", content=text)).told("as_data")
    data = await ask_structured(work.mind, replace(asked, schema=schema), schema, work.repairs)
    return await work.publish(to_markdown(data), data)


def tools_of(work: Work) -> dict[str, Tool]:
    """Return the tools that the action names, else those of the role. Raises UsageError."""
    names = work.action.tools or work.role.tools
    missing = [name for name in names if name not in work.toolbox and _server(work, name) is None]
    if missing:
        hint = f"There is: {', '.join(sorted(work.toolbox))}"
        raise UsageError(f"{work.action.name} is to use a tool {missing[0]!r} that is not there", hint=hint)
    return {name: work.toolbox.get(name) or work.toolbox[name.partition(".")[0]] for name in names}


async def opened(work: Work, named: Mapping[str, Tool]) -> tuple[dict[str, Tool], list[str]]:
    """Start the servers among the tools, each once; return the tools that there are then, and what is not there.

    A server that does not start, or may not, takes nothing with it but its own tools.
    """
    tools: dict[str, Tool] = {}
    trouble: list[str] = []
    listed: dict[str, dict[str, Tool]] = {}
    for name, tool in named.items():
        if not isinstance(tool, ToolServer):
            tools[name] = tool
            continue
        server = tool.spec.name
        if server not in listed:
            listed[server] = await _listing(work, tool, trouble)
        wanted = [one for one in listed[server] if name in (server, one)]
        tools |= {one: listed[server][one] for one in wanted}
        if listed[server] and not wanted:
            trouble.append(f"There is no tool {name!r}. {server} has: {', '.join(listed[server])}.")
    return tools, trouble


async def _listing(work: Work, server: ToolServer, trouble: list[str]) -> dict[str, Tool]:
    result = await work.reaction.use_tool(server, server.start)
    try:
        if result.failed:
            raise ToolFault(result.text)
        return server.tools(result.text)
    except ToolFault as fault:
        trouble.append(f"The tools of {server.spec.name} cannot be used now: {fault}")
        return {}


def _server(work: Work, name: str) -> ToolServer | None:
    found = work.toolbox.get(name.partition(".")[0])
    return found if isinstance(found, ToolServer) else None


def _refused(text: str) -> ToolResult:
    return ToolResult(text=text, failed=True)
