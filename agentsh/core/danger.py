"""Commands that ask although runs are approved: what cannot be taken back, reaches further, or cannot be seen through.

It warns a person; what holds a program is the sandbox. Code of other languages is looked at only for words of a shell.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agentsh.core.shell import SHELLS, Call, Line, Word, read_line, scripts_of

_MOST_CALLS: Final = 500
_MOST_PLACES: Final = 40
"""Words of a line behind a program that runs others at which what it runs may begin."""

_WRAPPERS: Final = frozenset(
    {"env", "nohup", "setsid", "exec", "command", "builtin", "time", "nice", "ionice", "timeout", "stdbuf", "xargs"}
    | {"busybox", "toybox", "find", "fd", "parallel", "watch", "script", "strace", "ltrace", "flock", "unshare"}
    | {"chroot", "ssh", "chronic", "unbuffer", "rlwrap", "taskset", "numactl", "prlimit"}
)
"""Programs that run the rest of their line; which word begins it depends on their options, so each is looked at."""

_PROGRAMS: Final = {
    **dict.fromkeys(("sudo", "su", "doas", "pkexec", "run0"), "it becomes another user"),
    **dict.fromkeys(("dd", "shred", "wipefs", "fdisk", "sfdisk", "parted", "mkswap", "mke2fs"), "it writes over disks"),
    **dict.fromkeys(("shutdown", "reboot", "halt", "poweroff", "init", "telinit"), "it stops the machine"),
    **dict.fromkeys(("crontab", "at", "batch", "systemctl", "launchctl", "service"), "it leaves something running"),
    **dict.fromkeys(("mount", "umount", "insmod", "modprobe", "iptables", "nft", "chattr"), "it changes the system"),
    **dict.fromkeys(("useradd", "usermod", "userdel", "passwd", "chpasswd", "visudo"), "it changes users"),
    "alias": "it changes what commands mean",
    "enable": "it changes what commands mean",
}
_SUBCOMMANDS: Final = {
    "git": ("push", "config", "daemon"),
    "npm": ("publish", "login"),
    "pnpm": ("publish",),
    "yarn": ("publish",),
    "cargo": ("publish",),
    "gem": ("push",),
    "docker": ("push", "login"),
    "podman": ("push", "login"),
    "twine": ("upload",),
    "gh": ("auth", "api", "release", "repo", "secret"),
}
_RUNS_EACH: Final = ("-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch")
"""Options of find and fd that a command follows."""
_INTERPRETERS: Final = frozenset({"python", "python2", "python3", "perl", "ruby", "node", "php", "lua", "awk", "deno"})
_RC_FILE = re.compile(
    r"(?:^|/)(?:\.(?:bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zprofile|zshenv|zlogin|envrc|inputrc"
    r"|gitconfig|gitmodules|npmrc|pypirc|netrc|vimrc|exrc|pre-commit-config\.yaml|mcp\.json)|authorized_keys|crontab"
    r"|sudoers|agentsh\.toml)$|(?:^|/)\.(?:ssh|git|gnupg|aws|vscode|idea|agentsh)(?:/|$)|^/(?:etc|dev/(?!null|std|fd|tty))",
    re.IGNORECASE,
)
_TAKES_TARGETS: Final = frozenset({"tee", "cp", "mv", "ln", "install", "sed", "rsync", "truncate", "touch", "chmod"})
_GIT_OPTION = re.compile(r"-c|--exec-path|--config-env")
_OPTION_GLOB = re.compile(r"-|[*?\[][^.]*$")
"""What may become an option: a file can be called `-rf`."""
_IN_CODE = re.compile(
    r"\brm\s+-\w*[rR]|\bsudo\s+\w|\bmkfs\b|\bdd\s+if=|\bgit\s+push\b|\bch(?:mod|own)\s+-\w*R"
    r"|\b(?:curl|wget)\b[^\n|]{0,500}\|\s*(?:\w{0,8}sh|python3?|perl)\b",
)


def danger(line: Line) -> str:
    """Return why a command line has to be asked for even where runs are approved; empty: it need not."""
    if line.unclear:
        return f"what it runs cannot be told beforehand: {line.unclear}"
    reasons = (reason for call in every_call(line) if (reason := _of_call(call)))
    return next(reasons, "")


def every_call(line: Line) -> Iterator[Call]:
    """Yield all calls of a line, with those inside of scripts and behind programs that run others.

    What a script holds that cannot be read is yielded as a call without words.
    """
    waiting = list(reversed(line.calls))
    for _ in range(_MOST_CALLS):
        if not waiting:
            return
        call = waiting.pop()
        yield call
        waiting += reversed(list(_within(call)))
    yield Call(())


def program(call: Call) -> str:
    """Return the name of the program without its folder, in small letters; empty when it is not known."""
    if not call.words or not call.words[0].literal:
        return ""
    return call.name.rpartition("/")[2].casefold()


def _within(call: Call) -> Iterator[Call]:
    name = program(call)
    scripts = list(scripts_of(call))
    if name in _WRAPPERS:
        # `env -S`, `watch`, `ssh` and others take a whole line as one word.
        scripts += [word for word in call.words[1:] if " " in word.text and word.literal]
        for at in range(1, min(len(call.words), _MOST_PLACES)):
            begins = name not in ("find", "fd") or call.words[at - 1].text in _RUNS_EACH
            if begins and call.words[at].kind != "glob":
                yield Call(call.words[at:], piped=call.piped)
    for script in scripts:
        inner = read_line(script.text, 1) if script is not None else Line((), "unknown")
        yield from inner.calls
        if inner.unclear:
            yield Call(())


def _of_call(call: Call) -> str:
    if not call.words and (call.assignments or call.writes):
        return _of_targets(call.writes)
    name = program(call)
    if not name:
        return "what it runs cannot be told beforehand"
    rest = call.words[1:]
    reason = _PROGRAMS.get(name, "it makes file systems" if name.startswith("mkfs") else "")
    return reason or _of_targets(call.writes) or _of_arguments(name, rest) or _of_input(name, call)


def _of_arguments(name: str, rest: Sequence[Word]) -> str:
    texts = [word.text for word in rest]
    checks = (
        (name == "rm" and _recursive(rest, "rR"), "it deletes folders with all that is in them"),
        (name in ("chmod", "chown", "chgrp") and _recursive(rest, "R"), "it changes the rights of whole folders"),
        (name == "find" and "-delete" in texts, "it deletes whatever it finds"),
        (_has_subcommand(name, rest), f"{name} may publish, or change what later commands do"),
        (name == "git" and any(map(_GIT_OPTION.match, texts)), "git may be told to run something else"),
        (_base(name) in _INTERPRETERS and _names_danger(texts), "its code names a dangerous command"),
    )
    reason = next((reason for found, reason in checks if found), "")
    return reason or (_of_targets(rest) if name in _TAKES_TARGETS else "")


def _has_subcommand(name: str, rest: Sequence[Word]) -> bool:
    wanted = _SUBCOMMANDS.get(name, ())
    return bool(wanted and rest) and (rest[0].kind == "open" or any(word.text in wanted for word in rest))


def _recursive(rest: Sequence[Word], letters: str) -> bool:
    """Whether an option asks for whole folders, or may do so."""
    for word in rest:
        if word.text == "--" and word.literal:
            return False
        if word.kind == "open" or (word.kind == "glob" and _OPTION_GLOB.match(word.text)):
            return True
        if word.text.startswith("--"):
            if word.text[2:] and "recursive".startswith(word.text[2:]):
                return True
        elif word.text.startswith("-") and any(letter in word.text for letter in letters):
            return True
    return False


def _of_targets(targets: Sequence[Word]) -> str:
    """Return why one of the files that are written should be asked for."""
    for word in targets:
        if word.kind != "open" and _RC_FILE.search(word.text):
            return f"it writes {word.text!r}, which other programs obey"
        if word.kind == "open" and _RC_FILE.search(re.sub(r"^[~$][^/]*", "", word.text)):
            return f"it writes {word.text!r}, which other programs obey"
    return ""


def _of_input(name: str, call: Call) -> str:
    """Return why it is dangerous that a program runs what it reads."""
    if not call.piped or (_base(name) not in _INTERPRETERS and name not in SHELLS):
        return ""
    arguments = [word for word in call.words[1:] if word.text == "-" or not word.text.startswith("-")]
    if not arguments or arguments[0].text in ("-", "/dev/stdin"):
        return "it runs what another program prints"
    return ""


def _names_danger(texts: Sequence[str]) -> bool:
    """Whether code on a command line has the words of a dangerous command in it."""
    return any(_IN_CODE.search(text[:100_000]) for text in texts if len(text) > 5)


def _base(name: str) -> str:
    """Return an interpreter's name without its version."""
    return re.sub(r"[\d.]+$", "", name) or name
