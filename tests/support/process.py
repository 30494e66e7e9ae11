"""Runs a scripted model server as a process of its own, for tests that kill the process on the other side."""

import argparse
import asyncio
import signal
from pathlib import Path

from agentsh.providers.script_file import read_script
from tests.support.model_server import ModelServer, ServerScript


def serve(server: type[ModelServer]) -> None:
    """Serve until SIGTERM or SIGINT, as the command line says; from SIGUSR1 on no answer comes slowly any more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    script = read_script(arguments.script, ServerScript)
    asyncio.run(_serve(server(script, port=arguments.port, log=arguments.log)))


async def _serve(server: ModelServer) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, server.hurry)
    async with server:
        print(f"READY {server.port}", flush=True)
        await stop.wait()
