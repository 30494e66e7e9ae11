"""A call of a tool is a durable step; whatever is wrong with the tool is told to the role, which goes on."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from agentsh.core import events as e
from agentsh.core.code import Command, RunResult
from agentsh.core.controls import BreakAt, Go, Settle
from agentsh.core.errors import ExitCode
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.core.model import JsonObject
from agentsh.core.rulebook import RuleSet
from agentsh.core.tools import ToolFault, ToolResult
from agentsh.engine.effects.tool import LONGEST_RESULT
from agentsh.engine.reaction import Reaction
from agentsh.ports import Hands
from agentsh.tools.making import FunctionTool, tool
from agentsh.tools.shipped import shipped_tools
from tests.engine.test_approvals import Book
from tests.support.stage import Stage, card, stage

CALLS: list[str] = []
LEAVES = ActionName("answer")


async def post_letter(hands: Hands, text: str) -> str:
    """Post a letter; it cannot be taken back."""
    CALLS.append(text)
    return f"posted {text}"


async def breaks(hands: Hands) -> str:
    """Raise."""
    raise KeyError("spring")


async def refuses(hands: Hands) -> str:
    """Say why not."""
    raise ToolFault("There is no spring.")


async def hangs(hands: Hands) -> str:
    """Never end."""
    await asyncio.Event().wait()
    return "never"


async def floods(hands: Hands) -> str:
    """Say too much."""
    return "x" * (LONGEST_RESULT + 50)


async def lies(hands: Hands) -> str:
    """Give bytes where text is due."""
    return b"\x00\xff"  # type: ignore[return-value]


def uses(*calls: tuple[FunctionTool, JsonObject]) -> Callable[[Reaction], Awaitable[None]]:
    """Return a role that makes these calls and says what came of each; `crash` stops it as a power cut would."""

    async def react(reaction: Reaction) -> None:
        results = [await reaction.use_tool(found, given) for found, given in calls]
        said = json.dumps([result.model_dump(mode="json") for result in results])
        await reaction.publish(Draft(content=said, cause_by=LEAVES))

    return react


async def results(played: Stage) -> list[ToolResult]:
    return [
        ToolResult.model_validate(told) for told in json.loads((await played.desk.log.journal.messages())[-1].content)
    ]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (breaks, "breaks is broken: KeyError: 'spring'"),
        (refuses, "There is no spring."),
        (lies, "it gave bytes where text was due"),
        (floods, "50 more characters, not kept"),
    ],
)
@pytest.mark.parametrize("outside", [False, True])
async def test_what_is_wrong_with_a_tool_is_its_result(tmp_path: Path, function: Any, said: str, outside: bool) -> None:
    found = tool(function, outside=outside)
    async with stage(tmp_path / "s.db", [(card("engineer"), uses((found, {})))], policy="never-ask") as played:
        assert (await played.session.run()).exit_code == ExitCode.DONE
        (result,) = await results(played)
    assert said in result.text
    assert result.failed == (function is not floods)
    assert len(result.text) < LONGEST_RESULT + 100


async def test_a_tool_that_hangs_is_left_at_its_deadline(tmp_path: Path) -> None:
    found = tool(hangs, outside=True, deadline_s=0.05)
    async with stage(tmp_path / "s.db", [(card("engineer"), uses((found, {})))], policy="never-ask") as played:
        await played.session.run()
        (result,) = await results(played)
    assert result.text == "hangs did not end within 0.05 s."


async def looks_and_hangs(hands: Hands) -> str:
    """Do one thing, and never end."""
    try:
        await hands.list_files("*")
        await asyncio.Event().wait()
    finally:
        CALLS.append("left")
    return "never"


async def test_a_tool_that_hangs_between_its_effects_is_left_and_what_it_did_stays_recorded(tmp_path: Path) -> None:
    CALLS.clear()
    found = tool(looks_and_hangs, deadline_s=1)
    async with stage(tmp_path / "s.db", [(card("engineer"), uses((found, {})))]) as played:
        assert (await played.session.run()).exit_code == ExitCode.DONE
        (result,) = await results(played)
        kinds = [at.event.step for at in await played.desk.log.journal.read() if isinstance(at.event, e.StepFinished)]
    assert result.text == "looks_and_hangs did not end within 1 s. What it had done before stays done."
    assert result.failed
    assert CALLS == ["left"]
    assert kinds == ["read", "tool"]


async def runs_it(hands: Hands) -> str:
    """Run something."""
    return (await hands.run(Command(argv=("true",)))).stdout


async def test_an_effect_that_takes_long_is_no_hanging(tmp_path: Path) -> None:
    role = (card("engineer"), uses((tool(runs_it, deadline_s=0.5), {})))
    async with stage(tmp_path / "s.db", [role], policy="always") as played:
        at_once = played.sandbox.run

        async def slowly(command: Command) -> RunResult:
            await asyncio.sleep(0.7)  # longer than the tool may take by itself
            return await at_once(command)

        played.sandbox.run = slowly  # type: ignore[method-assign]
        await played.session.run()
        (result,) = await results(played)
    assert (result.text, result.failed) == ("ran", False)


async def test_a_tool_that_acts_outside_is_asked_for_although_code_is_approved(tmp_path: Path) -> None:
    CALLS.clear()
    found = tool(post_letter, outside=True)
    role = (card("engineer"), uses((found, {"text": "hello"})))
    async with stage(tmp_path / "s.db", [role], policy="always", present=False) as played:
        assert (await played.session.run()).exit_code == ExitCode.PERSON
        (question,) = played.session.view().questions
    assert (question.what, question.detail) == ("use the tool post_letter", 'post_letter {"text": "hello"}')
    assert CALLS == []


async def test_a_tool_that_acts_outside_may_be_allowed_and_denied_by_its_name(tmp_path: Path) -> None:
    CALLS.clear()
    found = tool(post_letter, outside=True)
    role = (card("engineer"), uses((found, {"text": "hello"})))
    for name, policy, rules, made in (
        ("a", "ask", RuleSet(allow=("tool post_*",)), ["hello"]),
        ("b", "never-ask", RuleSet(deny=("tool POST_LETTER",)), []),
        ("c", "never", RuleSet(allow=("tool *",)), []),
    ):
        CALLS.clear()
        async with stage(tmp_path / f"{name}.db", [role], policy=policy) as played:  # type: ignore[arg-type]
            played.desk.people.approvals.book = Book(rules)
            assert (await played.session.run()).exit_code == ExitCode.DONE
        assert made == CALLS, name


async def test_what_is_allowed_for_the_session_is_that_tool_and_no_other(tmp_path: Path) -> None:
    CALLS.clear()
    one, other = tool(post_letter, outside=True), tool(refuses, outside=True)
    role = (card("engineer"), uses((one, {"text": "a"}), (one, {"text": "b"}), (other, {})))
    async with stage(tmp_path / "s.db", [role], present=True) as played:
        running = asyncio.create_task(played.session.run())
        asked = await played.until(lambda event: isinstance(event, e.ApprovalAsked))
        assert isinstance(asked, e.ApprovalAsked)
        await played.session.send(Settle(question=asked.question, allowed=True, scope="session"))
        again = await played.until(
            lambda event: isinstance(event, e.ApprovalAsked) and event.question != asked.question
        )
        assert isinstance(again, e.ApprovalAsked)
        assert (again.what, CALLS) == ("use the tool refuses", ["a", "b"])
        await played.session.send(Settle(question=again.question, allowed=False))
        await running


async def test_a_finished_call_is_never_made_again(tmp_path: Path) -> None:
    CALLS.clear()
    found = tool(post_letter, outside=True)

    def crashing(crash: bool) -> Callable[[Reaction], Awaitable[None]]:
        async def react(reaction: Reaction) -> None:
            result = await reaction.use_tool(found, {"text": "hello"})
            if crash:
                raise RuntimeError("power cut")
            await reaction.publish(Draft(content=json.dumps([result.model_dump()]), cause_by=LEAVES))

        return react

    path = tmp_path / "s.db"
    async with stage(path, [(card("engineer"), crashing(True))], policy="never-ask") as played:
        with pytest.raises(BaseExceptionGroup):
            await played.session.run()
    async with stage(path, [(card("engineer"), crashing(False))], policy="never-ask") as played:
        await played.session.run()
        (result,) = await results(played)
    assert (CALLS, result.text, result.call) == (["hello"], "posted hello", "post_letter hello")


async def test_a_breakpoint_on_a_tool_stops_before_its_first_effect(tmp_path: Path) -> None:
    write = shipped_tools()["write_file"]
    role = (card("engineer"), uses((write, {"path": "a.txt", "content": "one"})))  # type: ignore[arg-type]
    async with stage(tmp_path / "s.db", [role]) as played:
        await played.session.send(BreakAt(when="tool:write_file"))
        running = asyncio.create_task(played.session.run())
        await played.until(lambda event: isinstance(event, e.SessionPaused))
        assert played.workspace.texts == {}
        await played.session.send(Go())
        # The record of the call itself passes the same breakpoint.
        while not running.done():
            await played.session.send(Go())
            await asyncio.wait([running], timeout=0.05)
        assert played.workspace.texts == {"a.txt": "one\n"}
        (result,) = await results(played)
    assert result.text == "a.txt: added, +1 -0"


async def test_files_are_read_changed_listed_and_searched(tmp_path: Path) -> None:
    tools = shipped_tools()
    patch = "src/a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"
    wanted: list[tuple[str, JsonObject]] = [
        ("write_file", {"path": "src/a.py", "content": "x = 1\ny = 1\n"}),
        ("patch_files", {"patch": patch}),
        ("read_file", {"path": "src/a.py", "first_line": 1, "most_lines": 1}),
        ("list_files", {"pattern": "src/*"}),
        ("search_files", {"text": "Y =", "pattern": "*.py"}),
        ("patch_files", {"patch": patch}),
        ("read_file", {"path": "a.py"}),
        ("search_files", {"text": " "}),
    ]
    role = (card("engineer"), uses(*((tools[name], given) for name, given in wanted)))  # type: ignore[misc]
    async with stage(tmp_path / "s.db", [role]) as played:
        await played.session.run()
        told = await results(played)
    assert [result.text for result in told[:5]] == [
        "src/a.py: added, +2 -0",
        "src/a.py: added, +2 -0",
        "    1  x = 2\n[1 more lines]",
        "src/a.py",
        "src/a.py:2: y = 1",
    ]
    assert all(result.failed for result in told[5:])
    assert told[5].text.startswith("src/a.py: change 1 does not fit")
    assert told[5].text.endswith("Nothing was changed.")
    assert told[6].text == "a.py is not there, or no text. There is: src/a.py."
    assert told[7].text == "There is no text to look for."
