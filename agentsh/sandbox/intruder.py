"""Tries to get out of the sandbox in which it is run, harmlessly, and says what it could do.

Never imported: its source is run inside by `agentsh.sandbox.probe`. Each line of stdin is `name=value` and tells it
where something worth reaching is; each line that it prints is `leaked NAME` or `held NAME`.
"""
# pathlib would cost more time than all attacks together.
# ruff: noqa: PTH101, PTH102, PTH104, PTH110, PTH116, PTH123, PTH208, PTH211

import ctypes
import fcntl
import mmap
import os
import socket
import sys
from collections.abc import Callable

PTRACE_SEIZE = 0x4206
CLONE_NEWUSER = 0x10000000
TIOCSTI = 0x5412
START_TIME = 19
"""Which field of /proc/PID/stat after the name says when the process started."""

told = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin)
kernel = ctypes.CDLL(None, use_errno=True)


def read(path: str) -> bool:
    """Whether something can be read there."""
    with open(path, "rb") as file:
        return bool(file.read(1))


def write(path: str) -> bool:
    """Whether something can be written there."""
    with open(path, "wb") as file:
        return bool(file.write(b"x"))


def outside_write() -> bool:
    """Make a file outside, and cut one."""
    try:
        os.truncate(told["victim"], 0)
    except OSError:
        return write(told["outside"] + "/made")
    return True


def through_link() -> bool:
    """Read by a symbolic link."""
    os.symlink(told["secret"], "soft")
    return read("soft")


def through_hard_link() -> bool:
    """Read by a hard link."""
    os.link(told["secret"], "hard")
    return read("hard")


def rename_out() -> bool:
    """Move a file out."""
    write("mine")
    os.rename("mine", told["outside"] + "/moved")
    return True


def connect(family: int, kind: int, address: tuple[str, int] | str) -> bool:
    """Reach a socket outside; whether it was reached is for the one who listens to say."""
    with socket.socket(family, kind) as client:
        client.connect(address)
        client.send(b"x")
    return False


def another() -> bool:
    """Whether the process with the id of agentsh is another one, in a namespace of its own."""
    try:
        with open(f"/proc/{told['pid']}/stat") as file:
            return file.read().rpartition(")")[2].split()[START_TIME] != told["started"]
    except PermissionError:
        return False
    except FileNotFoundError:
        return not os.path.exists(f"/proc/{told['pid']}")


def reach_process(attack: Callable[[int], bool]) -> bool:
    """Run an attack on agentsh's own process."""
    return not another() and attack(int(told["pid"]))


def send_signal(pid: int) -> bool:
    """Ask to send it a signal, without sending one."""
    os.kill(pid, 0)
    return True


def trace(pid: int) -> bool:
    """Take hold of it without stopping it."""
    return bool(kernel.ptrace(PTRACE_SEIZE, pid, None, None) == 0)


def open_descriptors() -> bool:
    """Find a descriptor beyond the three."""
    for fd in range(3, 256):
        try:
            os.fstat(fd)
        except OSError:
            continue
        return True
    return False


def take_memory() -> bool:
    """Ask for 10 GiB."""
    mmap.mmap(-1, 10 << 30).close()
    return True


def fill() -> bool:
    """Write beyond the largest file allowed."""
    with open("large", "wb", buffering=0) as file:
        file.seek(int(told["file_bytes"]))
        return bool(file.write(b"x"))


def type_into_terminal() -> bool:
    """Put a key into the input of a terminal."""
    for fd in (0, 1, 2, os.open("/dev/tty", os.O_RDWR)):
        fcntl.ioctl(fd, TIOCSTI, b"x")
    return True


def swap_protected() -> bool:
    """Put a folder of its own in the place of a protected one."""
    os.rename(".git", "old")
    os.mkdir(".git")
    return True


def change_mode() -> bool:
    """Open a file outside to everybody."""
    os.chmod(told["victim"], 0o644)
    return True


ATTACKS: dict[str, Callable[[], bool]] = {
    "secret read": lambda: read(told["secret"]),
    "home list": lambda: bool(os.listdir(told["outside"])),
    "outside write": outside_write,
    "symlink read": through_link,
    "hard link": through_hard_link,
    "rename out": rename_out,
    "proc root": lambda: read(f"/proc/{told['pid']}/root{told['secret']}"),
    "tcp": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int(told["tcp"]))),
    "udp": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int(told["udp"]))),
    "abstract socket": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + told["abstract"]),
    "path socket": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, told["path"]),
    "env secret": lambda: told["variable"] in os.environ,
    "parent environ": lambda: not another() and read(f"/proc/{told['pid']}/environ"),
    "signal": lambda: reach_process(send_signal),
    "ptrace": lambda: reach_process(trace),
    "descriptor leak": open_descriptors,
    "memory": take_memory,
    "disk fill": fill,
    "user namespace": lambda: bool(kernel.unshare(CLONE_NEWUSER) == 0),
    "tiocsti": type_into_terminal,
    "git hook": lambda: write(".git/hooks/pre-commit"),
    "protected swap": swap_protected,
    "mode change": change_mode,
    "file metadata": lambda: bool(os.stat(told["secret"]).st_size),
}


def main() -> None:
    """Run all attacks and say how each went."""
    for name, attack in ATTACKS.items():
        try:
            through = attack()
        except (OSError, MemoryError):
            through = False
        sys.stdout.write(f"{'leaked' if through else 'held'} {name}\n")


if __name__ == "__main__":
    main()
