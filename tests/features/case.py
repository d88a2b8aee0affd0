"""One cell of the table format × feature: a small document and what must be read from it."""

from __future__ import annotations

from dataclasses import dataclass

# The rows of the table, and what a cell of each shows.
FEATURES = {
    "paragraphs": "hard-wrapped paragraphs become sentences",
    "headings": "titles and headings, one passage each",
    "emphasis": "marks of emphasis vanish, also inside a word",
    "links": "labels are prose, targets are not",
    "bare-urls": "URLs, paths and addresses are opaque",
    "inline-code": "inline code is opaque",
    "code-blocks": "code and literal blocks are left out",
    "lists": "bullet, numbered, nested and task lists",
    "definition-lists": "terms and definitions, field lists of prose",
    "tables": "each cell is a passage",
    "images": "image targets are opaque; alternative text is prose where the format sets it apart",
    "attributes": "alt, title and aria-label are prose",
    "footnotes": "notes are prose, their marks are opaque",
    "math": "formulas are opaque",
    "metadata": "front matter, document options, attributes are left out",
    "admonitions": "notes, warnings and other directives with prose",
    "macros": "roles, substitutions, macros, shortcodes, components are opaque or read by their text",
    "raw": "embedded HTML and other raw passages",
    "entities": "entities and escapes are the character they mean",
    "quotes": "block quotes are left out with a reason, and read when asked for",
    "comments": "comments are no prose and are kept for directives",
    "line-ends": "CRLF and lone CR are line ends",
    "unicode": "emoji, joiners, combining marks, CJK and right-to-left text keep positions exact",
    "not-english": "paragraphs in other languages are left out with a reason",
    "fix": "a rewrite changes its words and not a byte more",
}


@dataclass(frozen=True, slots=True)
class Case:
    """`source`, the passages it gives, and the reasons of what is left out.

    `quoted` are the passages when quotations are to be judged too (None: the same ones). `comments` are the texts of
    the comments. `edit` is (passage number, old words, new words, expected source) for the row "fix".
    """

    source: str
    passages: list[str]
    skipped: tuple[str, ...] = ()
    quoted: list[str] | None = None
    comments: tuple[str, ...] | None = None
    edit: tuple[int, str, str, str] | None = None
