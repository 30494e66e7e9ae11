"""Law 10: prefix, then history, then what changes: a role's next request begins with the bytes of its last one.

Through the process: tests/e2e/test_company.py. What stands where: tests/roles/test_front.py.
"""

import json
from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import Path

from agentsh.core.chat import ChatRequest
from agentsh.core.controls import Say
from agentsh.providers.ollama_wire import chat_body
from tests.roles.test_shipped_company import worked
from tests.support.cards import action, cast_role, role_card
from tests.support.stage import ModelInProcess, stage


def sent(request: ChatRequest) -> list[str]:
    """Return the turns as they go over the wire."""
    body = chat_body(request, keep_alive="30m", think=None)
    return [json.dumps(message) for message in body["messages"]]  # type: ignore[union-attr]


def assert_fronts_grow(requests: Sequence[ChatRequest]) -> int:
    """Everything before the last turn of a request begins the next one too, as far as both go."""
    shared_turns = 0
    for before, after in pairwise(requests):
        old, new = sent(before)[:-1], sent(after)[:-1]
        shared = min(len(old), len(new))
        assert new[:shared] == old[:shared]
        shared_turns += shared
    return shared_turns


async def test_the_company_s_roles_each_keep_their_front(tmp_path: Path) -> None:
    company, _ = await worked(tmp_path / "s.db")
    requests = sorted(company.requests, key=lambda request: request.messages[0].content)
    shared = [
        assert_fronts_grow(list(asked)) for _, asked in groupby(requests, lambda request: request.messages[0].content)
    ]
    assert len(shared) == 5
    assert max(shared) > 10


async def test_history_grows_behind_the_front_and_never_in_it(tmp_path: Path) -> None:
    requests: list[ChatRequest] = []

    def reply(request: ChatRequest) -> str:
        requests.append(request)
        return f"Note {len(requests)}."

    card = role_card("clerk", "note", backstory="You have seen it all.")
    role = cast_role(card, action("note", "Write note {{ round }} about {{ idea }}."))
    async with stage(tmp_path / "s.db", [(card, role.react)], model=ModelInProcess(reply)) as on:
        for number in range(8):
            await on.session.send(Say(text=f"say {number}"))
            await on.session.run()
    assert [len(request.messages) for request in requests] == [3 + 2 * number for number in range(8)]
    assert assert_fronts_grow(requests) == sum(2 + 2 * number for number in range(7))
