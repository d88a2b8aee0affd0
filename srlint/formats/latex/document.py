"""A LaTeX document as a whole: its lines, its comments, where its body begins and ends."""

from __future__ import annotations

from collections.abc import Iterator

from srlint.document import Comment, Span
from srlint.formats.latex.tokens import Token


def source_lines(text: str) -> str:
    """The text with line feeds for all of its line ends, each character where it was: the tokens know no others."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def body(tokens: list[Token]) -> tuple[int, int]:
    """The tokens that begin and end the body: all of them when no preamble stands before it."""
    for at, token in enumerate(tokens):
        if token.kind == "begin" and token.name == "document":
            return at, token.partner if token.partner >= 0 else len(tokens)
    return 0, len(tokens)


def comments(text: str, tokens: list[Token]) -> Iterator[Comment]:
    """The comments among the tokens, the environment of that name included."""
    for token in tokens:
        source = text[token.start : token.end].rstrip()
        if token.kind == "comment":
            yield Comment(Span(token.start, token.start + len(source)), source.lstrip("%").strip())
        elif token.kind == "raw" and token.name == "comment":
            inside = source.removeprefix("\\begin{comment}").removesuffix("\\end{comment}")
            yield Comment(Span(token.start, token.end), inside.strip())
