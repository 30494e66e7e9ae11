"""Templates: what may be said is filled in, the rest is refused with its line, and nothing runs away."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.library.templates import PROMPT_VARIABLES, PromptRenderer, TemplateText

VALUES: JsonObject = {
    "idea": "a snake game",
    "context": [{"role": "architect", "action": "write_design", "content": "# Design", "data": {"entry": "main.py"}}],
    "item": None,
    "files": {"main.py": "print(1)\n", "docs/prd.md": "# PRD"},
    "vars": {"language": "Python"},
    "round": 2,
}
Write = Callable[[str, str], Path]


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


@pytest.fixture
def write(prompts: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = prompts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def render(template: str, **more: object) -> str:
    return PromptRenderer().render(template, VALUES | more, source="a.md")  # type: ignore[operator]


def failure(template: str) -> str:
    with pytest.raises(FileError) as caught:
        render(template)
    return f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Make {{ idea }}.", "Make a snake game."),
        ("[{{ item }}]", "[]"),
        ("{% if item %}one{% else %}none{% endif %}", "none"),
        (
            "{% for path, text in files.items() if path.endswith('.py') %}{{ path }}={{ text }}{% endfor %}",
            "main.py=print(1)\n",
        ),
        ("{% for message in context %}{{ loop.index }}: {{ message.data.entry }}{% endfor %}", "1: main.py"),
        ("{{ vars.language | upper }} {{ vars.other | default('none') }}", "PYTHON none"),
        ("{{ idea ~ '!' ~ round }} {{ round + 1 }} {{ round - 1 }}", "a snake game!2 3 1"),
        ("{% set name = idea.split()[1] %}{{ name }}", "snake"),
        ("{{ ['a', none, 'b'] | join('-') }} {{ context | map(attribute='role') | join }}", "a--b architect"),
        ("{{ vars | tojson }} {{ '<&>' | tojson }}", '{"language": "Python"} "<&>"'),
        ("{{ 'a\nb' | indent(2) }}|{{ 'aba' | replace('a', 'x') }}", "a\n  b|xbx"),
        ("{% raw %}{{ idea }}{% endraw %}", "{{ idea }}"),
    ],
)
def test_values_are_filled_in(template: str, text: str) -> None:
    assert render(template) == text


def test_what_a_value_holds_is_not_a_template() -> None:
    assert render("{{ idea }}", idea="{{ vars }} {% if %}") == "{{ vars }} {% if %}"


@pytest.mark.parametrize(
    ("template", "line", "said"),
    [
        ("a\n{{ ideal }}", 2, "unknown variable 'ideal' Did you mean 'idea'? Known: context, files, idea"),
        ("{% if item %}{{ nope }}{% endif %}", 1, "unknown variable 'nope'"),
        ("a\nb\n{{ vars.nope }}", 3, "there is no 'nope'; there is: language A value from the command line"),
        ("{{ context[0].data.titel }}", 1, "there is no 'titel'; there is: entry"),
        ("{{ context[3].role }}", 1, "no element 3"),
        ("{{ idea", 1, "unexpected end of template"),
        ("a\n{% if idea %}", 2, "Unexpected end of template"),
        ("a\n{{ idea | upcase }}", 2, "No filter named 'upcase'. Filters are abs"),
        ("{{ idea is nice }}", 1, "No test named 'nice'"),
        ("{{ idea + 'x' }}", 1, "+ is for numbers; join text with ~"),
        ("a\n{{ idea.__class__ }}", 2, "'__class__' is private"),
        ("{{ idea['__class__'] }}", 1, "'__class__' is private"),
        ("{{ _turns }}", 1, "'_turns' is private"),
        ("{{ idea | attr('x') }}", 1, "No filter named 'attr'"),
        ("{{ idea.format(1) }}", 1, "this cannot be called What can be called: range"),
        ("{{ idea() }}", 1, "this cannot be called"),
        ("a\n{% macro x() %}{% endmacro %}", 2, "'macro' is not part of prompts"),
        ("{% extends 'a.md' %}", 1, "'extends' is not part of prompts"),
        ("{% import 'a.md' as a %}", 1, "'import' is not part of prompts"),
        ("{{ 'x' * 9 }}", 1, "'*' is not part of prompts"),
        ("{{ 9 ** 9 }}", 1, "'**' is not part of prompts"),
        ("{{ '%9999d' % 1 }}", 1, "'%' is not part of prompts"),
        ("{% for x in context recursive %}{% endfor %}", 1, "a recursive loop"),
        ("{% include idea %}", 1, "what is included has to be named"),
        ("a\n{% include 'no.md' %}", 2, "there is no 'no.md' to include"),
        ("{{ lipsum }}", 1, "unknown variable 'lipsum'"),
    ],
)
def test_the_rest_is_refused_with_its_line(write: Write, template: str, line: int, said: str) -> None:
    path = write("actions/a.md", f"---\nname: a\n---\n\n{template}\n")
    with pytest.raises(FileError) as caught:
        PromptRenderer().render(template, VALUES, source=str(path))
    told = f"{caught.value} {caught.value.hint}"
    assert (caught.value.path, caught.value.line, said in told) == (str(path), line + 4, True), told


def test_when_the_file_has_changed_the_line_is_of_the_text(write: Write) -> None:
    path = write("actions/a.md", "---\nname: a\n---\nsomething else\n")
    with pytest.raises(FileError) as caught:
        PromptRenderer().render("a\n{{ nope }}", VALUES, source=str(path))
    assert (caught.value.line, "line 2 of its text" in str(caught.value)) == (None, True)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "more than 100000 turns"),
        ("{% for a in range(99999) %}" + "x" * 100 + "{% endfor %}", "beyond 1000000 characters"),
        ("{% set x = '" + "x" * 99 + "' %}" + "{% set x = x ~ x ~ x %}" * 60, "beyond 1000000 characters"),
        ("{% set x = '" + "x" * 99 + "' %}" + "{% set x = [x, x, x] | join %}" * 60, "beyond 1000000 characters"),
        ("{% set x = '" + "x" * 99 + "' %}" + "{% set x = x | replace('x', x) %}" * 9, "beyond 1000000 characters"),
        ("{{ " + "(" * 50_000 + " }}", "nested too deep"),
        ("{{ 1" + "1" * 5_000 + " }}", "too long"),
        ("{% for x in context %}" * 300 + "{% endfor %}" * 300, "nested too deep"),
        ("{{ range(10000000) | list }}", "Range too big"),
    ],
    ids=["loops", "output", "joining", "lists", "replacing", "brackets", "digits", "blocks", "range"],
)
def test_nothing_runs_away(template: str, said: str) -> None:
    started = process_time()
    assert said in failure(template)
    assert process_time() - started < 10


def test_a_template_may_include_others(prompts: Path, write: Write) -> None:
    write("parts/rules.md", "Be brief, {{ name }}.\n")
    write("parts/more.md", '---\nname: more\n---\n{% include "parts/rules.md" %} Really.\n')
    text = "{% for name in ['a', 'b'] %}{% include 'parts/more.md' %} {% endfor %}"
    assert PromptRenderer([prompts]).render(text, VALUES) == "Be brief, a. Really. Be brief, b. Really. "


def test_of_two_included_files_the_first_on_the_search_path_counts(tmp_path: Path, prompts: Path, write: Write) -> None:
    write("parts/rules.md", "shipped")
    mine = tmp_path / "mine" / "parts" / "rules.md"
    renderer = PromptRenderer([tmp_path / "mine", prompts])
    template = "{% include 'parts/rules.md' %}"
    assert renderer.render(template, VALUES) == "shipped"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert renderer.render(template, VALUES) == "mine"


def test_what_is_wrong_in_an_included_file_is_told_of_that_file(prompts: Path, write: Write) -> None:
    static = write("parts/static.md", "---\nname: x\n---\nok\n{{ nope }}\n")
    late = write("parts/late.md", "ok\n\n{{ vars.nope }}\n")
    for name, path, line in (("static", static, 5), ("late", late, 3)):
        with pytest.raises(FileError) as caught:
            PromptRenderer([prompts]).render(f"{{% include 'parts/{name}.md' %}}", VALUES)
        assert (caught.value.path, caught.value.line) == (str(path), line)


def test_files_that_include_each_other_are_told_with_the_circle(prompts: Path, write: Write) -> None:
    main = write("actions/main.md", "---\nname: main\n---\nHi\n{% include 'parts/a.md' %}\n")
    write("parts/a.md", "{% include 'parts/b.md' %}")
    b = write("parts/b.md", "one\n{% include 'actions/main.md' %}")
    with pytest.raises(FileError) as caught:
        PromptRenderer([prompts]).render("Hi\n{% include 'parts/a.md' %}", VALUES, source=str(main))
    assert (caught.value.path, caught.value.line) == (str(b), 2)
    assert "main.md → a.md → b.md → main.md" in str(caught.value)


def test_nothing_outside_the_search_path_is_included(tmp_path: Path, prompts: Path, write: Write) -> None:
    (tmp_path / "secret.md").write_text("secret")
    prompts.mkdir()
    (prompts / "link.md").symlink_to(tmp_path / "secret.md")
    for name in ("link.md", "../secret.md", str(tmp_path / "secret.md"), "x/../../secret.md"):
        with pytest.raises(FileError, match="to include"):
            PromptRenderer([prompts]).render(f"{{% include '{name}' %}}", VALUES)


def test_a_prompt_is_checked_without_its_values(write: Write) -> None:
    renderer = PromptRenderer()
    renderer.check(TemplateText("a.md", " ".join(f"{{{{ {name} }}}}" for name in PROMPT_VARIABLES), 1))
    with pytest.raises(FileError, match=r"a\.md:12: unknown variable 'memory'"):
        renderer.check(TemplateText("a.md", "one\n{{ memory }}", 11))


@given(st.text(alphabet=st.sampled_from("{}% |.()[]'\"+~-ifor endsetincludea1,="), max_size=50))
def test_any_text_is_rendered_or_a_file_error(template: str) -> None:
    try:
        text = render(template, a="x", i=[1], e={"d": 1})
    except FileError as error:
        text = str(error)
    assert isinstance(text, str)


def test_jinja_is_imported_only_when_something_is_rendered() -> None:
    code = "import sys, agentsh.library.templates, agentsh.library.shelf; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
