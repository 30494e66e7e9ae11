"""An import is matched with the distribution that brings it, however it is spelt."""

from agentsh.verify.packages import declared, distribution, normalised


def test_an_import_may_need_a_package_of_another_name() -> None:
    assert [distribution(name) for name in ("PIL", "yaml", "requests")] == ["Pillow", "PyYAML", "requests"]


def test_requirements_are_read_from_both_files() -> None:
    texts = {
        "requirements.txt": "# tools\nPyYAML>=6 ; python_version > '3'\n-r other.txt\n\nruamel.yaml[jinja2]==1\n",
        "pyproject.toml": "[project]\ndependencies = ['rich~=14']\n[project.optional-dependencies]\ndev = ['pytest']\n",
    }
    assert declared(texts) == {
        "pyyaml": "requirements.txt",
        "ruamel-yaml": "requirements.txt",
        "rich": "pyproject.toml",
        "pytest": "pyproject.toml",
    }


def test_a_broken_declaration_declares_nothing() -> None:
    assert declared({"pyproject.toml": "[project\n"}) == {}
    assert declared({"pyproject.toml": "project = 3\n"}) == {}
    assert declared({"pyproject.toml": "[project]\ndependencies = 'rich'\noptional-dependencies = 1\n"}) == {}


def test_spellings_of_a_name_are_one_name() -> None:
    assert normalised("Ruamel.YAML_x") == "ruamel-yaml-x"
