"""The filter is run here on paper, for both processors, instruction by instruction as the kernel would."""

import errno
import socket
import struct

import pytest

from agentsh.sandbox.seccomp import Profile, assemble, denials
from agentsh.sandbox.syscalls import MACHINES, Machine, number

ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PROFILES: tuple[Profile, ...] = ("bubblewrap", "landlock")


def verdict(code: bytes, call: int, arch: int, *arguments: int) -> int:
    """Run the filter on one system call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", call, arch, 0, *padded)
    instructions = [struct.unpack_from("<HBBI", code, at) for at in range(0, len(code), 8)]
    at, loaded = 0, 0
    while True:
        kind, yes, no, value = instructions[at]
        at += 1
        match kind:
            case 0x20:
                (loaded,) = struct.unpack_from("<I", data, value)
            case 0x06:
                return int(value)
            case 0x15:
                at += yes if loaded == value else no
            case 0x35:
                at += yes if loaded >= value else no
            case 0x45:
                at += yes if loaded & value else no
            case _:
                pytest.fail(f"unknown instruction {kind:#x}")


def called(machine: Machine, name: str, *arguments: int, profile: Profile = "bubblewrap", network: bool = False) -> int:
    call = number(name, machine)
    assert call is not None
    return verdict(assemble(profile, network=network, machine=machine), call, ARCH[machine], *arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_always_denied_is_refused(machine: Machine, profile: Profile) -> None:
    always = [rule.name for rule in denials(profile, network=False) if rule.argument is None and rule.name != "clone3"]
    there = [name for name in always if number(name, machine) is not None]
    assert len(there) > 40
    assert {called(machine, name, profile=profile) for name in there} == {REFUSE}


@pytest.mark.parametrize("machine", MACHINES)
def test_ordinary_calls_pass(machine: Machine) -> None:
    named = {number(rule.name, machine) for rule in denials("landlock", network=False)}
    code = assemble("landlock", network=False, machine=machine)
    others = [call for call in range(500) if call not in named]
    assert {verdict(code, call, ARCH[machine]) for call in others} == {ALLOW}


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_ends_the_process(machine: Machine) -> None:
    i386 = 0x40000003
    assert verdict(assemble("bubblewrap", network=False, machine=machine), 1, i386) == KILL


def test_the_second_numbering_of_x86_is_refused() -> None:
    code = assemble("bubblewrap", network=False, machine="x86_64")
    assert verdict(code, 0x40000000 | 101, ARCH["x86_64"]) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("flag", [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_clone_into_a_new_namespace_is_refused(machine: Machine, flag: int) -> None:
    thread = 0x3D0F00
    assert called(machine, "clone", thread) == ALLOW
    assert called(machine, "clone", thread | flag) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_clone3_is_not_there_so_that_clone_is_used(machine: Machine) -> None:
    assert called(machine, "clone3") == 0x00050000 | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("request_code", [0x5412, 0x541C, 0xFFFFFFFF00005412])
def test_typing_into_a_terminal_is_refused_however_it_is_spelt(machine: Machine, request_code: int) -> None:
    assert called(machine, "ioctl", 0, request_code) == REFUSE
    assert called(machine, "ioctl", 0, 0x5401) == ALLOW


UNIX, INET, INET6 = socket.AF_UNIX, socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("profile", "network", "open_families"),
    [
        ("bubblewrap", False, {UNIX, INET, INET6}),
        ("bubblewrap", True, {INET, INET6}),
        ("landlock", False, set()),
        ("landlock", True, {INET, INET6}),
    ],
)
def test_only_these_sockets_can_be_opened(
    machine: Machine, profile: Profile, network: bool, open_families: set[int]
) -> None:
    families = range(50)
    assert {
        family for family in families if called(machine, "socket", family, profile=profile, network=network) == ALLOW
    } == open_families
    assert called(machine, "socketpair", UNIX, profile=profile, network=network) == ALLOW
    assert called(machine, "socketpair", 38, profile=profile, network=network) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_without_namespaces_the_limits_of_others_cannot_be_changed(machine: Machine) -> None:
    assert called(machine, "prlimit64", 0, profile="landlock") == ALLOW
    assert called(machine, "prlimit64", 4711, profile="landlock") == REFUSE
