"""The Boss's own shell commands: asked like any other code, run in the sandbox, told by an event."""

import asyncio

from agentsh.core import events as e
from agentsh.core.code import Command, RunResult
from agentsh.core.errors import AgentshError
from agentsh.core.ids import BOSS, QuestionId
from agentsh.engine.desk import Desk
from agentsh.engine.effects.traces import code_of

SHELL = "run a shell command"


class Shell:
    """Runs commands in the background, so that whoever typed one can go on typing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: set[asyncio.Task[None]] = set()

    def start(self, command: str) -> QuestionId:
        """Ask for and then run a command in the workspace; returns by what id it is asked for.

        What came of it is a `shell.ran` event.
        """
        question = QuestionId(f"{BOSS}:shell:{self._desk.log.journal.last_seq + 1}")
        task = asyncio.create_task(self._run(question, command), name=f"!{command[:40]}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return question

    @property
    def busy(self) -> bool:
        """Whether a command is being run; one that waits until it is allowed is not."""
        asked = sum(question.role == BOSS and question.approval for question in self._desk.log.state.questions.values())
        return len(self._running) > asked

    async def aclose(self) -> None:
        """End what still runs."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(set(self._running))

    async def _run(self, question: QuestionId, command: str) -> None:
        try:
            result = await self._permitted(question, command)
        except AgentshError as error:
            await self._desk.log.append(e.ErrorSeen(message=str(error), hint=error.hint))
            return
        await self._desk.log.append(e.ShellRan(command=command, result=result))

    async def _permitted(self, question: QuestionId, command: str) -> RunResult:
        confined = self._desk.sandbox.status.confines
        permission = await self._desk.people.permit(
            question, BOSS, SHELL, command, confined=confined, editable=True, by_boss=True
        )
        if not permission.allowed:
            return RunResult(exit_code=126, stderr=f"not run: {permission.why or 'refused'}")
        async with code_of(self._desk, BOSS, None) as traces:
            result = await self._desk.sandbox.run(Command(argv=("sh", "-c", permission.edited or command)))
        if traces:
            await self._desk.log.append(*(trace.model_copy(update={"ran": False}) for trace in traces))
        return result
