"""Wheels made on the spot, so that packages can be installed without a network."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def wheel(
    folder: Path,
    name: str,
    version: str,
    modules: Mapping[str, str] | None = None,
    needs: Sequence[str] = (),
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """Write a wheel of pure Python into `folder`.

    Args:
        folder: where pip finds it by --find-links.
        name: of the distribution.
        version: of it.
        modules: path → text; None: one module of the distribution's name that knows its version.
        needs: what it requires.
        scripts: command → `module:function`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    modules = modules if modules is not None else {f"{name}.py": f"version = {version!r}\n"}
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    files = {
        **modules,
        f"{info}/METADATA": "\n".join([*lines, *(f"Requires-Dist: {one}" for one in needs), ""]),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/top_level.txt": "".join(f"{path.partition('/')[0].removesuffix('.py')}\n" for path in modules),
    }
    if scripts:
        entries = "".join(f"{command} = {target}\n" for command, target in scripts.items())
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{entries}"
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(inner, text)
    return path
