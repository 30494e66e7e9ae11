"""Tiny teams on a script, so that a whole run takes a moment: one role that talks, one that makes a program."""

from pathlib import Path

from tests.cli.process import Ended, Shell

TALK = "---\nname: talk\nsummary: Says something.\nroles: [speaker]\nverify: false\n---\nTalks.\n"
SPEAKER = "---\nname: speaker\nprofile: Speaker\nwatch:\n  user_requirement: [speak]\nactions: [speak]\n---\n"
SPEAK = "---\nname: speak\nsummary: Says it.\ndoes: ask\n---\nSay something about: {{ idea }}\n"
MAKE = "---\nname: make\nsummary: Makes a program.\nroles: [maker]\nverify: true\n---\nMakes.\n"
MAKER = (
    "---\nname: maker\nprofile: Maker\nwatch:\n  user_requirement: [build, try_it]\n"
    "actions: [build, try_it]\nreact: by_order\n---\n"
)
BUILD = "---\nname: build\nsummary: Writes it.\ndoes: write_files\n---\nWrite: {{ idea }}\n"
TRY = "---\nname: try_it\nsummary: Runs it.\ndoes: verify\nrounds: 0\n---\n"

PROGRAM = """\
```python main.py
def double(number):
    return 2 * number


def main():
    print(double(21))


if __name__ == "__main__":
    main()
```

```python test_main.py
import unittest

from main import double


class Doubles(unittest.TestCase):
    def test_double(self):
        self.assertEqual(double(21), 42)


if __name__ == "__main__":
    unittest.main()
```
"""


def furnish(shell: Shell, reply: str, **rule: object) -> Path:
    """Put the teams into the shell's home and return a script that answers everything with `reply`."""
    import yaml

    for kind, name, text in (
        ("teams", "talk", TALK),
        ("teams", "make", MAKE),
        ("roles", "speaker", SPEAKER),
        ("roles", "maker", MAKER),
        ("actions", "speak", SPEAK),
        ("actions", "build", BUILD),
        ("actions", "try_it", TRY),
    ):
        path = shell.home / "prompts" / kind / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = shell.root / "script.yaml"
    script.write_text(yaml.safe_dump({"rules": [{"reply": reply, **rule}]}))
    return script


def arguments(script: Path, team: str = "talk") -> list[str]:
    """Return what asks this script."""
    return ["--team", team, "--provider", "scripted", "--model", str(script)]


def talked(shell: Shell, *more: str, reply: str = "Hello.") -> Ended:
    """Run the talking team."""
    return shell.run("run", "A tool", *arguments(furnish(shell, reply)), *more)
