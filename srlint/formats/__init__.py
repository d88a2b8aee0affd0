"""The document formats srlint reads: one module each, one explicit table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srlint.formats.segment import Prose

# A format takes a document's text, and whether other people's words are to be judged too.
Format = Callable[[str, bool], "Prose"]


def _markdown(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.markdown import read

    return read(text, include_quotes)


def _text(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.text import read

    return read(text, include_quotes)


def _html(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.html import read

    return read(text, include_quotes)


def _mdx(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.mdx import read

    return read(text, include_quotes)


def _rst(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.rst import read

    return read(text, include_quotes)


def _asciidoc(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.asciidoc import read

    return read(text, include_quotes)


def _latex(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.latex import read

    return read(text, include_quotes)


def _jupyter(text: str, include_quotes: bool) -> Prose:
    from srlint.formats.jupyter import read

    return read(text, include_quotes)


def _code(language: str) -> Format:
    def read(text: str, include_quotes: bool) -> Prose:
        from srlint.formats import code

        return code.read(text, include_quotes, language)

    return read


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one kind of document is read and changed.

    `suffixes` are those of its files. `comment` is what a comment looks like, for a directive of srlint's own: with
    `{}` for its text. `inline` says that it may follow prose on the same line; otherwise it takes a line of its own.
    `code`: a program, of which only comments and docstrings are prose; read only when asked for.
    """

    read: Format
    suffixes: tuple[str, ...]
    comment: str
    inline: bool = False
    code: bool = False


_HTML_COMMENT = "<!-- {} -->"

SYNTAXES: dict[str, Syntax] = {
    "markdown": Syntax(
        _markdown,
        (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".rmd", ".qmd"),
        comment=_HTML_COMMENT,
        inline=True,
    ),
    "mdx": Syntax(_mdx, (".mdx",), comment="{{/* {} */}}", inline=True),
    "rst": Syntax(_rst, (".rst", ".rest"), comment=".. {}"),
    "html": Syntax(_html, (".html", ".htm", ".xhtml"), comment=_HTML_COMMENT, inline=True),
    "asciidoc": Syntax(_asciidoc, (".adoc", ".asciidoc", ".asc"), comment="// {}"),
    "latex": Syntax(_latex, (".tex", ".ltx"), comment="% {}"),
    "jupyter": Syntax(_jupyter, (".ipynb",), comment=_HTML_COMMENT, inline=True),
    "text": Syntax(_text, (".txt", ".text"), comment="# {}"),
    "python": Syntax(_code("python"), (".py", ".pyi"), comment="# {}", code=True),
    "javascript": Syntax(_code("javascript"), (".js", ".jsx", ".mjs", ".cjs"), comment="// {}", code=True),
    "typescript": Syntax(_code("typescript"), (".ts", ".mts", ".cts"), comment="// {}", code=True),
    "tsx": Syntax(_code("tsx"), (".tsx",), comment="// {}", code=True),
    "go": Syntax(_code("go"), (".go",), comment="// {}", code=True),
    "rust": Syntax(_code("rust"), (".rs",), comment="// {}", code=True),
    "java": Syntax(_code("java"), (".java",), comment="// {}", code=True),
    "c": Syntax(_code("c"), (".c", ".h"), comment="// {}", code=True),
    "cpp": Syntax(_code("cpp"), (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"), comment="// {}", code=True),
    "shell": Syntax(_code("shell"), (".sh", ".bash"), comment="# {}", code=True),
}

SUFFIXES: dict[str, str] = {suffix: name for name, syntax in SYNTAXES.items() for suffix in syntax.suffixes}


def syntax_for(filename: str) -> str | None:
    """The syntax that a file's name stands for, or None when srlint does not read such files."""
    return SUFFIXES.get(PurePath(filename).suffix.lower())
