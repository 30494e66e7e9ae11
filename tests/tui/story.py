"""A small company at work on a snake game, with a model on a script: what screens are shown with."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

from agentsh.core import chat as c
from agentsh.core.cards import BudgetCard, RoleCard
from agentsh.core.code import Command, SandboxStatus
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName, SessionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from agentsh.store.journal import SqliteJournal
from tests.support.stage import ModelInProcess, React, Stage, card, facts, request
from tests.tui.lobby import Roles

PRD = """\
## Snake in the terminal

Play **snake** with the arrow keys; the game ends at a wall or at the snake's own body.

- a board of 20 by 10 cells
- food that makes the snake grow
- a score, and the best score kept in `best.txt`
"""
DESIGN = """\
The board is a pure function of its state; `curses` only draws it.

| module | does |
|---|---|
| `board.py` | state, moves, food |
| `main.py` | keys, drawing, score |

```python
def step(board: Board, turn: Turn) -> Board:
    \"\"\"Return the board one tick later.\"\"\"
```
"""
BOARD = '''\
"""The board: where the snake is, what it eats, when it dies."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Board:
    """One moment of the game."""

    snake: tuple[tuple[int, int], ...]
    food: tuple[int, int]
    score: int = 0

    def is_over(self) -> bool:
        """Return whether the snake has hit a wall or itself."""
        head, *body = self.snake
        return head in body or not (0 <= head[0] < 20 and 0 <= head[1] < 10)
'''
MAIN = "from board import Board\n\nprint(Board(((3, 3),), (7, 5)).is_over())\n"
CODE = "Two files are written: the board with its rules, and `main.py` that draws it. The tests come from QA.\n"


@dataclass
class Streaming(ModelInProcess):
    """Says its text in pieces; waits at `hold` before the last ones."""

    pieces: int = 24

    async def chat(self, request: c.ChatRequest) -> AsyncGenerator[c.ChatEvent, None]:
        self.asked.append(request.messages[-1].content)
        said = self.reply(request)
        if isinstance(said, c.Failed):
            yield said
            return
        size = max(1, len(said) // self.pieces)
        pieces = [said[at : at + size] for at in range(0, len(said), size)]
        try:
            for place, piece in enumerate(pieces):
                if self.hold is not None and place == len(pieces) * 3 // 4:
                    await self.hold.wait()
                yield c.TextDelta(text=piece)
                await asyncio.sleep(0)
            yield c.Used(
                usage=c.Usage(prompt_tokens=self.prompt_tokens(request), completion_tokens=len(said) // 4, calls=1)
            )
            yield c.Done(reason="stop")
        finally:
            self.closed += 1

    def prompt_tokens(self, request: c.ChatRequest) -> int:
        return 420 + 5 * len(request.messages[-1].content)


def _says(action: str, text: str) -> React:
    async def react(reaction: Reaction) -> None:
        reaction.doing(ActionName(action))
        answer = await reaction.ask_model(request(text))
        await reaction.publish(Draft(content=answer.text, cause_by=ActionName(action)))

    return react


async def _codes(reaction: Reaction) -> None:
    reaction.doing(ActionName("write_code"))
    await reaction.ask_model(request(CODE))
    await reaction.write(
        [
            FileDraft(path="snake/board.py", text=BOARD),
            FileDraft(path="snake/main.py", text=MAIN),
            FileDraft(path="README.md", text="# Snake\n"),
        ],
        "the game",
    )
    await reaction.run(Command(argv=("python", "snake/main.py")))
    await reaction.publish(Draft(content=CODE, cause_by=ActionName("write_code")))


def _card(name: str, profile: str, *watch: str) -> RoleCard:
    return card(name, *watch).model_copy(update={"profile": profile})


COMPANY: Roles = (
    (_card("product_manager", "Product Manager"), _says("write_prd", PRD)),
    (_card("architect", "Architect", "write_prd"), _says("write_design", DESIGN)),
    (_card("engineer", "Software Engineer", "write_design"), _codes),
    (
        _card("qa_engineer", "QA Engineer", "write_code"),
        _says("write_tests", "Five tests cover walls, food and the body; all pass.\n"),
    ),
)


def streaming(reply: Callable[[c.ChatRequest], str | c.Failed] | None = None) -> Streaming:
    """Return the model: it says what it is asked to say."""
    return Streaming(reply=reply or (lambda request: request.messages[-1].content))


async def begin(path: Path, roles: Roles = COMPANY) -> None:
    """Begin the session at `path` as a company that writes a game with a model of some size."""
    cards = {role.name: role for role, _ in roles}
    started = facts(tuple(cards.values()), budget=BudgetCard(max_tokens=20_000, max_rounds=12))
    named = {
        "session": SessionName("write-a-cli-snake-game"),
        "idea": "Write a cli snake game",
        "model": "qwen3:8b",
        "provider": "ollama",
        "host": "http://127.0.0.1:11434",
        "team": started.team.model_copy(
            update={"team": started.team.team.model_copy(update={"name": "software-company"})}
        ),
    }
    journal = await SqliteJournal.open(path, create=True)
    await journal.append([started.model_copy(update=named)])
    await journal.aclose()


def furnish(opened: Stage) -> None:
    """Give the session a sandbox that is worth its name."""
    line = "bubblewrap+seccomp · files workspace only · net off · processes limited"
    opened.sandbox.status = SandboxStatus(tier="bubblewrap", line=line)
