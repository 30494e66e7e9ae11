"""The seccomp filter: which doors of the kernel stay shut for model code, assembled as classic BPF.

It is a deny list over a small set of dangerous calls, since unknown programs need the rest. A denied call gets EPERM
and the program goes on; a call in a foreign architecture's numbering ends the process.
Sources: Docker's and Flatpak's default profiles; linux/seccomp.h, linux/filter.h.
"""

import errno
import platform
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from agentsh.sandbox.syscalls import MACHINES, Machine, number

Profile = Literal["bubblewrap", "landlock"]

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000

_NUMBER_AT: Final = 0
_ARCH_AT: Final = 4
_ARGUMENTS_AT: Final = 16
"""Offsets into struct seccomp_data. Both machines are little-endian: an argument's low word comes first."""

_AUDIT_ARCH: Final[dict[Machine, int]] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT: Final = 0x40000000

_NEW_NAMESPACE: Final = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
_TERMINAL_INPUT: Final = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: both can type into the terminal."""

_ALWAYS: Final = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd"),
    *("mount", "umount2", "pivot_root", "chroot", "swapon", "swapoff", "mount_setattr"),
    *("open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "unshare", "setns"),
    *("keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("reboot", "syslog", "acct", "quotactl", "quotactl_fd", "iopl", "ioperm", "modify_ldt", "vhangup", "uselib"),
    *("settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname"),
    *("open_by_handle_at", "name_to_handle_at", "fanotify_init", "lookup_dcookie", "migrate_pages", "move_pages"),
)

_WITHOUT_NAMESPACES: Final = (
    *("shmget", "shmat", "shmctl", "semget", "semop", "semctl", "semtimedop"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink"),
    *("chown", "lchown", "fchown", "fchownat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)
"""What bubblewrap's namespaces make harmless, and Landlock does not see: others' IPC, owners and attributes."""


@dataclass(frozen=True)
class Deny:
    """One system call, refused always or for some values of one argument."""

    name: str
    errno: int = errno.EPERM
    argument: int | None = None
    """Position of the argument that decides; None: always refused. Only its low 32 bits count, as in the kernel."""
    any_bit: int = 0
    """Refuse when one of these bits is set."""
    equals: tuple[int, ...] = ()
    """Refuse these values."""
    unless: tuple[int, ...] | None = None
    """Refuse everything but these values."""


def denials(profile: Profile, *, network: bool) -> list[Deny]:
    """Return what is refused in a tier, with or without the network granted."""
    rules = [Deny(name) for name in _ALWAYS]
    rules += [
        Deny("clone", argument=0, any_bit=_NEW_NAMESPACE),
        # Its flags are behind a pointer, which a filter cannot read; "not there" makes the C library use clone.
        Deny("clone3", errno=errno.ENOSYS),
        Deny("ioctl", argument=1, equals=_TERMINAL_INPUT),
        Deny("socket", argument=0, unless=_families(profile, network=network)),
        Deny("socketpair", argument=0, unless=(socket.AF_UNIX,)),
    ]
    if profile == "landlock":
        rules += [Deny(name) for name in _WITHOUT_NAMESPACES]
        rules.append(Deny("prlimit64", argument=0, unless=(0,)))
    return rules


def _families(profile: Profile, *, network: bool) -> tuple[int, ...]:
    """Return the socket families that may be opened.

    In a network namespace of its own a program may serve and call itself. With the host's network, or without a
    namespace, a unix socket could reach the user's services by path or abstract name, so there are none.
    """
    inet = (socket.AF_INET, socket.AF_INET6)
    if network:
        return inet
    return (socket.AF_UNIX, *inet) if profile == "bubblewrap" else ()


@cache
def assemble(profile: Profile, *, network: bool, machine: Machine | None = None) -> bytes:
    """Return the filter as an array of struct sock_filter, as bubblewrap's --seccomp and prctl take it.

    Raises:
        KeyError: there is no table of system calls for this processor.
    """
    machine = machine or this_machine()
    code = [
        _instruction(_LOAD, _ARCH_AT),
        _instruction(_JUMP_EQUAL, _AUDIT_ARCH[machine], yes=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [_instruction(_JUMP_AT_LEAST, _X32_BIT, no=1), _instruction(_RETURN, _ERRNO | errno.EPERM)]
    for rule in denials(profile, network=network):
        code += _refusal(rule, machine)
    code.append(_instruction(_RETURN, _ALLOW))
    return b"".join(code)


def this_machine() -> Machine:
    """Return the processor as the tables name it; raises KeyError where there is no table."""
    found = platform.machine()
    for machine in MACHINES:
        if machine == found:
            return machine
    raise KeyError(found)


def _instruction(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """Return one struct sock_filter; `yes` and `no` are how many instructions a jump skips."""
    return struct.pack("<HBBI", code, yes, no, value)


def _refusal(rule: Deny, machine: Machine) -> list[bytes]:
    """Return the instructions of one rule; the call's number is loaded before and after them."""
    call = number(rule.name, machine)
    if call is None:
        return []
    body = list(_body(rule))
    return [_instruction(_JUMP_EQUAL, call, no=len(body)), *body]


def _body(rule: Deny) -> Iterator[bytes]:
    refuse = _instruction(_RETURN, _ERRNO | rule.errno)
    if rule.argument is None:
        yield refuse
        return
    yield _instruction(_LOAD, _ARGUMENTS_AT + 8 * rule.argument)
    if rule.any_bit:
        yield _instruction(_JUMP_ANY_BIT, rule.any_bit, no=1)
        yield refuse
    for value in rule.equals:
        yield _instruction(_JUMP_EQUAL, value, no=1)
        yield refuse
    if rule.unless is not None:
        # Each allowed value jumps past the rest of the list and the refusal.
        for left, value in zip(range(len(rule.unless), 0, -1), rule.unless, strict=True):
            yield _instruction(_JUMP_EQUAL, value, yes=left)
        yield refuse
    yield _instruction(_LOAD, _NUMBER_AT)
