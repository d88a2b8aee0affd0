"""llama.cpp's own converters, from the source distribution of the llama-cpp-python version that srlint pins."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from srlint.errors import ModelError
from srlint.models.bake import file_sha256

VERSION = "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
_ARCHIVE = f"llama_cpp_python-{VERSION}.tar.gz"
_ROOT = f"llama_cpp_python-{VERSION}/vendor/llama.cpp/"
_WANTED = ("conversion/", "gguf-py/", "convert_hf_to_gguf.py", "convert_lora_to_gguf.py")


def scripts(cache: Path) -> Path:
    """The folder with the converters, fetched and unpacked under `cache` if need be. Raises ModelError."""
    folder = cache / f"llama.cpp-{VERSION}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        archive = _download(Path(work))
        if file_sha256(archive) != SHA256:
            raise ModelError(f"{archive.name}: not the source distribution that srlint was tested with")
        unpacked = Path(work) / "unpacked"
        with tarfile.open(archive) as members:
            for member in members:
                inside = member.name.removeprefix(_ROOT)
                if member.name.startswith(_ROOT) and inside.startswith(_WANTED):
                    member.name = inside
                    members.extract(member, unpacked, filter="data")
        try:
            unpacked.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise
    return folder


def _download(folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        # Not :all:, which would build the build's own tools from source, for minutes.
        "--no-binary",
        "llama-cpp-python",
        "--dest",
        str(folder),
    ]
    result = subprocess.run([*command, f"llama-cpp-python=={VERSION}"], capture_output=True, text=True)
    archive = folder / _ARCHIVE
    if result.returncode or not archive.is_file():
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"llama-cpp-python {VERSION}: pip cannot fetch its source distribution: {reason}")
    return archive


def run(cache: Path, script: str, *arguments: str) -> None:
    """Runs a converter. Raises ModelError with the last line that it printed."""
    result = subprocess.run([sys.executable, str(scripts(cache) / script), *arguments], capture_output=True, text=True)
    if result.returncode:
        reason = ((result.stderr or result.stdout).strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"{script} failed: {reason}")
