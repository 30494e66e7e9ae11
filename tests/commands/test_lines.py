"""What a typed line means."""

import pytest

from agentsh.commands.lines import Call, is_command, read


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


@pytest.mark.parametrize("line", ["/cost", "%tokens", "%reset ann", "%undo "])
def test_a_command_is_one_also_while_something_is_asked(line: str) -> None:
    assert is_command(line)


@pytest.mark.parametrize("line", ["//etc", "%d of them", "% 5", "%", "y", "", "a %tokens", "#ann x"])
def test_an_answer_is_no_command(line: str) -> None:
    assert not is_command(line)
