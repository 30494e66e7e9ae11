"""Files that do not fit together are found before anything runs, each with its line and the mend."""

import pytest

from tests.library.team import Files

Change = tuple[str, str, str]
"""(file, old, new)"""


def findings(files: Files, change: Change) -> list[tuple[str, int | None, str, str]]:
    files.edit(*change)
    return [
        (finding.path.removeprefix(f"{files.root}/"), finding.line, finding.message, finding.hint)
        for finding in files.shelf().check_team("duo")
    ]


def only(files: Files, change: Change, severity: str) -> tuple[str, int | None, str, str]:
    [found] = findings(files, change)
    [finding] = files.shelf().check_team("duo")
    assert finding.severity == severity
    return found


TEAM, WRITER, TESTER = "teams/duo.md", "roles/writer.md", "roles/tester.md"
WRITE, JUDGE, TEST = "actions/write.md", "actions/judge.md", "actions/test.md"


@pytest.mark.parametrize(
    ("change", "place", "said", "mend"),
    [
        ((TEAM, "verify: true", "verifi: true"), (TEAM, 5), "unknown key 'verifi'", "'verify'"),
        ((TEAM, "verify: true", "options: {}"), (TEAM, 5), "unknown key 'options'", "Leave it out"),
        ((TEAM, "conductor: sop", "conductor: spo"), (TEAM, 3), "there is no conductor 'spo'", "'sop'"),
        ((TEAM, "verify: true", "entry: writr"), (TEAM, 5), "'writr' is not in the team", "'writer'"),
        ((TEAM, "verify: true", "done: judge"), (TEAM, 5), "no role of the team does 'judge'", "There is: test, write"),
        ((TEAM, "[writer, tester]", "[writer, testr]"), (TEAM, 4), "there is no role 'testr'", "'tester'"),
        ((TEAM, "[writer, tester]", "[writer, writer, tester]"), (TEAM, 4), "two roles are called", "as another_name"),
        ((TEAM, "[writer, tester]", "[writer, tester as boss]"), (TEAM, 4), "'boss' is no name", "a letter first"),
        ((TEAM, "[writer, tester]", "[writer, a b c]"), (TEAM, 4), "'a b c' names no role", "engineer as alice"),
        ((TEAM, "[writer, tester]", "[writer, ../x]"), (TEAM, 4), "there is no role '../x'", "There is"),
        ((TEAM, "[writer, tester]", "writer"), (TEAM, 4), "'roles' has to be a list, not 'writer'", "[writer]"),
        ((TEAM, "[writer, tester]", "[]"), (TEAM, 4), "'roles' does not fit", ""),
        ((TEAM, "verify: true", "budget: {max_rounds: 0}"), (TEAM, 5), "'budget.max_rounds' does not fit", ""),
        ((TEAM, "verify: true", "budget: {rounds: 1}"), (TEAM, 5), "unknown key 'budget.rounds'", "'max_rounds'"),
        ((TEAM, "name: duo", "name: trio"), (TEAM, 2), "the name 'trio' is not the file's", "name: duo"),
        ((TEAM, "name: duo", "name: 1"), (TEAM, 2), "'1' is no name", "a letter first"),
        ((TEAM, "name: duo\n", ""), (TEAM, 1), "'name' is missing", "name: duo"),
        ((TEAM, "verify: true", "verify: a\nverify_command: b"), (TEAM, 5), "the command is there twice", "Keep one"),
        ((TEAM, "verify: true", "source: x"), (TEAM, 5), "unknown key 'source'", "Leave it out"),
        ((WRITER, "profile: Writer\n", ""), (WRITER, 1), "'profile' is missing", "profile: …"),
        ((WRITER, "profile: Writer", "profile:"), (WRITER, 3), "'profile' is empty", "leave the line out"),
        ((WRITER, "actions: [write]", "react: by_oder"), (WRITER, 5), "'react' cannot be 'by_oder'", "'by_order'"),
        ((WRITER, "actions: [write]", "human: maybe"), (WRITER, 5), "'human' has to be true or false", ""),
        ((WRITER, "actions: [write]", "max_loops: many"), (WRITER, 5), "'max_loops' has to be a whole number", ""),
        ((WRITER, "actions: [write]", "memory: long"), (WRITER, 5), "'memory' has to be a mapping", ""),
        ((WRITER, "actions: [write]", "backstory: x"), (WRITER, 5), "the backstory is there twice", "Keep one"),
        (
            (WRITER, "actions: [write]", "react: plan_and_act\nplanning: {step: write}\nactions: [write]"),
            (WRITER, 5),
            "there is no action 'plan'",
            "",
        ),
        ((WRITER, "actions: [write]", "actions: [wriet]"), (WRITER, 5), "there is no action 'wriet'", "'write'"),
        ((WRITER, "test: [write]", "test: [tset]"), (WRITER, 4), "'tset' is not one of the actions", "There is: write"),
        ((TESTER, "write: [test]", "? [a]\n  : b"), (TESTER, 6), "a key has to be a word", ""),
        (
            (WRITE, "does: write_files", "does: write_file"),
            (WRITE, 4),
            "'does' cannot be 'write_file'",
            "'write_files'",
        ),
        ((WRITE, "action: judge", "action: jugde"), (WRITE, 5), "there is no action 'jugde'", "'judge'"),
        ((WRITE, "rounds: 2", "rounds: 99"), (WRITE, 5), "'review.rounds' does not fit", ""),
        ((WRITE, "summary: Writes.", "for_each: tasks"), (WRITE, 3), "'tasks' names no list", "as task"),
        ((WRITE, "summary: Writes.", "for_each: plan.x as y"), (WRITE, 3), "no role of the team does 'plan'", "test"),
        ((WRITE, "summary: Writes.", "for_each: test.x as y"), (WRITE, 3), "the output of test has no list 'x'", ""),
        ((WRITE, "summary: Writes.", "prompt: x"), (WRITE, 3), "unknown key 'prompt'", "Leave it out"),
        ((WRITE, "Write {{ idea }}.", "Write\n{{ iea }}."), (WRITE, 8), "unknown variable 'iea'", "'idea'"),
        ((WRITE, "Write {{ idea }}.", ""), (WRITE, 7), "write has no prompt", "below the front matter"),
        ((WRITE, "{{ idea }}", "{% include 'x.md' %}"), (WRITE, 7), "there is no 'x.md' to include", ""),
        (
            (JUDGE, "approve|rewrite", "yes|no"),
            (WRITE, 5),
            "the output of judge is no review",
            "verdict: approve|rewrite",
        ),
        ((JUDGE, "list[str]", "str"), (WRITE, 5), "the output of judge is no review", "comments: list[str]"),
        ((JUDGE, "list[str]", "list[string]"), (JUDGE, 4), "unknown type 'string'", "'str'"),
        ((TEST, "[writer]", "[writr]"), (TEST, 5), "'writr' is not in the team", "'writer'"),
    ],
)
def test_what_cannot_work_is_an_error(
    files: Files, change: Change, place: tuple[str, int], said: str, mend: str
) -> None:
    path, line, message, hint = only(files, change, "error")
    assert ((path, line), said in message, mend in hint) == (place, True, True), (path, line, message, hint)


