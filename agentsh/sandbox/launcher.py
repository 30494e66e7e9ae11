"""The program that starts model code without bubblewrap: it limits, confines and starts it, and ends all of it.

Never imported: `agentsh.sandbox.launched` hands it compiled to a bare Python, with a control socket. On that it is told
what to do: descriptors of the task, of stdin, stdout and stderr. One line comes back when the program is about to start
and one when all is over, and when the other end closes everything is killed. It is the subreaper of what it starts, so
that a daemon cannot slip away to init.

It imports built-in and extension modules only. `os` and `ctypes`, which wrap two of these, would cost 2.5 of the
10 ms that a run may take to start.
"""

import _ctypes
import _socket
import marshal
import posix as os
import resource
import select
import struct
import time
from _ctypes import _SimpleCData as SimpleData
from posix import _exit as leave

SIGKILL = 9
IGNORED_BY_PYTHON = (13, 25)  # SIGPIPE and SIGXFSZ; a program expects them as they are by default
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 36, 38
SECCOMP_MODE_FILTER = 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
CAPABILITY_VERSION = 0x20080522
WATCH_PERIOD_MS = 20
COUNTED_EVERY = 50
"""Periods after which is counted anyway: what ends elsewhere meanwhile hides what begins here."""
DESCRIPTORS = 4
"""The task, and what become stdin, stdout and stderr."""
END_WITHIN_S = 5.0


class Word(SimpleData):  # type: ignore[type-arg]
    """A C long."""

    _type_ = "l"


class Text(SimpleData):  # type: ignore[type-arg]
    """A pointer to bytes; its own content is the address."""

    _type_ = "z"


class Function(_ctypes.CFuncPtr):
    """A function of the C library that takes longs and bytes, and returns a long."""

    _flags_ = 1 | 8  # FUNCFLAG_CDECL | FUNCFLAG_USE_ERRNO
    _restype_ = Word


def function(name: str) -> Function:
    """Return the C library's function of this name."""
    program = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]  # the C library came with the interpreter
    return Function(_ctypes.dlsym(program, name))


def main(control: int) -> None:
    """Wait to be told, start what the spec says, wait for its end or the other side's, end all, report."""
    spec = told(control)
    checked(call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")
    threads_before = threads_of_the_machine()
    child = os.fork()
    if child == 0:
        become(spec, control)
    crowd = spec["processes"] if os.geteuid() == 0 else 0
    report = supervise(child, control, crowd, threads_before)
    end_all(child)
    remove(spec["scratch"])
    try:
        os.write(control, report.encode() + b"\n")
    finally:
        leave(0)  # taking the interpreter down in good order would cost a millisecond


def told(control: int) -> dict:  # type: ignore[type-arg]  # values of many types
    """Take the descriptors that come with the one message, and return the spec; nobody may want anything any more."""
    channel = _socket.socket(fileno=control)
    said, passed, _, _ = channel.recvmsg(1, _socket.CMSG_SPACE(4 * DESCRIPTORS))
    channel.detach()
    if not said:
        leave(0)
    task, *stdio = struct.unpack(f"{DESCRIPTORS}i", passed[0][2])
    for number, fd in enumerate(stdio):
        os.dup2(fd, number)
        os.close(fd)
    with open(task, "rb") as file:  # noqa: PTH123 (a descriptor)
        spec: dict = marshal.load(file)  # type: ignore[type-arg]  # noqa: S302 (agentsh wrote it)
    return spec


def supervise(child: int, control: int, crowd: int, threads_before: int) -> str:
    """Return what came first: the child's end, the other side's, or more than `crowd` processes (0: not counted)."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(control, select.POLLIN)
    periods = 0
    while True:
        ready = [fd for fd, _ in poll.poll(WATCH_PERIOD_MS if crowd else None)]
        if ended in ready:
            return f"ended {os.waitpid(child, 0)[1]}"
        if ready:
            return "told"
        periods += 1
        grown = threads_of_the_machine() - threads_before > crowd
        if (grown or periods % COUNTED_EVERY == 0) and len(descendants()) > crowd:
            return "processes"


def end_all(child: int) -> None:
    """Kill every process that came of the child, also those in sessions of their own, until none is left."""
    deadline = time.monotonic() + END_WITHIN_S
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        # The group first: the kernel kills it at one stroke, so that a fork bomb cannot outrun it.
        for pid in (-child, *descendants()):
            try:
                os.kill(pid, SIGKILL)
            except OSError:
                continue


def descendants() -> list[int]:
    """Return the ids of all processes below this one."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := read(f"/proc/{name}/stat").rpartition(b")")[2].split()):
            parents[int(name)] = int(fields[1])
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def threads_of_the_machine() -> int:
    """Return how many threads there are, all users' together."""
    return int(read("/proc/loadavg").split()[3].partition(b"/")[2])


