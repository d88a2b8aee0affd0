"""Other linters of prose on a folder of documents: alex, textlint with its alex rule, proselint, Vale.

What npm and pip can install goes into a folder of its own; what is missing takes no part.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import Alex, PeerMissing

# What says that there were warnings, or that there were none.
_FINE = frozenset({0, 1})


@dataclass(frozen=True, slots=True)
class ProseLinter:
    """One that is installed. `command` is followed by the documents; `environment` is what it needs beside."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = _FINE


def installed(folder: Path | None) -> tuple[list[ProseLinter], list[str]]:
    """Those that can be had, and why the others take no part."""
    found, notes = [], []
    for install in (_alex, _textlint, _proselint, _vale):
        try:
            found.append(install(folder))
        except PeerMissing as reason:
            notes.append(str(reason))
    return found, notes


def _alex(folder: Path | None) -> ProseLinter:
    alex = Alex.install(folder)
    return ProseLinter(f"alex {alex.version}", [str(alex.command)])


def _textlint(folder: Path | None) -> ProseLinter:
    folder = _folder(folder, "textlint")
    command, rule = folder / "node_modules" / ".bin" / "textlint", folder / "node_modules" / "textlint-rule-alex"
    if not (command.exists() and rule.exists()):
        packages = ["textlint", "textlint-rule-alex"]
        _install("textlint", ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", *packages])
    version = json.loads((rule / "package.json").read_text(encoding="utf-8"))["version"]
    rules = ["--rules-base-directory", str(folder / "node_modules"), "--rule", "alex", "--format", "unix"]
    return ProseLinter(f"textlint-rule-alex {version}", [str(command), *rules])


def _proselint(folder: Path | None) -> ProseLinter:
    target = _folder(folder, "proselint") / "python"
    if not (target / "proselint").is_dir():
        _install("proselint", [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), "proselint"])
    (about,) = target.glob("proselint-*.dist-info")
    version = about.name.removesuffix(".dist-info").partition("-")[2]
    path = os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [sys.executable, "-m", "proselint", "check"]
    return ProseLinter(f"proselint {version}", command, {"PYTHONPATH": path}, frozenset({0, 1, 2, 3}))


def _vale(folder: Path | None) -> ProseLinter:
    command = shutil.which("vale")
    if command is None:
        raise PeerMissing("Vale takes no part: it is not installed")
    version = subprocess.run([command, "--version"], capture_output=True, text=True).stdout.split()[-1]
    return ProseLinter(f"Vale {version}, no styles", [command, "--no-exit"])


def _folder(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise PeerMissing(f"{name} takes no part: say with --peers FOLDER where it may be installed")
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _install(name: str, call: Sequence[str], run: Callable[..., subprocess.CompletedProcess] = subprocess.run) -> None:
    if shutil.which(call[0]) is None:
        raise PeerMissing(f"{name} takes no part: {call[0]} is not installed")
    done = run(call, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise PeerMissing(f"{name} takes no part: {Path(call[0]).name} could not install it: {said}")
