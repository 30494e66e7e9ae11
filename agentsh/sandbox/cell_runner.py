"""Runs cells one after another in one process, and keeps what they define.

Never imported: its source is run inside by `agentsh.sandbox.interpreters`. It is told by a socket on stdin: each line
is a JSON object, `{"id", "code"}` for a cell or `{"interrupt": id}`, and it answers `{"id", "value", "error"}`; when it
is ready it says so with the id 0. What cells print goes to stdout and stderr as it is.
"""
# ruff: noqa: E402, S102, S307

import sys

# A file of the workspace must not stand in for one of these modules.
sys.path[:] = [folder for folder in sys.path if folder]

import ast
import builtins
import json
import linecache
import os
import signal
import threading
import traceback
from contextlib import suppress
from queue import SimpleQueue
from types import CodeType, ModuleType

READY = 0
MOST_CHARACTERS = 20_000
"""Of a value, and of a traceback."""


class Cells:
    """The cells of one interpreter."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.waiting: SimpleQueue[tuple[int, str] | None] = SimpleQueue()
        self.current: int | None = None
        self.stopped: int | None = None
        """Which cell is to stop, also when it has not begun yet."""
        self.module = ModuleType("__main__")
        self.module.__dict__["__builtins__"] = builtins
        sys.modules["__main__"] = self.module

    def listen(self) -> None:
        """Take in what is told, until the channel closes; an interrupt is passed on at once."""
        # So that the kernel gives the signal to the thread that runs the cell.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with os.fdopen(os.dup(self.channel), "rb") as lines:
            for line in lines:
                told = json.loads(line)
                if "code" in told:
                    self.waiting.put((told["id"], told["code"]))
                    continue
                self.stopped = told["interrupt"]
                if self.stopped == self.current:
                    os.killpg(0, signal.SIGINT)
        self.waiting.put(None)

    def serve(self) -> None:
        """Run cell after cell."""
        threading.Thread(target=self.listen, daemon=True).start()
        self.tell({"id": READY})
        while (told := self.waiting.get()) is not None:
            number, code = told
            self.current = number
            try:
                value, error = self.run(number, code)
            except KeyboardInterrupt:
                value, error = "", "KeyboardInterrupt"
            self.current = None
            self.tell({"id": number, "value": value, "error": error})

    def tell(self, answer: dict[str, object]) -> None:
        """Write one line."""
        line = json.dumps(answer).encode() + b"\n"
        while line:
            line = line[os.write(self.channel, line) :]

    def run(self, number: int, code: str) -> tuple[str, str]:
        """Run one cell; return how its last expression reads, and its error."""
        name = f"<cell {number}>"
        lines = [f"{line}\n" for line in code.split("\n")]
        linecache.cache[name] = (len(code), None, lines, name)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            if self.stopped == number:
                raise KeyboardInterrupt
            body, last = compiled(code, name)
            exec(body, self.module.__dict__)
            value = None if last is None else eval(last, self.module.__dict__)
            return ("" if value is None else clipped(repr(value))), ""
        except BaseException as error:  # noqa: BLE001  a cell may raise anything; the interpreter goes on
            return "", told_of(error)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            flush()


def compiled(code: str, name: str) -> tuple[CodeType, CodeType | None]:
    """Return a cell's statements, and its last line apart when that is an expression. Raises SyntaxError."""
    tree = ast.parse(code, name)
    ending = tree.body[-1] if tree.body else None
    if not isinstance(ending, ast.Expr) or code.rstrip().endswith(";"):
        return compile(tree, name, "exec"), None
    tree.body.pop()
    return compile(tree, name, "exec"), compile(ast.Expression(ending.value), name, "eval")


def told_of(error: BaseException) -> str:
    """Return an error as it is told: with the frames from the cell on."""
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return ""
    frames = error.__traceback__
    while frames is not None and not frames.tb_frame.f_code.co_filename.startswith("<cell "):
        frames = frames.tb_next
    try:
        return clipped("".join(traceback.format_exception(type(error), error, frames)).rstrip())
    except Exception:  # noqa: BLE001  what cannot be shown is told by its type
        return type(error).__name__


def clipped(text: str) -> str:
    """Return a text that may be long with its beginning and its end."""
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]}\n… {len(text) - 2 * half} more …\n{text[-half:]}"


def flush() -> None:
    """Write out what a cell has printed, whatever it made of its streams."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):
            stream.flush()  # type: ignore[union-attr]


def main() -> None:
    """Take the channel out of a cell's way, and serve."""
    channel = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.insert(0, "")
    sys.argv[:] = [""]
    Cells(channel).serve()
    os._exit(0)


if __name__ == "__main__":
    main()
