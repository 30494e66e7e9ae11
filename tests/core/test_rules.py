"""Rules: deny beats ask beats allow; allow rules fit nothing that could be something else, deny any spelling."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agentsh.core.rulebook import Rule, RuleSet, RuleSettings, parse_rule
from agentsh.core.rules import Wish, dangerous, fits, judge


def run(*argv: str) -> Wish:
    return Wish(kind="run", argv=argv)


def shell(script: str) -> Wish:
    return run("sh", "-c", script)


def decided(wish: Wish, *, allow: str = "", ask: str = "", deny: str = "") -> str | None:
    lists = {"allow": allow, "ask": ask, "deny": deny}
    rules = RuleSet(**{name: (text,) for name, text in lists.items() if text})
    return judge(wish, [rules]).decision


@pytest.mark.parametrize(
    ("pattern", "argv"),
    [
        ("python *", ["python", "main.py", "a b"]),
        ("python *", ["python"]),
        ("python main.py", ["python", "main.py"]),
        ("python *.py", ["python", "main.py"]),
        ("python *", ["/usr/bin/python", "x"]),
        ("/opt/x *", ["/opt/x", "y"]),
        ("'a b' c", ["a b", "c"]),
        ("*", ["anything", "; at all"]),
        ("make test", ["sh", "-c", "make test"]),
    ],
)
def test_an_allow_rule_fits_what_it_says(pattern: str, argv: list[str]) -> None:
    assert decided(run(*argv), allow=f"run {pattern}") == "allow"


@pytest.mark.parametrize(
    ("pattern", "wish"),
    [
        ("python *", run("./python", "x")),
        ("python *", run("/tmp/python", "x")),
        ("python *", run("/usr/bin/../../tmp/python", "x")),
        ("python *", run("python3", "x")),
        ("python *", run("python x")),
        ("python main.py", run("python", "main.py", "more")),
        ("python main.py", run("python", "main.py\n")),
        ("make *", shell("make; ls")),
        ("make *", shell("make\nls")),
        ("make *", shell("make && ls")),
        ("make *", shell("make | ls")),
        ("make *", shell("make & ls")),
        ("make *", shell("make $(ls)")),
        ("make *", shell("make `ls`")),
        ("make *", shell("make <(ls)")),
        ("make *", shell('make "$X"')),
        ("make *", shell("CC=./evil make")),
        ("make *", shell("env CC=./evil make")),
        ("make *", shell("make > ../out")),
        ("make *", shell("make > /tmp/out")),
        ("make *", shell("make > $X")),
        ("make *", shell("'make' 'unended")),
        ("make *", shell("f() { ls; }; make")),
        ("make *", run("bash", "script.sh")),
        ("make *", shell("make; sh -c 'make; ls'")),
    ],
)
def test_an_allow_rule_fits_nothing_else(pattern: str, wish: Wish) -> None:
    assert decided(wish, allow=f"run {pattern}") is None


@pytest.mark.parametrize(
    "wish",
    [
        run("curl", "x"),
        run("/usr/bin/CURL", "x"),
        run("./curl"),
        shell("ls; curl x"),
        shell("c'u'rl x"),
        shell("A=b curl x"),
        shell("env curl x"),
        shell("echo $(curl x)"),
        shell("timeout 5 nice curl x"),
        shell("sh -c 'sh -c \"curl x\"'"),
        shell("xargs curl < urls"),
        shell("find . -exec curl {} \\;"),
    ],
)
def test_a_deny_rule_fits_every_spelling(wish: Wish) -> None:
    assert decided(wish, allow="run *", deny="run curl *") == "deny"


def test_a_deny_rule_with_words_fits_them_among_others_in_their_order() -> None:
    assert decided(run("git", "-C", "x", "push", "origin"), deny="run git push") == "deny"
    assert decided(run("git", "stash", "pop"), deny="run git push") is None


@pytest.mark.parametrize("script", ["$X", "eval $X", "f() { x; }", "x | sh", "'"])
def test_where_a_denied_run_cannot_be_excluded_it_is_asked(script: str) -> None:
    assert decided(shell(script), allow="run *", deny="run curl *") == "ask"
    assert decided(shell(script), allow="run *", deny="write x") == "allow"


def test_deny_beats_ask_and_ask_beats_allow_in_whatever_set_they_are() -> None:
    wish = run("make")
    allow, ask, deny = RuleSet(allow=("run make",)), RuleSet(ask=("run *",)), RuleSet(deny=("run make *",))
    assert judge(wish, [allow, ask, deny]).decision == "deny"
    assert judge(wish, [allow, ask]).decision == "ask"
    assert judge(wish, [allow]).decision == "allow"
    assert judge(wish, []).decision is None
    assert "'run make *'" in judge(wish, [deny]).why


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.py", "a/b.py", True),
        ("src", "src/a/b", True),
        ("src/", "src/a", True),
        ("src/**", "src/a/b", True),
        ("src/**", "lib/src/a", False),
        ("src/*.py", "src/a/b.py", False),
        ("src/*.py", "./src//a.py", True),
        ("**/test_*.py", "a/b/test_c.py", True),
        ("**/test_*.py", "test_c.py", True),
        ("a/**/z", "a/z", True),
        ("secrets", "not-secrets", False),
        ("**", "x", True),
        ("src", "src/../other", False),
        ("src", "/src/a", False),
        ("src", "src/../../etc", False),
    ],
)
def test_paths_are_allowed_by_glob(pattern: str, path: str, expected: bool) -> None:
    wish = Wish(kind="write", subjects=(path,))
    assert (decided(wish, allow=f"write {pattern}") == "allow") is expected


@pytest.mark.parametrize("path", [".env", "a/.env", ".ENV", "a/../.env", "x/.env/y", "\uff0eenv"])
def test_a_denied_path_is_denied_however_it_is_written(path: str) -> None:
    assert decided(Wish(kind="read", subjects=("ok", path)), allow="read **", deny="read .env") == "deny"


def test_all_packages_have_to_be_allowed_and_one_is_enough_to_deny() -> None:
    wish = Wish(kind="install", subjects=("Requests[socks]>=2", "rich"))
    assert decided(wish, allow="install r*") == "allow"
    assert decided(wish, allow="install requests") is None
    assert decided(wish, allow="install *", deny="install RICH") == "deny"


@pytest.mark.parametrize(
    "wanted", ["requests @ http://evil/x.whl", "git+https://x/requests", "./requests", "-r requests"]
)
def test_only_packages_by_name_are_allowed(wanted: str) -> None:
    assert decided(Wish(kind="install", subjects=(wanted,)), allow="install requests*") is None


def test_the_whole_network_is_allowed_only_as_a_whole() -> None:
    wish = Wish(kind="net", subjects=("*",))
    assert decided(wish, allow="net *") == "allow"
    assert decided(wish, allow="net *.org") is None
    assert decided(wish, allow="net *", deny="net evil.org") == "deny"
    assert decided(Wish(kind="net", subjects=("PyPI.org.",)), allow="net pypi.org") == "allow"


def test_a_rule_is_of_one_kind() -> None:
    assert not fits(Rule(kind="read"), Wish(kind="write", subjects=("x",)), strictly=False)
    assert dangerous(Wish(kind="write", subjects=("rm -rf",))) == ""
    assert dangerous(run("rm", "-rf", "x"))


@pytest.mark.parametrize("text", ["", "python *", "runs x", "RUN x"])
def test_what_is_no_rule_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="run python"):
        RuleSet(allow=(text,))


def test_rules_are_kept_as_they_read() -> None:
    assert parse_rule("  run   python *  ") == Rule(kind="run", pattern="python *")
    assert str(parse_rule("write")) == "write *"


def test_a_workspace_has_rules_of_its_own_beside_those_of_everywhere() -> None:
    own = RuleSet(deny=("run make",))
    settings = RuleSettings(allow=("run make",), workspaces={"/w": own})
    assert settings.holding_in("/w") == (RuleSet(allow=("run make",)), own)
    assert settings.holding_in("/x") == (RuleSet(allow=("run make",)),)


def test_what_is_suggested_fits_what_it_was_suggested_for() -> None:
    assert run("python", "a.py").suggested() == ("python *",)
    assert shell("make x && 'a b' c").suggested() == ("make *", "'a b' *")
    assert Wish(kind="install", subjects=("rich",)).suggested() == ("rich",)
    check = Wish(kind="run", argv=("agentsh", "verify"), pattern="agentsh verify")
    assert check.suggested() == ("agentsh verify",)
    assert fits(Rule(kind="run", pattern="agentsh verify"), check, strictly=True)


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), min_size=1, max_size=4))
def test_a_rule_of_a_command_fits_that_command(argv: list[str]) -> None:
    pattern = shlex.join(argv)
    wish = run(*argv)
    if (
        not any(mark in pattern for mark in "*?[")
        and "=" not in argv[0]
        and argv[0].rpartition("/")[2] not in ("", "sh", "bash")
    ):
        assert fits(Rule(kind="run", pattern=pattern), wish, strictly=True)
        assert fits(Rule(kind="run", pattern=pattern), wish, strictly=False)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_the_matcher_raise(pattern: str, text: str) -> None:
    for kind in ("run", "write", "read", "install", "net"):
        wish = Wish(kind=kind, subjects=(text,), argv=("sh", "-c", text))  # type: ignore[arg-type]
        judge(wish, [RuleSet(allow=(f"{kind} {pattern}",), deny=(f"{kind} {pattern}x",))])
        wish.suggested()
