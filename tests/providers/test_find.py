import pytest

from agentsh.core.errors import ExitCode, ProviderError
from agentsh.providers.find import find_server
from tests.support.http import Exchange, HttpServer
from tests.support.ollama_server import OllamaServer


async def test_the_first_candidate_that_answers_is_taken_not_the_quickest() -> None:
    async with OllamaServer.on({"reply": "x"}, models=["a"]) as one, OllamaServer.on({"reply": "x"}) as two:
        found = await find_server(["127.0.0.1:1", one.host, two.host])
    assert (found.host, found.models) == (one.host, ("a",))


async def test_no_server_names_each_with_its_reason_and_how_to_start_one() -> None:
    async def web(exchange: Exchange) -> None:
        await exchange.whole(200, b"<html>router</html>", "text/html")

    async def silent(exchange: Exchange) -> None:
        await exchange.pause(None)

    async with HttpServer(web) as router, HttpServer(silent) as tarpit:
        tried = ["127.0.0.1:1", f"127.0.0.1:{router.port}", f"127.0.0.1:{tarpit.port}", "ftp://x"]
        with pytest.raises(ProviderError) as caught:
            await find_server(tried, timeout_s=2)
    said = str(caught.value)
    assert "http://127.0.0.1:1: Connection refused" in said
    assert f"http://127.0.0.1:{router.port} sent what is not an answer" in said
    assert f"http://127.0.0.1:{tarpit.port} did not answer within 2 s" in said
    assert "'ftp://x' is not the address" in said
    assert "ollama serve" in caught.value.hint
    assert caught.value.exit_code == ExitCode.NO_MODEL


async def test_no_candidates_is_told_too() -> None:
    with pytest.raises(ProviderError, match="Tried: nothing"):
        await find_server([])
