"""What the robustness benchmarks have in common: documents with something to rewrite, and the command as a process."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from srlint.errors import ConfigError

_ROOT = Path(__file__).parents[1]
# No settings, no cache and no model come in from the outside.
PLAIN = ("--isolated", "--no-model", "--no-progress")
_PROSE = (
    "The meeting starts at nine in the small hall.\n\n"
    "The chairman opens the meeting, and {number} guests were there.\n\n"
    "Minutes of meeting {number} are kept in the archive for ten years.\n\n"
    "* Every policeman in town was invited.\n* Coffee is served at ten.\n"
)


@dataclass(frozen=True, slots=True)
class Writer:
    """A command that rewrites documents; the path of their folder follows its arguments.

    `key` is what a person presses whenever it asks, on a terminal. With `cached`, a cache takes part that knows all
    documents, so that most of a run is questions and writes, not the judging of the same texts again.
    """

    arguments: tuple[str, ...]
    key: bytes = b""
    cached: bool = False


# Whoever adds a command that rewrites documents adds it here.
WRITERS = {
    "fix": Writer(("check", "--fix", "--no-cache", *PLAIN)),
    "review": Writer(("review", "--restart", "--color", "never", "--isolated", "--no-model"), b"y", cached=True),
}
# How a review asks.
_PROMPT = b"\n> "


def write_documents(folder: Path, count: int) -> dict[str, bytes]:
    """Fills `folder` with that many documents, each with words to replace; their bytes by name."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for number in range(count):
        text = f"# Meeting {number}\n\n{_PROSE.format(number=number)}"
        # Line ends and a byte order mark are part of what a write must keep.
        data = text.encode() if number % 3 else b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        written[f"{number:05}.md"] = data
        (folder / f"{number:05}.md").write_bytes(data)
    return written


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files in a folder by name, hidden ones among them."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def start(
    arguments: Sequence[str],
    key: bytes = b"",
    heard: bytearray | None = None,
    streams: Mapping[str, int] | None = None,
    **environment: str,
) -> subprocess.Popen[bytes]:
    """`srlint ARGUMENTS` in a session of its own, from the folder of the package, so that a checkout does as well.

    With a `key` it runs on a terminal, where the key is pressed at every prompt; what it says is added to `heard`.
    Otherwise it has the `streams`, or by default none to read and pipes to write to.
    """
    pipe = subprocess.PIPE
    streams = streams or {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe}
    leader = follower = -1
    if key:
        leader, follower = pty.openpty()
        streams = dict.fromkeys(streams, follower)
    process = subprocess.Popen(
        [sys.executable, "-m", "srlint", *arguments],
        cwd=_ROOT,
        env={**os.environ, **environment},
        start_new_session=True,
        **streams,
    )
    if key:
        os.close(follower)
        threading.Thread(target=_press, args=(leader, key, heard), daemon=True).start()
    return process


def _press(leader: int, key: bytes, heard: bytearray | None) -> None:
    """Presses the key at every prompt until the process on the other side is gone."""
    said = b""
    with suppress(OSError), open(leader, "r+b", buffering=0) as terminal:
        while piece := terminal.read(65_536):
            if heard is not None:
                heard += piece
            said += piece.replace(b"\r", b"")
            asked = said.count(_PROMPT)
            if asked:
                terminal.write(key * asked)
                said = said[said.rindex(_PROMPT) + len(_PROMPT) :]


def finished(arguments: Sequence[str], key: bytes = b"", **environment: str) -> tuple[bytes, bytes]:
    """What a run says on both streams. Raises ConfigError for one that could not do its work."""
    process = start(arguments, key, **environment)
    out, said = process.communicate()
    if process.returncode not in (0, 1):
        told = (said or b"").decode("utf-8", "replace")
        raise ConfigError(f"srlint {' '.join(arguments[:3])} ended with status {process.returncode}: {told}")
    return out, said


def left_running(session: int) -> bool:
    """Whether a process of the session is still there."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True
