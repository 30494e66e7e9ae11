"""Starts a program and watches what becomes of it: it ends, it serves a port, it draws on a terminal or opens a window.

A program that ends is told by its own exit code and output, and no answer. One that goes on because that is its nature
is tried out and stopped, and the answer says what it did.
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

PERIOD_S = 0.05
SETTLES_S = 0.3
"""A program that listens, or has opened a window, may still end by itself within so long."""
ANSWERS_S = 3.0
ENDS_S = 2.0
QUIET_S = 0.4
DRAWS_S = 1.5
"""A screen that is drawn again and again is looked at for so long."""
MOST_BYTES = 200_000
LISTENING = "0A"
ROWS, COLUMNS = 24, 80
KEYS = (("q", "q"), ("\x1b", "Esc"), ("\x03", "Ctrl-C"))

_MOVES = re.compile(r"\x1b\[[0-9;]*[HfdEF]")
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Za-z]|\x1b[@-Z\\-_=>78]"
)
_CONTROLS = re.compile(r"[^\n\t -\U0010ffff]|\x7f")

Answer = dict[str, object]


def processes_of(first: int) -> list[int]:
    """Return a process and all that came of it; where a sandbox shows no others, that one."""
    parents: dict[int, int] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return [first]
    for name in names:
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
    found = [first]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def sockets_of(pids: list[int]) -> set[str]:
    """Return the inodes of their sockets."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    target = os.readlink(f"/proc/{pid}/fd/{name}")
                    if target.startswith("socket:["):
                        found.add(target[8:-1])
    return found


def port_of(first: int) -> int | None:
    """Return the lowest TCP port on which a process, or one that came of it, listens."""
    listening: dict[str, int] = {}
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError), open(f"/proc/net/{table}") as file:
            for line in file.readlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING:
                    listening[fields[9]] = int(fields[1].rpartition(":")[2], 16)
    if not listening:
        return None
    mine = sockets_of(processes_of(first))
    return min((port for inode, port in listening.items() if inode in mine), default=None)


def called(port: int) -> str:
    """Call a server as a browser would, and return the first line that it answers; "" when it says nothing."""
    for host in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((host, port), ANSWERS_S) as line:
                line.settimeout(ANSWERS_S)
                with contextlib.suppress(OSError):
                    line.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    return line.recv(2048).decode("utf-8", "replace").partition("\r\n")[0][:200]
                return ""
        except OSError:
            continue
    raise ConnectionError(f"port {port} is listened on, and takes no connection")


