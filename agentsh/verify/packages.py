"""Names of packages: which distribution an import needs, and which ones a workspace declares."""

import re
import tomllib
from collections.abc import Iterator, Mapping

_DISTRIBUTIONS = {
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "usb": "pyusb",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
"""Modules whose distribution has another name, of those that programs use most."""
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def distribution(module: str) -> str:
    """Return the name by which the package of a top-level module is installed."""
    return _DISTRIBUTIONS.get(module, module)


def declared(texts: Mapping[str, str]) -> dict[str, str]:
    """Return normalised distribution name → file that declares it, from requirements.txt and pyproject.toml."""
    found: dict[str, str] = {}
    for path, text in texts.items():
        lines = _of_pyproject(text) if path.endswith(".toml") else text.splitlines()
        for line in lines:
            if match := _REQUIREMENT.match(line):
                found.setdefault(normalised(match[1]), path)
    return found


def normalised(name: str) -> str:
    """Return a distribution's name in the spelling that all its spellings share (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _of_pyproject(text: str) -> Iterator[str]:
    try:
        project = tomllib.loads(text).get("project", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    if not isinstance(project, dict):
        return
    extras = project.get("optional-dependencies", {})
    lists = [project.get("dependencies", []), *(extras.values() if isinstance(extras, dict) else [])]
    for requirements in lists:
        yield from (line for line in requirements if isinstance(line, str)) if isinstance(requirements, list) else ()
