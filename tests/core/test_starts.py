"""What people write tells how a program is started, where it does so plainly; else nothing is read into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.starts import starts_in

A = "Write a word counter. "


@pytest.mark.parametrize(
    ("said", "args", "stdin"),
    [
        ('python main.py "a b c" prints 3', ("a b c",), ""),
        ("python3 main.py 'a b', and it says 2.", ("a b",), ""),
        ("it is started as `python main.py --text hello`", ("--text", "hello"), ""),
        ("`python main.py level` -> True, `python main.py banana` -> False", ("level",), ""),
        ("python main.py level -> True", ("level",), ""),
        ("python main.py add 3 4 prints 7", ("add", "3", "4"), ""),
        ('python main.py --to "Ada" greets her', ("--to", "Ada"), ""),
        ("python main.py 5.", ("5",), ""),
        ("python main.py --demo plays five moves", ("--demo",), ""),
        ("python ./main.py --n=3 -v", ("--n=3", "-v"), ""),
        ("Usage:\n```sh\n$ python main.py --count 'x y' | sort\n```\n", ("--count", "x y"), ""),
        ('echo "a b" | python main.py prints 2', (), "a b\n"),
        (r"`printf '1\n2\n' | python main.py`", (), "1\n2\n"),
        ("`echo -n one two | python main.py --sum`", ("--sum",), "one two"),
        ("`python main.py <<< 'a b'`", (), "a b\n"),
        ("Try:\n$ python main.py x", ("x",), ""),
    ],
)
def test_a_command_with_its_arguments_is_found(said: str, args: tuple[str, ...], stdin: str) -> None:
    first, *_ = starts_in(A + said)
    assert (first.entry, first.args, first.stdin) == ("main.py", args, stdin)


@pytest.mark.parametrize(
    "said",
    [
        "python main.py",
        "python main.py prints 3",
        "python main.py FILE prints its words",
        "python main.py TEXT",
        "python main.py <text>",
        "`python main.py [--json] file`",
        "python main.py text prints 3",
        'python main.py "..." says how many',
        "python main.py greets the user by name",
        "python main.py --name Ada greets Ada",
        "python main.py just prints 3",
        "python main.py and then stop",
        "python main.py /etc/passwd",
        "python main.py ../x.txt",
        "python main.py https://example.org/",
        "`python main.py $HOME`",
        "`python main.py *.txt`",
        "`python main.py < input.txt`",
        "cat x | python main.py",
        "printf '%d' 3 | python main.py",
        "echo TEXT | python main.py",
        "a python program main.py 3",
        "mypython main.py 3",
    ],
)
def test_what_is_not_plainly_a_command_is_left_out(said: str) -> None:
    assert starts_in(A + said) == ()


def test_a_package_is_started_by_its_main_and_files_are_needed() -> None:
    package, script = starts_in("`python -m tool.cli 3` and `python count.py in.txt --out ./data/out.csv`")
    assert (package.entry, package.needs) == ("tool/cli/__main__.py", ())
    assert (script.args, script.needs) == (("in.txt", "--out", "./data/out.csv"), ("in.txt", "data/out.csv"))


pieces = st.sampled_from(
    [
        "python main.py",
        "echo ",
        "printf ",
        "|",
        " ",
        "`",
        "```",
        '"',
        "'",
        "“",
        "a.b/",
        "-",
        "<<<",
        "\n",
        "$ ",
        "x",
        "…",
        "3",
    ]
)


@given(st.lists(pieces, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for start in starts_in(text):
        assert start.args or start.stdin
        assert not any(part.startswith(("/", "~", "../")) for part in (*start.args, *start.needs))


@pytest.mark.parametrize(
    "part", ["python main.py ", "echo a ", "a/", "`", 'python main.py "', "python main.py a.", "  "]
)
def test_a_long_text_takes_no_longer_for_being_strange(part: str) -> None:
    assert len(starts_in(part * 20_000)) <= 1
