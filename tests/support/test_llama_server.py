"""The real client, the real protocol, a real model."""

import json

import pytest

from agentsh.core import chat as c
from agentsh.providers.ollama import OllamaProvider
from agentsh.providers.weights import DEMO_MODEL
from tests.providers.asking import SCHEMA, asking, events_of, hurried, text_of
from tests.support.llama_server import NAME, LlamaServer


@pytest.mark.model
async def test_the_ollama_client_is_answered_by_a_real_engine() -> None:
    async with LlamaServer() as server:
        provider = OllamaProvider(server.host, settings=hurried())
        try:
            assert (await provider.probe()).models == (NAME,)
            options = c.ChatOptions(num_ctx=4096, num_predict=60, seed=1)
            request = asking("Which colour has the sky?", model=DEMO_MODEL, schema=SCHEMA, options=options)
            events = await events_of(provider, request)
            assert list(json.loads(text_of(events))) == SCHEMA["required"]
            used = next(event.usage for event in events if isinstance(event, c.Used))
            assert used.prompt_tokens > 10
            assert events[-1].kind == "done"
            assert server.bodies[0]["format"] == SCHEMA
            assert server.bodies[0]["options"]["num_ctx"] == 4096
        finally:
            await provider.aclose()
