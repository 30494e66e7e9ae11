"""A rule is added to agentsh.toml beside what it says already; comments and order stay, and it can be read again."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import FileError, UsageError
from agentsh.core.rulebook import Rule, RuleSettings, parse_rule
from agentsh.library.config import load_settings
from agentsh.library.rule_file import RuleFile, add_rule, rules_of

WRITTEN = """\
# mine
[model]
host = "http://a"  # the big one

[rules]
# what I know
allow = ["run ls *"]  # more to come

[run]
# team = "pair"
"""


@pytest.fixture(scope="module", autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A config folder of the tests' own: what a user writes is trusted, and that is kept there."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("config")
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agentsh.toml"


def test_a_rule_is_added_and_everything_else_stays(path: Path) -> None:
    path.write_text(WRITTEN)
    add_rule(path, "allow", parse_rule("run make *"))
    add_rule(path, "deny", parse_rule("read .env"))
    text = path.read_text()
    for line in WRITTEN.splitlines():
        if not line.startswith("allow"):
            assert line in text
    assert "# more to come" in text
    rules = load_settings(config=path).rules
    assert (rules.allow, rules.deny) == (("run ls *", "run make *"), ("read .env",))


def test_a_rule_that_is_there_stays_alone(path: Path) -> None:
    path.write_text(WRITTEN)
    add_rule(path, "allow", parse_rule("run   ls *"))
    assert path.read_text() == WRITTEN


def test_a_workspace_has_its_own_rules_in_the_file(path: Path) -> None:
    for pattern in ("make", "ls"):
        add_rule(path, "allow", Rule(kind="run", pattern=pattern), "/a b/c")
    add_rule(path, "deny", parse_rule("run rm *"))
    rules = load_settings(config=path).rules
    assert rules.deny == ("run rm *",)
    assert rules.workspaces["/a b/c"].allow == ("run make", "run ls")
    assert [(decision, str(rule), place) for decision, rule, place in rules_of(rules)] == [
        ("deny", "run rm *", None),
        ("allow", "run make", "/a b/c"),
        ("allow", "run ls", "/a b/c"),
    ]


def test_a_new_file_is_for_its_owner_only_and_an_old_one_keeps_its_mode(path: Path) -> None:
    add_rule(path, "allow", parse_rule("run ls"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    add_rule(path, "allow", parse_rule("run make"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_file_behind_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "agentsh.toml", tmp_path / "agentsh.toml"
    real.write_text(WRITTEN)
    link.symlink_to(real)
    add_rule(link, "allow", parse_rule("run make"))
    assert link.is_symlink()
    assert "run make" in real.read_text()


@pytest.mark.parametrize(
    ("text", "workspace"),
    [("[rules\n", None), ("rules = 1\n", None), ("[rules]\nallow = 'x'\n", None), ("[rules]\nworkspaces = []\n", "/w")],
)
def test_a_file_that_is_not_what_it_has_to_be_is_left_as_it_is(path: Path, text: str, workspace: str | None) -> None:
    path.write_text(text)
    with pytest.raises(FileError):
        add_rule(path, "allow", parse_rule("run ls"), workspace)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        add_rule(tmp_path / "file" / "agentsh.toml", "allow", parse_rule("run ls"))


async def test_an_answer_kept_beside_what_waits_for_trust_says_so(path: Path, tmp_path: Path) -> None:
    path.write_text(WRITTEN)
    book = RuleFile(path, tmp_path, RuleSettings())
    assert "agentsh config trust" in await book.keep("allow", parse_rule("run make"), "always")
    assert await book.keep("deny", parse_rule("run curl"), "always") == str(path), "that holds anyway"
    assert await RuleFile(path, tmp_path, RuleSettings(), own=True).keep("allow", parse_rule("net"), "always") == str(
        path
    )


async def test_what_is_kept_holds_at_once_and_the_next_time(path: Path, tmp_path: Path) -> None:
    book = RuleFile(path, tmp_path, RuleSettings(deny=("run curl *",)))
    assert await book.keep("allow", parse_rule("run make"), "workspace") == str(path)
    assert [rules.allow + rules.deny for rules in book.holding()] == [("run curl *",), ("run make",)]
    again = RuleFile(path, tmp_path, load_settings(config=path).rules)
    assert again.holding()[1].allow == ("run make",)
    elsewhere = RuleFile(path, tmp_path / "other", load_settings(config=path).rules)
    assert not any(rules.allow for rules in elsewhere.holding())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool))
def test_any_pattern_is_read_as_it_was_written(pattern: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agentsh.toml"
        rule = parse_rule(f"run {pattern}")
        add_rule(path, "ask", rule)
        assert load_settings(config=path).rules.listed("ask") == (rule,)
