"""A patch changes what it names and nothing else; one that does not fit says where, and what comes nearest."""

import difflib
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.patch import FilePatch, Hunk, PatchError, apply_patch
from agentsh.core.patch_text import parse_patch

FILE = "import sys\n\n\ndef main():\n    print('hello')\n\n\ndef other():\n    print('hello')\n"
BLOCK = """I change the greeting.

main.py
```python
<<<<<<< SEARCH
def main():
    print('hello')
=======
def main():
    print('good day')
>>>>>>> REPLACE
```
"""
DIFF = """```diff
--- a/main.py
+++ b/main.py
@@ -4,2 +4,2 @@
 def main():
-    print('hello')
+    print('good day')
```
"""
CHANGED = FILE.replace("hello", "good day", 1)


@pytest.mark.parametrize("answer", [BLOCK, DIFF, DIFF.replace("-4,2 +4,2", "-1,99 +1,7"), BLOCK.replace("\n", "\r\n")])
def test_a_change_is_put_where_its_lines_stand(answer: str) -> None:
    (patch,) = parse_patch(answer)
    assert patch.path == "main.py"
    assert apply_patch(patch, FILE) == CHANGED


def test_line_ends_and_a_missing_last_one_stay_as_they_are() -> None:
    (patch,) = parse_patch(BLOCK)
    assert apply_patch(patch, FILE.replace("\n", "\r\n")) == CHANGED.replace("\n", "\r\n")
    assert apply_patch(patch, FILE.rstrip("\n")) == CHANGED.rstrip("\n")


def test_lines_that_stand_twice_are_refused_and_a_line_number_tells_them_apart() -> None:
    hunk = Hunk(before=("    print('hello')",), after=("    pass",))
    with pytest.raises(PatchError, match=r"change 1 fits in 2 places \(lines 5, 9\)"):
        apply_patch(FilePatch(path="main.py", hunks=(hunk,)), FILE)
    second = hunk.model_copy(update={"line": 9})
    assert apply_patch(FilePatch(path="main.py", hunks=(second,)), FILE) == FILE[: FILE.rindex("print")] + "pass\n"


def test_what_does_not_fit_is_told_with_what_is_there() -> None:
    (patch,) = parse_patch(BLOCK.replace("print('hello')", "print('hallo')", 1))
    with pytest.raises(PatchError) as caught:
        apply_patch(patch, FILE)
    said = str(caught.value)
    assert said.startswith("main.py: change 1 does not fit: it has \"    print('hallo')\"")
    assert "from line 4 on the file has:\ndef main():\n    print('hello')" in said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("I would rather not.", "There is no change in it"),
        ("--- a/x.py\n+++ b/x.py\nnothing", "no @@ line"),
        (BLOCK.replace("=======\n", ""), "has no ======="),
        (BLOCK.replace(">>>>>>> REPLACE", ""), "has no >>>>>>> REPLACE"),
        ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "names no file"),
    ],
)
def test_a_broken_patch_is_told(answer: str, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        parse_patch(answer)


def test_files_are_made_and_deleted() -> None:
    made, gone = parse_patch(
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,1 @@\n+x = 1\n--- a/old.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-y = 2\n"
    )
    assert (made.path, apply_patch(made, None)) == ("new.py", "x = 1\n")
    assert (gone.path, apply_patch(gone, "y = 2\n")) == ("old.py", None)
    with pytest.raises(PatchError, match="there already"):
        apply_patch(made, "x = 2\n")
    with pytest.raises(PatchError, match="is not there"):
        apply_patch(gone, None)
    (empty,) = parse_patch("new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n")
    assert apply_patch(empty, None) == "x = 1\n"


def test_what_is_not_there_is_not_deleted() -> None:
    (patch,) = parse_patch("--- a/gone.py\n+++ /dev/null\n@@ -1 +0 @@\n-\n")
    with pytest.raises(PatchError, match="is not there"):
        apply_patch(patch, None)


def test_a_long_hunk_that_fits_nowhere_is_told_at_once() -> None:
    (patch,) = parse_patch("a.py\n<<<<<<< SEARCH\n" + "x\n" * 20_000 + "y\n=======\nz\n>>>>>>> REPLACE\n")
    began = time.process_time()
    with pytest.raises(PatchError, match="does not fit"):
        apply_patch(patch, "x\n" * 5000)
    assert time.process_time() - began < 5, "comparing every line with every other takes half a minute"


def test_several_changes_of_one_file_are_one_patch_in_their_order() -> None:
    two = BLOCK + BLOCK.replace("main()", "other()").replace("good day", "good night")
    (patch,) = parse_patch(two)
    assert apply_patch(patch, FILE) == CHANGED.replace("hello", "good night")


@pytest.mark.parametrize("path", ["./main.py", ".//main.py", "././main.py"])
def test_a_file_is_one_file_however_it_is_spelt(path: str) -> None:
    again = BLOCK.replace("main()", "other()").replace("good day", "good night").replace("main.py", path)
    (patch,) = parse_patch(BLOCK + again)
    assert (patch.path, apply_patch(patch, FILE)) == ("main.py", CHANGED.replace("hello", "good night"))
    (diffed,) = parse_patch(DIFF + DIFF.replace("/main.py", f"/{path}"))
    assert (diffed.path, len(diffed.hunks)) == ("main.py", 2)


def test_a_way_up_is_no_other_spelling_but_left_for_the_workspace_to_refuse() -> None:
    found = parse_patch(BLOCK + BLOCK.replace("main.py", "x/../main.py"))
    assert [patch.path for patch in found] == ["main.py", "x/../main.py"]


MADE = "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n"
CHANGES_IT = "--- a/./new.py\n+++ b/./new.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
DELETES_IT = "--- a//new.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (MADE + CHANGES_IT, "new.py is made anew and changed at once"),
        (CHANGES_IT + MADE, "new.py is made anew and changed at once"),
        (CHANGES_IT + DELETES_IT.replace("a//", "a/"), "new.py is deleted and changed at once"),
    ],
)
def test_what_cannot_all_be_done_to_one_file_is_told(answer: str, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        parse_patch(answer)


def test_a_file_that_is_made_in_two_blocks_is_told() -> None:
    block = "new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"
    (patch,) = parse_patch(block + block.replace("new.py", "./new.py"))
    with pytest.raises(PatchError, match=r"is not there\. Make it in one change, whole"):
        apply_patch(patch, None)


LINES = st.lists(st.sampled_from(["a", "b", "    c", "", "d e", "+x", "-y", "@@"]), max_size=30)


@given(old=LINES, new=LINES)
def test_the_diff_of_two_files_turns_one_into_the_other(old: list[str], new: list[str]) -> None:
    before = "".join(f"{line}\n" for line in old)
    after = "".join(f"{line}\n" for line in new)
    diff = "\n".join(difflib.unified_diff(old, new, "a/f.txt", "b/f.txt", lineterm="", n=30))
    if not diff:
        return
    (patch,) = parse_patch(diff)
    assert (apply_patch(patch, before) or "").rstrip("\n") == after.rstrip("\n")


@given(st.text(alphabet=st.sampled_from(list("<>=SEARCHREPLAC +-@a/\n`\r\\")), max_size=300))
def test_any_text_gives_a_patch_or_says_why_not(text: str) -> None:
    with suppress(PatchError):
        for patch in parse_patch(text):
            made = apply_patch(patch, text)
            assert made is None or isinstance(made, str)
