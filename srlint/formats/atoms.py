"""Stretches inside prose that are not prose: URLs, addresses, paths, identifiers. Each becomes one opaque character."""

from __future__ import annotations

import re

ATOM = "\ufffc"  # object replacement character: stands for one opaque inline element

# A path needs a telling suffix unless it starts like one, because "he/she" and "and/or" are words.
_SUFFIX = (
    r"(?:md|markdown|txt|rst|adoc|tex|py|pyi|rs|toml|ya?ml|jsonl?|xml|html?|css|scss|tsx?|jsx|cpp|hpp|cc|hh|java|kt|rb"
    r"|php|sh|bat|ps1|csv|tsv|sql|log|ini|cfg|conf|env|lock|exe|dll|zip|gz|tar|png|jpe?g|gif|svg|pdf|docx?|xlsx?"
    r"|pptx?|ipynb|proto|tf|bzl|cmake)"
)
_BEFORE = r"(?<![^\s(\[{\"'“‘«,;:])"  # at the start, or after white space or an opening mark

_PATTERNS = (
    r"\{\{.{,200}?\}\}|\{%.{,200}?%\}",  # template tags
    r"(?i:https?|ftp|file|git|ssh|s3|data|irc)://(?:[^\s()<>\"“”\ufffc]|\([^\s()<>\"]*\))+(?<![.,;:!?'’*_~])",
    r"(?i:mailto|tel):[^\s()<>\"]+(?<![.,;:!?'’*_~])",
    r"\b(?i:www)\.(?:[^\s()<>\"“”\ufffc]|\([^\s()<>\"]*\))+(?<![.,;:!?'’*_~])",
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # e-mail
    r"(?<![\w@])@[A-Za-z][\w-]*(?:/[\w.-]*\w)?",  # an account or a scoped package
    r"(?<![\w.-])[\w.-]+/[\w.-]+#\d+\b",  # owner/repository#issue
    _BEFORE + r"[A-Za-z]:\\[\w.\\-]*[\w\\]",
    _BEFORE + r"(?:~|\.\.?)?(?:/[\w.@%+*-]+)+/?(?<![.,*])",
    r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+(?:\.[\w-]+)*\." + _SUFFIX + r"\b(?!/)",
    r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b(?:\(\))?",  # snake_case
    r"(?<![\w.:])[A-Za-z_]\w*(?:(?:::|\.)\w+)*\(\)",  # a call
    r"\b\w+(?:::\w+)+",
    _BEFORE + r"--[a-z][\w-]+",  # a command-line option
    r"\[\^[^\]\s]{1,99}\]",  # a footnote mark without its note
)
_ATOMS = re.compile("|".join(_PATTERNS))

# One pass over the text with this cheap pattern spares most prose the expensive ones.
_MAYBE = re.compile(r"[/@_{\\]|::|\(\)|--|\[\^|(?i:www\.|mailto:|tel:)|\." + _SUFFIX + r"\b")


def find_atoms(text: str) -> list[tuple[int, int]]:
    """Half-open stretches of `text` that are not prose, in order. One may swallow an atom that is already there."""
    if not _MAYBE.search(text):
        return []
    return [match.span() for match in _ATOMS.finditer(text)]
