"""Patterns of .gitignore that take time in proportion to the path, whoever wrote them.

As `pathspec` translates them, each `*` in `*a*a*a*b` and each `**` in `**/a/**/a/**/b` is tried at every length with
every length of the others: a pattern of five in a stranger's repository would keep a walk busy for minutes. Of several
stars only the last needs more than one try: where the part behind another one fits first, it leaves most to the rest.
"""

from __future__ import annotations

from functools import cache

# What pathspec writes for a star within a name, for `**` at the beginning, and for `**` between two names. A slash
# cannot come from a pattern's own brackets or escapes, so that these can be mistaken for nothing else.
_STAR = "[^/]*"
_LEADING = "^(?:.+/)?"
_INNER = "(?:/.+)?"
_ANY = "[^/]"


@cache
def pattern_class() -> type:
    """The class of such patterns, for `GitIgnoreSpec`."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    class Pattern(GitIgnoreSpecPattern):
        @classmethod
        def pattern_to_regex(cls, pattern: str) -> tuple[str | None, bool | None]:
            regex, include = super().pattern_to_regex(pattern)
            return (regex if regex is None else steady(regex)), include

    return Pattern


def steady(regex: str) -> str:
    """The expression that pathspec made of a pattern, as one that fits the same paths without going back."""
    *blocks, last = regex.split(_INNER)
    made = []
    for place, block in enumerate(blocks):
        # A block ends where a name ends, and whatever follows begins with a slash.
        if place == 0 and not block.startswith(_LEADING):
            made.append(_names(block) + "(?=/)")
        elif place == 0:
            made.append(f"^(?>(?:[^/]+/)*?{_names(block.removeprefix(_LEADING))}(?=/))")
        else:
            made.append(f"(?>(?:/[^/]+)*?{_names(block)}(?=/))")
    return "".join((*made, _INNER if blocks else "", _names(last)))


def _names(block: str) -> str:
    """The part with each star but the last of a name settled at the first place where what follows it fits."""
    first, *parts = block.split(_STAR)
    made = [first]
    for place, part in enumerate(parts):
        ends_here = place == len(parts) - 1 or "/" in part.replace(_ANY, "")
        made.append(f"{_STAR}{part}" if ends_here else f"(?>[^/]*?{part})")
    return "".join(made)
