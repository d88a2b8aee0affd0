"""The wheel of a tag, built twice under conditions that have nothing to do with it: both must be the same bytes."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from benchmarks.supply_chain_tools import tool
from srlint.errors import ConfigError

_ROOT = Path(__file__).parents[1]
# What a second builder's machine may have set otherwise.
CONDITIONS = (
    {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"},
    {"LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"},
)


def run(tools: Path, tag: str) -> tuple[str, bool]:
    """What came of it, and whether both wheels are the same. Raises ConfigError when git or the builder fails."""
    builder = tool(tools, "hatchling")
    when = _git("log", "-1", "--format=%ct", tag).decode().strip()
    files = _git("archive", "--format=tar", tag)
    digests = []
    for number, conditions in enumerate(CONDITIONS):
        with tempfile.TemporaryDirectory(prefix=f"srlint-{number}-") as temporary:
            wheel = built(Path(temporary), files, builder, {**conditions, "SOURCE_DATE_EPOCH": when}, number)
            digests.append(sha256(wheel.read_bytes()).hexdigest())
            name = wheel.name
    same = len(set(digests)) == 1
    told = "\n".join(f"build {number}: SHA-256 {digest}" for number, digest in enumerate(digests, 1))
    return f"{name} of {tag}, SOURCE_DATE_EPOCH={when}\n{told}\n{'the same bytes' if same else 'THEY DIFFER'}", same


def built(folder: Path, files: bytes, builder: Path, environment: dict[str, str], number: int) -> Path:
    """The wheel of an archive of the sources, unpacked in `folder`. `number` varies the umask and the files' times."""
    source = folder / "source"
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        archive.extractall(source, filter="data")
    for path in source.rglob("*"):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
        if path.is_file():
            path.chmod((0o644, 0o664)[number % 2] | (path.stat().st_mode & 0o111))
    done = subprocess.run(
        [str(builder), "build", "-t", "wheel", "-d", str(folder / "out")],
        cwd=source, env={**os.environ, **environment}, capture_output=True, text=True, umask=(0o022, 0o007)[number % 2],
    )  # fmt: skip
    if done.returncode:
        raise ConfigError(f"hatchling failed: {done.stderr.strip()[-500:]}")
    (wheel,) = (folder / "out").glob("*.whl")
    return wheel


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True)
    if done.returncode:
        raise ConfigError(f"git {arguments[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def archived(folder: Path, names: Iterable[str]) -> bytes:
    """Some files of a folder as git would archive them."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in names:
            archive.add(folder / name, name)
    return stream.getvalue()
