"""Which of the editor's buffers are documents, and in what syntax."""

from __future__ import annotations

from pathlib import Path

from pygls.uris import uri_scheme

from srlint.formats import SYNTAXES, syntax_for
from srlint.lsp.buffers import Buffer

# What editors call the languages of the documents that srlint reads, where that is not srlint's own name.
_LANGUAGES = {
    "restructuredtext": "rst",
    "tex": "latex",
    "plaintex": "latex",
    "xhtml": "html",
    "plaintext": "text",
    "plain": "text",
    "mail": "text",
    "javascriptreact": "javascript",
    "typescriptreact": "tsx",
    "shellscript": "shell",
    "sh": "shell",
    "bash": "shell",
}
# Buffers of other schemes are views of something else, such as an old version in git.
_SCHEMES = ("file", "untitled", "")


def syntax_of(buffer: Buffer, included: bool) -> str | None:
    """The syntax of a buffer; None for one to be left alone.

    The suffix of its file decides. Where there is none, the editor's language does, and last of all whether the
    settings include the file.
    """
    if uri_scheme(buffer.uri) not in _SCHEMES:
        return None
    suffix = Path(buffer.path or buffer.uri).suffix
    if buffer.path is not None and suffix:
        return syntax_for(buffer.path.name) or ("text" if included else None)
    named = buffer.language.lower()
    syntax = _LANGUAGES.get(named, named)
    return syntax if syntax in SYNTAXES else "text" if included else None
