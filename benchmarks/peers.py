"""alex (https://alexjs.com), the word-list linter that writers know: installed with npm into a folder of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "alex@11"
# Passages a process: starting Node costs half a second, and a report of all of them is read in one piece.
_BATCH = 500
_FILE = re.compile(r"^(\d+)\.(?:md|txt)(?:: no issues found)?$")
_MESSAGE = re.compile(r"^\s+\d+:\d+")


class PeerMissing(Exception):
    """Why a peer takes no part."""


@dataclass(frozen=True, slots=True)
class Alex:
    """An installed alex. `command` is what to run."""

    command: Path
    version: str

    @classmethod
    def install(cls, folder: Path | None) -> Alex:
        """alex under `folder`, installed now if it is not there. Raises PeerMissing, which says why."""
        if folder is None:
            raise PeerMissing("alex takes no part: say with --peers FOLDER where npm may install it")
        folder = folder.absolute()
        command = folder / "node_modules" / ".bin" / "alex"
        if not command.exists():
            if shutil.which("npm") is None:
                raise PeerMissing("alex takes no part: npm is not installed")
            folder.mkdir(parents=True, exist_ok=True)
            call = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", _PACKAGE]
            done = subprocess.run(call, capture_output=True, text=True)
            if done.returncode or not command.exists():
                raise PeerMissing(
                    f"alex takes no part: npm install failed: {(done.stderr.strip() or 'no reason given')[-300:]}"
                )
        package = folder / "node_modules" / "alex" / "package.json"
        return cls(command, json.loads(package.read_text(encoding="utf-8"))["version"])

    def messages(self, texts: Sequence[str], syntax: str = "markdown") -> list[int]:
        """How many messages each text gets, every text being a file of its own. Raises PeerMissing when a run fails."""
        counts: list[int] = []
        for start in range(0, len(texts), _BATCH):
            counts += self._batch(texts[start : start + _BATCH], syntax)
        return counts

    def _batch(self, texts: Sequence[str], syntax: str) -> list[int]:
        suffix, options = (".md", []) if syntax == "markdown" else (".txt", ["--text"])
        with tempfile.TemporaryDirectory() as folder:
            names = [f"{place:04}{suffix}" for place in range(len(texts))]
            for name, text in zip(names, texts, strict=True):
                (Path(folder) / name).write_text(text + "\n", encoding="utf-8")
            done = subprocess.run([str(self.command), *names, *options], cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise PeerMissing(
                f"alex takes no part: it ended with status {done.returncode}: {done.stderr.strip()[-300:]}"
            )
        return counted(done.stderr, len(texts))


def counted(report: str, files: int) -> list[int]:
    """Messages a file from alex's report, where a file's name is its number. Raises PeerMissing when one is missing."""
    counts: dict[int, int] = {}
    current = -1
    for line in report.splitlines():
        if named := _FILE.match(line):
            current = int(named[1])
            counts[current] = 0
        elif current >= 0 and _MESSAGE.match(line):
            counts[current] += 1
    if counts.keys() != set(range(files)):
        raise PeerMissing(f"alex takes no part: its report names {len(counts)} of {files} files")
    return [counts[place] for place in range(files)]
