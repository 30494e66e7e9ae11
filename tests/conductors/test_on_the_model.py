"""Ways of working with a real, very small model behind Ollama's protocol: what it says fits, and they end."""

from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.ids import SessionName
from agentsh.core.settings import RunOptions, Settings
from agentsh.library.home import find_home
from agentsh.store.catalogue import read_session
from agentsh.wiring import started
from tests.conductors.bench import messages
from tests.support.llama_server import NAME, LlamaServer

PALINDROME = "Write is_palindrome(word), whether a word is a palindrome: level -> True, banana -> False"


@pytest.mark.model
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("team", "idea", "published"),
    [
        ("chat-pair", PALINDROME, {"write_function", "try_program"}),
        ("role-play-small", "Name three birds", {"plan_in_short", "instruct_in_short", "give_short_answer"}),
        ("react", "Which files are there?", {"work_with_tools"}),
    ],
)
async def test_a_small_model_works_in_this_way_to_the_end(
    tmp_path: Path, team: str, idea: str, published: set[str]
) -> None:
    home = find_home(tmp_path, tmp_path)
    async with LlamaServer() as server:
        options = RunOptions(
            idea=idea, team=team, host=server.host, model=NAME, seed=7, session=SessionName("s"), approve="always"
        )
        async with started(options, Settings(), home, terminal=False) as session:
            finished = await session.run()
    assert finished.exit_code == ExitCode.DONE, finished.summary
    said = messages(read_session(home.sessions / "s.db"))
    assert {message.cause_by for message in said} - {"user_requirement"} == published
    if team == "react":
        assert any(told in said[-1].content for told in ("What was really done:", "Nothing was called")), (
            "what so small a model says of what it did is worth little"
        )