class Display:
    """A screen that nobody sees, where Xvfb is installed. Enter it; `name` is None where it is not."""

    def __init__(self, wanted: bool) -> None:
        self.name: str | None = None
        self._program = shutil.which("Xvfb") if wanted else None
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Display":
        if self._program is None:
            return self
        os.makedirs("/tmp/.X11-unix", mode=0o1777, exist_ok=True)  # noqa: S108 (where X looks; the sandbox's own)
        ours, its = os.pipe()
        argv = [self._program, "-displayfd", str(its), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
        quiet = subprocess.DEVNULL
        self._server = subprocess.Popen(argv, pass_fds=[its], stdin=quiet, stdout=quiet, stderr=quiet)
        os.close(its)
        if select.select([ours], [], [], ANSWERS_S * 2)[0] and (said := os.read(ours, 16).strip()):
            self.name = f":{said.decode()}"
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def has_window(self) -> bool:
        """Whether anything is shown. Source: the X Window System Protocol, QueryTree and GetWindowAttributes."""
        if self.name is None:
            return False
        with contextlib.suppress(OSError, struct.error), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWERS_S)
            line.connect(f"/tmp/.X11-unix/X{self.name[1:]}")  # noqa: S108
            line.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
            head = _exactly(line, 8)
            setup = _exactly(line, 4 * struct.unpack_from("<H", head, 6)[0])
            vendor, formats = struct.unpack_from("<H", setup, 16)[0], setup[21]
            root = struct.unpack_from("<I", setup, 32 + (vendor + 3) // 4 * 4 + 8 * formats)[0]
            line.sendall(struct.pack("<BxHI", 15, 2, root))
            tree = _exactly(line, 32)
            children = _exactly(line, 4 * struct.unpack_from("<I", tree, 4)[0])
            count = struct.unpack_from("<H", tree, 16)[0]
            return any(_is_shown(line, window) for window in struct.unpack_from(f"<{count}I", children))
        return False


def _is_shown(line: socket.socket, window: int) -> bool:
    line.sendall(struct.pack("<BxHI", 3, 2, window))
    reply = _exactly(line, 32)
    _exactly(line, 4 * struct.unpack_from("<I", reply, 4)[0])
    return reply[0] == 1 and reply[26] == 2


def _exactly(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := line.recv(count - len(data))):
        data += more
    return data


def without_terminal(argv: list[str], stdin: str, display: Display) -> Answer:
    """Start it with plain input and output; return what it did, or end as it ends."""
    with open(os.memfd_create("stdin"), "w+b") as file:
        file.write(stdin.encode("utf-8", "replace"))
        file.seek(0)
        child = begin(argv, file.fileno())
    doing = ""
    since = 0.0
    while not _ended(child, PERIOD_S):
        now = "port" if port_of(child.pid) is not None else "window" if display.has_window() else ""
        if now != doing:
            doing, since = now, time.monotonic()
        if doing and time.monotonic() - since > SETTLES_S:
            break
    if doing == "port" and child.poll() is None and (port := port_of(child.pid)) is not None:
        return served(child, port)
    if doing == "window" and child.poll() is None:
        stop(child)
        return {"did": "window"}
    end_as(child.wait())
    return {}


def served(child: "subprocess.Popen[bytes]", port: int) -> Answer:
    """Call a server and stop it; return what it answered. One that breaks at the first call ends as it ends."""
    try:
        said, fault = called(port), ""
    except OSError as error:
        said, fault = "", str(error)
    if _ended(child, SETTLES_S) and child.returncode != 0:
        end_as(child.returncode)
    stop(child)
    if said.startswith("HTTP/") and said.split()[1:2] and said.split()[1].startswith("5"):
        fault = f"GET / was answered: {said}"
    return {"did": "port", "port": port, "said": said, "fault": fault}


def begin(argv: list[str], stdin: int) -> "subprocess.Popen[bytes]":
    """Start a program; one that is not there ends this one as a shell would."""
    try:
        return subprocess.Popen(argv, stdin=stdin)
    except FileNotFoundError:
        sys.stderr.write(f"{argv[0]}: not found\n")
        os._exit(127)
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        os._exit(126)


def stop(child: "subprocess.Popen[bytes]") -> None:
    """End a program politely, then not."""
    child.terminate()
    if not _ended(child, ENDS_S):
        child.kill()
        child.wait()


def _ended(child: "subprocess.Popen[bytes]", within_s: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(within_s)
    return child.returncode is not None


def end_as(code: int) -> None:
    """End this process as the program ended."""
    sys.stdout.flush()
    sys.stderr.flush()
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv: list[str]) -> None:
        self.drawn = b""
        self.status: int | None = None
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.environ["TERM"] = "xterm"
            try:
                os.execvp(argv[0], argv)
            except OSError as error:
                sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
                os._exit(127 if isinstance(error, FileNotFoundError) else 126)

    @property
    def text(self) -> str:
        """What was drawn, without the marks that place and colour it."""
        plain = _MOVES.sub("\n", self.drawn.decode("utf-8", "replace").replace("\r", ""))
        lines = _CONTROLS.sub("", _ESCAPES.sub("", plain)).split("\n")
        return "\n".join(line.rstrip() for line in lines if line.strip())

    def type(self, keys: str) -> None:
        """Press keys."""
        with contextlib.suppress(OSError):
            os.write(self._fd, keys.encode("utf-8", "replace"))

    def watch(self, within_s: float) -> bool:
        """Take in what is drawn for so long; return whether the program has ended."""
        for _ in self.pieces(within_s):
            pass
        return self.status is not None

    def pieces(self, within_s: float) -> Iterator[bool]:
        """Yield whether something was drawn, period by period, until the program ends or the time is over."""
        until = time.monotonic() + within_s
        while self.status is None and time.monotonic() < until:
            yield self._read()
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                while self._read():
                    pass

    def _read(self) -> bool:
        if not select.select([self._fd], [], [], PERIOD_S)[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            time.sleep(PERIOD_S / 10)  # its last process is just ending
            return False
        if len(self.drawn) < MOST_BYTES:
            self.drawn += data
        return bool(data)

    def end(self) -> None:
        """End the program, politely and then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)
            if self.watch(ENDS_S):
                return


def on_terminal(argv: list[str], keys: str, wall_s: float) -> Answer:
    """Start it on a terminal, look at what it draws, press keys; return what it did, or end as it ends."""
    try:
        terminal = Terminal(argv)
    except OSError:
        return {"lacks": "terminal"}
    first = last = 0.0
    for drew in terminal.pieces(wall_s):
        now = time.monotonic()
        if drew:
            first, last = first or now, now
        if first and (now - last > QUIET_S or now - first > DRAWS_S):
            break
    if terminal.status is not None:
        (sys.stderr if terminal.status else sys.stdout).write(terminal.text + "\n")
        end_as(terminal.status)
    screen, seen = terminal.text, len(terminal.drawn)
    stopped_by = _pressed(terminal, keys)
    terminal.drawn = terminal.drawn[seen:]
    after = terminal.text
    broke = "Traceback (most recent call last)" in after and "KeyboardInterrupt" not in after
    return {"did": "screen", "said": screen, "stopped_by": stopped_by, "fault": after if broke else ""}


def _pressed(terminal: Terminal, keys: str) -> str:
    """Press what was asked for, then what ends most programs; return what did."""
    for pressed, name in (*([(keys, "its own keys")] if keys else []), *KEYS):
        terminal.type(pressed)
        if terminal.watch(SETTLES_S):
            return name
    terminal.end()
    return "a signal"


def main() -> None:
    """Answer one request: {token, argv, stdin, terminal, screen, wall_s}; no answer when the program ends by itself."""
    request = json.load(sys.stdin)
    name, *words = request["argv"]
    argv = [sys.executable if name in {"python", "python3"} else name, *words]
    if request["terminal"]:
        answer = on_terminal(argv, request["stdin"], request["wall_s"])
    else:
        with Display(request["screen"]) as display:
            if display.name is not None:
                os.environ["DISPLAY"] = display.name
            answer = without_terminal(argv, request["stdin"], display)
    sys.stdout.write("\n" + request["token"] + json.dumps(answer) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
