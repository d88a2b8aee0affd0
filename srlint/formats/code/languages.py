"""The programming languages whose comments srlint reads: one explicit table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from srlint.errors import DocumentError

if TYPE_CHECKING:
    from tree_sitter import Language, Query

_COMMENT = "(comment) @comment"
_LINE_AND_BLOCK = "(line_comment) @comment (block_comment) @comment"
# What stands behind a macro's name is one token for the grammar, a comment at its end included.
_COMMENT_AND_MACRO = f"{_COMMENT} (preproc_arg) @macro"
_COMMENT_AND_DOCSTRING = f"""{_COMMENT}
(module . (comment)* . (expression_statement . (string) @docstring .))
(function_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))
(class_definition body: (block . (comment)* . (expression_statement . (string) @docstring .)))"""

_HASH = re.compile(r"#+:?")
_SLASHES = re.compile(r"//+!?<?")
_DOXYGEN = ("///", "//!", "///<", "//!<", "/**", "/*!", "/**<", "/*!<")
_STAR = re.compile(r"/\*+!?<?")


@dataclass(frozen=True, slots=True)
class CodeLanguage:
    """How the comments of one language are found and read.

    `package` and `function` name the official tree-sitter grammar; `query` captures its comments (`comment`), its
    docstrings (`docstring`) and what may end in a comment (`macro`). `line` and `block` are the marks a comment begins
    with. `doc` are the marks, exactly as written, of comments that documentation is made from: with `markdown` they are
    Markdown, otherwise plain text; with `tags` they and block comments hold Javadoc's tags, JSDoc's or Doxygen's, and
    HTML. `indented_code`: an indented block is a program (Go's documentation).
    """

    name: str
    package: str
    query: str
    line: re.Pattern[str]
    block: re.Pattern[str] | None = _STAR
    function: str = "language"
    doc: tuple[str, ...] = ()
    markdown: bool = False
    tags: bool = False
    indented_code: bool = False


LANGUAGES: dict[str, CodeLanguage] = {
    "python": CodeLanguage("Python", "tree_sitter_python", _COMMENT_AND_DOCSTRING, _HASH, block=None),
    "javascript": CodeLanguage(
        "JavaScript", "tree_sitter_javascript", _COMMENT, _SLASHES, doc=("/**",), markdown=True, tags=True
    ),
    "typescript": CodeLanguage(
        "TypeScript",
        "tree_sitter_typescript",
        _COMMENT,
        _SLASHES,
        function="language_typescript",
        doc=("/**",),
        markdown=True,
        tags=True,
    ),
    "tsx": CodeLanguage(
        "TSX",
        "tree_sitter_typescript",
        _COMMENT,
        _SLASHES,
        function="language_tsx",
        doc=("/**",),
        markdown=True,
        tags=True,
    ),
    "go": CodeLanguage("Go", "tree_sitter_go", _COMMENT, _SLASHES, indented_code=True),
    "rust": CodeLanguage(
        "Rust",
        "tree_sitter_rust",
        _LINE_AND_BLOCK,
        _SLASHES,
        doc=("///", "//!", "/**", "/*!"),
        markdown=True,
    ),
    "java": CodeLanguage("Java", "tree_sitter_java", _LINE_AND_BLOCK, _SLASHES, doc=("/**",), tags=True),
    "c": CodeLanguage(
        "C",
        "tree_sitter_c",
        _COMMENT_AND_MACRO,
        _SLASHES,
        doc=_DOXYGEN,
        tags=True,
    ),
    "cpp": CodeLanguage(
        "C++",
        "tree_sitter_cpp",
        _COMMENT_AND_MACRO,
        _SLASHES,
        doc=_DOXYGEN,
        tags=True,
    ),
    "shell": CodeLanguage("shell", "tree_sitter_bash", _COMMENT, _HASH, block=None),
}


@cache
def grammar(language: str) -> Language:
    """The language's tree-sitter grammar. Raises DocumentError when it is not installed, or is too old or too new."""
    known = LANGUAGES[language]
    try:
        from tree_sitter import Language

        return Language(getattr(import_module(known.package), known.function)())
    except (ImportError, AttributeError, ValueError) as error:
        raise DocumentError(f"needs the grammar of {known.name}: pip install 'srlint[code]'") from error


@cache
def query(language: str) -> Query:
    """The query for the language's comments and docstrings. Raises DocumentError like `grammar`."""
    from tree_sitter import Query

    return Query(grammar(language), LANGUAGES[language].query)


def missing() -> tuple[str, ...]:
    """The names of the languages whose grammar is not installed."""
    absent = []
    for language, known in LANGUAGES.items():
        try:
            grammar(language)
        except DocumentError:
            absent.append(known.name)
    return tuple(absent)
