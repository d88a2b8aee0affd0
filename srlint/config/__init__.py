"""Settings: what a run uses, from the command line over the closest configuration file over the defaults."""

from __future__ import annotations

from srlint.config.options import parse_override
from srlint.config.resolve import Resolver, find_file, load, project_root
from srlint.config.settings import Settings
from srlint.config.show import settings_as_toml

__all__ = ["Resolver", "Settings", "find_file", "load", "parse_override", "project_root", "settings_as_toml"]
