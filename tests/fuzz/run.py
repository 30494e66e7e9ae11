"""Fuzzes in earnest: `make fuzz`, or `python -m tests.fuzz.run [--cases N] [--seed N] [--guided] [TARGET …]`.

Texts are put together at random from a target's pieces; `--guided` lets atheris look for those that reach new code.
The input of a failure is printed.
"""

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

NAMES = ("fenced_files", "front_matter", "patch", "path_resolver", "rule_matcher", "stream_filter")
"""Of the targets; they are imported only when what they test is to be watched, or not."""
WATCHED = ("agentsh.core", "agentsh.library", "agentsh.workspace")
"""Packages whose branches guide atheris."""
LONGEST_BYTES = 400
FULL = 1_000_000
TOLD_EVERY = 50_000
SO_FAR = "so far: "
"""What a line begins with that says how far it is."""
LAST_LINES = 400
"""Of what atheris says that are kept for a failure."""
PLACE = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files are made and removed quickly."""


def at_random(target: str, cases: int, seed: int) -> None:
    """Try so many texts. The first that breaks something is printed, and its exception raised."""
    from tests.fuzz.targets import TARGETS, TOKENS

    chance, pieces = random.Random(f"{seed}:{target}"), TOKENS[target]
    began = time.monotonic()
    for case in range(cases):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 25)))
        if chance.random() < 0.3:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0xD7FF)))) + text[at:]
        try:
            TARGETS[target](text)
        except Exception:
            print(f"{target}, case {case}: {text!r}", flush=True)
            raise
    print(f"{target}: {cases:,} texts in {time.monotonic() - began:.0f} s, at random, nothing found", flush=True)


def has_atheris() -> bool:
    """Whether atheris is installed; it has wheels for Linux on x86_64 only."""
    return importlib.util.find_spec("atheris") is not None


def guided(target: str, cases: int, seed: int) -> None:
    """Let atheris look for texts, in a process of its own and a folder for what it finds.

    Raises:
        CalledProcessError: something broke; its output ends with the text and what was raised.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="agentsh-fuzz-", dir=PLACE) as folder:
        words = ["--guided-here", folder, "--cases", str(cases), "--seed", str(seed), target]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.run", *words],
            env={**os.environ, "AGENTSH_FUZZ_PLACE": folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            said = _listen(process.stdout or ())
        if process.returncode != 0 or not (Path(folder) / "done").exists():
            raise subprocess.CalledProcessError(process.returncode, target, said)
    print(
        f"{target}: {cases:,} texts in {time.monotonic() - began:.0f} s, guided by atheris, nothing found", flush=True
    )


def _listen(lines: Iterable[str]) -> str:
    """Pass on how far it is; return the last of the rest."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    for line in lines:
        if line.startswith(SO_FAR):
            print(line.removeprefix(SO_FAR), end="", flush=True)
        else:
            last.append(line)
    return "".join(last)


def _guided_here(target: str, cases: int, seed: int, folder: Path) -> None:
    """Let atheris look. It ends the process."""
    import atheris  # type: ignore[import-not-found,unused-ignore]

    with atheris.instrument_imports(include=list(WATCHED)):
        from tests.fuzz.targets import TARGETS, TOKENS
    check, pieces, tried, began = TARGETS[target], TOKENS[target], 0, time.monotonic()

    def one(data: bytes) -> None:
        nonlocal tried
        provider = atheris.FuzzedDataProvider(data)
        chosen = [
            pieces[provider.ConsumeIntInRange(0, len(pieces) - 1)] for _ in range(provider.ConsumeIntInRange(0, 24))
        ]
        text = "".join(chosen) + provider.ConsumeUnicode(LONGEST_BYTES)
        try:
            check(text)
        except Exception:
            print(f"{target}: {text!r}", flush=True)
            raise
        tried += 1
        if tried % TOLD_EVERY == 0:
            print(f"{SO_FAR}{target}: {tried:,} texts in {time.monotonic() - began:.0f} s so far", flush=True)
        if tried >= cases:
            (folder / "done").touch()

    options = [f"-runs={cases}", f"-seed={seed}", f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], "-verbosity=0", "-rss_limit_mb=4096", *options], one)
    atheris.Fuzz()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("targets", nargs="*", default=NAMES, metavar="TARGET")
    parser.add_argument("--cases", type=int, default=FULL, help="of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="by atheris")
    parser.add_argument("--guided-here", type=Path, help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    for target in said.targets:
        if said.guided_here is not None:
            _guided_here(target, said.cases, said.seed, said.guided_here)
        try:
            (guided if said.guided else at_random)(target, said.cases, said.seed)
        except subprocess.CalledProcessError as broken:
            print(broken.output, end="", flush=True)
            raise


if __name__ == "__main__":
    main()
