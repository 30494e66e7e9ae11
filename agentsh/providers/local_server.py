"""The child process that holds the embedded model: llama.cpp's HTTP server on loopback, until its parent goes.

It is started by path, and imports nothing of agentsh: what it does with memory stays out of the shell's process.
Its first line of stdin is a JSON object (see `ServerConfig`); its only line of stdout is one, {"ready": URL} or
{"failed": why}. It ends when its stdin ends, and so when its parent dies, however that came about.
"""

import ctypes
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from xllamacpp import CommonParams

PR_SET_PDEATHSIG = 1


class ServerConfig(TypedDict):
    """What the parent decides. `api_key` keeps other users of the machine, and web pages, out."""

    model: str
    alias: str
    api_key: str
    slots: int
    context_tokens: int
    """Of each slot."""
    threads: int
    parent_pid: int


def main() -> int:
    """Serve until stdin ends."""
    answers = _keep_stdout_for_answers()
    config: ServerConfig = json.loads(sys.stdin.readline())
    _die_with(config["parent_pid"])
    try:
        from xllamacpp import Server

        server = Server(_parameters(config))
    except (ImportError, RuntimeError, ValueError) as error:
        _answer(answers, {"failed": str(error) or repr(error)})
        return 1
    _answer(answers, {"ready": server.listening_address})
    sys.stdin.read()
    # No clean-up: there is nothing to keep, and a generation under way would delay it.
    os._exit(0)


def _parameters(config: ServerConfig) -> "CommonParams":
    from xllamacpp import CommonParams

    parameters = CommonParams()
    parameters.model.path = config["model"]
    parameters.model_alias = {config["alias"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [config["api_key"]]
    parameters.ui = False
    parameters.n_parallel = config["slots"]
    parameters.n_ctx = config["slots"] * config["context_tokens"]
    # With every core busy the threads wait for each other: 2 tokens a second instead of 50.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = config["threads"]
    parameters.n_threads_http = 4
    parameters.cache_ram_mib = 256
    return parameters


def _keep_stdout_for_answers() -> int:
    """Return a descriptor of the real stdout; whatever llama.cpp prints goes to stderr."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _answer(answers: int, line: dict[str, str]) -> None:
    os.write(answers, json.dumps(line).encode() + b"\n")


def _die_with(parent_pid: int) -> None:
    """Be killed when the parent dies, also while the model loads; the parent may have died already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
