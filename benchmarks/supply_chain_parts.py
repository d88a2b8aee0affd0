"""What srlint needs to run: packages with versions and licences, by their own metadata, and models with digests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import srlint
from srlint.errors import ConfigError
from srlint.models.catalogue import CATALOGUE
from srlint.models.embedded import NotInstalledError, base_gguf

# May be used and passed on by anybody for anything, with or without changes.
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 ISC MIT MIT-CMU MPL-2.0 PSF-2.0 Unlicense Zlib".split()
)
# In the words of older metadata and of licence files; what is not here counts as unknown.
_OLDER = {
    "apache": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache-2.0 license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "public domain": "CC0-1.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
_CLASSIFIER = "License :: "


@dataclass(frozen=True, slots=True)
class Part:
    """A package. `licence` is an SPDX expression; None where its metadata does not say."""

    name: str
    version: str
    licence: str | None

    @property
    def allowed(self) -> bool:
        """Whether one may do with it what one may with srlint; of several licences to choose from one is enough."""
        if self.licence is None:
            return False
        choices = self.licence.replace("(", " ").replace(")", " ").split(" OR ")
        return any(all(_plain(term) in ALLOWED for term in choice.split(" AND ")) for choice in choices)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file. `state`: "as pinned", "differs", "not here", or "shipped" where only the wheel vouches for it."""

    name: str
    sha256: str
    pinned_by: str
    state: str


def closure(extras: Iterable[str]) -> list[Part]:
    """The packages that srlint needs with these extras on this system. Raises ConfigError for one that is missing."""
    todo = [Requirement(f"srlint[{','.join(sorted(extras))}]")]
    done: set[tuple[str, str]] = set()
    found: dict[str, Part] = {}
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        new = {extra for extra in ("", *wanted.extras) if (name, extra) not in done}
        if not new:
            continue
        done |= {(name, extra) for extra in new}
        try:
            package = metadata.distribution(wanted.name)
        except metadata.PackageNotFoundError as error:
            raise ConfigError(f"{wanted.name} is not installed: what it needs is not known") from error
        if name != "srlint":
            found[name] = Part(name, package.version, _licence(package))
        todo += _required(package.requires or (), new)
    return [found[name] for name in sorted(found)]


def model_files() -> list[ModelFile]:
    """Those shipped, then the base that is pinned, then the catalogue."""
    package = Path(srlint.__file__).parent
    manifest = json.loads((package / "models" / "adapter.json").read_text(encoding="utf-8"))
    shipped = [package / "data" / name for name in ("detector.onnx", "tokenizer.json")]
    found = [ModelFile(path.name, _digest(path), "the wheel's RECORD", "shipped") for path in shipped]
    found.append(_compared(package / "models" / "adapter.gguf", manifest["adapter_sha256"], "adapter.json"))
    try:
        base: Path | None = base_gguf()
    except NotInstalledError:
        base = None
    found.append(_compared(base, manifest["base_sha256"], "adapter.json", "base of the adapter"))
    for entry in CATALOGUE:
        found.append(ModelFile(f"{entry.repository}:{entry.file}", entry.sha256, "catalogue.py", "not here"))
    return found


def _compared(path: Path | None, expected: str, pinned_by: str, name: str = "") -> ModelFile:
    name = path.name if path is not None else name
    state = "not here" if path is None else "as pinned" if _digest(path) == expected else "differs"
    return ModelFile(name, expected, pinned_by, state)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _required(lines: Iterable[str], extras: set[str]) -> Iterator[Requirement]:
    for line in lines:
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            yield wanted


def _licence(package: metadata.Distribution) -> str | None:
    """As the metadata says, by the newest way of saying it; else as the licence that lies beside it begins."""
    known = package.metadata
    classifiers = [line for line in known.get_all("Classifier") or () if line.startswith(_CLASSIFIER)]
    told = [line.rpartition(" :: ")[2] for line in classifiers] or [known.get("License") or _first_line(package)]
    names = [known.get("License-Expression")] if known.get("License-Expression") else list(map(_spdx, told))
    return " AND ".join(name for name in names if name) if all(names) else None


def _first_line(package: metadata.Distribution) -> str:
    for file in package.files or ():
        if ".dist-info" in str(file) and file.name.upper().split(".")[0] in ("LICENSE", "LICENCE"):
            return file.read_text(encoding="utf-8").strip().partition("\n")[0]
    return ""


def _spdx(text: str) -> str | None:
    text = text.strip()
    if all(_plain(term) in ALLOWED for term in re.split(" AND | OR ", text)):
        return text
    return _OLDER.get(re.sub(r"\s+", " ", text.lower()))


def _plain(term: str) -> str:
    """The licence without an exception, which only ever allows more."""
    return term.split(" WITH ")[0].strip()
