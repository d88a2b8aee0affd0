"""A bill of materials in CycloneDX JSON: made by cyclonedx-py of all that is installed, cut to what srlint needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

import srlint
from benchmarks.supply_chain_parts import Part, closure, model_files
from benchmarks.supply_chain_tools import tool
from srlint.errors import ConfigError

_ROOT = Path(__file__).parents[1]
# In the tool's own environment: what was cut must still be valid.
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read())
sys.exit(str(fault)[:500] if fault else 0)
"""


def run(tools: Path, extras: Iterable[str], out: Path) -> str:
    """Writes the file; what there is to say about it. Raises ConfigError when it cannot be made or is not valid."""
    program = tool(tools, "cyclonedx-py")
    parts = closure(extras)
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "environment.json"
        options = ["--pyproject", str(_ROOT / "pyproject.toml"), "--output-reproducible", "--sv", "1.6", "--of", "JSON"]
        command = [str(program), "environment", sys.executable, *options, "-o", str(whole)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ConfigError(f"cyclonedx-py failed: {done.stderr.strip()[-500:]}")
        bom = cut(json.loads(whole.read_text(encoding="utf-8")), parts)
    text = json.dumps(bom, indent=2, ensure_ascii=False) + "\n"
    python = program.with_name("python")
    checked = subprocess.run([str(python), "-c", _VALIDATE], input=text, capture_output=True, text=True, env=_utf8())
    if checked.returncode:
        raise ConfigError(f"the bill of materials is not valid: {checked.stderr.strip()[-500:]}")
    out.write_text(text, encoding="utf-8")
    return f"{out}: CycloneDX 1.6, {len(parts)} packages, {len(bom['components']) - len(parts)} model files, valid"


def cut(bom: dict[str, Any], parts: Iterable[Part]) -> dict[str, Any]:
    """The bill of just these packages and of the model files. Raises ConfigError when a package is not in it."""
    names = {part.name for part in parts}
    kept = [each for each in bom["components"] if canonicalize_name(each["name"]) in names]
    if missing := names - {canonicalize_name(each["name"]) for each in kept}:
        raise ConfigError(f"cyclonedx-py does not list {min(missing)}")
    root = bom["metadata"]["component"]
    root["version"] = srlint.__version__
    references = {root["bom-ref"], *(each["bom-ref"] for each in kept)}
    models = [_component(model.name, model.sha256) for model in model_files() if model.state != "not here"]
    dependencies = [
        {**each, "dependsOn": [other for other in each.get("dependsOn", ()) if other in references]}
        for each in bom["dependencies"]
        if each["ref"] in references
    ]
    for each in dependencies:
        if each["ref"] == root["bom-ref"]:
            each["dependsOn"] += [model["bom-ref"] for model in models]
    return {**bom, "components": [*kept, *models], "dependencies": dependencies}


def _component(name: str, sha256: str) -> dict[str, Any]:
    return {
        "bom-ref": f"model:{name}",
        "type": "machine-learning-model",
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }


def _utf8() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}