@pytest.mark.parametrize(
    ("change", "place", "said", "mend"),
    [
        ((TESTER, "write: [test]", "write: [test]\n  wirte: [test]"), (TESTER, 7), "nobody in the team", "'write'"),
        ((WRITER, "test: [write]", "write: [write]"), (WRITER, 4), "'write' sets itself off", "what others publish"),
        ((WRITER, "actions: [write]", "actions: [write, judge]"), (WRITER, 5), "nothing sets 'judge' off", "in watch"),
        ((WRITE, "summary: Writes.", "context: [test, wirte]"), (WRITE, 3), "there is no action 'wirte'", "'write'"),
        ((WRITE, "summary: Writes.", "tools: [shell]"), (WRITE, 3), "no tool 'shell' ships", "A plugin"),
        ((WRITER, "actions: [write]", "actions: [write]\ntools: [x]"), (WRITER, 6), "no tool 'x' ships", "A plugin"),
        ((TEST, "does: verify", "does: ask"), (TEST, 6), "", ""),
    ],
)
def test_what_is_odd_is_a_warning(files: Files, change: Change, place: tuple[str, int], said: str, mend: str) -> None:
    if change[0] == TEST:
        files.edit(TEST, "on_fail: [writer]", "on_fail: [writer]\n---\nTest it.")
        place, said, mend = (TEAM, 5), "no role verifies the program", "verify: false"
    path, line, message, hint = only(files, change, "warning")
    assert ((path, line), said in message, mend in hint) == (place, True, True), (path, line, message, hint)
    assert files.shelf().team("duo").team.name == "duo"


def test_nobody_who_gets_the_idea_is_an_error(files: Files) -> None:
    [found] = findings(files, (WRITER, "user_requirement: [write], ", ""))
    assert found[1:] == (4, "no role gets the idea", "Give one of them watch: [user_requirement], or name an entry.")
    files.edit(TEAM, "verify: true", "verify: true\nentry: writer")
    assert files.shelf().check_team("duo") == ()


def test_a_loop_goes_over_a_list_of_an_output(files: Files) -> None:
    files.edit(WRITER, "actions: [write]", "actions: [judge, write]")
    files.edit(WRITER, "user_requirement: [write]", "user_requirement: [judge, write]")
    files.edit(WRITE, "summary: Writes.", "for_each: judge.steps as step")
    files.edit(WRITE, "{{ idea }}", "{{ step.what }} {{ item.what }}")
    assert files.shelf().check_team("duo") == ()
    files.edit(WRITE, "judge.steps", "judge.stepz")
    [finding] = files.shelf().check_team("duo")
    assert (finding.line, finding.hint) == (3, "Did you mean 'steps'?")


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        ("{until: done, back_to: write}", None),
        ("{until: don, back_to: write}", "the output has no bool 'don'"),
        ("{until: verdict, back_to: write}", "the output has no bool 'verdict'"),
        ("{until: done, back_to: test}", "'test' is not one of the actions of writer"),
        ("{until: done, back_to: nothing}", "there is no action 'nothing'"),
    ],
)
def test_a_repetition_needs_a_flag_and_a_way_back(files: Files, repeat: str, said: str | None) -> None:
    files.edit(WRITER, "actions: [write]", "actions: [write, judge]")
    files.edit(WRITER, "user_requirement: [write]", "user_requirement: [write, judge]")
    files.edit(JUDGE, "name: judge", f"name: judge\nrepeat: {repeat}")
    told = [(finding.line, finding.message) for finding in files.shelf().check_team("duo")]
    assert told == ([] if said is None else [(3, said)])


def test_errors_come_before_warnings(files: Files) -> None:
    files.edit(WRITE, "summary: Writes.", "tools: [x]")
    files.edit(TEST, "[writer]", "[nobody]")
    assert [finding.severity for finding in files.shelf().check_team("duo")] == ["error", "warning"]
