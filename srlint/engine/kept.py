"""What a model's start takes long to work out and every run works out alike, kept on disk.

Nothing here is needed: what cannot be read, or is not what was written, is worked out again, and what cannot be written
is not kept.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

# The number is that of the layout and of how contents are made.
_RECIPE = "1"
_SUFFIX = ".start"
# So much is kept in one folder; what was written first goes first.
MOST_FILES, MOST_BYTES = 12, 1_000_000_000
_DIGEST = sha256().digest_size


def read(folder: Path, key: Sequence[str]) -> bytes | None:
    """What was kept for the key, whole and unharmed; None where there is nothing of that kind."""
    try:
        content = _place(folder, key).read_bytes()
    except OSError:
        return None
    return content[_DIGEST:] if content[:_DIGEST] == _seal(key, content[_DIGEST:]) else None


def write(folder: Path, key: Sequence[str], content: bytes) -> None:
    """Keeps the content for the key, whole or not at all."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_seal(key, content))
                file.write(content)
            os.replace(part, _place(folder, key))
        except BaseException:
            os.unlink(part)
            raise
        _make_room(folder)


def _make_room(folder: Path) -> None:
    found = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    total = 0
    for place, path in enumerate(found):
        total += path.stat().st_size
        if place and (place >= MOST_FILES or total > MOST_BYTES):
            path.unlink()


def _place(folder: Path, key: Sequence[str]) -> Path:
    return folder / f"{_named(key).hexdigest()[:32]}{_SUFFIX}"


def _seal(key: Sequence[str], content: bytes) -> bytes:
    digest = _named(key)
    digest.update(content)
    return digest.digest()


def _named(key: Sequence[str]):
    return sha256("\0".join((_RECIPE, *key)).encode("utf-8", "surrogatepass"))
