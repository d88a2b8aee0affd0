"""Tools in an environment of their own, which pip fills at the first use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.supply_chain_parts import Part
from srlint.errors import ConfigError

# Named by what they are called in the environment.
_TOOLS = {"pip-audit": "pip-audit", "cyclonedx-py": "cyclonedx-bom", "hatchling": "hatchling"}


def tool(folder: Path, name: str) -> Path:
    """The path of a tool, installed now if it is not there. Raises ConfigError when pip cannot."""
    places = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if not (places / name).exists():
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(places / "python"), "-m", "pip", "install", "--quiet", _TOOLS[name]])
    return (places / name).absolute()


def pinned(parts: Iterable[Part]) -> str:
    """A requirements file of just these versions."""
    # A local version, as of a build for one kind of processor, is no index's.
    return "".join(f"{part.name}=={part.version.split('+')[0]}\n" for part in parts)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ConfigError(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-500:]}")