def threads_of_user(uid: int) -> int:
    """Return how many threads run under `uid`: the kernel counts them against the limit of processes."""
    count = 0
    if uid == 0:
        return count  # root is not limited, so time can be saved
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == uid:
                count += os.stat(f"/proc/{name}/task").st_nlink - 2
        except OSError:
            continue
    return count


def read(path: str) -> bytes:
    """Return a small file of /proc; empty when its process has gone."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(file, 4096)
    except OSError:
        return b""
    finally:
        os.close(file)


def remove(folder: str) -> None:
    """Remove the run's private folder; rm, which follows no link and bears any depth, when something is in it."""
    try:
        os.rmdir(folder)
    except OSError:
        for argv in (["chmod", "-R", "u+rwX", folder], ["rm", "-rf", "--", folder]):
            os.waitpid(os.posix_spawnp(argv[0], argv, {"PATH": "/usr/bin:/bin"}), 0)


def become(spec: dict, control: int) -> None:  # type: ignore[type-arg]
    """Turn this process into the program. Never returns."""
    try:
        os.setsid()
        checked(call("prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "pdeathsig")
        for number in IGNORED_BY_PYTHON:
            call("signal", number, 0)
        os.chdir(spec["cwd"])
        most = spec["processes"] + threads_of_user(os.getuid())
        confine(spec)
        # Last, for this Python may itself have more than the limits allow.
        for kind, soft, hard in [*spec["limits"], (resource.RLIMIT_NPROC, most, most)]:
            resource.setrlimit(kind, (soft, hard))
    except OSError as error:
        os.write(control, f"failed {error}\n".encode())
        leave(125)
    os.write(control, b"began\n")
    os.closerange(3, 1 << 20)
    execute(spec["argv"], spec["env"])


def confine(spec: dict) -> None:  # type: ignore[type-arg]
    """Give up privileges, then files, then system calls, as far as the spec says."""
    checked(call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    if os.geteuid() == 0:
        drop_capabilities()
    if spec["ruleset"]:
        restrict_files(spec["ruleset"], spec["rules"])
    if spec["filter"]:
        restrict_calls(spec["filter"])


def drop_capabilities() -> None:
    """Leave root its name only: what it may do is what a file's owner may."""
    capability = 0
    while call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    checked(call("capset", struct.pack("2I", CAPABILITY_VERSION, 0), bytes(24)), "capset")


def restrict_files(ruleset: tuple[int, int, int], rules: list[tuple[str, int]]) -> None:
    """Apply Landlock: `ruleset` is what is refused, `rules` the paths with what is granted there."""
    # An older kernel refuses a longer struct than it knows, unless the rest is zero.
    attributes = struct.pack("3Q", *ruleset)
    handle = checked(call("syscall", LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0), "landlock")
    for path, rights in rules:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", rights, place)
        checked(call("syscall", LANDLOCK_ADD_RULE, handle, LANDLOCK_RULE_PATH_BENEATH, rule, 0), f"landlock {path!r}")
        os.close(place)
    checked(call("syscall", LANDLOCK_RESTRICT_SELF, handle, 0), "landlock")


def restrict_calls(code: bytes) -> None:
    """Apply a seccomp filter, an array of struct sock_filter."""
    program = struct.pack("H6x", len(code) // 8) + memoryview(Text(code)).tobytes()  # struct sock_fprog
    checked(call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0), "seccomp")


def call(name: str, *arguments: int | bytes) -> int:
    """Call a function of the C library; -1 says that it failed."""
    words = [argument if isinstance(argument, bytes) else Word(argument) for argument in arguments]
    result: int = function(name)(*words)
    return result


def checked(result: int, what: str) -> int:
    """Return `result`; raises OSError when the kernel said no."""
    if result < 0:
        code = _ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def execute(argv: list[str], env: dict[str, str]) -> None:
    """Become the program, looked for in its own PATH. Never returns."""
    folders = [""] if "/" in argv[0] else env.get("PATH", "").split(":")
    problem = "not found"
    for folder in folders:
        try:
            os.execve(f"{folder}/{argv[0]}" if folder else argv[0], argv, env)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problem = str(error.strerror)
    os.write(2, f"{argv[0]}: {problem}\n".encode())
    leave(127 if problem == "not found" else 126)
