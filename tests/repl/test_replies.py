"""What commands answer, in lines."""

from agentsh.commands import reply as r
from agentsh.repl.lines import plain
from agentsh.repl.replies import lines_of


def test_a_table_has_its_title_and_aligned_columns() -> None:
    table = r.Table(("NAME", "N"), (("long-name", "1"), ("x", "22")), title="Things")
    assert plain(lines_of(table)) == "\nThings\nNAME       N\nlong-name  1\nx          22"


def test_an_empty_table_says_so() -> None:
    assert plain(lines_of(r.Table(("NAME",), (), empty="nothing yet"))) == "nothing yet"


def test_a_tree_is_indented() -> None:
    tree = r.Tree((r.Node("a", "first", (r.Node("b", "second"),)),), title="Why")
    assert plain(lines_of(tree)) == "\nWhy\na  first\n  b  second"
    assert plain(lines_of(r.Tree((), empty="no reason"))) == "no reason"


def test_a_diff_is_coloured_by_its_signs() -> None:
    lines = lines_of(r.Text("@@ -1 +1 @@\n-old\n+new\n same", language="diff"))
    assert [line.parts[0][0] for line in lines] == ["asked", "bad", "good", ""]


def test_texts_and_files_are_shown_as_they_are_and_harmless() -> None:
    evil = "a\x1b[2J [red]b[/red]"
    for reply in (r.Text(evil), r.Markdown(evil), r.OpenFile("x.py", evil), r.Table(("H",), ((evil,),))):
        assert "a [red]b[/red]" in plain(lines_of(reply))
        assert "\x1b" not in plain(lines_of(reply))
