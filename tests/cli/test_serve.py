"""`agentsh serve`: the app in a browser, for whoever has the key, and for nobody else."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, WSServerHandshakeError
from yarl import URL

from tests.cli.process import DEADLINE_S, Shell, stop

CTRL_Q = "\x11"
REFUSED = 403


@dataclass(frozen=True)
class Served:
    """A server of the app, under way."""

    process: "subprocess.Popen[str]"
    address: URL

    @property
    def socket(self) -> URL:
        return self.address.with_path("/ws").with_query(width=100, height=30)

    @property
    def apps(self) -> list[int]:
        """Process ids of the apps that it has started."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def end_of(pid: int) -> Iterator[asyncio.Event]:
    """Tell when a process ends that is nobody's child here."""
    descriptor, ended, loop = os.pidfd_open(pid), asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        yield ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


@pytest.fixture
def served(shell: Shell) -> Iterator[Served]:
    process = shell.start("serve", "--port", str(free_port()))
    assert process.stdout is not None
    try:
        yield Served(process, URL(process.stdout.readline().strip()))
    finally:
        stop(process, signal.SIGKILL)


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def status(browser: ClientSession, url: URL) -> int:
    async with browser.get(url) as response:
        return response.status


async def test_only_who_has_the_key_gets_the_app(served: Served, browser: ClientSession) -> None:
    for wrong in (served.address.with_query(None), served.address.with_query(key="no"), served.socket):
        assert await status(browser, wrong) == REFUSED
    with pytest.raises(WSServerHandshakeError):
        await browser.ws_connect(served.socket)
    async with browser.get(served.address) as page:
        assert page.status == 200
        assert "key" not in page.url.query
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    with pytest.raises(WSServerHandshakeError):
        await browser.ws_connect(served.socket, origin="http://127.0.0.1:1")
    assert served.apps == []


async def test_a_tab_is_an_app_that_can_be_typed_into_and_left(served: Served, browser: ClientSession) -> None:
    assert await status(browser, served.address) == 200
    async with asyncio.timeout(DEADLINE_S), browser.ws_connect(served.socket) as tab:
        seen = ""
        async for message in tab:
            if message.type is WSMsgType.BINARY:
                seen += re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]", "", message.data.decode())
            if "What is to be made?" in seen:
                await tab.send_json(["stdin", CTRL_Q])
        # The app has closed the connection.
        assert "What is to be made?" in seen
    assert stop(served.process, signal.SIGINT).code == 0


async def test_an_app_does_not_outlive_its_server_and_calls_it_no_crash(
    shell: Shell, served: Served, browser: ClientSession
) -> None:
    assert await status(browser, served.address) == 200
    async with asyncio.timeout(DEADLINE_S), browser.ws_connect(served.socket) as tab:
        while (await tab.receive()).type is not WSMsgType.BINARY:
            pass
        (app,) = served.apps
        with end_of(app) as ended:
            served.process.kill()
            await ended.wait()
    assert not (shell.home / "crashes").exists()


def test_a_port_that_is_taken_is_told(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = shell.run("serve", "--port", str(taken.getsockname()[1]))
    assert ended.code == 2
    assert "nothing can listen at 127.0.0.1:" in ended.err
    assert "--port" in ended.err


def test_an_address_that_is_none_is_told(shell: Shell) -> None:
    ended = shell.run("serve", "--url", "agents.example.org")
    assert ended.code == 2
    assert "https://" in ended.err
