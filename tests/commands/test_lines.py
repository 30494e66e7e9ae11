"""What a typed line means."""

import pytest

from agentsh.commands.lines import Call, read


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("hello", Call("say", "hello")),
        ("  hello\nworld  ", Call("say", "hello\nworld")),
        ("/pause", Call("pause", "")),
        ("/to ann  keep it", Call("to", "ann  keep it")),
        ("/to ann\nkeep it", Call("to", "ann\nkeep it")),
        ("/say\nkeep it", Call("say", "keep it")),
        ("//etc is a folder", Call("say", "/etc is a folder")),
        ("!ls -l", Call("shell", "ls -l")),
        ("%%ls -l", Call("shell", "ls -l")),
        ("%undo", Call("undo", "")),
        ("%reset ann", Call("reset", "ann")),
        ("%save_message a.jsonl", Call("export", "jsonl a.jsonl")),
        ("%tokens", Call("cost", "")),
        ("%d of them", Call("say", "%d of them")),
        ("#ann keep it", Call("to", "ann keep it")),
        ("#zoe keep it", Call("say", "#zoe keep it")),
        ("#ann", Call("say", "#ann")),
        ("look at @main.py", Call("say", "look at @main.py")),
        ("/", Call("", "")),
    ],
)
def test_a_line_calls_for_something(line: str, call: Call) -> None:
    assert read(line, ["ann", "bob"]) == call
