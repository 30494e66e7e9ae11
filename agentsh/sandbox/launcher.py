"""The program that starts model code without bubblewrap: it limits, confines and starts it, and ends all of it.

Run as `python -I -S launcher.py SPEC_FD CONTROL_FD`, never imported. SPEC_FD holds a marshalled dict, written by
`agentsh.sandbox.launched`. CONTROL_FD is a socket: one line comes back when all is over, and when the other end
closes everything is killed. It is the subreaper of what it starts, so that a daemon cannot slip away to init.
Few imports, not even typing: each costs milliseconds a run.
"""

import ctypes
import marshal
import os
import resource
import select
import sys
import time

SIGKILL = 9
IGNORED_BY_PYTHON = (13, 25)  # SIGPIPE and SIGXFSZ; a program expects them as they are by default
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 22, 24, 36, 38
SECCOMP_MODE_FILTER = 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
CAPABILITY_VERSION = 0x20080522
WATCH_PERIOD_MS = 20
END_WITHIN_S = 5.0

kernel = ctypes.CDLL(None, use_errno=True)


class FilterProgram(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


class PathBeneath(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def main() -> None:
    """Start what the spec says, wait for its end or the other side's, end all, report."""
    spec_fd, control = int(sys.argv[1]), int(sys.argv[2])
    with open(spec_fd, "rb") as file:
        spec = marshal.load(file)  # noqa: S302 (written by our own parent)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
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
    except BrokenPipeError:
        sys.exit(1)


def supervise(child: int, control: int, crowd: int, threads_before: int) -> str:
    """Return what came first: the child's end, the other side's, or more than `crowd` processes (0: not counted)."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        ready = [fd for fd, _ in poll.poll(WATCH_PERIOD_MS if crowd else None)]
        if ended in ready:
            return f"ended {os.waitpid(child, 0)[1]}"
        if ready:
            return "told"
        if threads_of_the_machine() - threads_before > crowd and len(descendants()) > crowd:
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
    for name in os.listdir("/proc"):  # noqa: PTH208 (pathlib costs milliseconds)
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
    for name in os.listdir("/proc"):  # noqa: PTH208
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116
                count += os.stat(f"/proc/{name}/task").st_nlink - 2  # noqa: PTH116
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
        os.rmdir(folder)  # noqa: PTH106
    except OSError:
        for argv in (["chmod", "-R", "u+rwX", folder], ["rm", "-rf", "--", folder]):
            os.waitpid(os.posix_spawnp(argv[0], argv, {"PATH": "/usr/bin:/bin"}), 0)


def become(spec: dict, control: int) -> None:  # type: ignore[type-arg]  # values of many types
    """Turn this process into the program. Never returns."""
    try:
        os.setsid()
        for number in IGNORED_BY_PYTHON:
            kernel.signal(number, None)
        os.chdir(spec["cwd"])
        limit(spec["limits"], spec["processes"])
        confine(spec)
    except OSError as error:
        os.write(control, f"failed {error}\n".encode())
        os._exit(125)
    os.closerange(3, 1 << 20)
    execute(spec["argv"], spec["env"])


def limit(limits: list[tuple[int, int, int]], processes: int) -> None:
    """Set the resource limits; the one of processes on top of what the user already runs."""
    for kind, soft, hard in limits:
        resource.setrlimit(kind, (soft, hard))
    most = processes + threads_of_user(os.getuid())
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def confine(spec: dict) -> None:  # type: ignore[type-arg]
    """Give up privileges, then files, then system calls, as far as the spec says."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if os.geteuid() == 0:
        drop_capabilities()
    if spec["ruleset"]:
        restrict_files(spec["ruleset"], spec["rules"])
    if spec["filter"]:
        code = spec["filter"]
        program = FilterProgram(len(code) // 8, code)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))


def drop_capabilities() -> None:
    """Leave root its name only: what it may do is what a file's owner may."""
    capability = 0
    while kernel.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) == 0:
        capability += 1
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    checked(kernel.capset(header, nothing), "capset")


def restrict_files(ruleset: tuple[int, int, int], rules: list[tuple[str, int]]) -> None:
    """Apply Landlock: `ruleset` is what is refused, `rules` the paths with what is granted there."""
    attributes = (ctypes.c_uint64 * 3)(*ruleset)
    # An older kernel refuses a longer struct than it knows, unless the rest is zero.
    handle = checked(
        kernel.syscall(LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(24), ctypes.c_uint32(0)), "landlock"
    )
    for path, rights in rules:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = PathBeneath(rights, folder)
        call = (LANDLOCK_ADD_RULE, handle, LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
        checked(kernel.syscall(*call), f"landlock {path!r}")
        os.close(folder)
    checked(kernel.syscall(LANDLOCK_RESTRICT_SELF, handle, ctypes.c_uint32(0)), "landlock")


def prctl(option: int, first: int, second: int = 0) -> None:
    """Call prctl; raises OSError when the kernel said no."""
    words = [ctypes.c_ulong(word) for word in (first, second, 0, 0)]
    checked(kernel.prctl(option, *words), f"prctl {option}")


def checked(result: int, what: str) -> int:
    """Return `result`; raises OSError when the kernel said no."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def execute(argv: list[str], env: dict[str, str]) -> None:
    """Become the program, looked for in its own PATH. Never returns."""
    folders = [""] if "/" in argv[0] else env.get("PATH", "").split(":")
    problem = "not found"
    for folder in folders:
        try:
            os.execve(f"{folder}/{argv[0]}" if folder else argv[0], argv, env)  # noqa: S606 (what this file is for)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problem = str(error.strerror)
    os.write(2, f"{argv[0]}: {problem}\n".encode())
    os._exit(127 if problem == "not found" else 126)


if __name__ == "__main__":
    main()
