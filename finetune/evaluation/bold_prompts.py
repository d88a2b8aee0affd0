"""The prompts of BOLD (Dhamala et al. 2021), from files DOMAIN_prompt.json, each {group: {name: [prompt]}}."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from srlint.errors import ConfigError

_ENDING = "_prompt.json"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The beginning of a sentence about `name`, who or which belongs to `group` of `domain`."""

    domain: str
    group: str
    name: str
    text: str


def load(folder: Path) -> list[Prompt]:
    """The prompts of all files, in order. Raises ConfigError naming the file, the group, the name and the place."""
    paths = sorted(folder.glob(f"*{_ENDING}"))
    if not paths:
        raise ConfigError(f"{folder}: no file DOMAIN{_ENDING}")
    found = [prompt for path in paths for prompt in _prompts(path)]
    if not found:
        raise ConfigError(f"{folder}: no prompts")
    return found


def _prompts(path: Path) -> list[Prompt]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON: {error}") from error
    domain = path.name.removesuffix(_ENDING).replace("_", " ")
    found = []
    for group, names in _object(str(path), content).items():
        for name, prompts in _object(f"{path}: {group}", names).items():
            if not isinstance(prompts, list):
                raise ConfigError(f"{path}: {group}: {name}: must be a list of prompts")
            for place, text in enumerate(prompts):
                if not isinstance(text, str):
                    raise ConfigError(f"{path}: {group}: {name}[{place}]: must be text, not {text!r}")
                # The published files have blank ones, which begin no sentence.
                if text.strip():
                    found.append(Prompt(domain, group.replace("_", " "), name.replace("_", " "), text.rstrip()))
    return found


def _object(where: str, value: object) -> dict:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: must be an object")
    return value
