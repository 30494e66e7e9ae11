"""Files come out of an answer as they were written, and a cut one never does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.fenced import Fenced, parse_fenced


def paths(answer: Fenced) -> list[str]:
    return [file.path for file in answer.files]


@pytest.mark.parametrize(
    "opening",
    [
        "```python main.py",
        "``` python main.py",
        "```main.py",
        "```python:main.py",
        '```python title="main.py"',
        "```python title='main.py'",
        "```python filename=main.py",
        "```{python file=main.py}",
        "```python file: main.py",
        "~~~python main.py",
        "````python ./main.py",
        "```python (main.py)",
    ],
)
def test_a_name_in_the_info_string_names_the_file(opening: str) -> None:
    closing = opening[: 4 if opening.startswith("````") else 3]
    answer = parse_fenced(f"Sure!\n\n{opening}\nprint(1)\n{closing}\nDone.")
    assert [(file.path, file.text) for file in answer.files] == [("main.py", "print(1)\n")]
    assert answer.incomplete is None
    assert answer.anonymous == ()


@pytest.mark.parametrize(
    "line",
    [
        "**main.py**",
        "### main.py",
        "### 1. `main.py`",
        "#### **main.py**",
        "File: main.py",
        "**File:** `main.py`",
        "Filename: main.py",
        "`main.py`",
        "`main.py`:",
        "main.py:",
        "- `main.py`",
        "1. **main.py**",
        "Here is the new `main.py`:",
        "Here is main.py:",
        "## The file `main.py`",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_the_line_before_a_block_names_the_file(line: str, gap: str) -> None:
    answer = parse_fenced(f"{line}{gap}```python\nprint(1)\n```\n")
    assert paths(answer) == ["main.py"]


def test_a_heading_names_the_first_block_under_it() -> None:
    answer = parse_fenced(
        "### game.py\n\nIt holds the board.\n\n```python\nx = 1\n```\nRun it:\n```\npython game.py\n```\n"
    )
    assert paths(answer) == ["game.py"]
    assert [block.text for block in answer.anonymous] == ["python game.py\n"]


def test_a_list_of_files_names_no_block() -> None:
    answer = parse_fenced("I write:\n- `a.py`\n- `b.py`\n\nHere it comes.\n\n```python\nx = 1\n```\n")
    assert paths(answer) == []
    assert len(answer.anonymous) == 1


@pytest.mark.parametrize("comment", ["# main.py", "# File: main.py", "#main.py", '"""main.py"""'])
def test_a_comment_in_the_first_line_names_the_file_and_stays(comment: str) -> None:
    answer = parse_fenced(f"```python\n{comment}\nprint(1)\n```")
    assert [(file.path, file.text) for file in answer.files] == [("main.py", f"{comment}\nprint(1)\n")]


@pytest.mark.parametrize(
    ("language", "comment", "path"),
    [("js", "// app.js", "app.js"), ("css", "/* style.css */", "style.css"), ("html", "<!-- a.html -->", "a.html")],
)
def test_comments_of_other_languages_name_files_too(language: str, comment: str, path: str) -> None:
    assert paths(parse_fenced(f"```{language}\n{comment}\n\n```")) == [path]


@pytest.mark.parametrize("language", ["bash", "sh", "console", "text"])
def test_what_is_typed_at_a_shell_is_not_the_file_that_it_runs(language: str) -> None:
    answer = parse_fenced(f"Run it with python main.py:\n```{language}\npython main.py level\n```\n")
    assert answer.files == ()
    assert answer.anonymous[0].language == language


def test_several_files_keep_their_order() -> None:
    answer = parse_fenced("```python b.py\nb\n```\nand\n```python a.py\na\n```\n```text requirements.txt\n```\n")
    assert [(file.path, file.text) for file in answer.files] == [
        ("b.py", "b\n"),
        ("a.py", "a\n"),
        ("requirements.txt", ""),
    ]


@pytest.mark.parametrize("path", ["main.py", "./main.py", ".//main.py", "././main.py"])
def test_of_two_blocks_with_one_name_the_last_wins_however_it_is_spelt(path: str) -> None:
    answer = parse_fenced(f"```python main.py\nold\n```\nBetter:\n```python {path}\nnew\n```\n")
    assert [(file.path, file.text) for file in answer.files] == [("main.py", "new\n")]


def test_a_name_that_goes_up_is_no_other_spelling_but_handed_on_to_be_refused() -> None:
    answer = parse_fenced("```python a.py\nold\n```\n```python x/../a.py\nnew\n```\n```python /a.py\nnew\n```\n")
    assert paths(answer) == ["a.py", "x/../a.py", "/a.py"]


def test_a_block_without_a_name_is_anonymous() -> None:
    answer = parse_fenced("Sure.\n\n```python\ndef f(): ...\n```\n")
    block = answer.anonymous[0]
    assert (block.path, block.language, block.text, block.line) == (None, "python", "def f(): ...\n", 3)


def test_a_cut_block_is_told_and_not_taken() -> None:
    answer = parse_fenced("```python a.py\na = 1\n```\n```python b.py\ndef f(")
    assert paths(answer) == ["a.py"]
    assert answer.incomplete is not None
    assert (answer.incomplete.path, answer.incomplete.text) == ("b.py", "def f(\n")


def test_a_block_that_was_never_closed_does_not_take_the_next_file_for_its_own() -> None:
    answer = parse_fenced("```python a.py\na = 1\n\n```python b.py\nb = 1\n```\n")
    assert answer.files == ()
    assert answer.incomplete is not None


def test_a_longer_fence_holds_shorter_ones() -> None:
    readme = "# Tool\n```\nusage\n```\n```bash\nrun\n```\n"
    answer = parse_fenced(f"````markdown README.md\n{readme}````\n```python main.py\nx\n```\n")
    assert [(file.path, file.text) for file in answer.files] == [("README.md", readme), ("main.py", "x\n")]


@pytest.mark.parametrize(
    "readme",
    [
        "# Tool\n```bash\nrun\n```\nend\n",
        "# Tool\n```\nrun\n```\nend\n",
        "# Tool\n```\na\n```\n\n```python\nb\n```\n\n```\nc\n```\n",
        "# Tool\n\nmain.py:\n```\na\n```\n",
        "no fence\n",
    ],
)
def test_markdown_keeps_its_inner_fences(readme: str) -> None:
    answer = parse_fenced(f"```markdown README.md\n{readme}```\nNow the code.\n```python main.py\nx\n```\n")
    assert [(file.path, file.text) for file in answer.files] == [("README.md", readme), ("main.py", "x\n")]


def test_fences_in_a_docstring_stay_inside() -> None:
    code = 'def f():\n    """Example:\n\n    ```\n    f()\n    ```\n    """\n'
    assert parse_fenced(f"```python main.py\n{code}```\n").files[0].text == code


def test_windows_line_ends_become_plain_ones() -> None:
    assert parse_fenced("```python main.py\r\nx = 1\r\n```\r\n").files[0].text == "x = 1\n"


def test_a_block_inside_a_list_loses_the_indentation_of_its_fence() -> None:
    answer = parse_fenced("1. Write `main.py`:\n   ```python\n   if x:\n       y\n\n   ```\n")
    assert [(file.path, file.text) for file in answer.files] == [("main.py", "if x:\n    y\n\n")]


def test_a_dangerous_path_is_handed_on_for_the_workspace_to_refuse() -> None:
    assert paths(parse_fenced("```sh ../../.bashrc\nx\n```\n")) == ["../../.bashrc"]


def test_a_link_or_a_version_is_not_a_file_name() -> None:
    answer = parse_fenced("See https://example.org/a.py:\n\n```python3.11\nx\n```\n")
    assert answer.files == ()


def test_inline_code_opens_no_block() -> None:
    answer = parse_fenced("```x``` is code\n```python a.py\ny\n```\n")
    assert [(file.path, file.text) for file in answer.files] == [("a.py", "y\n")]


_FENCES = ("```", "````", "~~~", "```python main.py", "```bash", "  ```", "```md d.md")
_PIECES = st.sampled_from((*_FENCES, "# a.py", "**b.py**", "", "text", "File: c.md"))


@given(st.lists(_PIECES | st.text(max_size=20), max_size=40).map("\n".join))
def test_no_answer_makes_it_fail_and_nothing_is_invented(answer: str) -> None:
    found = parse_fenced(answer)
    lines = {line.strip() for line in answer.encode("utf-8", "replace").decode().replace("\r\n", "\n").split("\n")}
    blocks = [file.text or "" for file in found.files] + [block.text for block in found.anonymous]
    assert all(line.strip() in lines for text in blocks for line in text.split("\n") if line.strip())
    assert len(set(paths(found))) == len(found.files)


@given(st.text(alphabet="abc\n #*", max_size=200).filter(lambda text: "```" not in text))
def test_what_stands_between_the_fences_comes_back_unchanged(text: str) -> None:
    body = text if text.endswith("\n") or not text else text + "\n"
    assert parse_fenced(f"```python main.py\n{body}```").files[0].text == body


@pytest.mark.parametrize(
    "unit", ["```\n", "```md README.md\n", "```python\n```\n", "word\n", "# a.py\n", "`" * 50, "# " * 50, "**a.py** "]
)
def test_time_grows_no_faster_than_the_answer(unit: str) -> None:
    def seconds(size: int) -> float:
        answer = unit * (size // len(unit))
        start = time.process_time()
        parse_fenced(answer)
        return time.process_time() - start

    seconds(10_000)
    assert seconds(1_000_000) < 10.0
