"""Known vulnerabilities in the packages that srlint needs, by pip-audit. One that could not be looked up is no pass."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.supply_chain_parts import closure
from benchmarks.supply_chain_tools import pinned, tool
from srlint.errors import ConfigError


def run(tools: Path, extras: Iterable[str]) -> tuple[str, int]:
    """What was found, and the exit status."""
    program = tool(tools, "pip-audit")
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(temporary) / "requirements.txt"
        wanted.write_text(pinned(closure(extras)), encoding="utf-8")
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        done = subprocess.run([str(program), "-r", str(wanted), *options], capture_output=True, text=True)
    try:
        return judged(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError) as error:
        raise ConfigError(f"pip-audit could not ask for vulnerabilities: {done.stderr.strip()[-500:]}") from error


def judged(found: list[dict[str, Any]]) -> tuple[str, int]:
    """The report of pip-audit in words, and 0 only when every package was looked up and none is known to be bad."""
    bad = [(each["name"], each["version"], fault["id"]) for each in found for fault in each.get("vulns", ())]
    unknown = [each["name"] for each in found if "skip_reason" in each]
    lines = [f"{name} {version}: {fault}" for name, version, fault in bad]
    lines.append(f"{len(found)} packages, {len(bad)} known vulnerabilities")
    if unknown:
        lines.append(f"{len(unknown)} could not be looked up, so that nothing is known of them: {', '.join(unknown)}")
    return "\n".join(lines), 1 if bad else 2 if unknown or not found else 0
