"""What is known to be secret stands in no event, and a reaction goes on with what it would find on resume."""

from pathlib import Path

from agentsh.core import chat as c
from agentsh.core import events as e
from agentsh.core.controls import Say
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.core.secrets import Redactor
from agentsh.engine.reaction import Reaction
from tests.support.stage import ModelInProcess, card, request, stage

SECRET = "hunter2-hunter2"


async def test_a_secret_is_never_stored_and_a_resumed_reaction_does_not_diverge(tmp_path: Path) -> None:
    heard: list[str] = []

    async def leak(reaction: Reaction) -> None:
        answer = await reaction.ask_model(request("tell me"))
        heard.append(answer.text)
        again = await reaction.ask_model(request(f"you said {answer.text}"))
        if len(heard) == 1:
            raise RuntimeError("power cut")
        await reaction.publish(Draft(content=f"{again.text} {SECRET}", cause_by=ActionName("leak")))

    def reply(asked: c.ChatRequest) -> str:
        return f"the key is {SECRET}"

    path = tmp_path / "s.db"
    for _ in range(2):
        async with stage(path, [(card("leaker"), leak)], model=ModelInProcess(reply)) as played:
            played.desk.log.redactor = Redactor((SECRET,))
            if not heard:
                await played.session.send(Say(text=f"mine is {SECRET}"))
            try:
                await played.session.run()
            except BaseExceptionGroup:
                assert len(heard) == 1
            kinds = await played.kinds()
            events = await played.events()
    assert heard == ["the key is [redacted]"] * 2
    assert "reaction.diverged" not in kinds
    published = [item.event.message.content for item in events if isinstance(item.event, e.MessagePublished)]
    assert published == ["mine is [redacted]", "the key is [redacted] [redacted]"]
    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())
