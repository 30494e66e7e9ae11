"""Settings: flags over environment over file, and a wrong one is told by its line or its name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import FileError, UsageError
from agentsh.core.settings import Settings
from agentsh.library.config import load_settings
from agentsh.library.toml_text import key_lines


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def write(home: Path, text: str) -> Path:
    path = home / "agentsh.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold(home: Path) -> None:
    assert load_settings() == load_settings(home=home) == Settings()


def test_flags_win_over_the_environment_and_that_over_the_file(home: Path) -> None:
    write(home, '[model]\nhost = "file"\nmodel = "file"\nkeep_alive = "file"\n[run.budget]\nmax_rounds = 3\n')
    settings = load_settings(
        home=home,
        environ={"AGENTSH_MODEL__HOST": "env", "AGENTSH_MODEL__MODEL": "env", "AGENTSH_RUN__BUDGET__MAX_STEPS": "9"},
        flags={"model": {"host": "flag", "model": None}},
    )
    assert (settings.model.host, settings.model.model, settings.model.keep_alive) == ("flag", "env", "file")
    assert (settings.run.budget.max_rounds, settings.run.budget.max_steps) == (3, 9)


def test_the_environment_speaks_text_and_json(home: Path) -> None:
    settings = load_settings(
        environ={
            "AGENTSH_MODEL__NUM_CTX": "4096",
            "AGENTSH_MODEL__TEMPERATURE": "0.5",
            "AGENTSH_MODEL__HOSTS": '[{"url": "http://a", "models": ["m"], "parallel": 2}]',
            "AGENTSH_CACHE": "not a setting",
            "HOME": "/root",
        }
    )
    assert (settings.model.num_ctx, settings.model.temperature) == (4096, 0.5)
    assert (settings.model.hosts[0].url, settings.model.hosts[0].parallel) == ("http://a", 2)


@pytest.mark.parametrize(
    ("text", "line", "said", "mend"),
    [
        ('[model]\nhost = "a"\nmodl = "b"\n', 3, "unknown key 'model.modl'", "'model'"),
        ("[modle]\nx = 1\n", 1, "unknown key 'modle'", "'model'"),
        ("# hi\n[model]\nnum_ctx = 'many'\n", 3, "'model.num_ctx' has to be a whole number, not 'many'", ""),
        ("model.num_ctx = 1\n", 1, "'model.num_ctx' does not fit", ""),
        ("[run]\napprove = 'perhaps'\n", 2, "'run.approve' cannot be 'perhaps'", "never"),
        ("[run]\n[run.budget]\nmax_rounds = 0\n", 3, "'run.budget.max_rounds'", ""),
        ("[[model.hosts]]\nurl = 'a'\n[[model.hosts]]\nurl = 'b'\nparallel = 0\n", 5, "'model.hosts.1.parallel'", ""),
        ("[[model.hosts]]\nmodels = ['x']\n", 1, "'model.hosts.0.url' is missing", "Add a line"),
        ("[run]\nbudget = {max_rounds = 0}\n", 2, "'run.budget.max_rounds'", ""),
        ("model = 3\n", 1, "'model' has to be a mapping", ""),
        ("[model]\nhost = here\n", 2, "not valid TOML: invalid value", "quotes"),
        ("[model]\nhost\n", 2, "not valid TOML: expected '='", "Lines look like"),
        ("[model]\n[model]\n", 2, "not valid TOML: cannot declare", "Lines look like"),
        ("[model]\nhost = 'a'\nhost = 'b'\n", 3, "not valid TOML: cannot overwrite", "Lines look like"),
        ('[model]\nhost = """a\n', 3, "not valid TOML", "Lines look like"),
        ("x = " + "[" * 5000 + "\n", None, "nested too deep", "flatter"),
    ],
)
def test_a_wrong_file_is_told_by_its_line(home: Path, text: str, line: int | None, said: str, mend: str) -> None:
    path = write(home, text)
    with pytest.raises(FileError) as caught:
        load_settings(home=home)
    error = caught.value
    told = (error.path, error.line, said in str(error), mend in error.hint)
    assert told == (str(path), line, True, True), (str(error), error.hint)


def test_a_file_that_is_not_utf_8_is_told(home: Path) -> None:
    (home / "agentsh.toml").write_bytes(b"[model]\nhost = '\xff'\n")
    with pytest.raises(FileError, match=r"agentsh\.toml:2: is not UTF-8"):
        load_settings(home=home)


def test_another_file_may_be_named_and_has_to_be_there(home: Path) -> None:
    other = home / "other.toml"
    other.write_text("[model]\nmodel = 'x'\n")
    write(home, "broken")
    assert load_settings(home=home, config=other).model.model == "x"
    with pytest.raises(UsageError, match="there is no settings file"):
        load_settings(home=home, config=home / "none.toml")


@pytest.mark.parametrize(
    ("name", "value", "said", "mend"),
    [
        ("AGENTSH_MODEL__NUM_CTX", "many", "AGENTSH_MODEL__NUM_CTX: 'model.num_ctx' has to be a whole number", ""),
        ("AGENTSH_MODEL__HSOT", "x", "AGENTSH_MODEL__HSOT: unknown key 'model.hsot'", "'host'"),
        ("AGENTSH_MODLE__HOST", "x", "AGENTSH_MODLE__HOST: unknown key 'modle'", "'model'"),
        ("AGENTSH_MODEL", "qwen3", "AGENTSH_MODEL names a group of settings", "AGENTSH_MODEL__NAME"),
        ("AGENTSH_MODEL__HOSTS", "[broken", "AGENTSH_MODEL__HOSTS: 'model.hosts' has to be a list", ""),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(name: str, value: str, said: str, mend: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(environ={"AGENTSH_RUN__TEAM": "pair", name: value})
    assert (said in str(caught.value), mend in caught.value.hint) == (True, True), (caught.value, caught.value.hint)


def test_a_wrong_flag_is_told() -> None:
    with pytest.raises(UsageError, match=r"the command line: 'model.temperature' does not fit"):
        load_settings(flags={"model": {"temperature": 9.0}})


def test_keys_are_found_on_their_lines() -> None:
    text = '# x\na = 1\n[b.c]\n"d" = 2\ne . f = 3\n[[g]]\n  h=1\n[[g]]\n[g.i]\n'
    assert key_lines(text) == {
        ("a",): 2,
        ("b", "c"): 3,
        ("b", "c", "d"): 4,
        ("b", "c", "e", "f"): 5,
        ("g", 0): 6,
        ("g", 0, "h"): 7,
        ("g", 1): 8,
        ("g", "i"): 9,
    }


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_file_is_settings_or_a_file_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(f"[model]\n{text}\n", encoding="utf-8")
    try:
        settings = load_settings(config=path)
    except FileError as error:
        settings = error.path
    assert settings in (Settings(), str(path))
