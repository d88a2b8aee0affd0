"""The model that a project names, and the configuration file that names it."""

from __future__ import annotations

import os
from pathlib import Path

from srlint.config import find_file, project_root
from srlint.config.source import FILE_NAMES
from srlint.models.catalogue import EMBEDDED
from srlint.models.locate import is_embedded, locate, model_file


def config_file(folder: Path) -> Path:
    """The file that the settings for `folder` come from, or that one would be made as. Raises ConfigError."""
    return find_file(folder) or (project_root(folder) or folder) / FILE_NAMES[0]


def value_for(name: str, file: Path) -> str:
    """What `file` must say to name the model. A path below the file's folder is written as seen from there.

    Raises ModelError for a model that is not here.
    """
    if is_embedded(name):
        return EMBEDDED
    locate(name)
    path = model_file(name)
    if path is None:
        return name
    whole = os.path.abspath(path)
    relative = os.path.relpath(whole, file.absolute().parent)
    return whole if relative.startswith(os.pardir) else Path(relative).as_posix()
