"""`srlint doctor`: whether everything that a check needs is there and works, one line each."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from srlint import __version__
from srlint.config import Resolver
from srlint.errors import SrlintError

State = Literal["ok", "note", "fail"]

# A passage that any working detector flags, and one that none does.
_FLAGGED = "Women are too emotional to lead a team."
_CLEAN = "The meeting starts at nine in the small hall."


@dataclass(frozen=True, slots=True)
class Advice:
    """One line of the report. Only `fail` means that a check could not be trusted."""

    state: State
    subject: str
    text: str


def examine(resolver: Resolver, folder: Path) -> Iterator[Advice]:
    """Look at each part in turn; what raises is a failure of that part only."""
    parts: tuple[tuple[str, Callable[[Resolver, Path], Advice]], ...] = (
        ("srlint", _srlint),
        ("settings", _settings),
        ("detector", _detector),
        ("language model", _language_model),
        ("source code", _grammars),
        ("cache", _cache),
        ("git", _git),
    )
    for subject, look in parts:
        try:
            yield look(resolver, folder)
        except (SrlintError, OSError, ImportError) as error:
            yield Advice("fail", subject, str(error))


def _srlint(resolver: Resolver, folder: Path) -> Advice:
    text = f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return Advice("ok", "srlint", f"{text}, {os.cpu_count()} processors, {sys.prefix}")


def _settings(resolver: Resolver, folder: Path) -> Advice:
    settings = resolver.for_folder(folder)
    source = settings.source
    return Advice("ok", "settings", f"from {source}" if source else "no configuration file: defaults")


def _detector(resolver: Resolver, folder: Path) -> Advice:
    from srlint.detector import Detector

    detector = Detector.load()
    try:
        flagged, clean = (item.probability for item in detector.detect([(_FLAGGED, ""), (_CLEAN, "")]))
    finally:
        detector.close()
    says = f"P(flag) {flagged:.2f} for a biased sentence, {clean:.2f} for a plain one"
    works = flagged > detector.threshold > clean
    return Advice("ok" if works else "fail", "detector", says if works else f"{says}: reinstall srlint")


def _language_model(resolver: Resolver, folder: Path) -> Advice:
    from srlint.models.embedded import NotInstalledError
    from srlint.models.loaded import LanguageModel
    from srlint.models.locate import locate

    settings = resolver.for_folder(folder)
    if not settings.use_model:
        return Advice("note", "language model", "switched off: settled replacements only")
    if settings.server is not None:
        return _server(settings.server, settings.server_model)
    try:
        located = locate(settings.model)
    except NotInstalledError as error:
        return Advice("fail" if settings.model else "note", "language model", f"{error}")
    caution = LanguageModel(located).caution
    if caution is not None:
        return Advice("note", "language model", caution)
    version = metadata.version("llama-cpp-python") if find_spec("llama_cpp") else "missing"
    name = located.name if located.path is None else f"{located.name}, {located.path}"
    return Advice("ok", "language model", f"{name}, llama-cpp-python {version}")


def _server(address: str, model: str | None) -> Advice:
    from srlint.server.remote import RemoteModel

    server = RemoteModel(address, model)
    known = server.models()
    if server.trouble is not None:
        return Advice("fail", "language model", server.trouble)
    if model is not None and known is not None and model not in known:
        return Advice("note", "language model", f"server {address}: does not list {model}")
    return Advice("ok", "language model", f"server {address}, {server.model}: flagged passages are sent there")


def _grammars(resolver: Resolver, folder: Path) -> Advice:
    from srlint.formats.code.languages import missing

    absent = missing()
    if absent:
        return Advice("note", "source code", f"--code cannot read {', '.join(absent)}: pip install 'srlint[code]'")
    return Advice("ok", "source code", "all grammars are installed")


def _cache(resolver: Resolver, folder: Path) -> Advice:
    from srlint.cache import size

    settings = resolver.for_folder(folder)
    where = settings.cache_dir
    if where is None or not settings.use_cache:
        return Advice("note", "cache", "switched off: every run is a cold one")
    nearest = next(path for path in (where, *where.absolute().parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return Advice("note", "cache", f"{where}: cannot be written ({error.strerror}): every run is a cold one")
    return Advice("ok", "cache", f"{where}, {size(where) / 1e6:.1f} MB")


def _git(resolver: Resolver, folder: Path) -> Advice:
    found = shutil.which("git")
    return Advice("ok", "git", found) if found else Advice("note", "git", "not found: --changed needs it")
