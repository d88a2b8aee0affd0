"""Neovim with its own client: a file is opened, diagnostics come, code actions are chosen, and the bytes compared."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from editor import COMMAND

NVIM = shutil.which("nvim")
SCRIPT = Path(__file__).with_name("neovim.lua")
BEFORE = (
    "\ufeff# Tïtle 🎉\r\n\r\n🎉 Hello. The chairman speaks.\r\n\r\n"
    "Add it to the whitelist, as *the foreman* asked.\r\n"
)
AFTER = (
    "\ufeff# Tïtle 🎉\r\n\r\n🎉 Hello. The chair speaks.\r\n\r\n"
    "Add it to the whitelist, as *the foreman* asked. <!-- srlint: ignore[{}] say why -->\r\n"
)


@pytest.mark.skipif(NVIM is None, reason="needs Neovim: apt-get install neovim")
def test_neovim_applies_what_is_offered(tmp_path):
    (tmp_path / ".git").mkdir()
    file, log = tmp_path / "a.md", tmp_path / "log.json"
    file.write_bytes(BEFORE.encode())
    steps = [[3, "Rewrite: The chair speaks."], [5, "Ignore here with a reason"]]
    environment = os.environ | {
        "SRLINT_COMMAND": json.dumps([*COMMAND, "--no-model"]),
        "SRLINT_STEPS": json.dumps(steps),
        "SRLINT_LOG": str(log),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [NVIM, "--headless", "-u", str(SCRIPT), "-i", "NONE", "-n", "a.md"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    seen = json.loads(log.read_text(encoding="utf-8"))
    assert (done.returncode, seen.get("problem")) == (0, None), done.stderr
    assert [item[0] for item in seen["diagnostics"]] == [2, 4]
    assert seen["diagnostics"][0][1:4] == ["Gender: “chairman”: prefer “chair”", 2, "srlint"]
    assert "Allow “chairman”" in seen["offered"]
    after = file.read_bytes().decode()
    ignored = after.partition("ignore[")[2].partition("]")[0]
    assert set(ignored.split(", ")) >= {"terminology"}
    assert after == AFTER.format(ignored)
