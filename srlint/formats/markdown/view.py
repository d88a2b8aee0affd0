"""Markdown as its dialects write it, turned into what CommonMark's parser understands, with a map that leads back.

MkDocs indents the body of an admonition (`!!! note "Title"`), Docusaurus, Pandoc and VitePress put it between `:::`,
pymdownx between `///`, and MyST between the fences of what looks like a code block (```` ```{note} ````). In the view
the indentation and the fences are gone, and a title is a heading.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import compress
from operator import lt

from srlint.document import Comment
from srlint.formats.nested import inside
from srlint.formats.segment import Prose, Segment, SourceMap, drained

_YAML = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_YAML_LINE = re.compile(r"[ \t]*\r?(?:\n|\Z)|#|-[ \t]|[\[{]|[^\s:#][^:\r\n]*:(?:\s|\Z)")
_TOML = re.compile(r"\+\+\+[ \t]*\r?\n.*?^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_JSON = re.compile(r"\{[ \t]*\r?\n.*?^\}[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_NOT_A_LINE_END = re.compile(r"[^\r\n]")
_INDENTATION = re.compile(r"[ \t]*")  # which the view may not have after a line break

# Whether a text may hold anything of this module's concern. Most do not, and are read as they are.
_CONCERN = re.compile(
    r"^[ \t]*(?:!!![ \t]|\?\?\?\+?[ \t]|===[!+]?[ \t]+\"|:::|/{3,}[ \t]+[\w-]+[ \t]*(?:\||\r?$)|[`~]{3,}\{"
    r"|\[(?://|#|_|\^_\^|comment|\s*)\]:[ \t]*[#<]|\([\w.:-]+\)=|[;-]+8<-)",
    re.MULTILINE | re.IGNORECASE,
)


def without_front_matter(text: str) -> str:
    """The text with blanks in place of the metadata at its very beginning: YAML, TOML or JSON."""
    end = 0
    if text.startswith("---"):
        found = _YAML.match(text)
        end = found.end() if found and _YAML_LINE.match(found[1]) and found[1].strip(" \t\r")[:1] != "\n" else 0
    elif text.startswith("+++"):
        found = _TOML.match(text)
        end = found.end() if found else 0
    elif text.startswith("{"):
        found = _JSON.match(text)
        end = found.end() if found and _is_json(found[0]) else 0
    return _NOT_A_LINE_END.sub(" ", text[:end]) + text[end:] if end else text


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


@dataclass(slots=True)
class View:
    """A text made of stretches of a source and of what is put between them, with the map from one to the other."""

    source: str
    comments: list[Comment] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _starts: array = field(default_factory=lambda: array("I"))
    _ends: array = field(default_factory=lambda: array("I"))

    def keep(self, start: int, end: int) -> None:
        """What stands at start..end of the source."""
        self._parts.append(self.source[start:end])
        self._starts.extend(range(start, end))
        self._ends.extend(range(start + 1, end + 1))

    def put(self, text: str, at: int) -> None:
        """Markup that the source does not have, at a place of it."""
        self._parts.append(text)
        self._starts.extend([at] * len(text))
        self._ends.extend([at] * len(text))

    def read(self, read: Callable[[str, bool], Prose], include_quotes: bool) -> Prose:
        """What `read` finds in the view, placed in the source."""
        prose = inside("".join(self._parts), SourceMap(self._starts, self._ends), read, include_quotes)
        prose.segments[:] = [_without_put(segment) for segment in drained(prose.segments)]
        for segment in prose.segments:
            for at in segment.map.breaks:
                segment.map.ends[at] = _INDENTATION.match(self.source, segment.map.ends[at]).end()
        prose.comments.extend(self.comments)
        prose.comments.sort(key=lambda comment: comment.span)
        return prose


def _without_put(segment: Segment) -> Segment:
    """The segment without characters that only the view has, should its parser have taken them for words."""
    if all(map(lt, segment.map.starts, segment.map.ends)):
        return segment
    kept = [start < end for start, end in zip(segment.map.starts, segment.map.ends, strict=True)]
    places = SourceMap(array("I", compress(segment.map.starts, kept)), array("I", compress(segment.map.ends, kept)))
    return Segment("".join(compress(segment.text, kept)), places, segment.kind)


def unfold(text: str, defines: bool) -> View | None:
    """The view of a text, or None when the text can be parsed as it is. `defines`: it holds definition lists."""
    if not defines and not _CONCERN.search(text):
        return None
    from srlint.formats.markdown.dialects import Dialects

    dialects = Dialects(View(text), defines)
    dialects.run()
    return dialects.view
