"""What can be wrong with the phases of a chain is told with its line, before anything runs."""

from pathlib import Path

import pytest

from agentsh.core.options.chain import ChainOptions
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from tests.library.team import Files

TEAM = "teams/pair.md"
FRONT = """\
name: pair
conductor: chain
roles: [ann, bob]
verify: false
phases:
  - name: talk
    assistant: ann
    user: bob
    prompt: say
    turns: 2
    until: done
  - name: rounds
    repeat: 2
    until: check.done
    phases:
      - name: check
        assistant: bob
        prompt: say
  - name: last
    assistant: ann
    prompt: say
    after: [talk]"""


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path)
    files.write("roles/ann.md", "name: ann\nprofile: Talker")
    files.write("roles/bob.md", "name: bob\nprofile: Talker")
    files.write("actions/say.md", "name: say\noutput:\n  words: str\n  done: bool", "Say it.")
    files.write("actions/instruct.md", "name: instruct", "Instruct.")
    files.write("teams/pair.md", FRONT, "Two talk.")
    return files


def test_phases_are_read_with_what_they_need(files: Files) -> None:
    assert files.shelf().check_team("pair") == ()
    team = files.shelf().team("pair")
    assert set(team.actions) == {"say", "instruct"}
    assert {role.watch == {} for role in team.roles.values()} == {True}
    assert ChainOptions.model_validate(team.team.options).known["last"] == ("talk", "last")


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "mend"),
    [
        ("assistant: ann\n    user", "assistant: anne\n    user", 8, "'anne' is not in the team", "'ann'"),
        ("prompt: say\n    turns", "prompt: sy\n    turns", 10, "there is no action 'sy'", "'say'"),
        ("until: done", "until: over", 12, "the output of 'say' has no bool 'over'", "There is: done"),
        ("until: check.done", "until: chck.done", 15, "'chck.done' is no bool of a phase in 'rounds'", "check.done"),
        ("until: check.done", "until: check.over", 15, "the output of 'say' has no bool 'over'", "There is: done"),
        ("name: last", "name: talk", 20, "two phases are called 'talk'", "another name"),
        ("after: [talk]", "after: [tlk]", 23, "there is no phase 'tlk' beside 'last'", "'talk'"),
        ("after: [talk]", "after: [last]", 23, "'last' waits for itself", "Leave one of the names out"),
        ("after: [talk]", "context: [tlk]", 23, "there is no phase 'tlk'", "'talk'"),
        ("    user: bob\n", "", 7, "the phase 'talk' has no user", "user: …"),
        ("        assistant: bob\n", "", 17, "the phase 'check' has no assistant", "assistant: …"),
        ("    turns: 2", "    turns: 0", 11, "'phases.0.turns' does not fit", ""),
        ("    turns: 2", "    trns: 2", 11, "unknown key 'phases.0.trns'", "'turns'"),
        ("phases:", "phass:", 6, "unknown key 'phass'", "'phases'"),
        ("    turns: 2", "    turns: 2\n    ask_back: 1", 7, "there is no action 'clarify'", "There is"),
    ],
)
def test_what_is_wrong_has_its_line_and_its_mend(
    files: Files, old: str, new: str, line: int, said: str, mend: str
) -> None:
    path = files.edit(TEAM, old, new)
    found = files.shelf().check_team("pair")[0]
    assert found.severity == "error"
    assert said in found.message
    assert (found.path, found.line) == (str(path), line)
    assert mend in found.hint


def test_what_a_phase_can_know_never_ran_beside_it() -> None:
    options = ChainOptions.model_validate(Shelf([shipped_prompts()]).team("chat-company").team.options)
    assert "environment" not in options.known["manual"]
    assert "manual" not in options.known["environment"]
    assert {"demand", "coding", "review/comment", "trial/try"} <= set(options.known["manual"])
    assert options.known["demand"][0] == "demand"


def test_a_role_that_stands_in_two_phases_side_by_side_is_warned_of(files: Files) -> None:
    files.write(
        "teams/pair.md", FRONT.replace("  - name: last\n    assistant: ann", "  - name: last\n    assistant: bob")
    )
    (found,) = Shelf([files.root]).check_team("pair")
    assert found.severity == "warning"
    assert str(found.as_error()).endswith(
        "pair.md:20: 'rounds' and 'last' wait for neither, but 'bob' does both, one after the other"
    )
    files.write("teams/pair.md", FRONT)
    assert not Shelf([files.root]).check_team("pair")
