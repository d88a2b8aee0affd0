"""Settings: configuration files, options, added terms, patterns of .gitignore, the baseline."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.target import Run, decoded, demand
from srlint.errors import ConfigError


def config(folder: Path) -> Run:
    """A configuration file, and all that its values are used for. With a [tool table it is a pyproject.toml."""
    from srlint.config import Resolver, settings_as_toml
    from srlint.files.rules import Rules

    def read(data: bytes) -> None:
        file = folder / ("pyproject.toml" if b"[tool" in data else "srlint.toml")
        file.write_bytes(data)
        for resolver in (Resolver({}, file, here=folder), Resolver({}, start=folder, here=folder)):
            try:
                settings = resolver.for_folder(folder)
            except ConfigError as error:
                demand(file.name in str(error) or "threshold" in str(error), "an error that does not name the file")
                raise
            rules = Rules(settings.selection())
            for name in ("a.md", "docs/x.txt", ".hidden/y.rst"):
                rules.reads(str(folder / name), name)
                rules.exclude.hold(str(folder / name), is_folder=False)
                settings.enabled(name)
            tomllib.loads(settings_as_toml(settings, resolver.origins(folder)))

    def run(data: bytes) -> None:
        try:
            read(data)
        finally:
            for name in ("pyproject.toml", "srlint.toml"):
                (folder / name).unlink(missing_ok=True)

    return run


def config_edit(folder: Path) -> Run:
    """One value of a configuration file changed: the others stay as they are."""
    from srlint.config.edit import add_to_list, set_value
    from srlint.config.source import read

    file = folder / "srlint.toml"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        before = read(file)
        set_value(file, "threshold", 0.25)
        add_to_list(file, "allow", "sanity check")
        after = read(file)
        demand(before is not None and after is not None, "a file without settings")
        assert before is not None and after is not None
        others: Mapping[str, Any] = {key: value for key, value in before.values.items() if key != "allow"}
        kept = {key: value for key, value in after.values.items() if key in others and key != "threshold"}
        demand(kept == {key: value for key, value in others.items() if key != "threshold"}, "another value changed")
        demand(after.values["threshold"] == 0.25 and "sanity check" in after.values["allow"], "no value was written")

    return run


def override(folder: Path) -> Run:
    """`--config KEY=VALUE`."""
    from srlint.config import Resolver, parse_override

    def run(data: bytes) -> None:
        values = parse_override(decoded(data))
        Resolver(values, isolated=True, here=folder).for_folder(folder)

    return run


def terms(folder: Path) -> Run:
    """Added terms, and what they find."""
    from srlint.terms import TermList

    def run(data: bytes) -> None:
        try:
            whole = tomllib.loads(decoded(data).replace("\r\n", "\n"))
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            return
        added = whole.get("term", [])
        found = TermList.load(added if isinstance(added, (list, dict)) else [], [])
        text = f"The chairman of the white list met {' '.join(found.terms[:5])}."
        for match in found.find(text):
            demand(match.span.start < match.span.end <= len(text), "a term outside the text")
        found.rewrite(text, found.find(text))

    return run


def patterns(folder: Path) -> Run:
    """Patterns of .gitignore and of the settings, one a line, and git's own files that name more of them."""
    from srlint.files import gitignore
    from srlint.files.patterns import Patterns, is_pattern, moved

    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / ".git" / "info").mkdir(parents=True)
    places = (folder / ".gitignore", folder / ".git" / "info" / "exclude", folder / ".git" / "config")

    def run(data: bytes) -> None:
        for place in places:
            place.write_bytes(data)
        ignores = (*gitignore.above(str(inner)), *gitignore.of_folder(str(folder)))
        for path in (inner / "c.md", folder / ("a" * 60)):
            gitignore.is_ignored(str(path), False, ignores)
        lines = decoded(data).split("\n")[:20]
        good = [line for line in lines if is_pattern(line)]
        Patterns.of_settings(good, str(inner)).hold(str(inner / "c.md"), is_folder=False)
        for line in good[:5]:
            moved(line, str(inner), str(folder))

    return run


def baseline(folder: Path) -> Run:
    """A baseline file, and a review held against it."""
    from benchmarks.fuzzing.documents import found_everywhere
    from srlint.baseline import Baseline
    from srlint.document import Document

    file = folder / ".srlint-baseline.json"
    review = found_everywhere(Document("The chairman opens.\n\nHe speaks.\n", "markdown"))

    def run(data: bytes) -> None:
        file.write_bytes(data)
        known = Baseline.load(file)
        known.accept("docs/a.md", review)
        known.pruned().save(file)
        demand(Baseline.load(file) == known.pruned(), "a baseline that reads otherwise than it was written")

    return run
