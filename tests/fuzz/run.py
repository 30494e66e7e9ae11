"""Fuzzes in earnest: `python -m tests.fuzz.run [--cases N] [--seed N] [TARGET …]`, with atheris where it is installed.

Without atheris texts are put together at random from a target's pieces. The input of a failure is printed.
"""

import argparse
import random
import sys
import time

from tests.fuzz.targets import TARGETS, TOKENS


def at_random(target: str, cases: int, seed: int) -> None:
    """Try so many texts."""
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


def with_atheris(target: str, cases: int, seed: int) -> None:
    """Let atheris look for texts that reach new code. It ends the process."""
    import atheris  # type: ignore[import-not-found]

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        text = provider.ConsumeUnicode(200)
        pieces = [TOKENS[target][provider.ConsumeIntInRange(0, len(TOKENS[target]) - 1)] for _ in range(len(data) // 8)]
        try:
            TARGETS[target](text if provider.ConsumeBool() else "".join(pieces) + text[:20])
        except Exception:
            print(f"{target}: {text!r}, {pieces!r}", flush=True)
            raise

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-runs={cases}", f"-seed={seed}", "-max_len=400", "-verbosity=0"], one)
    atheris.Fuzz()


def main() -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run")
    parser.add_argument("targets", nargs="*", default=sorted(TARGETS), metavar="TARGET")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="one target, guided by coverage")
    said = parser.parse_args()
    if said.atheris:
        with_atheris(said.targets[0], said.cases, said.seed)
        return
    for target in said.targets:
        at_random(target, said.cases, said.seed)


if __name__ == "__main__":
    main()
